"""The unit and its timer: systemd accepts them, they are locked down, and what they start works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

UNITS = ROOT / "packaging" / "systemd"
MAX_EXPOSURE = 2.0  # of ten; 1.5 when written: a scanner needs the network of its databases and the files of the host

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="нужен systemd-analyze")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as an installation has them; the program is the one of this environment."""
    text = (UNITS / "derbes.service").read_text("utf-8")
    assert text.count("/opt/derbes/bin/derbes") == 1
    program = Path(sys.executable).parent / "derbes"
    (tmp_path / "derbes.service").write_text(text.replace("/opt/derbes/bin/derbes", str(program)), "utf-8")
    shutil.copy(UNITS / "derbes.timer", tmp_path)
    return tmp_path


def analyze(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *map(str, args)], capture_output=True, text=True, check=False)


def test_systemd_accepts_both(units: Path) -> None:
    done = analyze("verify", "--man=no", units / "derbes.service", units / "derbes.timer")
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_would_not_accept_a_mistake(units: Path) -> None:
    service = units / "derbes.service"
    service.write_text(service.read_text("utf-8").replace("NoNewPrivileges", "NoNewPrivilege"), "utf-8")
    assert "NoNewPrivilege" in analyze("verify", "--man=no", service).stderr


def test_the_service_is_locked_down(units: Path) -> None:
    done = analyze("security", "--offline=true", units / "derbes.service")
    found = re.search(r"Overall exposure level for derbes.service: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MAX_EXPOSURE


def test_the_timer_is_weekly() -> None:
    calendar = re.search(r"OnCalendar=(.+)", (UNITS / "derbes.timer").read_text("utf-8"))
    assert calendar is not None
    done = analyze("calendar", "--iterations=3", calendar[1])
    assert done.returncode == 0
    assert "Normalized form: Sun *-*-* 03:00:00" in done.stdout


def test_what_the_unit_starts_works(units: Path, tmp_path: Path) -> None:
    state = tmp_path / "lib"
    state.mkdir()
    (tmp_path / "app.log").write_text("2026-11-22 10:00:00 INFO started\n")
    (tmp_path / "derbes.yml").write_text("version: 1\nplaces:\n  - {id: logs, target: app.log, kind: log}\n")
    text = (units / "derbes.service").read_text("utf-8")
    command = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)
    variables = re.search(r"^Environment=(.+)$", text, re.MULTILINE)
    assert command is not None
    assert variables is not None
    line, given = (
        found[1].replace("/etc/derbes", str(tmp_path)).replace("/var/lib/derbes", str(state))
        for found in (command, variables)
    )
    env = {"PATH": "/usr/bin:/bin", **dict(pair.split("=", 1) for pair in given.split())}
    done = subprocess.run(line.split(), env=env, cwd=state, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((state / "last.json").read_bytes())
    assert [place["id"] for place in report["places"]] == ["logs"]
    assert (state / "history.sqlite").exists()
