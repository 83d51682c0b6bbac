"""Profiles to classifications: what is this column, and what else stands in it?

Each row carries its reasons, for and against, heaviest first. Without values (``classify_schema``, empty tables) the
same evidence of names, types, comments, neighbours and tables is weighed, and confidence is capped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derbes.scanner.classify.column import TWELVE, by_context, by_values, probability
from derbes.scanner.classify.context import Context, contexts
from derbes.scanner.classify.definitions import completed
from derbes.scanner.classify.intervals import in_whole
from derbes.scanner.classify.mention import mentions
from derbes.scanner.classify.special import special
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import EntityStats, FieldProfile
from derbes.scanner.model.inventory import Classification, EntityCount, Reason

if TYPE_CHECKING:
    from derbes.scanner.policy.types import Policy

SHOWN = 0.4  # a row below it is not worth showing; below 0.5 it is a guess that rules do not judge
SCHEMA_CAP = 0.7  # the most that names and types can prove
EMPTY_CAP = 0.45  # an empty column is shown in the inventory and breaks no rule


def classify(dataset: Dataset, profiles: Sequence[FieldProfile], policy: Policy) -> list[Classification]:
    """One row for each field and category met in it; ``profiles`` are the fields of one dataset."""
    known = contexts(dataset, profiles)
    rows: list[Classification] = []
    for profile in profiles:
        if profile.shape.values or profile.entities:
            rows += _judged(dataset, known[profile.path], profile, policy)
    if dataset.unit != "line":
        empty = {*known} - {p.path for p in profiles if p.shape.values}
        read = max((p.units_read for p in profiles), default=0)
        for path in sorted(empty - {p.path for p in profiles if p.entities}):
            rows += _named(dataset, known[path], policy, EMPTY_CAP, read)
    return rows


def classify_schema(dataset: Dataset, policy: Policy) -> list[Classification]:
    """Declared fields by name, type, comment, neighbours and table alone; confidence is 0.7 at most."""
    known = completed(contexts(dataset, ()), dataset)
    rows = [row for context in known.values() for row in _named(dataset, context, policy, SCHEMA_CAP, 0)]
    return [*rows, *_special(dataset, known, policy, {row.path for row in rows})]


def _special(
    dataset: Dataset, known: Mapping[str, Context], policy: Policy, taken: Collection[str]
) -> Iterator[Classification]:
    """Photos, health and the like: fields of which nothing else is known."""
    for field in dataset.fields:
        if field.path not in taken and (found := special(known[field.path], field.comment)):
            entity, reasons = found
            category = policy.category_by_entity.get(entity, "undeclared")
            profile = FieldProfile(dataset.part, dataset.name, field.path, 0)
            confidence = min(probability(reasons), SCHEMA_CAP)
            yield _row(dataset, known[field.path], profile, category, [entity], "column", confidence, reasons)


def _judged(dataset: Dataset, context: Context, profile: FieldProfile, policy: Policy) -> list[Classification]:
    profile = _sole_traders(context, profile)
    met = {*profile.entities, *profile.looks, *context.entities}
    rows = []
    for category, entities in _by_category(met, policy).items():
        reasons = by_context(context, entities)
        if profile.shape.values:
            reasons += by_values(context, profile, entities)
        confidence = probability(reasons) if profile.shape.values else 0.0
        if confidence >= 0.5:
            rows.append(_row(dataset, context, profile, category, entities, "column", confidence, reasons))
            continue
        sure, why = mentions(context, profile, entities)
        if sure >= SHOWN:
            rows.append(_row(dataset, context, profile, category, entities, "mention", sure, why))
        elif confidence >= SHOWN:
            rows.append(_row(dataset, context, profile, category, entities, "column", confidence, reasons))
    return rows


def _sole_traders(context: Context, profile: FieldProfile) -> FieldProfile:
    """Among firms «ИП Ахметов А.» is a firm, and its owner is counted as ``natural``, not as one more category."""
    people, firms = profile.entities.get("PERSON"), profile.entities.get("ORGANIZATION")
    named = context.reading("PERSON")
    if not people or not people.natural or (named and named.sure) or not (firms or context.reading("ORGANIZATION")):
        return profile
    traders = min(people.natural, people.units)
    left = replace(people, units=people.units - traders, spans=people.spans - people.natural, natural=0)
    owned = replace(people, units=traders, spans=people.natural, whole=traders)
    merged = {**profile.entities, "PERSON": left, "ORGANIZATION": owned + firms if firms else owned}
    return replace(profile, entities={entity: stats for entity, stats in merged.items() if stats.units})


def _named(dataset: Dataset, context: Context, policy: Policy, cap: float, read: int) -> list[Classification]:
    rows = []
    for category, entities in _by_category({*context.entities}, policy).items():
        reasons = by_context(context, entities)
        confidence = probability(reasons)
        if confidence >= 0.5:
            profile = FieldProfile(dataset.part, dataset.name, context.path, read)
            own = [e for e in entities if context.reading(e)]
            rows.append(_row(dataset, context, profile, category, own, "column", min(confidence, cap), reasons))
    return rows


def _by_category(entities: set[str], policy: Policy) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for entity in sorted(entities):
        grouped.setdefault(policy.category_by_entity.get(entity, "undeclared"), []).append(entity)
    return dict(sorted(grouped.items()))


def _row(
    dataset: Dataset,
    context: Context,
    profile: FieldProfile,
    category: str,
    entities: Sequence[str],
    role: str,
    confidence: float,
    reasons: Sequence[Reason],
) -> Classification:
    counted = _counted(context, profile, entities, role)
    total = EntityStats()
    for stats in counted.values():
        total = total + stats
    units = min(total.units, profile.units_read)
    sampled = profile.sampled or (dataset.rows_total or 0) > profile.units_read
    whole = max(dataset.rows_total or 0, profile.units_read)
    if sampled and profile.units_read:
        reasons = [*reasons, _missed(profile.units_read, whole)]
    return Classification(
        place="",
        part=dataset.part,
        dataset=dataset.name,
        path=context.path,
        category=category,
        confidence=round(min(confidence, 0.99), 2),
        role=role,
        units_with=units,
        units_read=profile.units_read,
        units_total=whole,
        sampled=sampled,
        interval=in_whole(units, profile.units_read, whole) if sampled else None,
        entities=tuple(EntityCount(e, min(s.units, profile.units_read), s.validated) for e, s in counted.items()),
        reasons=tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.kind, reason.text))),
        examples=tuple(masked for _, masked in total.examples),
        locations=total.locations,
        natural=total.natural,
    )


def _counted(context: Context, profile: FieldProfile, entities: Sequence[str], role: str) -> dict[str, EntityStats]:
    """Counts of each entity: what recognizers found; in a column, whole values that look like it or fit its name."""
    counted = {entity: profile.entities[entity] for entity in entities if entity in profile.entities}
    if role == "mention":
        return counted
    for entity in entities:
        if entity in TWELVE or context.reading(entity):
            best = max((source.get(entity, EntityStats()) for source in (profile.looks, counted)), key=_units)
            counted[entity] = best
    named = [e for e in entities if context.reading(e)]
    twins = sum(_units(profile.looks.get(e, EntityStats())) for e in TWELVE) if TWELVE & {*named} else 0
    known = max(twins, sum(map(_units, counted.values())))
    if named and 2 * known < _units(profile.fits.get(named[0], EntityStats())):
        counted[named[0]] = profile.fits[named[0]]
    elif not any(map(_units, counted.values())):
        counted |= {e: profile.looks[e] for e in entities if e in profile.looks}
    if "address_part" in {reading.kind.name for reading in context.readings} and not any(map(_units, counted.values())):
        counted["ADDRESS"] = EntityStats(units=profile.shape.values)
    kept = {entity: stats for entity, stats in counted.items() if stats.units}
    return kept or {entity: EntityStats() for entity in (named or entities)[:1]}


def _units(stats: EntityStats) -> int:
    return stats.units


def _missed(read: int, whole: int) -> Reason:
    """The rule of three: what 95 % of such samples would have met once."""
    params = {"read": read, "whole": whole, "rare": max(1, round(3 * whole / read))}
    text = "прочитано {read} из {whole}: чего нет в выборке, того не более {rare} строк (95 %)"
    return Reason("values", 0.0, text, params)
