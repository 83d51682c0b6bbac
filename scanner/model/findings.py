"""The judgement: violations with their clauses, and the outcome that every report renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from derbes.scanner.model.evidence import Location
from derbes.scanner.model.inventory import Inventory

Severity = Literal["critical", "major", "minor"]
State = Literal["new", "known", "accepted"]
ExemptionStatus = Literal["active", "expiring", "expired", "unused", "unapproved", "outgrown"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in several languages (``ru``, ``kk``, ``en``) with parameters; rule files carry their own words."""

    words: Mapping[str, str]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule broken in one place, for one category. ``id`` holds no value, count or line number.

    ``covers``: (path, category) of everything at stake when that is more than one field, as in a file or a table.
    """

    id: str
    rule: str
    severity: Severity
    clauses: tuple[str, ...]
    place: str
    path: str
    category: str
    entities: tuple[str, ...]
    units: int
    locations: tuple[Location, ...]
    message: Text
    remedy: Text
    state: State = "new"
    owner: str | None = None
    interval: tuple[int, int] | None = None
    examples: tuple[str, ...] = ()
    first_seen: str | None = None  # ISO 8601, from the history; unknown without one
    covers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An exception from ``derbes-exceptions.yml`` as it took effect (or did not)."""

    id: str
    reason: str
    by: str
    until: str
    approved_by: str | None
    status: ExemptionStatus


@dataclass(frozen=True, slots=True)
class PurposeRef:
    """A purpose as reports name it: its clause, titles by language, and the term of its retention, if the policy
    gives one (an ISO 8601 duration)."""

    clause: str
    titles: Mapping[str, str]
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Which policy judged: enough to quote it."""

    id: str
    title: str
    effective: str | None
    sha256: str
    clauses: Mapping[str, str]
    categories: Mapping[str, Mapping[str, str]]  # id -> titles by language, in the policy's order
    category_clauses: Mapping[str, str]  # id -> clause
    subjects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # id -> titles by language
    purposes: Mapping[str, PurposeRef] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # id -> titles by language
    fideslang: Mapping[str, str] = field(default_factory=dict)  # category or entity -> key, where the policy says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What every report renders and the exit code is taken from."""

    inventory: Inventory
    policy: PolicyRef
    violations: tuple[Violation, ...]
    exemptions: tuple[Exemption, ...] = ()
    declared_only: bool = False  # a derbes.yml was in force
    incomplete_allowed: bool = False
