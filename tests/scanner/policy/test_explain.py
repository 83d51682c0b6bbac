"""explain, policy show and init: the data that the commands print, the files that they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.evaluate import evaluate
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.inventory import Reason
from derbes.scanner.model.places import Place
from derbes.scanner.policy.config import load_setup
from derbes.scanner.policy.explain import ClauseCard, Finding, RuleCard, explain, overview
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.starter import Answers, StarterPlace, write_starter
from tests.scanner.worlds import TODAY, field, inventory

PLACE = Place(id="app.log", target="app.log", location="app.log", kind="log")


@pytest.fixture
def outcome() -> Outcome:
    reasons = (Reason("checksum", 2.0, "контрольная цифра верна"),)
    fields = [field("app.log", "line", "KZ_IIN", 3, reasons=reasons), field("app.log", "line", "EMAIL_ADDRESS", 1)]
    world = inventory(PLACE, fields)
    violations = evaluate(world, load_policy(), today=TODAY)
    return Outcome(inventory=world, policy=load_policy().ref(), violations=violations)


def test_a_violation_with_its_clause_and_evidence(outcome: Outcome) -> None:
    violation = outcome.violations[0]
    found = explain(violation.id, load_policy(), outcome)
    assert isinstance(found, Finding)
    assert found.clauses[0].number == "2.4" and found.clauses[0].text.startswith("Техническая информация")
    assert [f.category for f in found.evidence] == ["identity_document"]
    assert found.reasons[0].kind == "checksum"
    assert found.title["en"] == "Personal data in a log"
    assert found.place is not None and found.place.place.id == "app.log"
    assert explain(violation.id[:9].lower(), load_policy(), outcome) == found


def test_a_rule_and_a_clause() -> None:
    rule = explain("category-not-allowed", load_policy())
    assert isinstance(rule, RuleCard)
    assert [clause.number for clause in rule.clauses] == ["2.2", "3.1", "3.2", "3.3", "3.4"]
    assert rule.cites == ("purposes",)
    assert "{" not in rule.message["ru"] and "…" in rule.message["ru"]
    clause = explain("2.3", load_policy())
    assert isinstance(clause, ClauseCard)
    assert "identity_document" in clause.categories and "not-in-policy" in clause.rules


def test_unknown_and_ambiguous(outcome: Outcome) -> None:
    with pytest.raises(UsageError) as caught:
        explain("personal-data-in-logs", load_policy())
    assert caught.value.params["suggestion"] == "personal-data-in-log"
    with pytest.raises(UsageError) as caught:
        explain("DRB-", load_policy(), outcome)
    assert caught.value.slug == "explain-ambiguous"


def test_both_directions() -> None:
    show = overview(load_policy())
    assert [card.clause.number for card in show.clauses][:2] == ["1.1", "1.2"]
    by_clause = {(card.clause.number, rule) for card in show.clauses for rule in card.rules}
    by_rule = {(clause.number, rule.id) for rule in show.rules for clause in rule.clauses}
    assert by_clause == by_rule
    assert ("6.2", "unprotected-copy") in by_rule


def test_starter_files_pass_the_check(tmp_path: Path) -> None:
    places = [
        StarterPlace("billing", "${DERBES_BILLING_URL}", "database", "billing", ("services",)),
        StarterPlace("журналы", 'logs/"x"/*.log*', "log"),
    ]
    written = write_starter(tmp_path, Answers(places, "Политика ТОО «Пример»"))
    assert [path.name for path in written] == ["derbes.yml", "policy.yml"]
    config, policy = load_setup(tmp_path / "derbes.yml")
    assert [place.id for place in config.places] == ["billing", "журналы"]
    assert config.places[1].target == 'logs/"x"/*.log*'
    assert (policy.id, policy.title) == ("policy", "Политика ТОО «Пример»")
    assert {rule.id for rule in policy.active_rules} == {rule.id for rule in load_policy().active_rules}
    assert [rule.clauses for rule in policy.active_rules] == [rule.clauses for rule in load_policy().active_rules]
    before = (tmp_path / "derbes.yml").read_text(encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_starter(tmp_path, Answers())
    assert caught.value.slug == "init-exists"
    assert (tmp_path / "derbes.yml").read_text(encoding="utf-8") == before


def test_starter_without_answers(tmp_path: Path) -> None:
    write_starter(tmp_path)
    assert load_setup(tmp_path / "derbes.yml")[0].places == ()
    (tmp_path / "own").mkdir()
    assert len(write_starter(tmp_path / "own", Answers(built_in=True))) == 1
    assert load_setup(tmp_path / "own" / "derbes.yml")[1].id == "hosting-pro"
