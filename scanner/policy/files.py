"""The files that engineers write: ``derbes.yml`` and ``derbes-exceptions.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from derbes.scanner.policy.notifying import Notify
from derbes.scanner.policy.scalars import Day, Id, Kind, Model, Period, Seconds


class ExceptionEntry(Model):
    """One accepted violation. ``rule`` and ``where`` are for readers; the id alone decides.

    ``added``: the day of acceptance; ``units``: how many it covered then, so that growth is noticed; ``covers``: the
    categories of each path, where a violation is of more than one field, so that a new category is noticed.
    """

    id: Annotated[str, Field(pattern=r"^DRB-[0-9A-F]{4,16}$")]
    rule: str | None = None
    where: str | None = None
    reason: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]
    approved_by: str | None = None
    until: Day
    added: Day | None = None
    units: int | None = Field(default=None, ge=0)
    covers: Mapping[str, tuple[str, ...]] | None = None


class ExceptionsFile(Model):
    """``derbes-exceptions.yml``."""

    version: Literal[1] = 1
    exceptions: tuple[ExceptionEntry, ...] = ()


class PlaceAccess(Model):
    """Who may read the place."""

    roles: tuple[str, ...] = ()


class PlaceRetention(Model):
    """How long records are kept, counted from the date in ``column``; without ``keep``, the purposes' own term."""

    column: str | None = None
    keep: Period | None = None


class PlaceBudget(Model):
    """Beyond it a place is sampled, and the report says so."""

    rows: int | None = Field(default=None, gt=0)
    time: Seconds | None = None


class FieldSpec(Model):
    """What is said of one field (a path or a glob of paths)."""

    purposes: tuple[str, ...]


class PlaceSpec(Model):
    """One place of ``derbes.yml``."""

    id: Id
    target: Annotated[str, Field(min_length=1)]
    kind: Kind | None = None
    owner: str | None = None
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    access: PlaceAccess | None = None
    retention: PlaceRetention | None = None
    budget: PlaceBudget | None = None
    transfer: Literal["third-party", "none"] | None = None
    consent: bool = False
    encoding: str | None = None
    fields: Mapping[str, FieldSpec] = Field(default_factory=dict)


class HistorySpec(Model):
    """How much of the history of runs is kept."""

    keep: Period | None = None
    runs: int | None = Field(default=None, gt=0)


class ConfigFile(Model):
    """``derbes.yml``: where data lie and what for."""

    version: Literal[1]
    policy: str = "hosting-pro"
    technical: Literal["technical", "personal"] | None = None
    places: tuple[PlaceSpec, ...] = ()
    exceptions: str | None = None
    notify: Notify | None = None
    history: HistorySpec | None = None
