"""Stamps of tables: the same as long as nothing changed, another one after every kind of change."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors import discovery
from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.sql import sqlite, stamps
from derbes.scanner.connectors.sql.source import SqlSource
from derbes.scanner.model.data import Stamp, Unit
from derbes.scanner.model.places import Place
from tests.servers import Server

CHANGES = (
    "INSERT INTO t VALUES (3, 'в')",
    "UPDATE t SET v = 'г' WHERE id = 1",
    "DELETE FROM t WHERE id = 2",
    "ALTER TABLE t ADD COLUMN w text",
    "ALTER TABLE t RENAME COLUMN v TO name",
)


def taken(url: str) -> dict[str, Stamp | None]:
    """Stamps by unit id, as a new connection sees them."""
    source = SqlSource(Place(id="p", target=url, location="db"), Options())
    try:
        return {unit.id: unit.stamp for unit in source.units() if isinstance(unit, Unit)}
    finally:
        source.close()


@pytest.fixture
def postgres(postgresql_server: Server) -> Iterator[tuple[str, Any]]:
    """The address of a database of its own, and a session that writes."""
    postgresql_server.execute("DROP DATABASE IF EXISTS stamps WITH (FORCE)", "CREATE DATABASE stamps")
    with postgresql_server.connect("stamps") as session:
        session.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'а'), (2, 'б')")
        session.execute("CREATE TABLE other (v text)")
        yield postgresql_server.url(database="stamps"), session


def settled(session: Any, url: str) -> dict[str, Stamp | None]:
    """Stamps when the session has reported its changes (a server does that by and by)."""
    session.execute("SELECT pg_stat_force_next_flush()")
    session.execute("SELECT 1")
    return {name: stamp and Stamp(stamp.text) for name, stamp in taken(url).items()}


@pytest.mark.server
def test_postgresql_counts_every_change_of_a_table(postgres: tuple[str, Any]) -> None:
    url, session = postgres
    before = settled(session, url)
    assert before["public.t"] is not None
    assert settled(session, url) == before
    for change in (*CHANGES, "TRUNCATE t", "VACUUM FULL t"):
        session.execute(change)
        after = settled(session, url)
        assert after["public.t"] != before["public.t"], change
        assert after["public.other"] == before["public.other"], change
        before = after
    session.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    assert settled(session, url)["public.t"] is None


@pytest.mark.server
def test_postgresql_stamps_of_a_busy_database_may_lag(postgres: tuple[str, Any]) -> None:
    url, session = postgres
    session.execute("SELECT 1")
    stamp = taken(url)["public.t"]
    assert stamp is not None
    assert stamp.lag == 60.0


@pytest.mark.server
def test_postgresql_partitions_are_one_table(postgres: tuple[str, Any]) -> None:
    url, session = postgres
    session.execute("CREATE TABLE e (at int, v text) PARTITION BY RANGE (at)")
    session.execute("CREATE TABLE e_1 PARTITION OF e FOR VALUES FROM (0) TO (10)")
    before = settled(session, url)
    session.execute("INSERT INTO e VALUES (1, 'а')")
    assert settled(session, url)["public.e"] != before["public.e"]


@pytest.mark.server
def test_postgresql_scan_carries_over_and_never_misses_a_fresh_row(
    postgres: tuple[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, session = postgres
    state = str(tmp_path / "h.sqlite")

    def rows() -> dict[str, tuple[int, int]]:
        outcome = run(Request("scan", (url,), Options(), state=state), Quiet())
        (record,) = outcome.inventory.places
        return {"read": (record.units_read, record.carried)}

    assert rows() == {"read": (2, 0)}
    session.execute("INSERT INTO t VALUES (4, 'д')")  # reported when the server likes
    assert rows() == {"read": (3, 0)}
    monkeypatch.setattr(stamps, "FLUSHED", 0.0)
    assert rows() == {"read": (3, 3)}


@pytest.mark.server
def test_mariadb_knows_the_time_of_the_last_change(mariadb_server: Server) -> None:
    mariadb_server.execute(
        "CREATE OR REPLACE DATABASE stamps",
        "CREATE TABLE stamps.t (id int PRIMARY KEY, v varchar(20)) ENGINE=InnoDB CHARSET=utf8mb4",
        "INSERT INTO stamps.t VALUES (1, 'а'), (2, 'б')",
    )
    url = mariadb_server.url(database="stamps")
    assert taken(url)["t"] is None  # just now
    time.sleep(3.1)
    before = taken(url)["t"]
    assert before is not None
    assert taken(url)["t"] == before
    for change in CHANGES[:3]:
        mariadb_server.execute(change, database="stamps")
        assert taken(url)["t"] is None
    time.sleep(3.1)
    assert taken(url)["t"] not in (None, before)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_sqlite_files_change_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str) -> None:
    monkeypatch.setattr(discovery, "SETTLED", 0.0)
    monkeypatch.setattr(sqlite, "SETTLED", 0.0)
    path = tmp_path / "d.sqlite"
    session = sqlite3.connect(path, isolation_level=None)
    session.execute(f"PRAGMA journal_mode = {journal}")
    session.execute("CREATE TABLE t (id integer PRIMARY KEY, v text)")
    session.execute("INSERT INTO t VALUES (1, 'а'), (2, 'б')")
    url = f"sqlite:///{path}"
    before = taken(url)
    assert before["t"] is not None
    assert taken(url) == before
    for change in CHANGES:
        session.execute(change)
        after = taken(url)
        assert after["t"] != before["t"], change
        before = after
    session.close()
