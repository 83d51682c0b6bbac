"""``derbes-exceptions.yml``: what was accepted, why, by whom and until when.

An exception covers one violation id, hence one category in one field under one rule: a new category in the same
column is a new violation. It ceases to hold when its day has passed, when it asks for more than ``FREE_DAYS`` and
nobody approved it, and when the matter has grown beyond what was accepted: in number, or (where a violation is of a
whole file or table) by a category that was not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from derbes.scanner.model.findings import Exemption, ExemptionStatus, Violation

if TYPE_CHECKING:
    from derbes.scanner.policy.files import ExceptionEntry

# Id -> (path, category) of what it covered, nothing where the former report does not say.
Baseline = Mapping[str, frozenset[tuple[str, str]]]
FREE_DAYS = 90  # longer ones need approved_by
SOON_DAYS = 14  # shown as expiring
GROWTH = 1.25  # beyond it an accepted violation is open again


def load_exceptions(path: Path) -> tuple[ExceptionEntry, ...]:
    """Read the file; none at all means no exceptions. Raises :class:`PolicyErrors` with every mistake in it."""
    from derbes.scanner.policy.decode import decode
    from derbes.scanner.policy.files import ExceptionsFile
    from derbes.scanner.policy.problems import PolicyErrors
    from derbes.scanner.policy.references import check_exceptions
    from derbes.scanner.policy.yamlmarks import read_document

    if not path.exists():
        return ()
    document = read_document(path)
    if document.data is None:
        return ()
    parsed, problems = decode(document, ExceptionsFile)
    problems += check_exceptions(document)
    if parsed is None or problems:
        raise PolicyErrors(problems)
    return parsed.exceptions


def apply(
    violations: Iterable[Violation],
    exceptions: Sequence[ExceptionEntry],
    baseline: Baseline,
    today: date,
    places: Collection[str] | None = None,
) -> tuple[tuple[Violation, ...], tuple[Exemption, ...]]:
    """Give each violation its state, and each exception the status that it took on.

    ``baseline``: ids known from a former report, with what they covered then. ``places``: ids of the places that were
    judged; an exception for another place is then left alone instead of being called unused.
    """
    violations = tuple(violations)
    by_id = {violation.id: violation for violation in violations}
    accepted: set[str] = set()
    exemptions = []
    for entry in exceptions:
        violation = by_id.get(entry.id)
        if violation is None and places is not None and entry.where and not _concerns(entry.where, places):
            continue
        status = _status(entry, violation, today)
        if violation is not None and status in {"active", "expiring"}:
            accepted.add(entry.id)
        exemptions.append(
            Exemption(
                id=entry.id,
                reason=entry.reason,
                by=entry.by,
                until=entry.until.isoformat(),
                approved_by=entry.approved_by,
                status=status,
            )
        )
    judged = tuple(
        replace(v, state="accepted" if v.id in accepted else "known" if _known(v, baseline) else "new")
        for v in violations
    )
    return judged, tuple(sorted(exemptions, key=lambda each: (each.until, each.id)))


def _concerns(where: str, places: Collection[str]) -> bool:
    return any(where == place or where.startswith(f"{place}#") for place in places)


def _known(violation: Violation, baseline: Baseline) -> bool:
    return violation.id in baseline and not _widened(violation, baseline[violation.id])


def _widened(violation: Violation, covered: Collection[tuple[str, str]]) -> bool:
    """Whether a category appeared that was nowhere before, or not in that column; ``covered`` empty: not recorded.

    Another column of a category that was there is no such thing; the number of records tells of that.
    """
    paths, categories = {path for path, _ in covered}, {category for _, category in covered}
    return bool(covered) and any(
        category not in categories or (path in paths and (path, category) not in covered)
        for path, category in violation.covers
    )


def _status(entry: ExceptionEntry, violation: Violation | None, today: date) -> ExemptionStatus:
    if entry.until < today:
        return "expired"
    if needs_approval(entry.until, entry.added or today) and not entry.approved_by:
        return "unapproved"
    if violation is None:
        return "unused"
    if entry.units is not None and _at_least(violation) > entry.units * GROWTH:
        return "outgrown"
    if _widened(violation, {(path, name) for path, names in (entry.covers or {}).items() for name in names}):
        return "outgrown"
    return "expiring" if (entry.until - today).days <= SOON_DAYS else "active"


def needs_approval(until: date, added: date) -> bool:
    """Whether an exception asks for so long that somebody else must agree."""
    return (until - added).days > FREE_DAYS


def _at_least(violation: Violation) -> int:
    """How many units there certainly are: the low end of a sample's interval, else the count."""
    return violation.interval[0] if violation.interval else violation.units


def accepted_units(violation: Violation) -> int:
    """How many units an acceptance covers: the high end of a sample's interval, else the count."""
    return violation.interval[1] if violation.interval else violation.units


def where(violation: Violation) -> str:
    """``place#path``, as the exceptions file names it for its readers."""
    return f"{violation.place}#{violation.path}" if violation.path else violation.place
