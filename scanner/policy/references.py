"""Do the names in a policy, a rule or a configuration exist? Each that does not is a problem at its place.

Looks at the data as written, so that a mistake of another kind elsewhere in the file hides none of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

from derbes.scanner.policy.problems import Problem, nearest
from derbes.scanner.policy.scalars import TECHNICAL, UNDECLARED
from derbes.scanner.policy.words import entity_titles

if TYPE_CHECKING:
    from derbes.scanner.policy.types import Policy, PolicyFile
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
        "fix",
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
    "word": ("policy-value", "неизвестная подстановка {name}"),
}


def _entries(data: Any, key: str) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The mappings of the list ``data[key]``, whatever else may be in it."""
    found = data.get(key) if isinstance(data, dict) else None
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield (key, index), item


def _mapping(data: Any, key: str) -> Mapping[str, Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _texts(item: Mapping[str, Any], path: Keys, key: str) -> Iterator[tuple[Keys, str]]:
    """The names under ``key``: one, or each of a list."""
    found = item.get(key)
    if isinstance(found, list):
        yield from (((*path, key, n), str(name)) for n, name in enumerate(found) if isinstance(name, (str, int)))
    elif isinstance(found, (str, int)) and not isinstance(found, bool):
        yield (*path, key), str(found)


class _Checker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.problems: list[Problem] = []

    def known(self, what: str, names: Iterable[tuple[Keys, str]], known: Collection[str]) -> None:
        for path, name in names:
            if name not in known:
                slug, message = _UNKNOWN[what]
                self.add(slug, path, message, name=name, suggestion=nearest(name, known))

    def unique(self, names: Iterable[tuple[Keys, str]], message: str) -> None:
        seen: dict[str, Keys] = {}
        for path, name in names:
            if name in seen:
                self.add("policy-duplicate", path, message, name=name, line=self.document.mark(seen[name]).line)
            seen.setdefault(name, path)

    def unique_ids(self, key: str, name: str = "id") -> None:
        ids = (each for path, item in _entries(self.data, key) for each in _texts(item, path, name))
        self.unique(ids, "{name} уже есть в строке {line}")

    def add(self, slug: str, path: Keys, message: str, *, key: bool = False, **params: Any) -> None:
        self.problems.append(self.document.problem(slug, path, message, key=key, **params))


class _Names:
    """All names that a policy file may use: its own and those of the policy that it extends."""

    def __init__(self, data: Any, base: PolicyFile | None) -> None:
        self.clauses = [*_mapping(data, "clauses"), *(base.clauses if base else ())]
        self.categories = self._ids(data, "categories", base)
        self.purposes = self._ids(data, "purposes", base)
        self.subjects = self._ids(data, "subjects", base)
        self.entities = [name for _, name in _entities(data)]
        if base is not None:
            specs = (*base.categories, base.technical, base.undeclared)
            self.entities += [name for spec in specs for name in getattr(spec, "entities", ())]

    @staticmethod
    def _ids(data: Any, key: str, base: PolicyFile | None) -> list[str]:
        own = [name for path, item in _entries(data, key) for _, name in _texts(item, path, "id")]
        return own + [item.id for item in (getattr(base, key) if base else ())]


def _entities(data: Any) -> Iterator[tuple[Keys, str]]:
    for path, item in _entries(data, "categories"):
        yield from _texts(item, path, "entities")
    for key in (TECHNICAL, UNDECLARED):
        yield from _texts(_mapping(data, key), (key,), "entities")


def check_policy(
    document: Document, base: PolicyFile | None, rules: Collection[str], built_in: Collection[str]
) -> list[Problem]:
    """Problems of a policy file. ``base``: the policy that it extends; ``rules``: ids of the built-in rules."""
    check = _Checker(document)
    data = document.data if isinstance(document.data, dict) else {}
    names = _Names(data, base)
    check.known("policy", _texts(data, (), "extends"), built_in)
    for key in ("clauses", "categories") if "extends" not in data else ():
        if key not in data:
            check.add("policy-missing", (), "нет обязательного ключа {name}", name=key)
    effective = data.get("effective")
    if isinstance(effective, str) and not _EFFECTIVE.match(effective):
        check.add("policy-value", ("effective",), "дата пишется так: 2026-09-01")
    for key in ("categories", "subjects", "purposes", "retention"):
        check.unique_ids(key, "purpose" if key == "retention" else "id")
        for path, item in _entries(data, key):
            check.known("clause", _texts(item, path, "clause"), names.clauses)
    for key in (TECHNICAL, UNDECLARED):
        check.known("clause", _texts(_mapping(data, key), (key,), "clause"), names.clauses)
    check.unique(_entities(data), "{name} уже отнесено к категории в строке {line}")
    for path, name in _entities(data):  # own recognizers may bring own entities, but hardly under almost our names
        if name not in entity_titles() and (near := nearest(name, entity_titles(), likeness=0.9)):
            check.add("policy-entity", path, "неизвестная сущность {name}", name=name, suggestion=near)
    for path, item in _entries(data, "categories"):
        if item.get("id") in {UNDECLARED, TECHNICAL, "personal"}:
            check.add("policy-value", (*path, "id"), "id {name} занят программой", name=item["id"])
    for path, item in _entries(data, "purposes"):
        check.known("category", _texts(item, path, "categories"), names.categories)
        check.known("subject", _texts(item, path, "subjects"), names.subjects)
    for path, item in _entries(data, "retention"):
        check.known("purpose", _texts(item, path, "purpose"), names.purposes)
    check.known("clause", _texts(_mapping(data, "breach"), ("breach",), "clause"), names.clauses)
    for name in _mapping(data, "fideslang"):
        if name not in (known := [*names.categories, *names.entities, UNDECLARED, TECHNICAL]):
            params = {"name": str(name), "suggestion": nearest(name, known)}
            check.add("policy-category", ("fideslang", name), _UNKNOWN["category"][1], key=True, **params)
    for name, change in _mapping(data, "rules").items():
        if isinstance(change, dict):
            _check_change(check, name, change, names, rules)
    return check.problems


def _check_change(
    check: _Checker, name: str, change: Mapping[str, Any], names: _Names, built_in: Collection[str]
) -> None:
    path: Keys = ("rules", name)
    if name not in built_in and "when" not in change:
        message = "нет встроенного правила {name}; для своего нужны when и message"
        check.add("policy-rule", path, message, key=True, name=name, suggestion=nearest(name, built_in))
        return
    if name not in built_in and "message" not in change:
        check.add("policy-missing", path, "нет обязательного ключа {name}", key=True, name="message")
    check.known("clause", _texts(change, path, "clauses"), [*names.clauses, *CLAUSE_WORDS])
    _check_condition(check, (*path, "when"), change.get("when"), names)
    _check_words(check, path, change)


def _check_condition(check: _Checker, path: Keys, when: Any, names: _Names) -> None:
    if not isinstance(when, dict):
        return
    check.known("category", _texts(when, path, "category"), [*names.categories, "personal", UNDECLARED, TECHNICAL])
    check.known("entity", _texts(when, path, "entity"), names.entities)
    check.known("kind", _texts(when, path, "kind"), KINDS)
    check.known("purpose", _texts(when, path, "purpose"), names.purposes)
    check.known("subject", _texts(when, path, "subject"), names.subjects)
    parts = when.get("any")
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        _check_condition(check, (*path, "any", index), part, names)
    _check_condition(check, (*path, "not"), when.get("not"), names)


def _check_words(check: _Checker, path: Keys, change: Mapping[str, Any]) -> None:
    for key in ("message", "remedy"):
        words = change.get(key)
        texts = words.items() if isinstance(words, dict) else [(None, words)]
        for language, text in texts:
            where = (*path, key) if language is None else (*path, key, language)
            try:
                used = [name for _, name, _, _ in Formatter().parse(str(text)) if name is not None]
            except ValueError:
                check.add("policy-value", where, "непарная фигурная скобка")
                continue
            check.known("word", ((where, name) for name in used), MESSAGE_WORDS)


def check_rule(document: Document) -> list[Problem]:
    """Problems of a built-in rule that do not need a policy: its placeholders."""
    check = _Checker(document)
    for path, clause in _texts(document.data, (), "clauses"):
        if clause.startswith("{"):
            check.known("clause", [(path, clause)], CLAUSE_WORDS)
    _check_words(check, (), document.data)
    return check.problems


def check_exceptions(document: Document) -> list[Problem]:
    """Problems of the exceptions file."""
    check = _Checker(document)
    check.unique_ids("exceptions")
    return check.problems


def check_config(document: Document, policy: Policy | None) -> list[Problem]:
    """Problems of ``derbes.yml`` against the policy that it is judged by (``None``: that one has its own problems)."""
    check = _Checker(document)
    check.unique_ids("places")
    if policy is None:
        return check.problems
    purposes = list(policy.purpose_by_id)
    subjects = [subject.id for subject in policy.subjects]
    for path, place in _entries(document.data, "places"):
        check.known("purpose", _texts(place, path, "purposes"), purposes)
        check.known("subject", _texts(place, path, "subjects"), subjects)
        for name, spec in _mapping(place, "fields").items():
            if isinstance(spec, dict):
                check.known("purpose", _texts(spec, (*path, "fields", name), "purposes"), purposes)
    return check.problems
