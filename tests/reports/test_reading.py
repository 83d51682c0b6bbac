"""A report made again from the JSON report says what the first one said."""

from __future__ import annotations

import json

import pytest

from derbes.reports import REPORTS, open_report
from derbes.reports.reading import outcome_of
from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Outcome
from derbes.scanner.verdict import gate
from tests.reports.outcomes import clean, hostile, outcome


@pytest.mark.parametrize("lang", ["ru", "kk", "en"])
@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_is_the_same_from_json(name: str, lang: str) -> None:
    for result in (outcome(), clean()):
        again = outcome_of(json.loads(open_report("json", lang).render(result)), "report.json")
        assert open_report(name, lang).render(again) == open_report(name, lang).render(result)


def test_the_verdict_is_the_same_from_json() -> None:
    for result in (outcome(), clean()):
        again = outcome_of(json.loads(open_report("json", "ru").render(result)), "report.json")
        assert gate(again) == gate(result)


def test_hostile_names_survive_the_way() -> None:
    again = outcome_of(json.loads(open_report("json", "ru").render(hostile())), "report.json")
    assert len(again.violations) == len(hostile().violations)


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "derbes/report/1"}, {"schema": "other"}])
def test_what_is_no_report_is_said(document: object) -> None:
    with pytest.raises(UsageError):
        outcome_of(document, "x.json")


def test_a_report_of_an_older_version_can_be_read() -> None:
    old = json.loads(open_report("json", "ru").render(outcome()))
    for key in ("subjects", "purposes", "rules"):
        del old["policy"][key]
    for one in old["places"]:
        for key in ("declared_at", "roles", "retention", "transfer", "consent", "datasets"):
            del one[key]
    for one in old["fields"]:
        del one["part"], one["dataset"]
    again: Outcome = outcome_of(old, "old.json")
    assert open_report("html", "ru").render(again)
    assert open_report("sarif", "ru").render(again)
