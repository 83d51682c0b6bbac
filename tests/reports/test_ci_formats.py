"""SARIF, GitLab, JUnit, CSV, Markdown and GitHub: accepted by their readers, harmless, and without hosts."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from jsonschema import Draft7Validator, Draft202012Validator

from derbes.reports import REPORTS, open_report
from derbes.scanner.model.findings import Outcome
from tests.reports.outcomes import HOST, clean, hostile, many, outcome

SCHEMAS = Path(__file__).parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "sarif-used.json").read_text("utf-8"))
OFFICIAL = Draft202012Validator(
    json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)


def sarif(result: Outcome) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(open_report("sarif", "ru").render(result))["runs"][0]
    return run


@pytest.mark.parametrize("result", [outcome(), clean(), hostile(), many(30)], ids=["usual", "clean", "hostile", "many"])
def test_sarif_is_valid_and_every_result_has_a_place_in_the_repository(result: Outcome) -> None:
    document = json.loads(open_report("sarif", "ru").render(result))
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(document)] == []
    run = document["runs"][0]
    assert len(run["results"]) == len(result.violations)
    for one in run["results"]:
        physical = one["locations"][0]["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        assert uri
        assert not re.match(r"[a-zA-Z][\w+.-]*:|/|\.\./", uri), uri
        assert physical["region"]["startLine"] >= 1
        assert one["partialFingerprints"]["primaryLocationLineHash"]
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
    marks = [one["partialFingerprints"]["derbes/v1"] for one in run["results"]]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("lang", ["ru", "kk", "en"])
@pytest.mark.parametrize("result", [outcome(), clean(), hostile(), many(30)], ids=["usual", "clean", "hostile", "many"])
def test_sarif_meets_the_official_schema(result: Outcome, lang: str) -> None:
    document = json.loads(open_report("sarif", lang).render(result))
    assert [f"{error.json_path}: {error.message}" for error in OFFICIAL.iter_errors(document)] == []


def test_the_official_schema_would_refuse_what_is_wrong() -> None:
    document = json.loads(open_report("sarif", "ru").render(outcome()))
    document["runs"][0]["results"][0]["level"] = "critical"
    document["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    del document["runs"][0]["results"][2]["message"]
    assert len(list(OFFICIAL.iter_errors(document))) == 3


def test_sarif_describes_rules_and_reasons_as_github_wants() -> None:
    """GH2012 of Microsoft's validator: every descriptor has a short and a full description and a help."""
    driver = sarif(outcome())["tool"]["driver"]
    described = [*driver["rules"], *driver["notifications"]]
    assert {one["id"] for one in driver["notifications"]} >= {"file-encrypted", "no-select"}
    for one in described:
        assert all(one[key]["text"] for key in ("shortDescription", "fullDescription", "help")), one["id"]
        assert len(one["fullDescription"]["text"]) < 1024
    ids = {one["id"] for one in driver["notifications"]}
    notes = sarif(outcome())["invocations"][0]["toolExecutionNotifications"]
    assert {note["descriptor"]["id"] for note in notes} <= ids


def test_sarif_shows_a_column_where_its_place_is_declared_and_a_line_where_it_is() -> None:
    where = {
        one["properties"]["id"]: (
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
            one["locations"][0]["logicalLocations"][0]["name"],
        )
        for one in sarif(outcome())["results"]
    }
    assert where == {
        "DRB-00000001": ("derbes.yml", 14, "public.orders.note"),
        "DRB-00000002": ("logs/access.log", 7, "access.log#request"),
        "DRB-00000003": ("exports/clients.csv", 1, "bday"),  # the unit is a row, which is no line
        "DRB-00000004": ("derbes.yml", 1, "users.name"),
        "DRB-00000005": ("logs/app.log", 7, "app.log#line"),
    }


def test_sarif_levels_states_suppressions_and_notifications() -> None:
    run = sarif(outcome())
    by_id = {one["properties"]["id"]: one for one in run["results"]}
    assert [by_id[f"DRB-0000000{n}"]["level"] for n in (1, 2, 4)] == ["error", "warning", "note"]
    assert by_id["DRB-00000001"]["baselineState"] == "new"
    assert by_id["DRB-00000004"]["baselineState"] == "unchanged"
    assert by_id["DRB-00000005"]["suppressions"][0]["justification"] == "Нужно для расследований"
    assert "suppressions" not in by_id["DRB-00000001"]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "personal-data-in-log")
    assert rule["properties"]["security-severity"] == "9.0"
    assert rule["help"]["text"].startswith("Персональные данные в журнале")
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["descriptor"]["id"] for note in notes] == ["file-encrypted", "no-select"]
    assert run["properties"]["complete"] is False


def test_sarif_keeps_to_the_number_of_results_that_are_shown() -> None:
    run = sarif(many(5003))
    assert len(run["results"]) == 5000
    assert "3" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    assert run["results"][0]["level"] == "error"


@pytest.mark.parametrize("name", ["sarif", "gitlab", "junit", "github"])
def test_no_host_and_no_example_goes_to_ci(name: str) -> None:
    text = open_report(name, "ru").render(outcome()).decode()
    assert HOST not in text
    assert "••27" not in text


def test_gitlab_fingerprints_are_unique_and_the_unread_is_told() -> None:
    issues = json.loads(open_report("gitlab", "ru").render(outcome()))
    assert [issue["severity"] for issue in issues] == ["critical", "major", "major", "minor", *["info"] * 4]
    assert issues[0]["location"] == {"path": "derbes.yml", "lines": {"begin": 14}}
    every = json.loads(open_report("gitlab", "ru").render(hostile()))
    assert len({issue["fingerprint"] for issue in every}) == len(every)


def test_junit_tells_failures_errors_and_skips_apart() -> None:
    root = ElementTree.fromstring(open_report("junit", "ru").render(outcome()))
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "9", "failures": "3", "errors": "2", "skipped": "4",
    }  # fmt: skip
    assert ElementTree.fromstring(open_report("junit", "ru").render(clean())).get("tests") == "1"
    every = ElementTree.fromstring(open_report("junit", "ru").render(hostile()))
    assert len(every.findall("testsuite")) == len(hostile().inventory.places) + 1


def test_no_cell_and_no_physical_line_of_a_csv_is_a_formula() -> None:
    content = open_report("csv", "ru").render(hostile())
    text = content.decode("utf-8-sig")
    for line in text.split("\r\n"):
        assert "\n" not in line
        assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 1 + len(hostile().violations) + len(hostile().inventory.unscanned) + len(hostile().exemptions)
    for row in rows:
        assert len(row) == len(rows[0])
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_csv_has_what_was_not_read() -> None:
    rows = list(csv.DictReader(io.StringIO(open_report("csv", "ru").render(outcome()).decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["violation"] * 5 + ["unscanned"] * 2 + ["exception"] * 2
    assert rows[2]["low"] == "30"


def test_markdown_is_a_table_in_which_nothing_acts() -> None:
    text = open_report("markdown", "ru").render(hostile()).decode()
    outside = re.sub(r"</?(code|sub|details|summary)>|<br>|<!-- -->", "", text)
    assert "<" not in outside
    assert not re.search(r"[@](?!<!-- -->)\w|\]\(|http:/|`|!\[", outside)
    rows = [line for line in text.splitlines() if line.startswith("| ◆")]
    assert len(rows) == len(hostile().violations)
    assert {row.count("|") for row in rows} == {7}
    assert len(open_report("markdown", "ru").render(many(900)).decode()) < 60_000


def test_markdown_says_incomplete_and_quotes_the_clause() -> None:
    text = open_report("markdown", "ru").render(outcome()).decode()
    assert "Проверка неполная" in text
    assert "Журналы ведутся для технической информации" in text
    assert "(известно)" in text


def test_github_commands_are_one_a_line_and_cannot_be_forged() -> None:
    lines = open_report("github", "ru").render(hostile()).decode().splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == len(hostile().violations) + len(hostile().inventory.unscanned) + len(hostile().exemptions)
    assert all(re.match(r"::(error|warning|notice) (file=[^,:]*,line=\d+,)?title=derbes [\w-]+::", c) for c in commands)
    usual = open_report("github", "ru").render(outcome()).decode().splitlines()
    assert usual[0].startswith("::error file=derbes.yml,line=14,title=derbes personal-data-in-log::")
    assert not [line for line in usual if "DRB-00000004" in line]  # known
    assert usual[-1].startswith("derbes: 4 нарушения")


def test_lone_surrogates_of_odd_file_names_are_no_reason_to_fail() -> None:
    for name in ("sarif", "gitlab", "junit", "csv", "markdown", "github", "html", "json", "text", "xlsx"):
        assert open_report(name, "ru").render(hostile())


def test_a_file_outside_the_checkout_gets_a_path_that_ci_can_hold() -> None:
    first = outcome().inventory.places[3]
    away = replace(first, place=replace(first.place, location="/srv/../srv/x/../clients.csv", target=""))
    inventory = replace(outcome().inventory, places=(away,))
    run = sarif(replace(outcome(), inventory=inventory, violations=(outcome().violations[2],)))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "srv/clients.csv"


# XLSX is no text (its sheet has them); registers and review sheets are no reports of violations.
OF_VIOLATIONS = sorted(name for name in REPORTS if not name.startswith(("xlsx", "register", "review")))


@pytest.mark.parametrize("name", OF_VIOLATIONS)
def test_every_report_shows_exceptions_that_expire_or_do_not_hold(name: str) -> None:
    text = open_report(name, "ru").render(outcome()).decode()
    assert "DRB-000000FF" in text  # expired, and of a violation that is gone
    assert "DRB-00000005" in text  # about to expire
    if name != "json":  # which has the status as a word for programs
        assert "срок истёк" in text
        assert "скоро истекает" in text
    still = replace(outcome(), exemptions=tuple(replace(e, status="active") for e in outcome().exemptions))
    assert "DRB-000000FF" not in open_report(name, "ru").render(still).decode() or name in ("html", "json")
