"""The judgement: an inventory and a policy in, violations out. Pure; knows no connector and no clause.

Severity and confidence are apart: a rule says how grave, the classification says how sure, and what is too unsure
(``cases.ENOUGH``) is not judged at all.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from derbes.scanner.evaluate.cases import Case, cases, rooms
from derbes.scanner.evaluate.match import Fields, Judge
from derbes.scanner.evaluate.wording import Speaker
from derbes.scanner.model.evidence import MAX_EXAMPLES, MAX_LOCATIONS
from derbes.scanner.model.findings import SEVERITIES, Violation
from derbes.scanner.model.inventory import Inventory
from derbes.scanner.policy.config import Config
from derbes.scanner.policy.types import Policy, Rule

__all__ = ["evaluate"]


def evaluate(
    inventory: Inventory, policy: Policy, *, config: Config | None = None, today: date
) -> tuple[Violation, ...]:
    """Judge every place by every rule in force. Same inventory, same violations in the same order.

    ``config`` is the ``derbes.yml`` in force, ``None`` without one (then nothing is held against a declaration).
    """
    personal = policy.technical.judged_as == "personal" or bool(config and config.technical == "personal")
    judge = Judge(policy, config is not None, personal)
    speaker = Speaker(policy)
    found = [
        _violation(rule, case, fields, policy, speaker)
        for room in rooms(inventory, config)
        for rule in policy.active_rules
        for case in cases(room, rule.each, policy, today)
        if (fields := judge.matching(case, rule.when))
    ]
    return tuple(sorted(_distinct(found), key=_order))


def _order(violation: Violation) -> tuple[int, str, str, str, str]:
    return SEVERITIES.index(violation.severity), violation.place, violation.path, violation.category, violation.rule


def _violation(rule: Rule, case: Case, fields: Fields, policy: Policy, speaker: Speaker) -> Violation:
    worst = min(fields, key=lambda f: (SEVERITIES.index(policy.severity(f.category)), policy.rank(f.category)))
    place = case.record.place
    exact = fields[0] if len(fields) == 1 and case.units is None else None
    shown = [found for found in fields if found.category == worst.category] if case.locations is None else []
    locations = case.locations
    if locations is None:
        locations = tuple(sorted(location for found in shown for location in found.locations))
    return Violation(
        id=fingerprint(rule.id, place.id, case.path, worst.category),
        rule=rule.id,
        severity=rule.severity or policy.severity(worst.category),
        clauses=speaker.clauses(rule, case, worst.category),
        place=place.id,
        path=case.path,
        category=worst.category,
        entities=tuple(sorted({count.entity for found in fields for count in found.entities})),
        units=case.units if case.units is not None else max(found.units_with for found in fields),
        locations=locations[:MAX_LOCATIONS],
        message=speaker.message(rule, rule.message, case, fields, worst.category),
        remedy=speaker.message(rule, rule.remedy, case, fields, worst.category),
        owner=place.owner,
        interval=exact.interval if exact else None,
        examples=tuple(dict.fromkeys(e for found in shown for e in found.examples))[:MAX_EXAMPLES],
        covers=() if rule.each == "field" else tuple(sorted({(found.path, found.category) for found in fields})),
    )


def fingerprint(rule: str, place: str, path: str, category: str, digits: int = 8) -> str:
    """The id of a violation: no value, count or line number goes into it, so it survives all but the thing itself."""
    key = "\0".join((rule, place, path, category)).encode()
    return f"DRB-{hashlib.sha256(key).hexdigest()[:digits].upper()}"


def _distinct(violations: Iterable[Violation]) -> Iterator[Violation]:
    """Each (rule, place, path, category) once, and longer ids where two different ones share eight digits."""
    by_key = {(v.rule, v.place, v.path, v.category): v for v in violations}
    shared = Counter(v.id for v in by_key.values())
    for key, violation in by_key.items():
        yield violation if shared[violation.id] == 1 else replace(violation, id=fingerprint(*key, digits=16))
