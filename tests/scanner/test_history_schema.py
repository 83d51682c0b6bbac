"""The history over time: older files are brought up to date, a shared PostgreSQL, retention, trend, ages."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from derbes.reports.json_report import document
from derbes.scanner import history_schema
from derbes.scanner.commands.runs import aged, previous, trend
from derbes.scanner.compare import compare
from derbes.scanner.errors import UsageError
from derbes.scanner.history import History, Keep
from derbes.scanner.model.findings import Exemption, Outcome
from tests.reports.outcomes import clean, outcome
from tests.servers import Server
from tests.world import derbes

SAVE = """
import sys
from derbes.scanner.history import History
from tests.scanner.test_history_schema import at
from derbes.reports.json_report import document
for hour in range(10):
    History(sys.argv[1]).save(document(at(f"2026-11-20T{hour:02}:00:00+05:00", sys.argv[2]), "ru"))
"""


def at(finished: str, name: str = "", made: Outcome | None = None) -> Outcome:
    """An outcome of another time."""
    made = made or outcome()
    run = replace(made.inventory.run, id=name + finished.replace(":", ""), started_at=finished, finished_at=finished)
    return replace(made, inventory=replace(made.inventory, run=run))


def days(number: int) -> list[Outcome]:
    return [at(f"2026-11-{day:02}T03:00:00+05:00") for day in range(1, number + 1)]


def first_version(path: Path, made: list[Outcome]) -> None:
    """A file as the first version of the history wrote it."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE derbes_state (version INTEGER NOT NULL)")
        base.execute("INSERT INTO derbes_state VALUES (1)")
        base.execute(
            "CREATE TABLE derbes_runs (id VARCHAR(64) NOT NULL PRIMARY KEY, command VARCHAR(16) NOT NULL,"
            " finished_at VARCHAR(40) NOT NULL, report BLOB NOT NULL)"
        )
        base.execute("CREATE INDEX ix_derbes_runs_finished_at ON derbes_runs (finished_at)")
        for one in made:
            given = document(one, "ru")
            packed = zlib.compress(json.dumps(given).encode(), 6)
            row = (given["run"]["id"], "check", given["run"]["finished_at"], packed)
            base.execute("INSERT INTO derbes_runs VALUES (?, ?, ?, ?)", row)
    base.close()


# -- versions -----------------------------------------------------------------------------------------------------


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    first_version(path, days(3))
    history = History(str(path))
    assert len(history.runs()) == 3
    assert [point.total for point in history.trend()] == [4, 4, 4]
    assert history.first_seen({"DRB-00000001"}) == {"DRB-00000001": "2026-11-01T03:00:00+05:00"}
    history.save(document(at("2026-11-09T03:00:00+05:00"), "ru"))
    again = History(str(path))
    assert [point.finished_at[8:10] for point in again.trend()] == ["01", "02", "03", "09"]
    with sqlite3.connect(path) as base:
        assert base.execute("SELECT version FROM derbes_state").fetchall() == [(history_schema.VERSION,)]
    base.close()


def test_two_that_bring_it_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    first_version(path, days(28))
    code = "import sys; from derbes.scanner.history import History; print(len(History(sys.argv[1]).trend(limit=99)))"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for one in started:
        out, err = one.communicate(timeout=120)
        assert (out.strip(), err) == (b"28", b"")


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    History(str(path)).runs()
    with sqlite3.connect(path) as base:
        base.execute("UPDATE derbes_state SET version = 99")
    base.close()
    with pytest.raises(UsageError, match="более новой версией"):
        History(str(path)).runs()


# -- shared -------------------------------------------------------------------------------------------------------


@pytest.fixture
def shared(postgresql_server: Server) -> str:
    postgresql_server.execute("DROP TABLE IF EXISTS derbes_runs, derbes_state, derbes_seen")
    return postgresql_server.url().replace("postgresql://", "postgresql+psycopg://")


@pytest.mark.server
def test_a_shared_postgresql(shared: str, postgresql_server: Server) -> None:
    history = History(shared)
    for one in days(4):
        history.save(document(one, "ru"))
    assert len(History(shared).runs()) == 4
    assert history.load(history.runs()[0]) == document(days(4)[-1], "ru")
    assert [point.critical for point in history.trend()] == [1] * 4
    assert history.first_seen({"DRB-00000002"})["DRB-00000002"].startswith("2026-11-01")
    history.save(document(at("2026-11-30T03:00:00+05:00"), "ru"), Keep(runs=2))
    assert len(history.runs()) == 2
    kinds = postgresql_server.execute(
        "SELECT data_type FROM information_schema.columns WHERE table_name = 'derbes_runs' ORDER BY column_name"
    )
    assert ("bytea",) in kinds


@pytest.mark.server
def test_first_runs_at_once_on_a_shared_postgresql(shared: str) -> None:
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE, shared, f"w{number}-"],
            stderr=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        )
        for number in range(3)
    ]  # fmt: skip
    for one in started:
        assert one.communicate(timeout=180)[1] == b""
    assert len(History(shared).runs()) == 30


@pytest.mark.server
def test_an_older_shared_history_is_brought_up_to_date(shared: str, postgresql_server: Server) -> None:
    History(shared).save(document(days(1)[0], "ru"))
    postgresql_server.execute(
        "ALTER TABLE derbes_runs DROP COLUMN summary", "DROP TABLE derbes_seen", "UPDATE derbes_state SET version = 1"
    )
    assert [point.total for point in History(shared).trend()] == [4]


@pytest.mark.server
def test_the_command_with_a_shared_state(shared: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mail\na@firma.kz\n")
    assert derbes("scan", tmp_path / "a.csv", "--state", shared, "-q").code == 0
    assert derbes("report", "--state", shared, "-o", tmp_path / "r.html").code in (0, 1)
    ran = derbes("report", "--list", "--state", shared)
    assert (ran.code, len(ran.out.split())) == (0, 1)


# -- retention ----------------------------------------------------------------------------------------------------


def test_runs_are_dropped_by_number_and_by_age(tmp_path: Path) -> None:
    history = History(str(tmp_path / "h.sqlite"))
    for one in days(20):
        history.save(document(one, "ru"), Keep(runs=15, period="P10D"))
    assert [run[8:10] for run in history.runs()] == [f"{day:02}" for day in range(20, 9, -1)]
    for one in days(20)[:1]:
        history.save(document(at("2027-11-20T03:00:00+05:00", made=one), "ru"), Keep(period="P10D"))
    assert len(history.runs()) == 1  # the newest stays, however old the others are


def test_the_configuration_says_how_much_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "derbes.yml").write_text(
        "version: 1\nplaces:\n  - {id: a, target: a.csv}\nhistory: {runs: 2, keep: P3Y}\n"
    )
    for _ in range(4):
        assert derbes("scan", "-c", tmp_path / "derbes.yml", "--state", tmp_path / "h.sqlite", "-q").code == 0
    assert len(History(str(tmp_path / "h.sqlite")).runs()) == 2


# -- trend, ages, approval ----------------------------------------------------------------------------------------


def test_the_trend_is_of_comparable_runs(tmp_path: Path) -> None:
    state = str(tmp_path / "h.sqlite")
    made = days(12)
    for one in (*made[:10], at("2026-11-11T02:00:00+05:00", "other", clean())):
        History(state).save(document(one, "ru"))
    points = trend(made[10], state)
    assert [point.finished_at[8:10] for point in points] == ["04", "05", "06", "07", "08", "09", "10", "11"]
    assert (points[-1].total, points[-1].critical, points[-1].accepted) == (4, 1, 1)
    old = trend(made[4], state)
    assert old[-1].run == made[4].inventory.run.id
    assert len(old) == 5


def test_report_trend(tmp_path: Path) -> None:
    state = str(tmp_path / "h.sqlite")
    for one in days(3):
        History(state).save(document(one, "ru"))
    ran = derbes("report", "--trend", "--state", state)
    lines = ran.out.splitlines()
    assert len(lines) == 4
    assert lines[1].split() == ["2026-11-01T030000+0500", "check", "5", "4", "4", "1", "2", "1"]


def test_violations_know_when_they_were_met_first(tmp_path: Path) -> None:
    state = str(tmp_path / "h.sqlite")
    first, second = days(2)
    History(state).save(document(aged(replace(first, violations=first.violations[:1]), state), "ru"))
    known = {v.id: v.first_seen for v in aged(second, state).violations}
    assert known["DRB-00000001"] == first.inventory.run.started_at
    assert known["DRB-00000002"] == second.inventory.run.started_at
    assert {v.first_seen for v in aged(second, "none").violations} == {None}


def test_the_json_report_says_when(tmp_path: Path) -> None:
    lines = [f"2026-11-22 10:00:0{number} INFO letter to a.zeinoldina77@qyzmet.kz\n" for number in range(9)]
    (tmp_path / "a.log").write_text("".join(lines))
    args: list[Any] = ["scan", tmp_path / "a.log", "--state", tmp_path / "h.sqlite", "-q", "-o", tmp_path / "r.json"]
    derbes(*args)
    first = json.loads((tmp_path / "r.json").read_bytes())
    derbes(*args)
    second = json.loads((tmp_path / "r.json").read_bytes())
    assert second["violations"]
    assert {v["first_seen"] for v in second["violations"]} == {first["run"]["started_at"]}


def test_two_runs_of_one_second_are_told_apart(tmp_path: Path) -> None:
    state = str(tmp_path / "h.sqlite")
    moment = "2026-11-22T03:00:00+05:00"
    for name in ("b", "a"):
        made = at(moment)
        run = replace(made.inventory.run, id=f"20261122-030000-{name}")
        History(state).save(document(replace(made, inventory=replace(made.inventory, run=run)), "ru"))
    made = at(moment)
    run = replace(made.inventory.run, id="20261122-030000-0")
    assert previous(replace(made, inventory=replace(made.inventory, run=run)), state) is not None


def test_what_was_accepted_without_approval_is_said() -> None:
    before, after = outcome(), outcome()
    accepted = replace(after.violations[1], state="accepted")
    own = Exemption(
        id=accepted.id, reason="надо", by="a", until="2026-12-31", approved_by=None, status="active"
    )  # fmt: skip
    after = replace(after, violations=(after.violations[0], accepted), exemptions=(own,))
    assert [v.id for v in compare(before, after).unreviewed] == [accepted.id]
    approved = replace(after, exemptions=(replace(own, approved_by="dpo"),))
    assert compare(before, approved).unreviewed == ()
    assert compare(after, after).unreviewed == ()
