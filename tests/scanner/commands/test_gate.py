"""``check`` in the life of a pipeline: what changed since the last run, the summary and annotations of a GitHub job."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world import derbes

IIN = "2026-11-22 10:00:00 INFO client iin=870521300459 saved\n"
PHONE = "2026-11-22 10:00:00 INFO call +7 701 123 45 67\n"
CLEAN = "2026-11-22 10:00:00 INFO started\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERBES_STATE", f"sqlite:///{tmp_path}/.state/history.sqlite")
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.write_text(text, "utf-8")
    path.chmod(0o600)


def test_reports_say_what_has_changed_since_the_run_before() -> None:
    write("app.log", IIN)
    first = derbes("check", "app.log", "-o", "first.html")
    assert "прошлый раз" not in first.out
    write("other.log", PHONE)
    derbes("check", "other.log")  # other targets in between are no «run before»
    write("app.log", PHONE)
    ran = derbes("check", "app.log", "-o", "second.html")
    assert "1 нарушение: 1 существенное  (прошлый раз 1: +1 −1)" in ran.out
    page = Path("second.html").read_text("utf-8")
    changes = page.partition('<section id="changes"')[2]
    assert 0 < changes.index("новое") < changes.index("устранено")
    assert 'id="changes"' not in Path("first.html").read_text("utf-8")
    again = derbes("report", "-o", "again.html")
    assert "прошлый раз 1: +1 −1" in again.out
    assert '<section id="changes"' in Path("again.html").read_text("utf-8")


def test_without_a_history_nothing_is_said_of_changes() -> None:
    write("app.log", IIN)
    for _ in range(2):
        ran = derbes("check", "app.log", "--state", "none")
        assert ran.code == 1
        assert "прошлый раз" not in ran.out


def test_a_summary_is_added_to_and_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = folder / "summary.md"
    summary.write_text("## an earlier step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write("app.log", IIN)
    assert derbes("check", "app.log", "-o", f"markdown:{summary}").code == 1
    write("app.log", CLEAN)
    ran = derbes("check", "app.log")  # unasked, too
    assert ran.code == 0
    text = summary.read_text("utf-8")
    assert text.startswith("## an earlier step\n### derbes: ")
    assert text.count("### derbes: ") == 2
    assert "summary.md" not in ran.out
    derbes("scan", "app.log")
    assert summary.read_text("utf-8") == text
    derbes("check", "app.log", "-o", "other.md")
    derbes("check", "app.log", "-o", "other.md")
    assert Path("other.md").read_text("utf-8").count("### derbes: ") == 1  # any other file is replaced


def test_a_github_job_gets_annotations(monkeypatch: pytest.MonkeyPatch) -> None:
    write("app.log", IIN)
    assert "::error" not in derbes("check", "app.log").out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran = derbes("check", "app.log")
    (command,) = [line for line in ran.out.splitlines() if line.startswith("::")]
    assert command.startswith("::error file=app.log,line=1,title=derbes personal-data-in-log::")
    assert "(п. 2.4)" in command
    assert "::" not in derbes("scan", "app.log").out
    assert derbes("check", "app.log", "-f", "github").out.count("::error") == 1
    assert "::error" not in derbes("check", "app.log", "-f", "json").out
