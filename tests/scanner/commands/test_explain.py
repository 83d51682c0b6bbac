"""What ``explain`` prints of a column: evidence for and against, heaviest first, in words and figures; the sample."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from pathlib import Path

import pytest

from tests.bench.columns_values import GENERATORS, seed
from tests.world import derbes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    seed("explain")
    rows = list(zip(GENERATORS["iin"](), GENERATORS["fio"](), strict=True))
    with sqlite3.connect(tmp_path / "crm.db") as db:
        db.execute("create table clients (iin text, fio text)")
        db.executemany("insert into clients values (?, ?)", rows * 4)
    place = f"  - {{id: crm, target: 'sqlite:///{tmp_path}/crm.db', kind: database, purposes: [reply]}}"
    (tmp_path / "derbes.yml").write_text(f"version: 1\npolicy: hosting-pro\nplaces:\n{place}\n", "utf-8")
    return tmp_path


def test_evidence_of_a_column(folder: Path) -> None:
    derbes("scan", "--sample-rows", "500", "-o", "report.json")
    report = json.loads((folder / "report.json").read_text("utf-8"))
    found = next(v["id"] for v in report["violations"] if v["path"].endswith("iin"))
    lines = derbes("explain", found).out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("За "))
    end = next(n for n, line in enumerate(lines) if line.startswith("Итог "))
    weights = [float(m[0].replace(",", ".")) for line in lines[start:end] if (m := re.search(r"(?<=\+)\d,\d$", line))]
    assert len(weights) >= 3
    assert weights == sorted(weights, reverse=True)
    assert "имя поля «iin»" in "".join(lines[start:end])
    (sample,) = (line for line in lines if line.startswith("Выборка "))
    assert re.search(r"прочитано 50\d из 1\s200:", sample)
    assert re.search(r"не более \d+ строк \(95 %\)", sample)
    assert "уверенность 0,99" in lines[end]


def test_the_command_it_prints_runs_as_printed(folder: Path) -> None:
    derbes("scan", "-o", "report.json")
    found = json.loads((folder / "report.json").read_text("utf-8"))["violations"][0]["id"]
    last = derbes("explain", found).out.splitlines()[-1]
    program, *args = shlex.split(last.partition(": ")[2])
    assert program == "derbes"
    ran = derbes(*args)
    assert ran.code == 0, ran.err
    assert "approved_by" not in ran.out + ran.err
