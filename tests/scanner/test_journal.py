"""The journal of finished units: what was noted comes back as it was, whatever the kill did to the file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
from derbes.scanner.detect import Settings
from derbes.scanner.engine import Job, scan_unit
from derbes.scanner.gather import UnitResult
from derbes.scanner.journal import Journal, decode, encode, machine_key, unit_key
from derbes.scanner.model.data import Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

LINES = "2026-11-22 10:00:00 INFO client iin=870521300459 saved\n" * 3
TABLE = "fio,iin,closed\nАхметов Ерлан,870521300459,2019-02-03\nНурланова Айгуль,,2020-01-01\n"


def job(path: Path, text: str) -> Job:
    path.write_text(text)
    place = Place(id="p", target=str(path), location=str(path))
    unit = Unit(f"{path.name}:0-{len(text)}", {"path": str(path), "part": path.name}, len(text))
    return Job(place, unit, Options(), Settings(key=b"k" * 16, occurrences=True))


@pytest.mark.parametrize(("name", "text"), [("a.log", LINES), ("a.csv", TABLE), ("a.bin", "\0\1\2" * 9000)])
def test_results_come_back_as_they_were(tmp_path: Path, name: str, text: str) -> None:
    result = scan_unit(job(tmp_path / name, text))
    assert result.reads or result.unscanned
    assert decode(UnitResult, encode(result)) == result


def test_what_was_noted_is_known_again_and_only_to_its_owner(tmp_path: Path) -> None:
    one = job(tmp_path / "a.csv", TABLE)
    result = scan_unit(one)
    journal = Journal.open(tmp_path / "state", "run", resume=False)
    assert journal is not None
    journal.add(one, result)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert not any(value in journal.path.read_bytes() for value in (b"870521300459", "Ахметов".encode()))
    journal.close(finished=False)
    again = Journal.open(tmp_path / "state", "run", resume=True)
    assert again is not None and again.known == {unit_key(one): result}
    again.close(finished=True)
    assert not again.path.exists()


def test_a_line_cut_off_by_the_kill_is_not_there(tmp_path: Path) -> None:
    jobs = [job(tmp_path / f"{n}.csv", TABLE) for n in range(2)]
    results = [scan_unit(one) for one in jobs]
    journal = Journal.open(tmp_path, "run", resume=False)
    assert journal is not None
    for one, result in zip(jobs, results, strict=True):
        journal.add(one, result)
    journal.close(finished=False)
    whole = journal.path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in (first, first + 1, first + 200, len(whole) - 1):
        journal.path.write_bytes(whole[:cut])
        again = Journal.open(tmp_path, "run", resume=True)
        assert again is not None and list(again.known) == [unit_key(jobs[0])]
        again.add(jobs[1], results[1])
        again.close(finished=False)
        assert journal.path.read_bytes() == whole


def test_a_file_that_changed_is_another_unit(tmp_path: Path) -> None:
    before = unit_key(job(tmp_path / "a.csv", TABLE))
    assert unit_key(job(tmp_path / "a.csv", TABLE + "x,y,z\n")) != before
    os.utime(tmp_path / "a.csv", (1, 1))
    assert before is not None


def test_what_may_go_better_next_time_is_not_noted(tmp_path: Path) -> None:
    one = job(tmp_path / "a.csv", TABLE)
    journal = Journal.open(tmp_path, "run", resume=False)
    assert journal is not None
    for code in ("lock-timeout", "internal", "connection-lost"):
        journal.add(one, UnitResult("p", one.unit.id, (), (), (Unscanned("p", "a.csv", code, ""),)))
    journal.close(finished=False)
    assert journal.path.read_bytes() == b""


def test_two_of_the_same_run_at_once_do_not_share_a_journal(tmp_path: Path) -> None:
    first = Journal.open(tmp_path, "run", resume=False)
    assert first is not None
    assert Journal.open(tmp_path, "run", resume=True) is None
    first.close(finished=True)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    assert machine_key(tmp_path) == machine_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_full_disk_ends_the_journal_and_not_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    monkeypatch.setattr(Journal, "add", _full)
    outcome = run(Request("scan", (str(tmp_path / "a.csv"),), Options(), state=str(tmp_path / "h.sqlite")), Quiet())
    assert outcome.inventory.fields


def _full(self: Journal, one: Job, result: UnitResult) -> None:
    self._stream.close()
    self._stream = open("/dev/full", "wb", buffering=0)  # noqa: SIM115, PTH123
    ADD(self, one, result)
    assert self._stream.closed


ADD = Journal.add


def test_it_is_there_where_the_system_has_no_file_locks(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["fcntl"] = None
from pathlib import Path
from derbes.scanner.journal import Journal
journal = Journal.open(Path(sys.argv[1]), "run", resume=True)
journal.close(finished=True)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
