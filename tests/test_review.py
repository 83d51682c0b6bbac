"""``derbes review`` from the command line: what a change collects, with the clause and the line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.cli import main

FORM = """<!-- call back -->
<form id="callback" method="post" action="/callback">
  <input name="fio">
  <input type="tel" name="phone">
</form>
"""
WITH_IIN = FORM.replace("</form>", '  <input name="iin">\n</form>')


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()  # a derbes.yml above is none of ours
    return tmp_path


def review(*arguments: str) -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as stop:
        main(["review", "--state", "none", *arguments])
    return int(str(stop.value.code))


def report(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report."""
    code = review("-o", "json:out.json", *arguments)
    return code, json.loads(Path("out.json").read_text(encoding="utf-8"))


def test_iin_in_a_callback_form_fails_with_clause_and_line(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    code, found = report("callback.html", "--purpose", "reply", "--retain", "P1Y")
    assert code == 1
    [violation] = found["violations"]
    assert violation["rule"] == "category-not-allowed"
    assert violation["path"] == "callback.iin"
    assert "3.4" in violation["clauses"]
    assert violation["locations"] == [{"unit": 5, "column": 0}]
    out = capsys.readouterr().out
    assert "callback.html:5" in out
    assert "3.4" in out


def test_the_same_form_without_it_passes_once_purpose_and_retention_are_stated(work: Path) -> None:
    (work / "callback.html").write_text(FORM, encoding="utf-8")
    code, found = report("callback.html")
    assert code == 3
    assert {one["code"] for one in found["unscanned"]} == {"unanswered"}
    assert review("callback.html", "--purpose", "reply") == 3
    assert review("callback.html", "--purpose", "3.4", "--retain", "P1Y") == 0


def test_answers_in_a_comment_count(work: Path) -> None:
    (work / "callback.html").write_text(
        "<!-- derbes: purpose=reply retain=P1Y owner=support -->\n" + FORM, encoding="utf-8"
    )
    code, found = report("callback.html")
    assert code == 0
    assert found["places"][0]["owner"] == "support"
    assert found["places"][0]["purposes"] == ["reply"]
