"""Where data lies, and what is said of it in ``derbes.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PlaceKind = Literal["database", "log", "form", "file", "mail", "schema"]
UnitKind = Literal["row", "line", "message", "document"]
Status = Literal["scanned", "partial", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file that people edit (``derbes.yml:14``); 1-based."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data may be kept. ``keep`` is an ISO 8601 duration, empty when the purposes' own terms hold;
    ``column`` the date that starts the clock."""

    keep: str = ""
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Beyond it a place is sampled: rows per table, seconds per place."""

    rows: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One named target. ``target`` may hold ``${VARIABLES}`` and is never printed; ``location`` is safe to print."""

    id: str
    target: str
    location: str
    kind: PlaceKind | None = None
    declared: bool = False
    owner: str | None = None
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    field_purposes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: tuple[str, ...] | None = None
    retention: Retention | None = None
    budget: Budget | None = None
    transfer: str | None = None
    consent: bool = False
    encoding: str | None = None
    declared_at: SourceLine | None = None
