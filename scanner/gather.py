"""What workers send home, put together: unit results -> one target -> place records and classifications.

Results are merged with operations that commute, so that the inventory does not depend on the executor, on how many
workers there were or on how a source was cut into units.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derbes.scanner.claims import Claim, attribute
from derbes.scanner.classify import classify
from derbes.scanner.codes import NOTES
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned
from derbes.scanner.model.places import Place, Status
from derbes.scanner.policy.types import Policy

Key = tuple[str, str]  # (part, dataset name) inside a place


@dataclass(frozen=True, slots=True)
class Read:
    """How much of a dataset was read; ``carried`` of its ``units`` by earlier runs, the oldest of ``read_at``.

    ``names_left``: lines that may hold a name and that the model of names was not given.
    """

    dataset: Dataset
    units: int
    size: int
    carried: int = 0
    read_at: str = ""
    names_left: int = 0

    def __add__(self, other: Read) -> Read:
        best = max(self, other, key=_knowledge).dataset
        read_at = min(self.read_at or other.read_at, other.read_at or self.read_at)
        return Read(
            best,
            self.units + other.units,
            self.size + other.size,
            self.carried + other.carried,
            read_at,
            self.names_left + other.names_left,
        )


def _knowledge(read: Read) -> tuple[bool, int, int, str]:
    """Units of one dataset may know more or less of it: columns are met as they come, and a range in which no line
    begins does not know what the file is."""
    dataset = read.dataset
    return bool(read.units), len(dataset.fields), dataset.rows_total or 0, dataset.format


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a worker sends home. ``read_at``: when an earlier run read it, ISO 8601; empty: just now."""

    place: str
    unit: str
    profiles: tuple[FieldProfile, ...]
    reads: tuple[Read, ...]
    unscanned: tuple[Unscanned, ...]
    occurrences: bytes = b""
    read_at: str = ""


@dataclass(slots=True)
class Gathered:
    """Everything learned of one target while its units come in."""

    place: Place
    profiles: dict[tuple[str, str, str, bool], FieldProfile] = field(default_factory=dict)
    reads: dict[Key, Read] = field(default_factory=dict)
    unscanned: list[Unscanned] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    database: bool = False

    def add(self, result: UnitResult) -> None:
        """Merge the result of one unit."""
        for profile in result.profiles:
            key = (profile.part, profile.dataset, profile.path, profile.sampled)
            self.profiles[key] = self.profiles[key] + profile if key in self.profiles else profile
        for read in result.reads:
            if result.read_at:
                read = replace(read, carried=read.units, read_at=result.read_at)
            here = (read.dataset.part, read.dataset.name)
            self.reads[here] = self.reads[here] + read if here in self.reads else read
        self.unscanned += result.unscanned


def finish(
    one: Gathered, policy: Policy, claims: Sequence[Claim] = ()
) -> tuple[list[PlaceRecord], list[Classification], list[Unscanned]]:
    """Turn what was gathered of one target into place records, classifications and what was not read."""
    records: list[PlaceRecord] = []
    fields: list[Classification] = []
    unscanned: list[Unscanned] = []
    found: dict[Key, list[FieldProfile]] = {}
    for key, profile in sorted(one.profiles.items()):
        found.setdefault(key[:2], []).append(profile)
    for share in _shares(one, claims):
        months: dict[str, Mapping[str, int]] = {}
        for read, prefix in share.reads:
            profiles = found.get((read.dataset.part, read.dataset.name), [])
            profiles = [p if p.sampled else replace(p, units_read=read.units) for p in profiles]
            # Nobody counted the lines of a log before: it has as many as were read.
            dataset = replace(read.dataset, rows_total=max(read.dataset.rows_total or 0, read.units))
            rows = classify(dataset, profiles, policy)
            fields += [replace(row, place=share.place.id, path=prefix + row.path) for row in rows]
            months |= {prefix + p.path: p.shape.months for p in profiles if p.shape.months}
        records.append(_record(share, months))
        unscanned += share.missed
    return records, fields, unscanned


@dataclass(slots=True)
class _Share:
    """What belongs to one place of what was gathered of one target; each read with the prefix of its paths."""

    place: Place
    reads: list[tuple[Read, str]] = field(default_factory=list)
    missed: list[Unscanned] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)


def _shares(one: Gathered, claims: Sequence[Claim]) -> list[_Share]:
    """Share out what was gathered among the places it belongs to: one, or one for each file of a folder."""
    shares: dict[str, _Share] = {}

    def share_of(part: str) -> tuple[_Share, str]:
        place, prefix = attribute(one.place, part, claims)
        return shares.setdefault(place.id, _Share(place)), prefix

    for key in sorted(one.reads):
        share, prefix = share_of(key[0])
        share.reads.append((one.reads[key], prefix))
    for problem in one.unscanned:
        share, prefix = share_of("" if one.database else problem.path)
        path = problem.path if one.database or one.place.declared else prefix.removesuffix("#")
        share.missed.append(replace(problem, place=share.place.id, path=path))
    names = sorted(shares)
    for fact in one.facts:
        place, prefix = attribute(one.place, fact.part, claims)
        for name in _with_members(place.id, names):  # an archive's mode and age are those of its members
            shares[name].facts.append(replace(fact, part=prefix.removesuffix("#")))
    if one.place.declared or one.database:
        shares.setdefault(one.place.id, _Share(one.place))
    for share in shares.values():
        share.missed = _summed(share.missed)
    return [shares[name] for name in sorted(shares)]


def _with_members(file: str, names: Sequence[str]) -> Iterator[str]:
    """Of sorted ``names``: the file, if it is there, and what lies in it (``file!member``)."""
    at = bisect_left(names, file)
    if at < len(names) and names[at] == file:
        yield file
    at = bisect_left(names, file + "!")
    while at < len(names) and names[at].startswith(file + "!"):
        yield names[at]
        at += 1


def _summed(problems: Sequence[Unscanned]) -> list[Unscanned]:
    """In order; what several units of a table only counted is said once."""
    summed: dict[tuple[str, str, str], Unscanned] = {}
    others: list[Unscanned] = []
    for problem in problems:
        if problem.code not in NOTES or set(problem.params) != {"count"}:
            others.append(problem)
            continue
        key = (problem.path, problem.code, problem.message)
        count = problem.params["count"] + (summed[key].params["count"] if key in summed else 0)
        summed[key] = replace(problem, params={"count": count})
    return sorted([*others, *summed.values()], key=lambda problem: (problem.path, problem.code))


_FAILURES = frozenset({"internal", "worker-died", "query-failed", "connection-lost", "file-damaged"})


def _record(share: _Share, months: Mapping[str, Mapping[str, int]]) -> PlaceRecord:
    place, reads = share.place, [read for read, _ in share.reads]
    units = sum(read.units for read in reads)
    status: Status = "scanned"
    serious = [problem for problem in share.missed if problem.code not in NOTES]
    if serious and reads:
        status = "partial"
    elif serious:
        status = "failed" if any(problem.code in _FAILURES for problem in serious) else "skipped"
    elif share.missed and not reads:
        status = "skipped"
    totals = [_total(read, status) for read in reads]
    return PlaceRecord(
        place=replace(place, kind=place.kind or next((r.dataset.kind for r in reads), None)),
        status=status,
        unit=reads[0].dataset.unit if reads else "document",
        units_read=units,
        units_total=None if None in totals else sum(t for t in totals if t is not None),
        bytes_read=sum(read.size for read in reads),
        datasets=tuple(read.dataset for read in reads),
        facts=tuple(share.facts),
        months=months,
        names_left=sum(read.names_left for read in reads),
        carried=sum(read.carried for read in reads),
        carried_from=min((read.read_at for read in reads if read.read_at), default=""),
    )


def _total(read: Read, status: Status) -> int | None:
    """Units of a dataset, read or not; what a whole read counted is exact."""
    if read.dataset.rows_total is not None:
        return max(read.dataset.rows_total, read.units)
    return read.units if status == "scanned" else None
