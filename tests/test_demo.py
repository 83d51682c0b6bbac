"""The demonstration shows what it promises: every clause, the trap that stays silent, what could not be read."""

from __future__ import annotations

import html
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.policy.load import load_policy
from tests.world import derbes

CLAUSES = ("2.2", "2.3", "2.4", "4.1", "5.1", "6.2")
CPU_SECONDS = 20.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, float]]:
    """A finished demonstration: its folder, what it printed, the CPU-seconds it took."""
    root = tmp_path_factory.mktemp("demo")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "CI": "1", "DERBES_LANG": "ru"}
    command = [sys.executable, "-c", "from derbes.scanner.cli import main; main()", "demo", "world", "--no-open"]
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0, ran.stderr
    yield root / "world", ran.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture
def report(world: tuple[Path, str, float]) -> Any:
    return json.loads((world[0] / "report.json").read_bytes())


def test_is_quick(world: tuple[Path, str, float]) -> None:
    assert world[2] < CPU_SECONDS * 2  # other tests share the machine: a promise of twenty seconds on an idle one


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_is_violated_and_quoted(world: tuple[Path, str, float], report: Any, clause: str) -> None:
    assert any(clause in violation["clauses"] for violation in report["violations"])
    words = " ".join(load_policy().clauses[clause].split())
    page = " ".join(html.unescape((world[0] / "report.html").read_text("utf-8")).split())
    assert words in page


def test_the_first_clauses_are_seen_on_the_terminal(world: tuple[Path, str, float]) -> None:
    assert all(f"п. {clause}" in world[1] for clause in CLAUSES)
    assert "file-encrypted" in world[1]


def test_billing_is_read_whole(report: Any) -> None:
    (billing,) = [place for place in report["places"] if place["id"] == "billing"]
    assert (billing["status"], billing["units_read"]) == ("scanned", 400 + 1200 + 300 + 6)
    categories = {row["category"] for row in report["fields"] if row["place"] == "billing"}
    assert categories >= {"full_name", "email", "phone", "identity_document", "address", "legal_entity", "undeclared"}


def test_order_numbers_are_no_documents(report: Any) -> None:
    assert not [row for row in report["fields"] if row["path"].startswith(("invoices.", "tariffs."))]


def test_the_locked_archive_is_listed(report: Any) -> None:
    assert [(one["place"], one["code"]) for one in report["unscanned"]] == [
        ("backups/2022.zip!clients.xlsx", "file-encrypted")
    ]
    assert not report["run"]["complete"]


def test_the_second_day_shows_in_the_diff(world: tuple[Path, str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world[0])
    ran = derbes("diff", "--state", ".derbes/history.sqlite")
    assert ran.code == 0
    assert "exports/clients_for_analytics.csv" in ran.out
    assert "1 000 → 500" in ran.out.replace("\u202f", " ").replace("\xa0", " ")  # the log was cut in half


def test_explain_follows_the_hint(world: tuple[Path, str, float], report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world[0])
    first = report["violations"][0]
    ran = derbes("explain", first["id"], "--state", ".derbes/history.sqlite")
    assert ran.code == 0
    assert first["place"] in ran.out


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    ran = derbes("demo", tmp_path, "--no-open")
    assert ran.code == 2
    assert "demo-folder" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
