"""From distinct values back to the rows of a column: how many units hold an entity, where, and masks of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from derbes.recognizers.base import Match
from derbes.recognizers.masks import mask
from derbes.scanner.distinct import Bools, Ints
from derbes.scanner.looks import Look
from derbes.scanner.model.evidence import MAX_EXAMPLES, MAX_LOCATIONS, EntityStats, Location
from derbes.scanner.profile import Column

STRONG = 0.7


class Found(Mapping[int, list[Match]]):
    """Matches by index of distinct value. Values that are alike share one list."""

    def __init__(self, size: int) -> None:
        self.lists: list[list[Match]] = []
        self.which: Ints = np.full(size, -1, dtype=np.int64)  # the list of each value, -1: none

    def put(self, members: Ints | Sequence[int], matches: list[Match]) -> None:
        """Each of ``members`` holds ``matches``, at the same places."""
        if matches:
            self.which[members] = len(self.lists)
            self.lists.append(matches)

    def where(self, flags: Sequence[bool]) -> Bools:
        """The values whose list is flagged."""
        mask: Bools = np.append(np.array(flags, dtype=np.bool_), False)[self.which]
        return mask

    def __getitem__(self, index: int) -> list[Match]:
        if self.which[index] < 0:
            raise KeyError(index)
        return self.lists[self.which[index]]

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self.which >= 0).tolist())

    def __len__(self) -> int:
        return int((self.which >= 0).sum())


class ColumnRows:
    """``codes[row]`` is the index of the row's distinct value in ``column`` (-1: none), ``units[row]`` its unit."""

    def __init__(self, column: Column, codes: Any, units: Any) -> None:
        self.column, self.codes, self.units = column, codes, units
        # Arrays give several values of one unit; ordinary columns do not.
        self._repeated = len(units) > 1 and bool((units[1:] == units[:-1]).any())

    def by_entity(self, found: Found) -> dict[str, EntityStats]:
        """What was found, counted over all rows."""
        if not found.lists:
            return {}
        size = len(found.lists)
        held = found.which >= 0
        weights = np.bincount(found.which[held], self.column.counts[held], size).astype(np.int64).tolist()
        first = np.full(size, len(self.column), dtype=np.int64)
        np.minimum.at(first, found.which[held], np.flatnonzero(held))
        tallies: dict[str, _Tally] = {}
        for number, (matches, weight, index) in enumerate(zip(found.lists, weights, first.tolist(), strict=True)):
            if not weight:
                continue  # another list has taken the place of this one
            value = self.column.text(index)
            for entity in {match.entity for match in matches}:
                tally = tallies.get(entity)
                if tally is None:
                    tally = tallies[entity] = _Tally(size)
                tally.add(number, weight, [match for match in matches if match.entity == entity], value)
        return {entity: self._of_tally(entity, tally, found) for entity, tally in sorted(tallies.items())}

    def of_look(self, entity: str, look: Look) -> EntityStats:
        """Counts of whole values."""
        units = self._units(look.fits)
        places = [
            (Location(int(self.units[row]), 0), mask(entity, self.column.text(int(self.codes[row]))))
            for row in self._first_rows(look.fits)
        ]
        places.sort()
        return EntityStats(
            units=units,
            spans=units,
            whole=int(self.column.counts[look.fits].sum()),
            validated=self._units(look.validated),
            strong=self._units(look.strong),
            locations=tuple(where for where, _ in places),
            examples=tuple(places[:MAX_EXAMPLES]),
        )

    def _of_tally(self, entity: str, tally: _Tally, found: Found) -> EntityStats:
        places: list[tuple[Location, str]] = []
        flags = found.where(tally.any)
        for row in self._first_rows(flags):
            value = self.column.text(int(self.codes[row]))
            for match in found[int(self.codes[row])]:
                if match.entity == entity:
                    where = Location(int(self.units[row]), match.start)
                    places.append((where, mask(entity, value[match.start : match.end])))
        places.sort()
        return EntityStats(
            units=self._units(flags),
            spans=tally.spans,
            whole=tally.whole,
            validated=self._units(found.where(tally.validated)),
            labelled=self._units(found.where(tally.labelled)),
            strong=self._units(found.where(tally.strong)),
            natural=tally.natural,
            best=tally.best,
            locations=tuple(where for where, _ in places[:MAX_LOCATIONS]),
            examples=tuple(places[:MAX_EXAMPLES]),
        )

    def _rows(self, flags: Bools) -> Bools:
        """Rows whose value is flagged; the last flag answers for code -1."""
        rows: Bools = np.append(flags, False)[self.codes]
        return rows

    def _first_rows(self, flags: Bools) -> list[int]:
        rows: list[int] = np.flatnonzero(self._rows(flags))[:MAX_LOCATIONS].tolist()
        return rows

    def _units(self, flags: Bools) -> int:
        if not flags.any():
            return 0
        if not self._repeated:
            return int(self.column.counts[flags].sum())
        return len(np.unique(self.units[self._rows(flags)]))


class _Tally:
    """Lists of matches that hold one entity, by number, and sums over all their rows."""

    def __init__(self, size: int) -> None:
        self.any = [False] * size
        self.validated, self.labelled, self.strong = self.any.copy(), self.any.copy(), self.any.copy()
        self.spans = self.whole = self.natural = 0
        self.best = 0.0

    def add(self, number: int, weight: int, matches: list[Match], value: str) -> None:
        """List ``number`` holds ``matches``, in ``weight`` rows; ``value`` is the value of one of them."""
        self.any[number] = True
        self.validated[number] = any(match.validated for match in matches)
        self.labelled[number] = any(match.labelled for match in matches)
        self.strong[number] = any(match.score >= STRONG for match in matches)
        self.spans += len(matches) * weight
        self.whole += weight if _covers(matches, value) else 0
        self.natural += weight * sum(match.tag == "natural-person" for match in matches)
        self.best = max(self.best, *(match.score for match in matches))


def _covers(matches: list[Match], value: str) -> bool:
    """The value is nothing but matches (spaces, quotes and punctuation aside): ``a@b.kz; c@d.kz`` is."""
    if len(matches) == 1 and matches[0].end - matches[0].start == len(value):
        return True
    rest, end = [], 0
    for match in sorted(matches, key=lambda m: m.start):
        rest.append(value[end : match.start])
        end = max(end, match.end)
    rest.append(value[end:])
    return not "".join(rest).strip(" \t\r\n\"'«».,;:()[]<>/|")
