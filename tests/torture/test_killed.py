"""``kill -9`` at any moment, then ``--resume``: the same inventory, nothing lost and nothing doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.torture.inputs import CSV, IIN, RECORD

KILLS = 25
FILES = 60
PRELOADED = """
import glob, os, signal, sys, time
from derbes.scanner.cli import main
def called(args):
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        main(args)
    except SystemExit as end:
        return end.code
    finally:
        os.dup2(out, 1)
called(["scan", "data", "--executor", "serial", "--state", "none", "-q"])
def noted():
    return sum(open(path, "rb").read().count(b"\\n") for path in glob.glob("unfinished/*.jsonl"))
for line in sys.stdin:
    kill, *args = eval(line)
    before = noted()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(called(args))
    ended = 0
    if kill is not None:
        units, delay = kill
        while not ended and noted() - before < units:
            time.sleep(0.002)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
    if not ended:
        _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Runner:
    """Starts the command line in a fresh fork of a process that has scanned once, and kills it.

    Killed is ``delay`` seconds after so many more units were noted: as far on a slow machine as on a fast one.
    """

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELOADED], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *args: str, kill: tuple[int, float] | None = None) -> int:
        """The exit code; negative is the signal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(repr((kill, *args)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def fill(folder: Path) -> Path:
    """Logs and tables enough that a scan takes a second or so."""
    data = folder / "data"
    data.mkdir()
    for number in range(FILES):
        (data / f"{number}.log").write_text((RECORD * 3 + "2026-11-22 10:00:01 INFO nothing\n" * 50) * 20)
        (data / f"{number}.csv").write_text(CSV + f"Ким Анна {number},{IIN}\n" * 100)
    return data


def inventory(path: Path) -> Any:
    """All of a report but what is of the run itself and of the runs before it."""
    report = json.loads(path.read_bytes())
    report.pop("run")
    for violation in report["violations"]:
        violation.pop("first_seen")
    return report


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_resumed_after_kills_is_the_same_inventory(tmp_path: Path) -> None:
    fill(tmp_path)
    runner = Runner(tmp_path)
    try:
        # --full: a run that follows a finished one would else carry everything over, too fast to be killed
        common = ("scan", "data", "-q", "--no-color", "--executor", "serial", "--full")
        assert runner.run(*common, "--state", "whole.sqlite", "-o", "whole.json", "-f", "json") == 0
        dice = random.Random(8)
        killed = finished = 0
        resumed = ("--state", "killed.sqlite", "-o", "killed.json", "-f", "json", "--resume")
        noted: list[int] = []
        for _ in range(KILLS * 4):
            code = runner.run(*common, *resumed, kill=(dice.randint(0, 2 * FILES // 10), dice.uniform(0, 0.1)))
            assert code in (0, -signal.SIGKILL)
            killed += code != 0
            finished += code == 0
            noted.append(sum(path.stat().st_size for path in (tmp_path / "unfinished").glob("*.jsonl")))
            if killed >= KILLS:
                break
            for report in tmp_path.glob("killed.json"):  # whole, or not there
                assert inventory(report) == inventory(tmp_path / "whole.json")
        assert killed >= KILLS
        assert any(noted)
        assert runner.run(*common, *resumed) == 0
        assert inventory(tmp_path / "killed.json") == inventory(tmp_path / "whole.json")
        assert not list((tmp_path / "unfinished").glob("*.jsonl"))
        assert not [path for path in tmp_path.glob("killed.json*") if path.name != "killed.json"]
    finally:
        runner.close()


def test_resume_reads_only_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from derbes.scanner import engine
    from derbes.scanner.commands.progress import Quiet
    from derbes.scanner.commands.run import Request, run
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.gather import UnitResult

    data = fill(tmp_path)
    read: list[str] = []
    plain = engine.scan_unit

    def interrupted(job: engine.Job) -> UnitResult:
        if len(read) == FILES:
            raise KeyboardInterrupt
        read.append(job.unit.id)
        return plain(job)

    def counted(job: engine.Job) -> UnitResult:
        read.append(job.unit.id)
        return plain(job)

    request = Request("scan", (str(data),), Options(), state=str(tmp_path / "h.sqlite"), resume=True)
    monkeypatch.setattr(engine, "scan_unit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(request, Quiet())
    monkeypatch.setattr(engine, "scan_unit", counted)
    (data / "0.csv").write_text(CSV * 3)  # read before, and changed since
    outcome = run(request, Quiet())
    assert len(read) == 2 * FILES + 1
    assert sum(record.units_read for record in outcome.inventory.places if record.place.id.endswith("/0.csv")) == 5


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_with_130_and_says_how_to_go_on(tmp_path: Path, sent: signal.Signals) -> None:
    data = fill(tmp_path)
    assert data.is_dir()
    # Where the suite runs in the background SIGINT is ignored, and children inherit that.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from derbes.scanner.cli import main; main()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, "scan", "data", "-", "--state", "h.sqlite"],
        cwd=tmp_path, stdin=subprocess.PIPE,  # never closed: the scan waits for it and cannot be done too early
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    journal = tmp_path / "unfinished"
    until = time.monotonic() + 60
    while not any(path.stat().st_size for path in journal.glob("*.jsonl")) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(started.pid, sent)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "--resume" in err.decode()
    assert b"Traceback" not in err
    assert out == b""
