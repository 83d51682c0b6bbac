"""Two outcomes side by side: new, gone, changed. Growth counts when it is beyond what sampling can explain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derbes.scanner.model.findings import Outcome, Violation
from derbes.scanner.model.inventory import Classification


@dataclass(frozen=True, slots=True)
class Change:
    """A violation that is in both, with its units then and now; ``real`` when the intervals do not meet."""

    before: Violation
    after: Violation
    real: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A field with personal data that only one of the two has."""

    place: str
    path: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What happened between two runs. ``unseen``: gone, but its place was not (wholly) read this time.

    ``unreviewed``: accepted since by an exception that nobody but its author has approved.
    """

    new: tuple[Violation, ...]
    gone: tuple[Violation, ...]
    unseen: tuple[Violation, ...]
    changed: tuple[Change, ...]
    unreviewed: tuple[Violation, ...]
    places_new: tuple[str, ...]
    places_gone: tuple[str, ...]
    fields_new: tuple[Field, ...]
    fields_gone: tuple[Field, ...]


def compare(old: Outcome, new: Outcome) -> Difference:
    """Violations by id, places by id, fields by place, path and category."""
    before = {v.id: v for v in old.violations}
    after = {v.id: v for v in new.violations}
    blind = {r.place.id for r in new.inventory.places if r.status != "scanned"}
    lost = [v for i, v in before.items() if i not in after]
    old_places = {record.place.id for record in old.inventory.places}
    new_places = {record.place.id for record in new.inventory.places}
    old_fields, new_fields = _fields(old), _fields(new)
    return Difference(
        new=tuple(v for i, v in after.items() if i not in before),
        gone=tuple(v for v in lost if v.place not in blind),
        unseen=tuple(v for v in lost if v.place in blind),
        changed=tuple(
            Change(before[i], v, _apart(before[i], v))
            for i, v in after.items()
            if i in before and v.units != before[i].units
        ),
        unreviewed=tuple(_unreviewed(before, new)),
        places_new=tuple(sorted(new_places - old_places)),
        places_gone=tuple(sorted(old_places - new_places)),
        fields_new=tuple(Field(*key) for key in sorted(new_fields.keys() - old_fields.keys())),
        fields_gone=tuple(Field(*key) for key in sorted(old_fields.keys() - new_fields.keys())),
    )


def _fields(outcome: Outcome) -> Mapping[tuple[str, str, str], Classification]:
    return {(row.place, row.path, row.category): row for row in outcome.inventory.fields if row.category != "technical"}


def _unreviewed(before: Mapping[str, Violation], new: Outcome) -> Iterator[Violation]:
    approved = {one.id for one in new.exemptions if one.approved_by}
    for violation in new.violations:
        known = before.get(violation.id)
        if violation.state == "accepted" and violation.id not in approved and (not known or known.state != "accepted"):
            yield violation


def _apart(before: Violation, after: Violation) -> bool:
    low, high = before.interval or (before.units, before.units)
    new_low, new_high = after.interval or (after.units, after.units)
    return new_low > high or new_high < low
