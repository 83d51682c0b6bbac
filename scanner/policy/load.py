"""Policies and rules from their files. All mistakes of a file are reported at once, each at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from derbes.scanner.policy.decode import decode
from derbes.scanner.policy.problems import PolicyErrors, Problem, nearest
from derbes.scanner.policy.references import check_policy, check_rule
from derbes.scanner.policy.types import Policy, PolicyFile, Rule, RuleChange, Severity
from derbes.scanner.policy.yamlmarks import read_document

HERE = Path(__file__).parent
BUILT_IN: Mapping[str, Path] = {"hosting-pro": HERE / "hosting_pro" / "policy.yaml"}
RULES = HERE / "hosting_pro" / "rules"
DEFAULT = "hosting-pro"


def load_policy(ref: str | Path = DEFAULT, base: Path | None = None) -> Policy:
    """A built-in policy by id, or the one in the file ``ref`` (relative to ``base``).

    Raises :class:`PolicyErrors` with every mistake in the file.
    """
    if str(ref) in BUILT_IN:
        return _built_in(str(ref))
    path = (base or Path()) / ref
    if not path.exists() and not path.suffix and "/" not in str(ref):
        problem = Problem(
            "policy-unknown",
            "нет встроенной политики {name} и нет такого файла",
            {"name": str(ref), "suggestion": nearest(ref, BUILT_IN)},
        )
        raise PolicyErrors([problem])
    return _load(path)


@cache
def _built_in(name: str) -> Policy:
    return _load(BUILT_IN[name])


@cache
def built_in_rules() -> tuple[Rule, ...]:
    """The rules that ship with derbes, in the order of their ids."""
    return tuple(_load_rule(path) for path in sorted(RULES.glob("*.yaml")))


def _load_rule(path: Path) -> Rule:
    document = read_document(path)
    rule, problems = decode(document, Rule)
    if rule is not None:
        problems += check_rule(document, (), rule)
    if rule is None or problems:
        raise PolicyErrors(problems)
    return rule


def _load(path: Path) -> Policy:
    document = read_document(path)
    own, problems = decode(document, PolicyFile)
    if own is None:
        raise PolicyErrors(problems)
    merged = own
    if own.extends in BUILT_IN:
        merged = _extend(_built_in(own.extends), own)
    problems += check_policy(document, own, merged, built_in_rules(), BUILT_IN)
    if problems:
        raise PolicyErrors(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    digest = hashlib.sha256(document.text.encode()).hexdigest()
    fields = {name: getattr(merged, name) for name in PolicyFile.model_fields}
    rules = tuple(_in_force(built_in_rules(), merged.rules, merged.clauses))
    return Policy.model_construct(
        **fields, sha256=digest, file=document.file, active_rules=rules, severities=_severities(path, merged)
    )


def _severities(path: Path, policy: PolicyFile) -> dict[str, Severity]:
    """Severity of each category: as the policy states it, else as the built-in policy does for the same id."""
    table = {} if path in BUILT_IN.values() else dict(_built_in(DEFAULT).severities)
    return table | {category.id: category.severity for category in policy.categories if category.severity}


def _extend(base: PolicyFile, own: PolicyFile) -> PolicyFile:
    """``own`` over ``base``: keys that are given win; lists and mappings are merged by id."""
    merged: dict[str, Any] = {}
    for name in PolicyFile.model_fields:
        old, new = getattr(base, name), getattr(own, name)
        if name not in own.model_fields_set:
            merged[name] = old
        elif isinstance(new, Mapping):
            merged[name] = {**old, **new}
        elif isinstance(new, tuple):
            merged[name] = tuple({_key(item): item for item in (*old, *new)}.values())
        elif name == "technical" and not new.entities:
            merged[name] = old.model_copy(update={"judged_as": new.judged_as})
        else:
            merged[name] = new
    return PolicyFile.model_construct(_fields_set=own.model_fields_set, **merged)


def _key(item: Any) -> str:
    return str(item.purpose if hasattr(item, "purpose") else item.id)


def _in_force(rules: Iterable[Rule], changes: Mapping[str, RuleChange], clauses: Mapping[str, str]) -> Iterable[Rule]:
    """Built-in rules as changed, then own ones. A built-in citation that another policy does not have is left out."""
    built_in = {rule.id: rule for rule in rules}
    for name, rule in built_in.items():
        change = changes.get(name, RuleChange())
        if not change.enabled:
            continue
        known = tuple(clause for clause in rule.clauses if clause.startswith("{") or clause in clauses)
        given = {key: getattr(change, key) for key in change.model_fields_set - {"enabled"}}
        yield rule.model_copy(update={"clauses": known} | given)
    for name, change in changes.items():
        if name not in built_in and change.enabled:
            given = {key: getattr(change, key) for key in change.model_fields_set - {"enabled"}}
            given |= {"title": change.title or change.message, "remedy": change.remedy or change.message}
            yield Rule.model_construct(id=name, **given)
