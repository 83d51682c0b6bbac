"""``derbes report``: which run it takes when none is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.world import derbes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERBES_STATE", f"sqlite:///{tmp_path}/history.sqlite")
    (tmp_path / ".git").mkdir()  # a derbes.yml above is none of ours
    for name in ("clients.csv", "other.csv"):
        (tmp_path / name).write_text("email\n" + "".join(f"a{n}@mail.ru\n" for n in range(30)), "utf-8")
    return tmp_path


def test_the_register_is_of_the_last_scan_whatever_a_gate_looked_at_since(folder: Path) -> None:
    derbes("scan", "clients.csv")
    derbes("check", "other.csv")
    ran = derbes("report", "-q", "-o", "register.xlsx", "-o", "last.json")
    assert (folder / "register.xlsx").exists(), ran.err
    rows = load_workbook(folder / "register.xlsx").worksheets[0].iter_rows(min_row=2, values_only=True)
    assert [row[0] for row in rows] == ["clients.csv"]


def test_every_other_report_is_of_the_last_run(folder: Path) -> None:
    derbes("scan", "clients.csv")
    derbes("check", "other.csv")
    derbes("report", "-o", "last.json")
    assert '"command":"check"' in (folder / "last.json").read_text("utf-8").replace(" ", "")
