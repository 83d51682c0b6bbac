"""The inventory: what is where. ``scan``, ``check`` and ``review`` all build one and judge it with the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import Location
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.places import Place, Status, UnitKind


@dataclass(frozen=True, slots=True)
class Unscanned:
    """Something that was named and not (wholly) read: a result like any other.

    ``code`` is one of the closed list in ``scanner/codes.py``; ``message`` a template with ``params``, value-free.
    """

    place: str
    path: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence. ``kind``: name, values, checksum, context, type, comment, neighbours, table or against.

    ``weight`` is in log-odds (positive speaks for the category); ``text`` a template with ``params``.
    """

    kind: str
    weight: float
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityCount:
    """Units of a field that hold an entity, and how many of those were validated."""

    entity: str
    units: int
    validated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """One (place, path, category) row of the report.

    ``role`` is ``column`` when the field *is* of this category and ``mention`` when it merely occurs in it.
    ``interval`` bounds the number of units with it in the whole dataset when the field was sampled.
    """

    place: str
    part: str
    dataset: str
    path: str
    category: str
    confidence: float
    role: str
    units_with: int
    units_read: int
    units_total: int | None
    sampled: bool
    interval: tuple[int, int] | None
    entities: tuple[EntityCount, ...]
    reasons: tuple[Reason, ...] = ()
    examples: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    natural: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecord:
    """A place as it was met: every file of an undeclared folder is one of its own.

    ``names_left`` lines may hold a name, and the model of names was not given them (it reads a sample of such lines).
    ``carried`` of its ``units_read`` had not changed and come from earlier runs, the oldest of ``carried_from``.
    """

    place: Place
    status: Status
    unit: UnitKind
    units_read: int = 0
    units_total: int | None = 0
    bytes_read: int = 0
    datasets: tuple[Dataset, ...] = ()
    facts: tuple[Facts, ...] = ()
    months: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # path -> YYYY-MM -> count
    names_left: int = 0
    carried: int = 0
    carried_from: str = ""  # ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a command; times are ISO 8601 with offset."""

    id: str
    command: str
    started_at: str
    finished_at: str
    complete: bool
    executor: str
    argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything a run learned, before judgement."""

    run: Run
    places: tuple[PlaceRecord, ...]
    fields: tuple[Classification, ...]
    unscanned: tuple[Unscanned, ...]
