"""What leaves a worker: counts, positions and masks. No value can be in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

K = TypeVar("K")
MAX_LOCATIONS = 20
MAX_EXAMPLES = 3


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """1-based unit (row, line, message) and 0-based column, in characters, of a detection."""

    unit: int
    column: int


@dataclass(frozen=True, slots=True)
class EntityStats:
    """How often one entity was seen in one field. Merging is commutative and associative.

    ``units``: units with at least one; ``spans``: all; ``whole``: values that are nothing but the entity;
    ``validated``: units with at least one validated; ``labelled``: units where a word in the text named it;
    ``strong``: units with a score of 0.7 or more; ``natural``: spans tagged natural person. ``examples`` are masks of
    the first few, with their locations, so that which are kept does not depend on how the data were split.
    """

    units: int = 0
    spans: int = 0
    whole: int = 0
    validated: int = 0
    labelled: int = 0
    strong: int = 0
    natural: int = 0
    best: float = 0.0
    locations: tuple[Location, ...] = ()
    examples: tuple[tuple[Location, str], ...] = ()

    def __add__(self, other: EntityStats) -> EntityStats:
        return EntityStats(
            self.units + other.units,
            self.spans + other.spans,
            self.whole + other.whole,
            self.validated + other.validated,
            self.labelled + other.labelled,
            self.strong + other.strong,
            self.natural + other.natural,
            max(self.best, other.best),
            tuple(sorted({*self.locations, *other.locations})[:MAX_LOCATIONS]),
            tuple(sorted({*self.examples, *other.examples})[:MAX_EXAMPLES]),
        )


MAX_DISTINCT = 1000


@dataclass(frozen=True, slots=True)
class Shape:
    """What the values of a field look like, whatever they are. Merging is commutative and associative.

    ``values``: units with a value (missing and ``NULL``/``нет``/``-`` excluded); ``numeric``: digits only;
    ``words``: holds a letter; ``prose``: four words or more; ``length_*`` in characters.
    ``digits``: length of digits-only values -> count; ``low``/``high``: smallest and largest of the digits-only
    values up to 18 digits, both moved by one secret number; ``distinct``: keyed hashes of distinct values, or
    ``None`` once there are more than ``MAX_DISTINCT``; ``kinds``: named look-alikes -> count (``hex``, ``uuid``,
    ``timestamp``, ``money``, ``url`` …); ``months``: ``YYYY-MM`` -> count for date-like values.
    """

    values: int = 0
    numeric: int = 0
    words: int = 0
    prose: int = 0
    length_min: int = 0
    length_max: int = 0
    length_sum: int = 0
    digits: Mapping[int, int] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    distinct: frozenset[int] | None = frozenset()
    kinds: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Shape) -> Shape:
        if not self.values:
            return other
        if not other.values:
            return self
        distinct = None
        if self.distinct is not None and other.distinct is not None:
            both = self.distinct | other.distinct
            distinct = both if len(both) <= MAX_DISTINCT else None
        return Shape(
            self.values + other.values,
            self.numeric + other.numeric,
            self.words + other.words,
            self.prose + other.prose,
            min(self.length_min, other.length_min),
            max(self.length_max, other.length_max),
            self.length_sum + other.length_sum,
            merge_counts(self.digits, other.digits),
            _least(self.low, other.low),
            _most(self.high, other.high),
            distinct,
            merge_counts(self.kinds, other.kinds),
            merge_counts(self.months, other.months),
        )


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """All that is known of one field after reading ``units_read`` units of it.

    ``sampled`` marks the profile of technical data in a log: it stands in every line, so a fixed sample of lines is
    looked at (see ``detect.py``) and ``units_read`` counts those.

    ``entities`` are what recognizers find in the values. ``looks`` are whole values that would be the entity if the
    field were of it (a row of words that is a name, a number with the right digits): evidence, not yet detections.
    ``fits`` are whole values that do not contradict what the field's name says they are.
    """

    part: str
    dataset: str
    path: str
    units_read: int
    sampled: bool = False
    shape: Shape = Shape()
    entities: Mapping[str, EntityStats] = field(default_factory=dict)
    looks: Mapping[str, EntityStats] = field(default_factory=dict)
    fits: Mapping[str, EntityStats] = field(default_factory=dict)

    def __add__(self, other: FieldProfile) -> FieldProfile:
        return FieldProfile(
            self.part,
            self.dataset,
            self.path,
            self.units_read + other.units_read,
            self.sampled,
            self.shape + other.shape,
            _merge_stats(self.entities, other.entities),
            _merge_stats(self.looks, other.looks),
            _merge_stats(self.fits, other.fits),
        )


def _merge_stats(one: Mapping[str, EntityStats], two: Mapping[str, EntityStats]) -> dict[str, EntityStats]:
    nothing = EntityStats()
    return {name: one.get(name, nothing) + two.get(name, nothing) for name in sorted({*one, *two})}


def merge_counts(one: Mapping[K, int], two: Mapping[K, int]) -> dict[K, int]:
    """Sum two count tables."""
    total = dict(one)
    for key, count in two.items():
        total[key] = total.get(key, 0) + count
    return total


def _least(one: int | None, two: int | None) -> int | None:
    return two if one is None else one if two is None else min(one, two)


def _most(one: int | None, two: int | None) -> int | None:
    return two if one is None else one if two is None else max(one, two)
