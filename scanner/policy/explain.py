"""What ``explain`` and ``policy show`` print: plain data, gathered from policy, rules and outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Outcome, PolicyRef, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord, Reason

if TYPE_CHECKING:
    from derbes.scanner.policy.types import Policy, Rule

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in its own words; ``text`` is empty when the policy at hand does not have it."""

    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A violation with all that speaks for it."""

    violation: Violation
    title: Words
    clauses: tuple[Clause, ...]
    place: PlaceRecord | None
    evidence: tuple[Classification, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """A rule: what it looks for, how grave, by which clauses, what to do. ``cites``: clauses that hang on the case."""

    id: str
    title: Words
    message: Words
    remedy: Words
    severity: str | None
    clauses: tuple[Clause, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseCard:
    """A clause and what of the policy's data hangs on it."""

    clause: Clause
    rules: tuple[str, ...]
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """``policy show``: both directions at once."""

    policy: PolicyRef
    clauses: tuple[ClauseCard, ...]
    rules: tuple[RuleCard, ...]


def explain(name: str, policy: Policy, outcome: Outcome | None = None) -> Finding | RuleCard | ClauseCard:
    """What ``name`` is: the id of a violation of ``outcome`` (its beginning will do), a rule or a clause.

    Raises :class:`UsageError` when it is none of them, with the nearest name.
    """
    from derbes.scanner.policy.problems import nearest

    if name in policy.rule_by_id:
        return rule_card(policy.rule_by_id[name], policy)
    if name in policy.clauses:
        return clause_card(name, policy)
    violations = outcome.violations if outcome else ()
    found = [violation for violation in violations if violation.id.startswith(name.upper())]
    if len(found) == 1 and outcome is not None:
        return finding(found[0], policy, outcome)
    if len(found) > 1:
        raise UsageError("explain-ambiguous", "{name}: таких нарушений несколько, допишите id", name=name[:60])
    known = [*policy.rule_by_id, *policy.clauses, *(violation.id for violation in violations)]
    message = "{name}: нет такого нарушения, правила или пункта"
    if near := nearest(name, known):
        raise UsageError(
            "explain-unknown", message, "возможно, вы имели в виду {suggestion}", name=name[:60], suggestion=near
        )
    raise UsageError("explain-unknown", message, "список правил и пунктов: derbes policy show", name=name[:60])


def finding(violation: Violation, policy: Policy, outcome: Outcome) -> Finding:
    """All that is known of one violation."""
    rule = policy.rule_by_id.get(violation.rule)
    inventory = outcome.inventory
    same = [f for f in inventory.fields if f.place == violation.place and f.category == violation.category]
    evidence = tuple(f for f in same if _concerns(violation, f)) or tuple(same)
    return Finding(
        violation=violation,
        title=rule.title.by_language() if rule else {},
        clauses=_quoted(violation.clauses, outcome.policy.clauses or policy.clauses),
        place=next((record for record in inventory.places if record.place.id == violation.place), None),
        evidence=evidence,
        reasons=tuple(reason for found in evidence for reason in found.reasons),
    )


def _concerns(violation: Violation, found: Classification) -> bool:
    """Whether it is the field itself, or one in the table, file or place that the violation names."""
    path = violation.path
    return not path or found.path == path or found.path.startswith((f"{path}.", f"{path}#", f"{path}!"))


def rule_card(rule: Rule, policy: Policy) -> RuleCard:
    """What there is to say of a rule under this policy."""
    fixed = [clause for clause in rule.clauses if not clause.startswith("{")]
    return RuleCard(
        id=rule.id,
        title=rule.title.by_language(),
        message=_general(rule.message.by_language()),
        remedy=_general(_with_fixes(rule)),
        severity=rule.severity,
        clauses=_quoted((*fixed, *_hanging(rule, policy)), policy.clauses),
        cites=tuple(clause.strip("{}") for clause in rule.clauses if clause.startswith("{")),
    )


def _with_fixes(rule: Rule) -> Words:
    """The remedy with everything that may stand for ``{fix}``."""
    fixes = [words.by_language() for words in rule.fixes.values()]
    return {
        language: text.replace("{fix}", "; ".join(fix[language] for fix in fixes) or "…")
        for language, text in rule.remedy.by_language().items()
    }


def _general(words: Words) -> dict[str, str]:
    """A message without its case: an ellipsis stands where names and numbers will."""
    return {language: re.sub(r"\{\w+\}", "…", text) for language, text in words.items()}


def _hanging(rule: Rule, policy: Policy) -> list[str]:
    """All clauses that the placeholders of a rule may stand for."""
    clauses: list[str | None] = []
    for word in rule.clauses:
        match word:
            case "{category}":
                clauses += policy.category_clauses.values()
            case "{technical}":
                clauses.append(policy.technical.clause)
            case "{purposes}":
                clauses += [purpose.clause for purpose in policy.purposes]
            case "{subjects}":
                clauses += [subject.clause for subject in policy.subjects]
            case "{retention}":
                clauses += [term.clause for term in policy.retention]
    return list(dict.fromkeys(clause for clause in clauses if clause))


def clause_card(number: str, policy: Policy) -> ClauseCard:
    """What hangs on a clause."""
    rules = [r.id for r in policy.active_rules if number in r.clauses or number in _hanging(r, policy)]
    return ClauseCard(
        clause=Clause(number, policy.clauses.get(number, "")),
        rules=tuple(rules),
        categories=tuple(name for name, clause in policy.category_clauses.items() if clause == number),
        purposes=_ids_at(number, policy.purposes),
        subjects=_ids_at(number, policy.subjects),
    )


def _ids_at(number: str, items: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(getattr(item, "id")) for item in items if getattr(item, "clause") == number)  # noqa: B009


def overview(policy: Policy) -> Overview:
    """Clause -> rules and rule -> clauses, in the policy's order."""
    cards = tuple(clause_card(number, policy) for number in policy.clauses)
    return Overview(policy.ref(), cards, tuple(rule_card(rule, policy) for rule in policy.active_rules))


def _quoted(numbers: Iterable[str], clauses: Mapping[str, str]) -> tuple[Clause, ...]:
    return tuple(Clause(number, clauses.get(number, "")) for number in dict.fromkeys(numbers))
