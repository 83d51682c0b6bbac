"""Small commands as people use them: policy check of named files, init and what comes next, a history that is off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.world import derbes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_policy_check_takes_files_and_tells_them_apart(folder: Path) -> None:
    assert derbes("init", "-y").code == 0
    (folder / "accepted.yml").write_text("version: 1\nexceptions: []\n")
    ran = derbes("policy", "check", "policy.yml", "derbes.yml", "accepted.yml")
    assert ran.code == 0, ran.err
    kinds = [line.split(" ")[2] for line in ran.out.splitlines()]
    assert kinds == ["политика", "места", "исключения"]
    assert re.search(r"пунктов 27, правил \d+", ran.out)


def test_policy_check_shows_the_mistakes_of_all_files_at_once(folder: Path) -> None:
    derbes("init", "-y")
    config = (folder / "derbes.yml").read_text("utf-8").replace("places: []", "plases: []")
    (folder / "derbes.yml").write_text(config, "utf-8")
    (folder / "accepted.yml").write_text("exceptions:\n  - {id: DRB-1234, reson: x}\n")
    ran = derbes("policy", "check", "derbes.yml", "accepted.yml", "missing.yml")
    assert ran.code == 2
    assert ran.out == ""
    assert "возможно, вы имели в виду places" in ran.err
    assert "accepted.yml:2:20" in ran.err
    assert "возможно, вы имели в виду reason" in ran.err
    assert "missing.yml" in ran.err


def test_init_without_places_says_what_is_missing_and_nothing_that_would_fail(folder: Path) -> None:
    ran = derbes("init", "-y")
    assert "впишите места в derbes.yml" in ran.out
    assert "place test" not in ran.out
    for command in (("scan",), ("place", "test")):
        failed = derbes(*command, "--lang", "ru")
        assert failed.code == 2
        assert "в derbes.yml нет ни одного места" in failed.err
    (folder / "notes.txt").write_text("ничего\n")
    assert derbes("scan", ".").code == 0  # what the hint tells to do works


def test_a_history_that_is_off_writes_nothing_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERBES_STATE", "none")
    (folder / "notes.txt").write_text("ничего\n")
    assert derbes("check", "notes.txt").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt"]
    ran = derbes("report")
    assert ran.code == 2
    assert "история проверок отключена" in ran.err
    assert derbes("explain", "personal-data-in-log").code == 0  # rules need no history
