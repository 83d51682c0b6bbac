"""What a breach of one place exposes: categories, how many people at least and at most, how they can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from derbes.reports.html_map import part_of
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.inventory import Classification, PlaceRecord
from derbes.scanner.policy.scalars import TECHNICAL

# Categories of which a person has one or few, so that a row with it is a row about a person.
ONE_A_PERSON = frozenset({"full_name", "identity_document", "email", "phone"})
CHANNELS = ("email", "phone", "address")


@dataclass(frozen=True, slots=True)
class Exposed:
    """One category: records with it (``low`` to ``high`` where sampled) and the fields that hold it."""

    category: str
    low: int
    high: int
    fields: tuple[str, ...]
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """``low`` and ``high`` bound the number of people; ``elsewhere``: other places with contacts of such people."""

    record: PlaceRecord
    categories: tuple[Exposed, ...]
    technical: bool
    low: int
    high: int
    channels: tuple[Exposed, ...]
    elsewhere: tuple[str, ...]
    unread: int


def exposure(outcome: Outcome, place: str, paths: Iterable[str] = ()) -> Exposure:
    """Of a place, or of its fields that match one of ``paths`` (globs). Raises ``KeyError`` for an unknown place."""
    records = {record.place.id: record for record in outcome.inventory.places}
    globs = tuple(paths)
    rows = [
        row
        for row in outcome.inventory.fields
        if row.place == place and (not globs or any(fnmatchcase(row.path, glob) for glob in globs))
    ]
    # What was named but holds nothing, and what is but a guess, was not exposed.
    personal = [row for row in rows if row.category != TECHNICAL and row.units_with and row.confidence >= ENOUGH]
    order = {name: rank for rank, name in enumerate(outcome.policy.categories)}
    names = sorted({row.category for row in personal}, key=lambda name: (order.get(name, len(order)), name))
    categories = tuple(_exposed(name, personal) for name in names)
    low, high = _people(personal, records[place])
    return Exposure(
        record=records[place],
        categories=categories,
        technical=any(row.category == TECHNICAL for row in rows),
        low=low,
        high=high,
        channels=tuple(one for one in categories if one.category in CHANNELS),
        elsewhere=tuple(_elsewhere(outcome, place)),
        unread=sum(one.place == place for one in outcome.inventory.unscanned),
    )


def _exposed(category: str, rows: list[Classification]) -> Exposed:
    own = [row for row in rows if row.category == category]
    low, high = _records(own)
    entities = sorted({count.entity for row in own for count in row.entities})
    return Exposed(category, low, high, tuple(dict.fromkeys(row.path for row in own)), tuple(entities))


def _records(rows: list[Classification]) -> tuple[int, int]:
    """Records with a category in a place: of each table its fullest field, tables added up."""
    tables: dict[str, tuple[int, int]] = {}
    for row in rows:
        low, high = bounds(row)
        known = tables.get(part_of(row), (0, 0))
        tables[part_of(row)] = (max(known[0], low), max(known[1], high))
    return sum(low for low, _ in tables.values()), sum(high for _, high in tables.values())


def bounds(row: Classification) -> tuple[int, int]:
    """Records with it in the whole dataset: counted, or the interval of the sample."""
    return row.interval or (row.units_with, row.units_with)


def _people(rows: list[Classification], record: PlaceRecord) -> tuple[int, int]:
    """At least the records of the fullest table whose rows are about one person each; at most all records together.

    The same person may stand in several tables and in many lines of a log, which no count of records can tell apart.
    """
    tables: dict[str, list[Classification]] = {}
    for row in rows:
        tables.setdefault(part_of(row), []).append(row)
    low = high = 0
    for own in tables.values():
        high += max(bounds(row)[1] for row in own)
        about_one = [row for row in own if row.role == "column" and row.category in ONE_A_PERSON]
        if record.unit == "row" and about_one:
            low = max(low, *(bounds(row)[0] for row in about_one))
    return max(low, min(high, 1)), high


def _elsewhere(outcome: Outcome, place: str) -> Iterator[str]:
    """Places with e-mail addresses or telephone numbers of the same kinds of people, declared ones first."""
    records = {record.place.id: record for record in outcome.inventory.places}
    subjects = set(records[place].place.subjects)
    found = {row.place for row in outcome.inventory.fields if row.category in CHANNELS[:2] and row.role == "column"}
    for name in sorted(found - {place}, key=lambda name: (not records[name].place.declared, name)):
        theirs = set(records[name].place.subjects)
        if not subjects or not theirs or subjects & theirs:
            yield name
