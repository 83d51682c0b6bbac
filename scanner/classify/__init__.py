"""Profiles to classifications: what is this column, and what else stands in it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from derbes.scanner.classify.intervals import in_whole
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import EntityStats, FieldProfile
from derbes.scanner.model.inventory import Classification, EntityCount, Reason

if TYPE_CHECKING:
    from derbes.scanner.policy.types import Policy


def classify(dataset: Dataset, profiles: Sequence[FieldProfile], policy: Policy) -> list[Classification]:
    """One row for each field and category met in it; ``profiles`` are the fields of one dataset."""
    rows: list[Classification] = []
    for profile in profiles:
        by_category: dict[str, list[tuple[str, EntityStats]]] = {}
        for entity, stats in profile.entities.items():
            by_category.setdefault(policy.category_by_entity.get(entity, "undeclared"), []).append((entity, stats))
        rows += [_row(dataset, profile, category, found) for category, found in sorted(by_category.items())]
    return rows


def _row(
    dataset: Dataset, profile: FieldProfile, category: str, found: Iterable[tuple[str, EntityStats]]
) -> Classification:
    found = list(found)
    total = EntityStats()
    for _, stats in found:
        total = total + stats
    units = min(total.units, profile.units_read)
    values = profile.shape.values or profile.units_read
    sampled = profile.sampled or (dataset.rows_total or 0) > profile.units_read
    whole = max(dataset.rows_total or 0, profile.units_read)
    return Classification(
        place="",
        part=profile.part,
        dataset=profile.dataset,
        path=profile.path,
        category=category,
        confidence=round(total.best, 2),
        role="column" if values and total.whole / values >= 0.5 else "mention",
        units_with=units,
        units_read=profile.units_read,
        units_total=whole,
        sampled=sampled,
        interval=in_whole(units, profile.units_read, whole) if sampled else None,
        entities=tuple(EntityCount(e, s.units, s.validated) for e, s in found),
        reasons=(Reason("values", 1.0, "значений с этим: {units} из {values}", {"units": units, "values": values}),),
        examples=tuple(masked for _, masked in total.examples),
        locations=total.locations,
        natural=total.natural,
    )
