"""The built-in policy is the published text, word for word, and every citation resolves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import derbes.scanner.policy
from derbes.scanner.policy.jsonschema import schema
from derbes.scanner.policy.load import BUILT_IN, RULES, built_in_rules, load_policy
from derbes.scanner.policy.words import LANGUAGES, entity_titles

SOURCE = Path(derbes.scanner.policy.__file__).parent / "hosting_pro" / "source_ru.txt"
CATEGORIES = {
    "full_name": {"PERSON"},
    "email": {"EMAIL_ADDRESS"},
    "phone": {"PHONE_NUMBER"},
    "identity_document": {
        *("KZ_IIN", "KZ_ID_CARD", "KZ_PASSPORT", "KZ_RESIDENCE_PERMIT", "RU_PASSPORT", "MRZ", "IDENTITY_DOCUMENT")
    },
    "address": {"ADDRESS"},
    "legal_entity": {"KZ_BIN", "KZ_IBAN", "KZ_BIC", "KZ_RNN", "ORGANIZATION"},
}


def clauses_of(text: str) -> dict[str, str]:
    """Numbered clauses of the published text; a heading (``2. Состав …``) ends the clause before it."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if clause := re.match(r"(?:- )?(\d(?:\.\d+)+)\. (.*)", line):
            current = found.setdefault(clause[1], [clause[2]])
        elif re.match(r"\d\. ", line):
            current = []
        elif line.strip():
            current.append(line.strip())
    return {number: " ".join(lines).strip() for number, lines in found.items()}


def test_clauses_are_the_published_words() -> None:
    published = clauses_of(SOURCE.read_text(encoding="utf-8"))
    assert len(published) == 27
    assert dict(load_policy().clauses) == published


def test_categories_are_those_of_the_interface() -> None:
    policy = load_policy()
    assert {category.id: set(category.entities) for category in policy.categories} == CATEGORIES
    assert policy.category_by_entity["IP_ADDRESS"] == "technical"
    assert policy.category_by_entity["DATE_OF_BIRTH"] == "undeclared"
    assert policy.severity("identity_document") == "critical"
    assert policy.severity("legal_entity") == "minor"
    assert {policy.severity(name) for name in ("full_name", "email", "phone", "address", "undeclared")} == {"major"}
    assert policy.effective is None


def test_everything_has_words_in_three_languages() -> None:
    policy = load_policy()
    for rule in policy.active_rules:
        assert set(rule.fixes) <= set(rule.phrases)
        for words in (rule.title, rule.message, rule.remedy, *rule.phrases.values(), *rule.fixes.values()):
            assert words.kk and words.en, rule.id
    for titles in (*policy.category_titles.values(), *entity_titles().values()):
        assert set(titles) == set(LANGUAGES)
    assert set(entity_titles()) == set(policy.category_by_entity)


def test_rule_clauses_resolve_and_files_are_named_by_id() -> None:
    policy = load_policy()
    for rule in built_in_rules():
        assert (RULES / f"{rule.id}.yaml").is_file()
        assert rule.clauses, rule.id
        for clause in rule.clauses:
            assert clause.startswith("{") or clause in policy.clauses


def test_ref_names_the_file_by_its_digest() -> None:
    ref = load_policy().ref()
    assert (ref.id, len(ref.sha256), ref.category_clauses["technical"]) == ("hosting-pro", 64, "2.4")
    assert list(ref.categories)[:2] == ["full_name", "email"]


def test_no_clause_number_stands_in_python() -> None:
    """Clauses are data: a quoted number such as "5.1" in the code would be one."""
    root = Path(derbes.scanner.policy.__file__).parent
    numbers = "|".join(re.escape(number) for number in load_policy().clauses)
    quoted = re.compile(rf"""["'](?:п\. ?)?(?:{numbers})["']""")
    for path in [*root.glob("*.py"), *root.parent.glob("evaluate/*.py"), *root.parent.glob("*.py")]:
        assert not quoted.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("kind", ["policy", "config", "exceptions"])
def test_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))  # type: ignore[arg-type]


def test_schema_agrees_with_the_loader() -> None:
    validator = Draft202012Validator(schema("policy"))
    text = BUILT_IN["hosting-pro"].read_text(encoding="utf-8")
    assert not list(validator.iter_errors(yaml.safe_load(text)))
    assert list(validator.iter_errors(yaml.safe_load(text.replace("\npurposes:", "\npurpose:"))))
    files = Path(__file__).parents[2] / "policy_files" / "valid"
    config = Draft202012Validator(schema("config"))
    assert not list(config.iter_errors(yaml.safe_load((files / "config-full.yml").read_text(encoding="utf-8"))))
    assert not list(validator.iter_errors(yaml.safe_load((files / "policy-extends.yml").read_text(encoding="utf-8"))))
