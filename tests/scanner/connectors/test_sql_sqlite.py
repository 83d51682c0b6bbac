"""SQLite: the contract, and what only SQLite does."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.sql.base import Query, Table
from derbes.scanner.connectors.sql.source import SqlSource
from derbes.scanner.connectors.sql.sqlite import Sqlite
from derbes.scanner.connectors.sql.values import as_text
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import TableBatch, Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Budget, Place
from tests.contracts.source import SourceContract, everything, listed, values

SCHEMA = """
CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, phone VARCHAR(20), iin BIGINT, payload JSON);
CREATE TABLE notes (body TEXT);
CREATE TABLE codes (code TEXT PRIMARY KEY, n) WITHOUT ROWID;
CREATE TABLE computed (a INT, twice INT GENERATED ALWAYS AS (a * 2) VIRTUAL);
CREATE TABLE "odd ""table"" 100%" ("select" TEXT, "a.b" TEXT, rowid TEXT);
CREATE VIRTUAL TABLE found USING fts5(body);
CREATE VIEW names AS SELECT id, name FROM clients;
CREATE VIEW broken AS SELECT x FROM nowhere;
"""


def place_of(path: Path, **more: Any) -> Place:
    return Place(id=str(path), target=f"sqlite:///{quote(str(path))}", location=str(path), **more)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop #1?.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    for number in range(1, 11):
        payload = f'{{"phone": "+7701000{number:04}"}}'
        row = (number, f"Клиент {number}", f"+7702000{number:04}", 880101300100 + number, payload)
        connection.execute("INSERT INTO clients VALUES (?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO notes VALUES (?)", (f"заметка {number}",))
    connection.execute("INSERT INTO codes VALUES ('b', 2), ('a', x'FF00')")
    connection.execute("INSERT INTO computed VALUES (21)")
    connection.execute("""INSERT INTO "odd ""table"" 100%" VALUES ('x', 'y', 'z')""")
    connection.execute("INSERT INTO found VALUES ('полный текст')")
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def place(file: Path) -> Place:
    return place_of(file)


def write(path: Path, *statements: str) -> Place:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return place_of(path)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


class TestContract(SourceContract):
    source = SqlSource

    def state(self, place: Place) -> Any:
        return digests(Path(place.location).parent)

    def missing(self, unit: Unit) -> dict[str, Any]:
        return {"table": "gone"}


def test_all_tables_are_read_and_only_they(place: Place) -> None:
    source = SqlSource(place, Options())
    given = values(source)
    assert {path.partition(".")[0] for path, _, _ in given} == {
        "clients", "codes", "computed", "found", "names", "notes", 'odd "table" 100%'
    }  # fmt: skip
    assert ("clients.iin", 3, "880101300103") in given
    assert ("clients.payload.phone", 10, "+77010000010") in given
    assert ("computed.twice", 1, "42") in given
    assert ('odd "table" 100%.a.b', 1, "y") in given
    assert ("found.body", 1, "полный текст") in given
    assert ("codes.n", 2, "2") in given
    fields = {field.path: field for dataset in source.datasets() for field in dataset.fields}
    assert fields["clients.phone"].length == 20
    assert fields["clients.iin"].type == "BIGINT"


def test_what_was_not_read_is_listed(place: Place) -> None:
    source = SqlSource(place, Options())
    remarks = [item for item in source.units() if isinstance(item, Unscanned)]
    remarks += [item for item in everything(source) if isinstance(item, Unscanned)]
    assert {(remark.path, remark.code) for remark in remarks} == {
        ("broken", "table-vanished"),
        ("codes.n", "column-binary"),
    }


def test_an_old_sqlite_lists_its_tables_too(place: Place) -> None:
    source = SqlSource(place, Options())
    expected = {unit.id for unit in listed(source)}
    old = source.database._listed_before_3_37()  # type: ignore[attr-defined]
    assert expected <= {name for _, name, *_ in old}
    assert {name for _, name, _, _, without_rowid, _ in old if without_rowid} >= {"codes"}


def test_a_path_alone_is_a_database_too(file: Path, place: Place) -> None:
    alone = Place(id="x", target=str(file), location=str(file))
    assert values(SqlSource(alone, Options())) == values(SqlSource(place, Options()))


def test_gaps_in_the_key_lose_nothing(tmp_path: Path) -> None:
    keys = [-5, 0, 7, 8, 1_000_000, 2**62, 2**63 - 1]
    inserts = [f"INSERT INTO t VALUES ({key}, 'v{key}')" for key in keys]
    place = write(tmp_path / "gaps.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v)", *inserts)
    for rows in (1, 2, 3, 100):
        source = SqlSource(place, Options(unit_rows=rows))
        assert len(listed(source)) < 1000  # not one for every number that could be a key
        assert sorted(value for path, _, value in values(source) if path == "t.v") == sorted(f"v{key}" for key in keys)


def test_text_that_is_not_utf8_is_read(tmp_path: Path) -> None:
    inserts = [f"INSERT INTO t VALUES ('строка {number}')" for number in range(3000)]
    inserts.append(f"INSERT INTO t VALUES (CAST(x'{'Иванов'.encode('cp1251').hex()}' AS TEXT))")
    inserts.append("INSERT INTO t VALUES ('конец')")
    place = write(tmp_path / "bytes.db", "CREATE TABLE t (v TEXT)", *inserts)
    texts = [value for _, _, value in values(SqlSource(place, Options()))]
    assert len(texts) == 3002
    assert {"Иванов", "конец", "строка 0"} <= set(texts)


def test_a_wal_database_leaves_no_files_behind(tmp_path: Path) -> None:
    place = write(tmp_path / "wal.db", "PRAGMA journal_mode = wal", "CREATE TABLE t (v)", "INSERT INTO t VALUES ('x')")
    before = digests(tmp_path)
    assert values(SqlSource(place, Options())) == [("t.v", 1, "x")]
    assert digests(tmp_path) == before


def test_a_wal_database_in_use_is_read_to_its_last_commit(tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "live.db")
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute("CREATE TABLE t (v)")
    writer.execute("INSERT INTO t VALUES ('fresh')")
    writer.commit()
    assert values(SqlSource(place_of(tmp_path / "live.db"), Options())) == [("t.v", 1, "fresh")]
    writer.close()


def test_a_locked_database_costs_its_own_timeout(file: Path, place: Place) -> None:
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    given = list(SqlSource(place, Options(lock_timeout=0.2)).units())
    writer.close()
    assert [item.code for item in given if isinstance(item, Unscanned)] == ["lock-timeout"]


def test_an_endless_view_is_stopped_and_its_neighbours_are_read(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"
    place = write(
        tmp_path / "slow.db", f"CREATE VIEW a AS {endless}", "CREATE TABLE b (v)", "INSERT INTO b VALUES ('kept')"
    )
    given = list(everything(SqlSource(place, Options(timeout=0.5))))
    assert [(item.path, item.code) for item in given if isinstance(item, Unscanned)] == [("a", "statement-timeout")]
    assert any(isinstance(item, TableBatch) and "b.v" in item.columns for item in given)


@pytest.mark.parametrize("damage", ["text", "middle", "short"])
def test_a_damaged_file_is_a_remark(tmp_path: Path, damage: str) -> None:
    inserts = [f"INSERT INTO t VALUES ('{'x' * 500}{number}')" for number in range(200)]
    place = write(tmp_path / "bad.db", "CREATE TABLE t (v)", *inserts)
    data = bytearray((tmp_path / "bad.db").read_bytes())
    if damage == "text":
        data = bytearray(b"not a database at all, only a text of that name" * 50)
    elif damage == "middle":
        data[4096 * 3 : 4096 * 8] = b"\xff" * 4096 * 5
    else:
        del data[len(data) // 2 :]
    (tmp_path / "bad.db").write_bytes(data)
    source = SqlSource(place, Options())
    given = [item for item in source.units() if isinstance(item, Unscanned)] + list(everything(source))
    assert {item.code for item in given if isinstance(item, Unscanned)} == {"file-damaged"}


def test_an_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert list(SqlSource(place_of(tmp_path / "empty.db"), Options()).units()) == []


def test_no_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        list(SqlSource(place_of(tmp_path / "none.db"), Options()).units())
    assert caught.value.slug == "dsn-connect"


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    given = list(SqlSource(place_of(tmp_path / "pipe.db"), Options()).units())
    assert [item.code for item in given if isinstance(item, Unscanned)] == ["file-special"]


class TestSamples:
    @pytest.fixture
    def big(self, tmp_path: Path) -> Iterator[Place]:
        path = tmp_path / "big.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v INT)")
        connection.execute("CREATE TABLE k (id TEXT PRIMARY KEY, v INT) WITHOUT ROWID")
        connection.executemany("INSERT INTO t VALUES (?, ?)", ((n, n) for n in range(1, 20_001)))
        connection.executemany("INSERT INTO k VALUES (?, ?)", ((f"{n:06}", n) for n in range(1, 20_001)))
        connection.commit()
        connection.close()
        yield place_of(path)

    def test_a_sample_is_spread_over_the_table_and_its_size_is_told(self, big: Place) -> None:
        source = SqlSource(big, Options(sample_rows=1000))
        rows = values(source)
        for path in ("t.v", "k.v"):
            chosen = [int(value) for name, _, value in rows if name == path]
            assert 850 < len(chosen) < 1150
            assert len(set(chosen)) == len(chosen)
            quarters = [sum(1 for value in chosen if low < value <= low + 5000) for low in range(0, 20_000, 5000)]
            assert min(quarters) > 180  # 250 expected; 180 is five standard deviations below
        assert all(unit == int(value) for path, unit, value in rows if path.endswith(".v"))
        remarks = {item.path: item for item in everything(source) if isinstance(item, Unscanned)}
        assert remarks["t"].code == "sampled"
        assert remarks["t"].params == {"rows": 1000, "total": 20_000}
        totals = {b.dataset.name: b.dataset.rows_total for b in everything(source) if isinstance(b, TableBatch)}
        assert totals == {"t": 20_000, "k": 20_000}

    def test_the_seed_decides(self, big: Place) -> None:
        def chosen(seed: int) -> list[Any]:
            return values(SqlSource(big, Options(sample_rows=100, seed=seed)))

        assert chosen(1) == chosen(1)
        assert chosen(1) != chosen(2)

    def test_a_budget_samples_and_full_does_not(self, big: Place) -> None:
        from dataclasses import replace

        place = replace(big, budget=Budget(rows=10))
        assert len(values(SqlSource(place, Options()))) < 100
        assert len(values(SqlSource(place, Options(full=True)))) == 80_000
        assert len(values(SqlSource(place, Options(sample_rows=20_000)))) == 80_000

    def test_large_samples_and_sparse_keys(self, tmp_path: Path) -> None:
        connection = sqlite3.connect(tmp_path / "sparse.db")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v INT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", ((n * 1_000_003, n) for n in range(5000)))
        connection.commit()
        connection.close()
        rows = values(SqlSource(place_of(tmp_path / "sparse.db"), Options(sample_rows=500)))
        assert 380 < len([1 for path, _, _ in rows if path == "t.v"]) < 620


def test_rows_per_second_are_limited(tmp_path: Path) -> None:
    import time

    inserts = [f"INSERT INTO t VALUES ({number})" for number in range(50)]
    place = write(tmp_path / "slow.db", "CREATE TABLE t (v)", *inserts)
    start = time.monotonic()
    values(SqlSource(place, Options(max_rows_per_second=100)))
    assert 0.4 < time.monotonic() - start < 5


def test_two_threads_may_read_at_once(place: Place) -> None:
    expected = values(SqlSource(place, Options()))
    given: list[Any] = []
    workers = [threading.Thread(target=lambda: given.append(values(SqlSource(place, Options())))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert given == [expected] * 4


def test_the_mode_of_the_file_is_a_fact(file: Path, place: Place) -> None:
    file.chmod(0o644)
    (facts,) = SqlSource(place, Options()).facts()
    assert facts.mode == 0o644
    assert facts.remote is False


CELLS = [
    None,
    "",
    "x",
    "а",
    "нет",
    "a\x1fb",
    "\x00",
    "line\nbreak",
    "tab\t",
    "{",
    "\x1b[0m",
    0,
    -5,
    2**40,
    0.5,
    1e20,
    870521300459.0,
]
CELLS += [b"text", b"\xff\xfe", b"\x00\x01", "ё" * 3000]


@pytest.mark.parametrize("step", [1, 7, -3])
def test_joined_columns_hold_what_rows_hold(tmp_path: Path, step: int) -> None:
    """Rows that SQLite hands over column by column, and those it cannot, are the same as row by row."""
    path = tmp_path / "cells.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b TEXT)")
        odd = [(40 + step * n, CELLS[n % len(CELLS)], CELLS[n * 7 % len(CELLS)]) for n in range(400)]
        plain = [(40 + step * n, f"v{n % 9}", str(n) if n % 4 else None) for n in range(400, 40_000)]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", odd + plain)
        connection.commit()
    source = SqlSource(Place(id="p", target=str(path), location=str(path)), Options())
    database = source.database
    assert isinstance(database, Sqlite)
    (table,) = [table for table in database.tables() if isinstance(table, Table)]
    chunks = list(database.stream(Query(table)))
    assert {chunk.arrow for chunk in chunks} == {True, False}
    joined = [row for chunk in chunks for row in zip(*map(texts_of, chunk.columns), strict=True)]
    single = [
        row for chunk in database._by_rows(Query(table)) for row in zip(*map(texts_of, chunk.columns), strict=True)
    ]
    assert joined == single
    assert [row[0] for row in joined] == sorted((str(row[0]) for row in odd + plain), key=int)
    bounded = Query(table, low=1000, high=1100)
    assert sum(chunk.rows for chunk in database.stream(bounded)) == sum(c.rows for c in database._by_rows(bounded))
    source.close()


def texts_of(column: Any) -> list[str | None]:
    return column.to_pylist() if hasattr(column, "to_pylist") else as_text(list(column))[0]
