"""From distinct values back to the rows of a column: how many units hold an entity, where, and masks of the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derbes.recognizers.base import Match
from derbes.recognizers.masks import mask
from derbes.scanner.distinct import Bools
from derbes.scanner.looks import Look
from derbes.scanner.model.evidence import MAX_EXAMPLES, MAX_LOCATIONS, EntityStats, Location
from derbes.scanner.profile import Column

STRONG = 0.7


class ColumnRows:
    """``codes[row]`` is the index of the row's distinct value in ``column`` (-1: none), ``units[row]`` its unit."""

    def __init__(self, column: Column, codes: Any, units: Any) -> None:
        self.column, self.codes, self.units = column, codes, units
        # Arrays give several values of one unit; ordinary columns do not.
        self._repeated = len(units) > 1 and bool((units[1:] == units[:-1]).any())

    def by_entity(self, found: Mapping[int, list[Match]]) -> dict[str, EntityStats]:
        """``found``: distinct value -> its matches. Values that share one list are alike and are counted together."""
        alike: dict[int, tuple[list[Match], list[int]]] = {}
        for index, matches in found.items():
            alike.setdefault(id(matches), (matches, []))[1].append(index)
        tallies: dict[str, _Tally] = {}
        for matches, members in alike.values():
            if len(members) == 1:
                weight = int(self.column.counts[members[0]])
            else:
                weight = int(self.column.counts[members].sum())
            value = self.column.text(members[0])
            for entity in {match.entity for match in matches}:
                tally = tallies.setdefault(entity, _Tally())
                tally.add(members, weight, [match for match in matches if match.entity == entity], value)
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

    def _of_tally(self, entity: str, tally: _Tally, found: Mapping[int, list[Match]]) -> EntityStats:
        places: list[tuple[Location, str]] = []
        flags = self._flags(tally.any)
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
            validated=self._units(self._flags(tally.validated)),
            labelled=self._units(self._flags(tally.labelled)),
            strong=self._units(self._flags(tally.strong)),
            natural=tally.natural,
            best=tally.best,
            locations=tuple(where for where, _ in places[:MAX_LOCATIONS]),
            examples=tuple(places[:MAX_EXAMPLES]),
        )

    def _flags(self, members: list[int]) -> Bools:
        flags = np.zeros(len(self.column), dtype=np.bool_)
        flags[members] = True
        return flags

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
    """Distinct values that hold one entity, and sums over all their rows."""

    def __init__(self) -> None:
        self.any: list[int] = []
        self.validated: list[int] = []
        self.labelled: list[int] = []
        self.strong: list[int] = []
        self.spans = self.whole = self.natural = 0
        self.best = 0.0

    def add(self, members: list[int], weight: int, matches: list[Match], value: str) -> None:
        """Values ``members``, ``weight`` times in all, hold ``matches``; ``value`` is one of them."""
        self.any += members
        if any(match.validated for match in matches):
            self.validated += members
        if any(match.labelled for match in matches):
            self.labelled += members
        if any(match.score >= STRONG for match in matches):
            self.strong += members
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
