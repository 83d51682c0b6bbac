"""The breach sheet: terms, numbers of people, contacts, drafts; in three documents and three languages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from derbes.reports.breach import BreachSheet
from derbes.reports.exposure import exposure
from derbes.reports.json_report import JsonReport, document
from derbes.reports.view import View
from derbes.scanner.history import History
from derbes.scanner.model.findings import Outcome
from derbes.scanner.policy.breach import breach_law
from derbes.scanner.policy.load import load_policy
from tests.reports.outcomes import HOSTILE, hostile, outcome
from tests.world import derbes

FOUND = datetime.fromisoformat("2026-11-20T15:00:00+05:00")  # a Friday


def sheet(made: Outcome, place: str, lang: str = "ru", clause: str = "1.3") -> BreachSheet:
    return BreachSheet(View(made, lang), exposure(made, place), clause, FOUND)


def saved(tmp_path: Path, made: Outcome | None = None) -> Path:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(made or outcome()))
    return report


@pytest.mark.parametrize(
    ("found", "due"),
    [
        ("2026-11-20T15:00", "2026-11-23T15:00"), ("2026-11-18T09:30", "2026-11-19T09:30"),
        ("2026-11-21T01:00", "2026-11-23T01:00"),
    ],
)  # fmt: skip
def test_one_working_day_is_over_the_weekend(found: str, due: str) -> None:
    (authority,) = (duty for duty in breach_law().duties if duty.id == "authority")
    assert authority.due(datetime.fromisoformat(found)) == datetime.fromisoformat(due)


def test_people_are_counted_by_table_not_by_column() -> None:
    found = exposure(outcome(), "billing")
    # public.clients: 4000 names; 3 documents in notes of public.orders may be of the same people or of others
    assert (found.low, found.high) == (4000, 4003)
    assert [(c.category, c.low, c.high) for c in found.categories] == [
        ("full_name", 4000, 4000), ("email", 2100, 2700), ("identity_document", 3, 3),
    ]  # fmt: skip
    assert exposure(outcome(), "billing", ["public.orders.*"]).high == 3


@pytest.mark.parametrize("changed", [{"confidence": 0.45}, {"units_with": 0}])
def test_guesses_and_empty_fields_were_not_exposed(changed: dict[str, Any]) -> None:
    made = outcome()
    fields = tuple(replace(row, **changed) for row in made.inventory.fields)
    made = replace(made, inventory=replace(made.inventory, fields=fields))
    assert exposure(made, "billing").categories == ()


def test_lines_of_a_log_say_little_about_people() -> None:
    found = exposure(outcome(), "web-logs")
    assert (found.low, found.high) == (1, 118)
    assert found.technical


def test_contacts_here_and_elsewhere() -> None:
    assert [c.category for c in exposure(outcome(), "billing").channels] == ["email"]
    assert exposure(outcome(), "exports/clients.csv").channels == ()
    assert exposure(outcome(), "exports/clients.csv").elsewhere == ("billing", "web-logs")


def test_the_clause_stands_in_its_own_words_and_comes_from_the_policy() -> None:
    text = sheet(outcome(), "billing").text()
    assert "Журналы ведутся для технической информации." in text
    assert "по п. 1.3 нашей Политики" in text
    assert "в policy.yml нет breach" in sheet(outcome(), "billing", clause="").text()
    policy = load_policy()
    assert policy.breach is not None
    assert "уведомляет субъектов" in policy.clauses[policy.breach.clause]


def test_terms_and_what_a_lawyer_has_to_look_at() -> None:
    text = sheet(outcome(), "billing").text()
    assert "до 23.11.2026 15:00 (в течение 1 рабочего дня, праздники не учтены)" in text
    assert text.count("[проверить у юриста]") == sum(not duty.verified for duty in breach_law().duties)


@pytest.mark.parametrize("lang", ["ru", "kk", "en"])
def test_drafts_are_filled_in(lang: str) -> None:
    made = sheet(outcome(), "billing", lang)
    drafts = [section.draft for section in made.sections() if section.draft]
    assert len(drafts) == 2
    for draft in drafts:
        assert "{" not in draft
        assert made.view.category("identity_document") in draft
    assert "billing" in drafts[0]
    assert drafts[0].count("[") >= 4  # what only people know is left to them


@pytest.mark.parametrize(("lang", "you"), [("ru", ("вас", "вам", "ваш")), ("en", ("you",))])
def test_the_authority_is_not_spoken_to_as_the_person(lang: str, you: tuple[str, ...]) -> None:
    draft = next(section.draft for section in sheet(outcome(), "billing", lang).sections() if section.draft)
    assert not [word for word in draft.lower().split() if word.startswith(you)]


def test_what_the_list_does_not_name_is_named_in_the_notice() -> None:
    made = outcome()
    fields = tuple(
        replace(f, entities=(replace(f.entities[0], entity="DATE_OF_BIRTH"),)) if f.category == "undeclared" else f
        for f in made.inventory.fields
    )
    made = replace(made, inventory=replace(made.inventory, fields=fields))
    assert "дата рождения" in sheet(made, "exports/clients.csv").text()


def test_incomplete_reading_is_said() -> None:
    assert "прочитано не всё" in sheet(outcome(), "exports/clients.csv").text()


def test_no_evidence_and_nothing_that_acts() -> None:
    for name in HOSTILE:
        made = sheet(hostile(), name)
        for text in (made.text(), made.markdown().decode(), made.html().decode(), json.dumps(made.document())):
            assert "\x1b" not in text
            assert "••••" not in text
        page = made.html().decode()
        assert "<script" not in page
        assert "<img" not in page
        assert "default-src 'none'" in page
        assert "](javascript" not in made.markdown().decode()


def test_files_from_history_or_a_report(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.sqlite'}"
    History(state).save(document(outcome(), "ru"))
    names = [tmp_path / name for name in ("breach.md", "breach.html", "breach.json")]
    flags = [flag for name in names for flag in ("-o", name)]
    for source in (["--state", state], ["--run", saved(tmp_path)]):
        assert derbes("breach", "billing", *source, *flags, "--found-at", "2026-11-20T15:00").code == 0
    assert "Утечка: billing" in names[0].read_text("utf-8")
    assert "УВЕДОМЛЕНИЕ" in names[1].read_text("utf-8")
    found = json.loads(names[2].read_bytes())
    assert found["subjects"] == {"kinds": ["client"], "interval": [4000, 4003]}
    assert found["duties"][0]["due"].startswith("2026-11-23T15:00")
    assert names[1].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("args", [["nowhere"], ["billing", "-o", "x.pdf"], ["billing", "--found-at", "вчера"]])
def test_usage_errors(tmp_path: Path, args: list[str]) -> None:
    assert derbes("breach", *args, "--run", saved(tmp_path)).code == 2


def test_a_place_never_read_is_an_error(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.sqlite'}"
    History(state).save(document(outcome(), "ru"))
    ran = derbes("breach", "backup.zip!logs/app.log", "--state", state)
    assert (ran.code, "ни разу не проверено" in ran.err) == (2, True)
