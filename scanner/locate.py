"""Where one person's data lie: places read live and read-only, one value sought in them, nothing kept.

This is a room of raw values like ``detect.py``: what leaves it is places, paths and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from derbes.scanner.claims import Claim, attribute, claims_of
from derbes.scanner.connectors import open_source
from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.errors import DerbesError
from derbes.scanner.model.data import Dataset, TableBatch, TextBatch, Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place, UnitKind
from derbes.scanner.sought import Sought


@dataclass(frozen=True, slots=True)
class Spot:
    """So many ``units`` of a field hold the value."""

    place: Place
    path: str
    unit: UnitKind
    units: int


@dataclass(slots=True)
class Located:
    """The answer. ``units_read`` counts rows, lines and messages of all places; ``opened`` the places with any."""

    spots: tuple[Spot, ...] = ()
    unscanned: tuple[Unscanned, ...] = ()
    opened: int = 0
    units_read: int = 0


class Progress(Protocol):
    """Told what is being read; knows nothing of what is sought."""

    def place_started(self, place: Place, units: int, weight: int) -> None: ...
    def unit_done(self, place: Place, weight: int) -> None: ...


class _Silent:
    def place_started(self, place: Place, units: int, weight: int) -> None:
        """Nothing."""

    def unit_done(self, place: Place, weight: int) -> None:
        """Nothing."""


@dataclass(slots=True)
class _Count:
    place: Place
    unit: UnitKind
    units: int = 0
    last: int = 0  # several hits of one unit come one after the other

    def add(self, unit: int) -> None:
        if unit != self.last:
            self.units, self.last = self.units + 1, unit


@dataclass(slots=True)
class _Search:
    value: Sought
    options: Options
    declared: Sequence[Place]
    progress: Progress
    counts: dict[tuple[str, str], _Count] = field(default_factory=dict)
    unscanned: list[Unscanned] = field(default_factory=list)
    units_read: int = 0
    opened: int = 0
    claims: tuple[Claim, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.claims = claims_of(self.declared)

    def place(self, place: Place) -> None:
        """Read one place to its end; whatever fails is noted and costs its neighbours nothing."""
        source: Source | None = None
        read = 0
        try:
            source = open_source(place, self.options)
            listed = list(source.units())
            units = [unit for unit in listed if isinstance(unit, Unit)]
            self.unscanned += [unit for unit in listed if isinstance(unit, Unscanned)]
            self.progress.place_started(place, len(units), sum(unit.weight for unit in units))
            for unit in units:
                read += 1
                for batch in source.read(unit):
                    if isinstance(batch, Unscanned):
                        self.unscanned.append(batch)
                    else:
                        self._batch(place, batch)
                self.progress.unit_done(place, unit.weight)
        except DerbesError as error:
            self.unscanned.append(Unscanned(place.id, "", error.slug, error.message, error.params, error.hint))
        except Exception as error:  # named by its class: the text of a library may quote what it read
            params = {"error": type(error).__name__}
            self.unscanned.append(Unscanned(place.id, "", "internal", "внутренняя ошибка {error}", params))
        finally:
            if source is not None:
                with suppress(Exception):
                    source.close()
        self.opened += read > 0

    def _batch(self, place: Place, batch: TableBatch | TextBatch) -> None:
        if not (isinstance(batch, TextBatch) and batch.continued and batch.column):
            self.units_read += batch.units
        hits = self._rows(batch) if isinstance(batch, TableBatch) else self._lines(batch)
        for path, unit in hits:
            owner, prefix = attribute(place, batch.dataset.part, self.claims)
            key = (owner.id, prefix + path)
            self.counts.setdefault(key, _Count(owner, batch.dataset.unit)).add(unit)

    def _rows(self, batch: TableBatch) -> Iterator[tuple[str, int]]:
        types = {declared.path: declared.type for declared in batch.dataset.fields}
        for path, series in batch.columns.items():
            if self.value.fits_type(types.get(path, "")):
                for position in self.value.in_cells(series):
                    yield path, int(series.index[position])

    def _lines(self, batch: TextBatch) -> Iterator[tuple[str, int]]:
        owned_to = batch.owned_to
        for number, text, column in self.value.in_lines(batch.buffer):
            if batch.continued and not (batch.owned_from <= column and (owned_to is None or column < owned_to)):
                continue
            yield _field(batch, text, column), batch.first_unit + number


def _field(batch: TextBatch, text: str, column: int) -> str:
    """The field of a log line that a hit lies in."""
    for name, start, end in batch.locate(text) if batch.locate is not None and not batch.continued else ():
        if start <= column < end:
            return name
    return _whole(batch.dataset)


def _whole(dataset: Dataset) -> str:
    return "line" if dataset.unit == "line" else "body"


def locate(
    value: Sought,
    places: Sequence[Place],
    declared: Sequence[Place],
    options: Options,
    progress: Progress | None = None,
) -> Located:
    """Look for one value in all ``places``. Order of the answer: place, then path."""
    search = _Search(value, options, declared, progress or _Silent())
    for place in places:
        search.place(place)
    spots = tuple(Spot(c.place, path, c.unit, c.units) for (_, path), c in sorted(search.counts.items()))
    return Located(spots, tuple(search.unscanned), search.opened, search.units_read)
