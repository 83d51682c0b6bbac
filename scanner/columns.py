"""From distinct values back to the rows of a column: how many units hold an entity, where, and masks of the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derbes.recognizers.base import Match
from derbes.recognizers.masks import mask
from derbes.scanner.looks import Look
from derbes.scanner.model.evidence import MAX_EXAMPLES, MAX_LOCATIONS, EntityStats, Location
from derbes.scanner.profile import Bools, Column

STRONG = 0.7


class ColumnRows:
    """``codes[row]`` is the index of the row's distinct value in ``column`` (-1: none), ``units[row]`` its unit."""

    def __init__(self, column: Column, codes: Any, units: Any) -> None:
        self.column, self.codes, self.units = column, codes, units
        # Arrays give several values of one unit; ordinary columns do not.
        self._repeated = len(units) > 1 and bool((units[1:] == units[:-1]).any())

    def by_entity(self, found: Mapping[int, list[Match]]) -> dict[str, EntityStats]:
        """``found``: distinct value -> its matches."""
        by_entity: dict[str, dict[int, list[Match]]] = {}
        for index, matches in found.items():
            for match in matches:
                by_entity.setdefault(match.entity, {}).setdefault(index, []).append(match)
        return {entity: self._of_matches(values) for entity, values in sorted(by_entity.items())}

    def of_look(self, entity: str, look: Look) -> EntityStats:
        """Counts of whole values."""
        units = self._units(look.fits)
        places = [
            (Location(int(self.units[row]), 0), mask(entity, self.column.values[self.codes[row]]))
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

    def _of_matches(self, found: Mapping[int, list[Match]]) -> EntityStats:
        column, counts = self.column, self.column.counts
        places: list[tuple[Location, str]] = []
        for row in self._first_rows(self._flags(found)):
            value = column.values[self.codes[row]]
            for match in found[int(self.codes[row])]:
                where = Location(int(self.units[row]), match.start)
                places.append((where, mask(match.entity, value[match.start : match.end])))
        places.sort()
        return EntityStats(
            units=self._units(self._flags(found)),
            spans=sum(len(matches) * int(counts[i]) for i, matches in found.items()),
            whole=sum(int(counts[i]) for i, matches in found.items() if _covers(matches, column.values[i])),
            validated=self._units(self._flags(i for i, ms in found.items() if any(m.validated for m in ms))),
            labelled=self._units(self._flags(i for i, ms in found.items() if any(m.labelled for m in ms))),
            strong=self._units(self._flags(i for i, ms in found.items() if any(m.score >= STRONG for m in ms))),
            natural=sum(int(counts[i]) for i, ms in found.items() for m in ms if m.tag == "natural-person"),
            best=max(m.score for ms in found.values() for m in ms),
            locations=tuple(where for where, _ in places[:MAX_LOCATIONS]),
            examples=tuple(places[:MAX_EXAMPLES]),
        )

    def _flags(self, indexes: Any) -> Bools:
        flags = np.zeros(len(self.column.values), dtype=np.bool_)
        flags[list(indexes)] = True
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


def _covers(matches: list[Match], value: str) -> bool:
    """The value is nothing but matches (spaces, quotes and punctuation aside): ``a@b.kz; c@d.kz`` is."""
    rest, end = [], 0
    for match in sorted(matches, key=lambda m: m.start):
        rest.append(value[end : match.start])
        end = max(end, match.end)
    rest.append(value[end:])
    return not "".join(rest).strip(" \t\r\n\"'«».,;:()[]<>/|")
