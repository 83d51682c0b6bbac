"""Units -> executor -> merge -> Inventory: the only loop.

``scan_unit`` runs in a worker and never raises; what comes back holds counts, positions and masks.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import BinaryIO, Protocol

from derbes.scanner.claims import Claim, attribute, claims_of
from derbes.scanner.connectors import is_database, open_source
from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.errors import DerbesError
from derbes.scanner.executors import Executor, WorkerDied
from derbes.scanner.gather import Gathered, Key, Read, UnitResult, finish
from derbes.scanner.model.data import Unit
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned
from derbes.scanner.model.places import Place
from derbes.scanner.occurrences import Occurrences, Spool
from derbes.scanner.policy.types import Policy


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


class Progress(Protocol):
    """Told what happens; draws a bar, writes lines, or nothing."""

    def place_started(self, place: Place, units: int, weight: int) -> None: ...
    def unit_done(self, place: Place, weight: int) -> None: ...
    def place_done(self, place: Place, records: Sequence[PlaceRecord]) -> None: ...


def scan_unit(job: Job) -> UnitResult:
    """Read and profile one unit. Module-level and total: every failure becomes an ``Unscanned``.

    One at a time in a process: threads of a cluster's worker would share connections and the model of names.
    """
    with _alone:
        return _scan_unit(job)


_alone = threading.Lock()


def _scan_unit(job: Job) -> UnitResult:
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
            read = Read(dataset, batch.units, batch.size, names_left=detector.names_left())
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
