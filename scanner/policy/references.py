"""Do the names in a policy, a rule or a configuration exist? Each that does not is a problem at its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from string import Formatter
from typing import TYPE_CHECKING, Any

from derbes.scanner.policy.problems import Problem, nearest
from derbes.scanner.policy.types import TECHNICAL, UNDECLARED, Condition, Title, Words

if TYPE_CHECKING:
    from derbes.scanner.policy.types import ConfigFile, ExceptionsFile, Policy, PolicyFile, Rule, RuleChange
    from derbes.scanner.policy.yamlmarks import Document, Keys

CLAUSE_WORDS = ("{category}", "{purposes}", "{subjects}", "{retention}", "{technical}")
MESSAGE_WORDS = frozenset(
    {
        "place",
        "path",
        "category",
        "categories",
        "entities",
        "units",
        "owner",
        "purposes",
        "how",
        "who",
        "keep",
        "cutoff",
    }
)
KINDS = ("database", "log", "form", "file", "mail", "schema")
_EFFECTIVE = re.compile(r"^\d{4}-\d\d-\d\d$")
_UNKNOWN = {
    "clause": ("policy-clause", "пункта {name} нет в clauses"),
    "category": ("policy-category", "неизвестная категория {name}"),
    "purpose": ("policy-purpose", "неизвестная цель {name}"),
    "subject": ("policy-subject", "неизвестная категория субъектов {name}"),
    "entity": ("policy-entity", "неизвестная сущность {name}"),
    "kind": ("policy-value", "неизвестный вид места {name}"),
    "policy": ("policy-unknown", "нет встроенной политики {name}"),
}


class _Checker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def known(self, what: str, name: str | None, names: Collection[str], path: Keys) -> None:
        if name is not None and name not in names:
            slug, message = _UNKNOWN[what]
            self.add(slug, path, message, name=name, suggestion=nearest(name, names))

    def all_known(self, what: str, given: Sequence[str] | None, names: Collection[str], path: Keys) -> None:
        for index, name in enumerate(given or ()):
            self.known(what, name, names, (*path, index))

    def unique(self, ids: Iterable[tuple[str, Keys]]) -> None:
        seen: dict[str, Keys] = {}
        for name, path in ids:
            if name in seen:
                line = self.document.mark(seen[name]).line
                message = "id {name} уже занят (строка {line})"
                self.add("policy-duplicate", path, message, name=name, line=line)
            seen.setdefault(name, path)

    def add(self, slug: str, path: Keys, message: str, *, key: bool = False, **params: Any) -> None:
        self.problems.append(self.document.problem(slug, path, message, key=key, **params))


def check_policy(
    document: Document, own: PolicyFile, merged: PolicyFile, rules: Sequence[Rule], built_in: Collection[str]
) -> list[Problem]:
    """Problems of ``own``, the file at hand; names may also come from the policy that it extends (``merged``)."""
    check = _Checker(document)
    check.known("policy", own.extends, built_in, ("extends",))
    for name in ("clauses", "categories"):
        if own.extends is None and not getattr(own, name):
            check.add("policy-missing", (name,), "нет обязательного ключа {name}", name=name)
    if own.effective is not None and not _EFFECTIVE.match(own.effective):
        check.add("policy-value", ("effective",), "дата пишется так: 2026-09-01")
    for path, clause in _clauses(own):
        check.known("clause", clause, merged.clauses, path)
    _check_ids(check, own)
    categories = [category.id for category in merged.categories]
    purposes = [purpose.id for purpose in merged.purposes]
    subjects = [subject.id for subject in merged.subjects]
    for index, purpose in enumerate(own.purposes):
        check.all_known("category", purpose.categories, categories, ("purposes", index, "categories"))
        check.all_known("subject", purpose.subjects, subjects, ("purposes", index, "subjects"))
    for index, term in enumerate(own.retention):
        check.known("purpose", term.purpose, purposes, ("retention", index, "purpose"))
    built_in_ids = [rule.id for rule in rules]
    for name, change in own.rules.items():
        _check_change(check, name, change, merged, built_in_ids)
    return check.problems


def _check_ids(check: _Checker, own: PolicyFile) -> None:
    for name in ("categories", "purposes", "subjects"):
        check.unique((item.id, (name, index, "id")) for index, item in enumerate(getattr(own, name)))
    check.unique((term.purpose, ("retention", index, "purpose")) for index, term in enumerate(own.retention))
    for index, category in enumerate(own.categories):
        if category.id in {UNDECLARED, TECHNICAL}:
            check.add("policy-value", ("categories", index, "id"), "id {name} занят программой", name=category.id)
    listed: list[tuple[str, Keys]] = []
    for index, category in enumerate(own.categories):
        listed += [(name, ("categories", index, "entities", n)) for n, name in enumerate(category.entities)]
    for key in (TECHNICAL, UNDECLARED):
        listed += [(name, (key, "entities", n)) for n, name in enumerate(getattr(own, key).entities)]
    seen: dict[str, Keys] = {}
    for name, path in listed:
        if name in seen:
            line = check.document.mark(seen[name]).line
            check.add("policy-duplicate", path, "сущность {name} уже отнесена в строке {line}", name=name, line=line)
        seen.setdefault(name, path)


def _clauses(own: PolicyFile) -> Iterator[tuple[Keys, str | None]]:
    for name in ("categories", "subjects", "purposes", "retention"):
        for index, item in enumerate(getattr(own, name)):
            yield (name, index, "clause"), item.clause
    yield (TECHNICAL, "clause"), own.technical.clause
    yield (UNDECLARED, "clause"), own.undeclared.clause


def _check_change(check: _Checker, name: str, change: RuleChange, merged: PolicyFile, built_in: Sequence[str]) -> None:
    path: Keys = ("rules", name)
    if name not in built_in and change.when is None:
        message = "нет встроенного правила {name}; для своего нужны when и message"
        check.add("policy-rule", path, message, key=True, name=name, suggestion=nearest(name, built_in))
        return
    if name not in built_in and change.message is None:
        check.add("policy-missing", path, "нет обязательного ключа {name}", key=True, name="message")
    for index, clause in enumerate(change.clauses or ()):
        if not clause.startswith("{"):
            check.known("clause", clause, merged.clauses, (*path, "clauses", index))
        elif clause not in CLAUSE_WORDS:
            check.known("clause", clause, CLAUSE_WORDS, (*path, "clauses", index))
    if change.when is not None:
        _check_condition(check, (*path, "when"), change.when, merged)
    for key in ("message", "remedy"):
        _check_words(check, (*path, key), getattr(change, key))


def _check_condition(check: _Checker, path: Keys, when: Condition, policy: PolicyFile) -> None:
    categories = [*(category.id for category in policy.categories), "personal", UNDECLARED, TECHNICAL]
    entities = [name for category in policy.categories for name in category.entities]
    entities += [*policy.technical.entities, *policy.undeclared.entities]
    check.all_known("category", when.category, categories, (*path, "category"))
    check.all_known("entity", when.entity, entities, (*path, "entity"))
    check.all_known("kind", when.kind, KINDS, (*path, "kind"))
    check.all_known("purpose", when.purpose, [purpose.id for purpose in policy.purposes], (*path, "purpose"))
    check.all_known("subject", when.subject, [subject.id for subject in policy.subjects], (*path, "subject"))
    for index, part in enumerate(when.any_ or ()):
        _check_condition(check, (*path, "any", index), part, policy)
    if when.not_ is not None:
        _check_condition(check, (*path, "not"), when.not_, policy)


def check_rule(document: Document, path: Keys, rule: Rule) -> list[Problem]:
    """Problems of a built-in rule that do not need a policy: its placeholders."""
    check = _Checker(document)
    for index, clause in enumerate(rule.clauses):
        if clause.startswith("{"):
            check.known("clause", clause, CLAUSE_WORDS, (*path, "clauses", index))
    for key in ("message", "remedy"):
        _check_words(check, (*path, key), getattr(rule, key))
    return check.problems


def _check_words(check: _Checker, path: Keys, words: Title | None) -> None:
    if not isinstance(words, Words):
        return
    for language, text in words.by_language().items():
        try:
            names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError:
            check.add("policy-value", (*path, language), "непарная фигурная скобка")
            continue
        for name in names:
            if name not in MESSAGE_WORDS:
                message = "неизвестная подстановка {name}"
                suggestion = nearest(name, MESSAGE_WORDS)
                check.add("policy-value", (*path, language), message, name=name, suggestion=suggestion)


def check_exceptions(document: Document, parsed: ExceptionsFile) -> list[Problem]:
    """Problems of the exceptions file."""
    check = _Checker(document)
    check.unique((entry.id, ("exceptions", index, "id")) for index, entry in enumerate(parsed.exceptions))
    return check.problems


def check_config(document: Document, config: ConfigFile, policy: Policy) -> list[Problem]:
    """Problems of ``derbes.yml`` against the policy that it is judged by."""
    check = _Checker(document)
    purposes = list(policy.purpose_by_id)
    subjects = [subject.id for subject in policy.subjects]
    check.unique((place.id, ("places", index, "id")) for index, place in enumerate(config.places))
    for index, place in enumerate(config.places):
        path: Keys = ("places", index)
        check.all_known("purpose", place.purposes, purposes, (*path, "purposes"))
        check.all_known("subject", place.subjects, subjects, (*path, "subjects"))
        for name, spec in place.fields.items():
            check.all_known("purpose", spec.purposes, purposes, (*path, "fields", name, "purposes"))
    return check.problems
