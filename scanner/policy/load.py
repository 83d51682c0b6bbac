"""Policies and rules from their files. All mistakes of a file are reported at once, each at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from derbes.scanner.policy.decode import decode
from derbes.scanner.policy.problems import PolicyErrors, Problem, in_order, nearest
from derbes.scanner.policy.references import check_policy, check_rule
from derbes.scanner.policy.scalars import Severity
from derbes.scanner.policy.types import Policy, PolicyFile, Rule, RuleChange
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
    problems += check_rule(document)
    if rule is None or problems:
        raise PolicyErrors(problems)
    return rule


def _load(path: Path) -> Policy:
    document = read_document(path)
    own, problems = decode(document, PolicyFile)
    extends = document.data.get("extends") if isinstance(document.data, dict) else None
    base = _built_in(extends) if isinstance(extends, str) and extends in BUILT_IN else None
    problems += check_policy(document, base, [rule.id for rule in built_in_rules()], BUILT_IN)
    if own is None or problems:
        raise PolicyErrors(in_order(problems))
    merged = _complete(_extend(base, own) if base else own)
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
        elif name == "technical":
            merged[name] = old.model_copy(update=_given(new))
        else:
            merged[name] = new
    return PolicyFile.model_construct(_fields_set=own.model_fields_set, **merged)


def _complete(policy: PolicyFile) -> PolicyFile:
    """What nobody listed as technical or undeclared is so as in the built-in policy, but cites no clause of it."""
    if policy.id in BUILT_IN:
        return policy
    listed = {name for category in policy.categories for name in category.entities}
    listed |= {*policy.technical.entities, *policy.undeclared.entities}
    model = _built_in(DEFAULT)
    update = {}
    for name, old in (("technical", model.technical), ("undeclared", model.undeclared)):
        own = getattr(policy, name)
        if not own.entities:
            rest = tuple(entity for entity in old.entities if entity not in listed)
            update[name] = own.model_copy(update={"entities": rest, "title": own.title or old.title})
    return policy.model_copy(update=update)


def _given(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in model.model_fields_set}


def _key(item: Any) -> str:
    return str(item.purpose if hasattr(item, "purpose") else item.id)


def _changes(change: RuleChange) -> dict[str, Any]:
    return {name: value for name, value in _given(change).items() if name != "enabled"}


def _in_force(rules: Iterable[Rule], changes: Mapping[str, RuleChange], clauses: Mapping[str, str]) -> Iterable[Rule]:
    """Built-in rules as changed, then own ones. A built-in citation that another policy does not have is left out."""
    built_in = {rule.id: rule for rule in rules}
    for name, rule in built_in.items():
        change = changes.get(name, RuleChange())
        if not change.enabled:
            continue
        known = tuple(clause for clause in rule.clauses if clause.startswith("{") or clause in clauses)
        yield rule.model_copy(update={"clauses": known} | _changes(change))
    for name, change in changes.items():
        if name not in built_in and change.enabled:
            given = _changes(change) | {
                "title": change.title or change.message,
                "remedy": change.remedy or change.message,
            }
            yield Rule.model_construct(id=name, **given)
