"""The history: private, atomic, shared by runs that go on at once, and in words when it cannot be written."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.history import History, state_folder, state_url
from tests.world import derbes

SAVE = """
import sys
from derbes.scanner.history import History
history = History(sys.argv[1])
for number in range(20):
    history.save({"run": {"id": f"{sys.argv[2]}-{number}", "finished_at": f"{number:02}"}, "command": "scan"})
"""


def report(name: str) -> dict[str, Any]:
    return {"run": {"id": name, "finished_at": name}, "command": "scan", "text": "я" * 1000}


def test_state_is_a_url_or_a_path(tmp_path: Path) -> None:
    assert state_url("a/b.sqlite") == "sqlite:///a/b.sqlite"
    assert state_url(f"{tmp_path}/b.sqlite") == f"sqlite:///{tmp_path}/b.sqlite"
    assert state_url("postgresql://h/d") == "postgresql://h/d"
    assert state_folder(f"{tmp_path}/b.sqlite") == tmp_path
    assert state_folder("sqlite:///x/b.sqlite") == Path("x")
    assert state_folder("postgresql://h/d").name == "derbes"


def test_what_is_saved_is_found_again_and_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "h.sqlite"
    history = History(str(path))
    for name in ("1", "2"):
        history.save(report(name))
    assert history.runs() == ["2", "1"]
    assert history.load() == report("2")
    assert history.load("1") == report("1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_runs_of_one_second_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    history, made = History("h.sqlite"), []
    for number in range(6):  # ids that fall: by them alone the order would be the other way round
        monkeypatch.setattr("derbes.scanner.commands.run.secrets.token_hex", lambda _=None, n=number: f"{9 - n:04}")
        assert derbes("scan", "a.csv", "-o", "r.json", "--state", "h.sqlite", "-q").code == 0
        made.append(history.runs()[0])
        assert made[-1].endswith(f"-{9 - number:04}")
    assert history.runs() == made[::-1]


def test_runs_of_a_derbes_that_kept_whole_seconds_stay_before_those_of_the_same_second(tmp_path: Path) -> None:
    history = History(str(tmp_path / "h.sqlite"))
    times = ("2026-11-22T03:00:05+05:00", "2026-11-22T03:00:05.004+05:00", "2026-11-22T03:00:06.000+05:00")
    for name, finished in zip("cba", times, strict=True):
        history.save({"run": {"id": name, "finished_at": finished}, "command": "scan"})
    assert history.runs() == ["a", "b", "c"]


def test_first_runs_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    path = str(tmp_path / "h.sqlite")
    runs = [subprocess.Popen([sys.executable, "-c", SAVE, path, f"run{n}"], stderr=subprocess.PIPE) for n in range(4)]
    for run in runs:
        _, err = run.communicate(timeout=120)
        assert (run.returncode, err) == (0, b"")
    assert len(History(path).runs()) == 80


@pytest.mark.parametrize("kind", ["folder", "garbage", "file-in-the-way"])
def test_a_history_that_cannot_be_used_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "h.sqlite"
    if kind == "folder":
        path.mkdir()
    elif kind == "garbage":
        path.write_bytes(b"no database at all, " * 500)
    else:
        path.write_bytes(b"")
        path = path / "h.sqlite"
    with pytest.raises(UsageError) as raised:
        History(str(path)).save(report("1"))
    assert raised.value.slug == "state"


def test_a_run_is_not_lost_with_its_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    Path("h").mkdir()
    ran = derbes("scan", "a.csv", "--state", "h", "-q")
    assert ran.code == 0
    assert "state" in ran.err
    assert "Traceback" not in ran.err


def test_a_full_disk_is_said_and_leaves_no_half_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    def full(source: Any, target: Any) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    Path("report.json").write_text("the old one")
    monkeypatch.setattr(shutil, "copyfileobj", full)
    ran = derbes("scan", "a.csv", "-o", "report.json", "--state", "none", "-q")
    assert ran.code == 2
    assert "No space left" in ran.err
    assert Path("report.json").read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "report.json"]


def test_reports_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    assert derbes("scan", "a.csv", "-o", "r.json", "--occurrences", "o.jsonl", "--state", "none", "-q").code == 0
    assert [stat.S_IMODE(Path(name).stat().st_mode) for name in ("r.json", "o.jsonl")] == [0o600] * 2


def test_a_full_standard_output_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    command = [sys.executable, "-c", "from derbes.scanner.cli import main; main()", "scan", "a.csv", "--state", "none"]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert b"No space left" in ran.stderr
