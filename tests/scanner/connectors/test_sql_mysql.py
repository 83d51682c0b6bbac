"""MariaDB, the real one: the contract, and what only MySQL and MariaDB do."""

from __future__ import annotations

import time
from typing import Any

import pytest

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.sql.source import SqlSource
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import TableBatch, Unit
from derbes.scanner.model.facts import Grant
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place
from tests.contracts.source import SourceContract, everything, listed, values
from tests.servers import PASSWORD, Server

pytestmark = pytest.mark.server

SCHEMA = [
    "CREATE TABLE clients (id BIGINT PRIMARY KEY, name VARCHAR(80) COMMENT 'ФИО', phone TEXT, iin BIGINT, born DATE,"
    " paid DECIMAL(12,2), payload JSON, photo BLOB, kind ENUM('new','old'), seen DATETIME) COMMENT 'клиенты'",
    *(
        f"INSERT INTO clients VALUES ({n}, 'Клиент {n}', '+7702000{n:04}', {880101300100 + n}, '1988-01-02', {n},"
        f""" '{{"phone": "+7701000{n:04}"}}', 'text', 'new', '2024-01-02 03:04:05')"""
        for n in range(1, 11)
    ),
    "INSERT INTO clients (id, photo) VALUES (11, x'FF00')",
    "CREATE TABLE nokey (body TEXT)",
    "INSERT INTO nokey VALUES ('одна'), ('две')",
    "CREATE TABLE `odd ``%s table` (`select` TEXT, `a``b` INT)",
    "INSERT INTO `odd ``%s table` VALUES ('x', 1)",
    "CREATE TABLE old_style (v VARCHAR(20)) CHARACTER SET cp1251",
    "INSERT INTO old_style VALUES ('Иванов')",
    "CREATE TABLE parts (id INT PRIMARY KEY, v TEXT) PARTITION BY HASH (id) PARTITIONS 3",
    "INSERT INTO parts VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    "CREATE VIEW names AS SELECT id, name FROM clients",
    "CREATE TABLE gone (v INT)",
    "CREATE VIEW broken AS SELECT v FROM gone",
    "DROP TABLE gone",
    "CREATE TABLE vault (secret TEXT)",
    f"CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}'",
    "GRANT SELECT ON shop.names TO reader@'%'",
    "GRANT SELECT (id, name) ON shop.clients TO reader@'%'",
    "GRANT INSERT ON shop.vault TO reader@'%'",
    "CREATE ROLE analysts",
    "GRANT SELECT ON shop.clients TO analysts",
    "CREATE USER ann@'%'",
    "GRANT analysts TO ann@'%'",
    "CREATE DATABASE second",
    "CREATE TABLE second.t (v TEXT)",
    "INSERT INTO second.t VALUES ('z')",
]


@pytest.fixture(scope="module")
def server(mariadb_server: Server) -> Server:
    mariadb_server.execute(*SCHEMA)
    return mariadb_server


def place_of(server: Server, user: str = "admin", database: str = "shop") -> Place:
    return Place(id="my", target=server.url(user, database), location="mysql://127.0.0.1/shop")


@pytest.fixture
def place(server: Server) -> Place:
    return place_of(server)


def remarks(source: SqlSource) -> dict[str, str]:
    found = [item for item in source.units() if isinstance(item, Unscanned)]
    found += [item for item in everything(source) if isinstance(item, Unscanned)]
    return {item.path: item.code for item in found}


class TestContract(SourceContract):
    source = SqlSource
    server: Server

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server

    def state(self, place: Place) -> Any:
        names = ("Com_insert", "Com_update", "Com_delete", "Com_create_table", "Com_drop_table", "Handler_write")
        quoted = ", ".join(f"'{name}'" for name in names[:-1])
        return self.server.execute(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({quoted})")

    def missing(self, unit: Unit) -> dict[str, Any]:
        return {"table": "no such table"}


def test_every_type_is_read_as_text(place: Place) -> None:
    given = {
        path: value
        for path, unit, value in values(SqlSource(place, Options()))
        if unit == 1 and path.startswith("clients.")
    }
    assert given == {
        "clients.id": "1", "clients.name": "Клиент 1", "clients.phone": "+77020000001", "clients.iin": "880101300101",
        "clients.born": "1988-01-02", "clients.paid": "1.00", "clients.payload.phone": "+77010000001",
        "clients.photo": "text", "clients.kind": "new", "clients.seen": "2024-01-02 03:04:05",
    }  # fmt: skip


def test_all_tables_are_read_once(place: Place) -> None:
    given = values(SqlSource(place, Options()))
    assert ("odd `%s table.a`b", 1, "1") in given
    assert ("old_style.v", 1, "Иванов") in given
    assert sorted(value for path, _, value in given if path == "parts.v") == ["one", "three", "two"]
    assert ("names.name", 2, "Клиент 2") in given
    assert not any(path.startswith("t.") for path, _, _ in given)


def test_without_a_database_all_are_read(server: Server) -> None:
    given = values(SqlSource(place_of(server, database=""), Options()))
    assert ("second.t.v", 1, "z") in given
    assert ("shop.clients.name", 1, "Клиент 1") in given
    assert not any(path.startswith(("mysql.", "sys.", "information_schema.")) for path, _, _ in given)


def test_what_was_not_read_is_listed(place: Place) -> None:
    assert remarks(SqlSource(place, Options())) == {"broken": "query-failed", "clients.photo": "column-binary"}


def test_comments_types_and_lengths_are_told(place: Place) -> None:
    (clients,) = [dataset for dataset in SqlSource(place, Options()).datasets() if dataset.name == "clients"]
    name = clients.fields[1]
    assert (clients.comment, name.comment, name.type, name.length) == ("клиенты", "ФИО", "varchar(80)", 80)


def test_a_reader_sees_what_it_may_and_names_the_rest(server: Server) -> None:
    source = SqlSource(place_of(server, "reader"), Options())
    found = remarks(source)
    assert found["vault"] == "no-select"
    assert found["clients"] == "no-select"  # of the columns that it may not read it does not learn the names
    assert "names" not in found
    assert {path for path, _, _ in values(source)} == {"clients.id", "clients.name", "names.id", "names.name"}


def test_grants_are_facts(place: Place) -> None:
    (facts,) = SqlSource(place, Options()).facts()
    assert facts.remote is False
    assert facts.encrypted is False
    assert {
        Grant("names", "reader"),
        Grant("clients.name", "reader"),
        Grant("clients", "analysts"),
        Grant("clients", "ann", "analysts"),
        Grant("clients", "reader", "names"),
    } <= set(facts.grants)
    assert not any(grant.grantee == "admin" for grant in facts.grants)


def test_a_locked_table_costs_its_own_timeout(server: Server, place: Place) -> None:
    holder = server.connect()
    holder.cursor().execute("LOCK TABLES nokey WRITE")
    try:
        start = time.monotonic()
        source = SqlSource(place, Options(lock_timeout=1))
        found = remarks(source)
        assert found["nokey"] == "lock-timeout"
        assert time.monotonic() - start < 10
    finally:
        holder.close()
    assert ("nokey.body", 1, "одна") in values(source)


def test_a_slow_view_costs_its_own_timeout(server: Server) -> None:
    server.execute("CREATE OR REPLACE DATABASE slow")
    server.execute(
        "CREATE VIEW a_slow AS SELECT SLEEP(60) AS v", "CREATE TABLE b (v TEXT)", "INSERT INTO b VALUES ('kept')",
        database="slow",
    )  # fmt: skip
    start = time.monotonic()
    given = list(everything(SqlSource(place_of(server, database="slow"), Options(timeout=1.0))))
    assert time.monotonic() - start < 15
    assert [(i.path, i.code) for i in given if isinstance(i, Unscanned)] == [("a_slow", "statement-timeout")]
    assert any(isinstance(item, TableBatch) and "b.v" in item.columns for item in given)


def filled(server: Server, name: str, rows: int) -> Place:
    server.execute(f"CREATE OR REPLACE DATABASE {name}")
    server.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, v TEXT)",
        f"INSERT INTO t SELECT seq, REPEAT('x', 200) FROM seq_1_to_{rows}",
        "ANALYZE TABLE t",
        database=name,
    )
    return place_of(server, database=name)


def test_a_lost_connection_is_tried_again(server: Server) -> None:
    source = SqlSource(filled(server, "lost", 60_000), Options())
    (unit,) = listed(source)
    numbers: list[str] = []
    for batch in source.read(unit):
        assert isinstance(batch, TableBatch), batch
        if not numbers:
            threads = server.execute("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = 'lost'")
            server.execute(*(f"KILL {row[0]}" for row in threads))
        numbers += batch.columns["t.id"].tolist()
    assert numbers == [str(number) for number in range(1, 60_001)]


def test_a_reader_that_stops_early_does_not_read_the_rest(server: Server) -> None:
    source = SqlSource(filled(server, "early", 60_000), Options())
    (unit,) = listed(source)
    reading = source.read(unit)
    next(iter(reading))
    reading.close()  # type: ignore[attr-defined]
    assert len(values(source, [unit])) == 120_000


def test_samples_are_spread_and_told(server: Server) -> None:
    source = SqlSource(filled(server, "sampled", 20_000), Options(sample_rows=1000))
    chosen = [int(value) for path, _, value in values(source) if path == "t.id"]
    assert 850 < len(chosen) < 1150
    assert min(sum(low < value <= low + 5000 for value in chosen) for low in range(0, 20_000, 5000)) > 180
    assert remarks(source) == {"t": "sampled"}


def test_the_session_cannot_write(place: Place) -> None:
    import pymysql

    with pytest.raises(pymysql.err.OperationalError, match="READ ONLY"):
        SqlSource(place, Options()).database.raw.cursor().execute("INSERT INTO nokey VALUES ('ours')")


@pytest.mark.parametrize(
    ("user", "password", "database", "slug"),
    [("admin", "wrong-canary", "shop", "dsn-auth"), ("reader", PASSWORD, "second", "dsn-auth"),
     ("admin", PASSWORD, "none", "dsn-connect")],
)  # fmt: skip
def test_a_refused_connection_is_one_clear_error(
    server: Server, user: str, password: str, database: str, slug: str
) -> None:
    place = Place(id="my", target=server.url(user, database, password), location="")
    with pytest.raises(UsageError) as caught:
        list(SqlSource(place, Options()).units())
    assert caught.value.slug == slug
    assert "canary" not in str(caught.value) + repr(caught.value) + caught.value.hint.format(**caught.value.params)
