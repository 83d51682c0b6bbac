"""Units -> executor -> merge -> Inventory: the only loop.

``scan_unit`` runs in a worker and never raises; what comes back holds counts, positions and masks. Results are merged
with operations that commute, so that the inventory does not depend on the executor, on how many workers there were or
on how a source was cut into units.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import BinaryIO, Protocol

from derbes.scanner.claims import Claim, attribute, claims_of
from derbes.scanner.classify import classify
from derbes.scanner.codes import NOTES
from derbes.scanner.connectors import is_database, open_source
from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.errors import DerbesError
from derbes.scanner.executors import Executor, WorkerDied
from derbes.scanner.model.data import Dataset, Unit
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned
from derbes.scanner.model.places import Place, Status
from derbes.scanner.occurrences import Occurrences, Spool
from derbes.scanner.policy.types import Policy

Key = tuple[str, str]  # (part, dataset name) inside a place


@dataclass(frozen=True, slots=True)
class Job:
    """One unit for a worker. Holds no secret: the worker resolves credentials itself."""

    place: Place
    unit: Unit
    options: Options
    settings: Settings
    claims: tuple[Claim, ...] = ()

    @property
    def part(self) -> str:
        """What to name in a report when the unit as a whole fails: its file or table."""
        return str(self.unit.spec.get("part", self.unit.spec.get("table", self.unit.id)))


@dataclass(frozen=True, slots=True)
class Read:
    """How much of a dataset was read."""

    dataset: Dataset
    units: int
    size: int

    def __add__(self, other: Read) -> Read:
        # Units of one dataset may know more or less of it (columns are met as they come).
        best = max(self.dataset, other.dataset, key=lambda d: (len(d.fields), d.rows_total or 0, d.format))
        return Read(best, self.units + other.units, self.size + other.size)


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a worker sends home."""

    place: str
    unit: str
    profiles: tuple[FieldProfile, ...]
    reads: tuple[Read, ...]
    unscanned: tuple[Unscanned, ...]
    occurrences: bytes = b""


class Progress(Protocol):
    """Told what happens; draws a bar, writes lines, or nothing."""

    def place_started(self, place: Place, units: int, weight: int) -> None: ...
    def unit_done(self, place: Place, weight: int) -> None: ...
    def place_done(self, place: Place, records: Sequence[PlaceRecord]) -> None: ...


def scan_unit(job: Job) -> UnitResult:
    """Read and profile one unit. Module-level and total: every failure becomes an ``Unscanned``."""
    profiles: dict[tuple[str, str, str, bool], FieldProfile] = {}
    reads: dict[Key, Read] = {}
    unscanned: list[Unscanned] = []
    lines: list[str] = []
    try:
        detector = _detector(job.settings)
        for batch in _source(job.place, job.options).read(job.unit):
            if isinstance(batch, Unscanned):
                unscanned.append(batch)
                continue
            dataset = batch.dataset
            occurrences = None
            if job.settings.occurrences:
                owner, prefix = attribute(job.place, dataset.part, job.claims)
                occurrences = Occurrences(owner.id, prefix, dict(job.settings.categories))
            for profile in detector.detect(batch, occurrences):
                key = (profile.part, profile.dataset, profile.path, profile.sampled)
                profiles[key] = profiles[key] + profile if key in profiles else profile
            read = Read(dataset, batch.units, batch.size)
            here = (dataset.part, dataset.name)
            reads[here] = reads[here] + read if here in reads else read
            if occurrences is not None:
                lines += occurrences.lines
    except DerbesError as error:
        unscanned.append(Unscanned(job.place.id, "", error.slug, error.message, error.params, error.hint))
    except Exception as error:  # a fault of ours or of a library: named by its class, never by its text
        unscanned.append(_internal(job.place.id, job.part, error))
    text = "".join(line + "\n" for line in lines).encode()
    return UnitResult(
        job.place.id, job.unit.id, tuple(profiles.values()), tuple(reads.values()), tuple(unscanned), text
    )


@lru_cache(maxsize=1)
def _detector(settings: Settings) -> Detector:
    return Detector(settings)


_open: dict[str, tuple[Place, Options, Source]] = {}


def _source(place: Place, options: Options) -> Source:
    """One open source a worker: units of a place come mostly in a row."""
    known = _open.get("source")
    if known is not None and known[0] == place and known[1] == options:
        return known[2]
    if known is not None:
        known[2].close()
    source = open_source(place, options)
    _open["source"] = (place, options, source)
    return source


def _internal(place: str, path: str, error: BaseException) -> Unscanned:
    return Unscanned(place, path, "internal", "внутренняя ошибка {error}", {"error": type(error).__name__})


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
            here = (read.dataset.part, read.dataset.name)
            self.reads[here] = self.reads[here] + read if here in self.reads else read
        self.unscanned += result.unscanned


@dataclass(slots=True)
class Scan:
    """One run over places. ``run`` returns what an ``Inventory`` is made of."""

    places: Sequence[Place]
    options: Options
    policy: Policy
    declared: Sequence[Place]
    executor: Executor[Job, UnitResult]
    progress: Progress | None = None
    occurrences: BinaryIO | None = None
    settings: Settings = field(init=False)
    claims: tuple[Claim, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.claims = claims_of(self.declared)
        self.settings = Settings(
            key=secrets.token_bytes(16),
            occurrences=self.occurrences is not None,
            categories=tuple(sorted(self.policy.category_by_entity.items())),
        )

    def run(self) -> tuple[list[PlaceRecord], list[Classification], list[Unscanned]]:
        """Scan every place; order of the result is the order of places, then of parts, then of paths."""
        gathered = {place.id: Gathered(place) for place in self.places}
        spool = Spool()
        for job, result in self.executor.run(scan_unit, self._jobs(gathered)):
            if isinstance(result, WorkerDied):
                died = Unscanned(job.place.id, job.part, "worker-died", "процесс, читавший эту часть, прерван")
                result = UnitResult(job.place.id, job.unit.id, (), (), (died,))
            self._take(gathered[job.place.id], result, job.unit.weight, spool)
        records: list[PlaceRecord] = []
        fields: list[Classification] = []
        unscanned: list[Unscanned] = []
        for one in gathered.values():
            own = finish(one, self.policy, self.claims)
            records += own[0]
            fields += own[1]
            unscanned += own[2]
            if self.progress is not None:
                self.progress.place_done(one.place, own[0])
        if self.occurrences is not None:
            spool.write_to(self.occurrences)
        spool.close()
        return records, fields, unscanned

    def _take(self, one: Gathered, result: UnitResult, weight: int, spool: Spool) -> None:
        one.add(replace(result, occurrences=b""))
        spool.add((result.place, result.unit), result.occurrences)
        if self.progress is not None:
            self.progress.unit_done(one.place, weight)

    def _within_budget(self, one: Gathered, units: Sequence[Unit]) -> Iterator[Job]:
        """Jobs of one place until its ``budget.time`` is used up; what is left then is a result of its own."""
        budget = one.place.budget
        seconds = budget.seconds if budget is not None and not self.options.full else None
        started = time.monotonic()
        for number, unit in enumerate(units):
            if seconds is not None and time.monotonic() - started > seconds:
                message = "время места вышло ({seconds} с), не прочитано частей: {left} из {all}"
                params = {"seconds": round(seconds), "left": len(units) - number, "all": len(units)}
                one.unscanned.append(Unscanned(one.place.id, "", "limit-time", message, params))
                return
            yield Job(one.place, unit, self.options, self.settings, self.claims)

    def _jobs(self, gathered: Mapping[str, Gathered]) -> Iterator[Job]:
        """List the work of every place; a place that cannot be listed is a result too."""
        for place in self.places:
            one = gathered[place.id]
            source: Source | None = None
            try:
                one.database = is_database(resolve(place))
                source = open_source(place, self.options)
                units: list[Unit] = []
                for unit in source.units():
                    if isinstance(unit, Unscanned):
                        one.unscanned.append(unit)
                    else:
                        units.append(unit)
                if not units and not one.unscanned and not one.database:
                    one.unscanned.append(Unscanned(place.id, "", "target-missing", "по этому адресу ничего нет"))
                for dataset in source.datasets():
                    one.reads[(dataset.part, dataset.name)] = Read(dataset, 0, 0)
                one.facts += source.facts()
            except DerbesError as error:
                one.unscanned.append(Unscanned(place.id, "", error.slug, error.message, error.params, error.hint))
                continue
            except Exception as error:
                one.unscanned.append(_internal(place.id, "", error))
                continue
            finally:
                if source is not None:
                    with suppress(Exception):
                        source.close()
            if self.progress is not None:
                self.progress.place_started(place, len(units), sum(u.weight for u in units))
            yield from self._within_budget(one, units)


def finish(
    one: Gathered, policy: Policy, claims: Sequence[Claim] = ()
) -> tuple[list[PlaceRecord], list[Classification], list[Unscanned]]:
    """Turn what was gathered of one target into place records, classifications and what was not read."""
    records: list[PlaceRecord] = []
    fields: list[Classification] = []
    unscanned: list[Unscanned] = []
    for share in _shares(one, claims):
        months: dict[str, Mapping[str, int]] = {}
        for read, prefix in share.reads:
            here = (read.dataset.part, read.dataset.name)
            profiles = [p for k, p in sorted(one.profiles.items()) if k[:2] == here]
            profiles = [p if p.sampled else replace(p, units_read=read.units) for p in profiles]
            rows = classify(read.dataset, profiles, policy)
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
    for fact in one.facts:
        place, prefix = attribute(one.place, fact.part, claims)
        for name, share in shares.items():  # an archive's mode and age are those of its members
            if name == place.id or name.startswith(place.id + "!"):
                share.facts.append(replace(fact, part=prefix.removesuffix("#")))
    if one.place.declared or one.database:
        shares.setdefault(one.place.id, _Share(one.place))
    for share in shares.values():
        share.missed = _summed(share.missed)
    return [shares[name] for name in sorted(shares)]


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
    )


def _total(read: Read, status: Status) -> int | None:
    """Units of a dataset, read or not; what a whole read counted is exact."""
    if read.dataset.rows_total is not None:
        return max(read.dataset.rows_total, read.units)
    return read.units if status == "scanned" else None
