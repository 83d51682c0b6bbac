"""What did not change is carried over from earlier runs: the same inventory, less reading, and it is said."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from derbes.reports.json_report import document
from derbes.reports.reading import outcome_of
from derbes.reports.text import TextReport
from derbes.scanner import engine
from derbes.scanner.carried import Digests
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors import discovery
from derbes.scanner.connectors.base import Options
from derbes.scanner.gather import UnitResult
from derbes.scanner.model.data import Unit
from derbes.scanner.model.findings import Outcome

TABLE = "fio,iin\nАхметов Ерлан,870521300459\nНурланова Айгуль,\n"
LINE = "2026-11-22 10:00:00 INFO client iin=870521300459 saved\n"

PLAIN = Options()

Scanner = Callable[..., Outcome]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three files, whose times are believed at once."""
    monkeypatch.setattr(discovery, "SETTLED", 0.0)
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(TABLE)
    (folder / "c.log").write_text(LINE * 50)
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were really read; emptied by every scan."""
    seen: list[str] = []
    plain = engine.scan_unit

    def noted(job: engine.Job) -> UnitResult:
        seen.append(job.part.rpartition("/")[2])
        return plain(job)

    monkeypatch.setattr(engine, "scan_unit", noted)
    return seen


@pytest.fixture
def scan(tmp_path: Path, data: Path, read: list[str]) -> Scanner:
    def scanned(command: str = "scan", target: str = str(data), options: Options = PLAIN, **given: Any) -> Outcome:
        read.clear()
        given = {"state": str(tmp_path / "state" / "h.sqlite"), **given}
        return run(Request(command, (target,), options, **given), Quiet())

    return scanned


def found(outcome: Outcome) -> Any:
    """The inventory without what is of the run or of carrying over itself."""
    report = document(outcome, "ru")
    for place in report["places"]:
        del place["units_carried"], place["carried_from"]
    return report["places"], report["fields"], report["violations"], report["unscanned"]


def test_what_did_not_change_is_not_read_again(scan: Scanner, read: list[str], data: Path) -> None:
    first = scan()
    assert sorted(read) == ["a.csv", "b.csv", "c.log"]
    assert all(record.carried == 0 and not record.carried_from for record in first.inventory.places)
    again = scan()
    assert read == []
    assert found(again) == found(first)
    assert all(record.carried == record.units_read > 0 for record in again.inventory.places)
    (data / "b.csv").write_text(TABLE + "Ким Анна,870521300459\n")
    third = scan()
    assert read == ["b.csv"]
    assert [record.units_read for record in third.inventory.places if record.place.id.endswith("b.csv")] == [3]


def test_same_size_and_a_date_set_back_do_not_deceive(scan: Scanner, read: list[str], data: Path) -> None:
    scan()
    times = (data / "a.csv").stat()
    (data / "a.csv").write_text(TABLE.replace("Ерлан", "Серик"))
    os.utime(data / "a.csv", ns=(times.st_atime_ns, times.st_mtime_ns))
    scan()
    assert read == ["a.csv"]


def test_a_copy_in_its_place_is_known_by_its_digest(scan: Scanner, read: list[str], data: Path) -> None:
    first = scan()
    (data / "new").write_text(TABLE)
    (data / "new").rename(data / "a.csv")
    assert found(scan()) == found(first)
    assert read == []


def test_of_a_log_that_grew_only_the_new_is_read(scan: Scanner, read: list[str], data: Path) -> None:
    options = Options(unit_bytes=1000)
    whole = scan(options=options)
    ranges = read.count("c.log")
    assert ranges > 2
    with (data / "c.log").open("a") as log:
        log.write(LINE * 20)
    grown = scan(options=options)
    assert 1 <= read.count("c.log") <= 3 < ranges + 1
    fresh = scan(options=options, state="none")
    assert found(grown) == found(fresh) != found(whole)


def test_row_groups_that_stayed_are_known_in_a_rewritten_file(scan: Scanner, read: list[str], data: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    def write(groups: int, name: str = "email") -> None:
        table = pyarrow.table({name: [f"a{n}@mail.kz" for n in range(groups * 1000)]})
        parquet.write_table(table, data / "p.parquet", row_group_size=1000)

    options = Options(unit_bytes=2_000)
    write(3)
    first = scan(options=options)
    assert read.count("p.parquet") == 3
    write(5)
    grown = scan(options=options)
    assert read.count("p.parquet") == 2
    assert found(grown) == found(scan(options=options, state="none")) != found(first)
    assert found(grown) == found(scan(state="none"))  # in one piece
    write(5, "mail")
    scan(options=options)
    assert read.count("p.parquet") == 5


def test_a_rewritten_log_is_read_from_there_on(scan: Scanner, read: list[str], data: Path) -> None:
    options = Options(unit_bytes=1000)
    scan(options=options)
    text = (data / "c.log").read_text()
    (data / "c.log").write_text("x\n" + text[2:])  # one line more, the same length: later ranges number differently
    rewritten = scan(options=options)
    assert found(rewritten) == found(scan(options=options, state="none"))


@pytest.mark.parametrize("changed", [{"full": True}, {"encoding": "cp1251"}, {"sample_rows": 1}])
def test_other_wishes_read_again(scan: Scanner, read: list[str], changed: dict[str, Any]) -> None:
    scan()
    scan(options=replace(Options(), **changed))
    assert sorted(read) == ["a.csv", "b.csv", "c.log"]


def test_a_gate_and_a_list_of_occurrences_read_everything(scan: Scanner, read: list[str], tmp_path: Path) -> None:
    scan()
    for given in ({"command": "check"}, {"occurrences": str(tmp_path / "o.jsonl")}, {"state": "none"}):
        scan(**given)
        assert sorted(read) == ["a.csv", "b.csv", "c.log"]


def test_what_could_not_be_read_is_tried_again(scan: Scanner, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    plain = engine.scan_unit

    def broken(job: engine.Job) -> UnitResult:
        raise_it = engine._internal(job.place.id, job.part, OSError())
        return UnitResult(job.place.id, job.unit.id, (), (), (raise_it,))

    monkeypatch.setattr(engine, "scan_unit", broken)
    scan()
    monkeypatch.setattr(engine, "scan_unit", plain)
    assert all(record.status == "scanned" for record in scan().inventory.places)
    assert sorted(read) == ["a.csv", "b.csv", "c.log"]


def test_a_change_just_now_is_not_believed_to_be_the_last(
    scan: Scanner, read: list[str], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "SETTLED", 3600.0)
    monkeypatch.setattr(Digests, "of", lambda self, unit: "")
    scan()
    scan()
    assert sorted(read) == ["a.csv", "b.csv", "c.log"]


def test_since_leaves_out_what_is_older_and_unknown(scan: Scanner, read: list[str], data: Path) -> None:
    os.utime(data / "a.csv", (1_000_000_000, 1_000_000_000))
    outcome = scan(since=1_500_000_000.0)
    assert sorted(read) == ["b.csv", "c.log"]
    assert [problem.code for problem in outcome.inventory.unscanned] == ["unchanged"]
    assert {r.place.id.rpartition("/")[2]: r.status for r in outcome.inventory.places}["a.csv"] == "skipped"
    assert outcome.inventory.run.complete  # it was asked for
    scan()
    known = scan(since=1_500_000_000.0)
    assert read == []
    assert not known.inventory.unscanned


def test_said_in_the_reports(scan: Scanner, tmp_path: Path) -> None:
    scan()
    outcome = scan()
    text = "".join(TextReport("ru").lines(outcome))
    assert f"Не менялись и взяты из проверок с {time.strftime('%Y-%m-%d', time.gmtime())}" in text
    report = tmp_path / "r.json"
    report.write_text(json.dumps(document(outcome, "ru")))
    again = outcome_of(json.loads(report.read_text()), str(report))
    assert [r.carried for r in again.inventory.places] == [r.carried for r in outcome.inventory.places]


def test_the_store_is_private_and_holds_no_value(scan: Scanner, tmp_path: Path) -> None:
    scan()
    store = tmp_path / "state" / "units.sqlite"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    rows = [zlib.decompress(row[0]) for row in sqlite3.connect(store).execute("SELECT result FROM units_1")]
    assert len(rows) == 3
    assert not any(value in row for row in rows for value in (b"870521300459", "Ахметов".encode(), b"client iin"))


@pytest.mark.parametrize("damage", ["no database at all", "", None])
def test_a_damaged_store_costs_time_and_nothing_else(
    scan: Scanner, read: list[str], tmp_path: Path, damage: str | None
) -> None:
    first = scan()
    store = tmp_path / "state" / "units.sqlite"
    if damage is None:
        with sqlite3.connect(store) as connection:
            connection.execute("UPDATE units_1 SET result = x'00'")
    else:
        store.write_text(damage)
    assert found(scan()) == found(first)


def test_digests_of_ranges_cover_what_they_depend_on(tmp_path: Path) -> None:
    path = tmp_path / "f"

    def digests(text: bytes) -> list[str]:
        path.write_bytes(text)
        reader = Digests()
        ranges = [(0, 10), (10, 20), (20, 30)]
        return [reader.of(Unit(str(a), {"path": str(path), "start": a, "end": b})) for a, b in ranges]

    plain = digests(b"0123\n5678\n" * 3)
    tail = digests(b"0123\n5678\n" * 2 + b"0123\n567x\n")
    head = digests(b"01234\n678\n" + b"0123\n5678\n" * 2)
    assert [a == b for a, b in zip(plain, tail, strict=True)] == [True, True, False]
    assert [a == b for a, b in zip(plain, head, strict=True)] == [False, False, False]
    assert Digests().of(Unit("-", {"path": "-"})) == Digests().of(Unit("t", {"table": "t"})) == ""
