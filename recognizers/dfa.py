"""RE2 over bytes: which lines fire, and for whom.

Automata are built while they read, so nothing is compiled ahead. Logs repeat their words: a few thousand states, and
they are read at the speed of ripgrep. A state says how far every pattern has come, so patterns that change with every
number (shapes) and those that change with every word have an automaton each; prose, which never repeats itself, is read
with several, of fewer patterns each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any

import re2

_MEMORY, _PART_MEMORY = 32 << 20, 8 << 20  # bytes of an automaton at most; beyond, RE2 begins it anew
_SHAPE = 250  # bytes of the longest pattern that is a shape; longer ones spell words out
_LARGE = 6000  # bytes of patterns that make a group a part of its own
_SMALL_ONES = 2  # smaller groups in one part
_NO_DIGITS = re.compile(rb"\[\^0-9\](?=[*+]|\)\*)")

Line = tuple[int, int, int]  # start, end (``\\n`` excluded), bits


class Dfa:
    """``groups`` are lists of patterns; bit ``i`` of a text: group ``i`` matches in it. Offsets are in bytes."""

    def __init__(self, groups: Sequence[Sequence[bytes]]) -> None:
        self._groups = dict(enumerate(groups))

    @cached_property
    def _coarse(self) -> list[_Part]:
        """Shapes and words."""
        shapes = {n: [p for p in group if len(p) <= _SHAPE] for n, group in self._groups.items()}
        words = {n: [p for p in group if len(p) > _SHAPE] for n, group in self._groups.items()}
        return [_Part(some, _MEMORY) for some in (shapes, words) if any(some.values())]

    @cached_property
    def _fine(self) -> list[_Part]:
        """Each large group, the largest in two; the small ones a few at a time."""
        sizes = {n: sum(map(len, group)) for n, group in self._groups.items()}
        small = [n for n, size in sizes.items() if size <= _LARGE]
        parts = [{n: self._groups[n]} for n in sizes if n not in small]
        for part in sorted(parts, key=lambda part: -sum(sizes[n] for n in part))[:2]:
            ((n, group),) = part.items()
            parts.remove(part)
            parts += [{n: group[: len(group) // 2]}, {n: group[len(group) // 2 :]}]
        parts += [
            {n: self._groups[n] for n in small[at : at + _SMALL_ONES]} for at in range(0, len(small), _SMALL_ONES)
        ]
        return [_Part(part, _PART_MEMORY) for part in parts]

    def lines(self, buffer: bytes, start: int, end: int) -> list[Line]:
        """Each line of ``buffer[start:end]`` that fires; both are line limits."""
        return _lines(self._coarse, buffer, start, end)

    def lines_of_prose(self, buffer: bytes, start: int, end: int) -> list[Line]:
        """The same with more automata."""
        return _lines(self._fine, buffer, start, end)

    def bits(self, text: bytes) -> int:
        """The bits of one text."""
        return reduce(or_, (part.bits_of_any(text) for part in self._coarse), 0)

    def texts(self, buffer: bytes, starts: Sequence[int], first: int, last: int) -> list[int]:
        """Which of the texts ``first`` … ``last - 1`` may fire; text n is ``buffer[starts[n]:starts[n + 1] - 1]``."""
        found: set[int] = set()
        for part in self._coarse:
            found.update(part.texts(buffer, starts, first, last))
        return sorted(found)


def _lines(parts: Sequence[_Part], buffer: bytes, start: int, end: int) -> list[Line]:
    found: dict[tuple[int, int], int] = {}
    for part in parts:
        for a, b in part.lines(buffer, start, end):
            found[a, b] = found.get((a, b), 0) | part.bits(buffer[a : b + 1])
    return [(*line, found[line]) for line in sorted(found)]


class _Part:
    """Some of the groups."""

    def __init__(self, groups: Mapping[int, Sequence[bytes]], memory: int) -> None:
        groups = {n: group for n, group in groups.items() if group}
        self._patterns = [pattern for group in groups.values() for pattern in group]
        self._memory = memory
        self._bits = [1 << group for group in groups]
        self._any = sum(self._bits)
        self._set = re2.Set.SearchSet(_options(memory // 2))
        for group in groups.values():
            self._set.Add(_one_of(group))
        self._set.Compile()

    @cached_property
    def in_text(self) -> Any:
        """All patterns as one."""
        return re2.compile(_one_of(self._patterns), _options(self._memory))

    @cached_property
    def in_line(self) -> Any:
        """The same within a line: a label without a number does not reach into the next ones."""
        within = [_NO_DIGITS.sub(rb"[^0-9\\n]", pattern) for pattern in self._patterns]
        return re2.compile(_one_of(within), _options(self._memory))

    def lines(self, buffer: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end of each line that fires.

        A match that reaches over a line's end may hide another, so it counts for the line it begins in, and the search
        goes on from that line's end: a pattern may need the line break as the edge of its first word.
        """
        search = self.in_line.search
        at = max(start - 1, 0)
        while at < end and (match := search(buffer, at, end)) is not None:
            first = match.start()
            first += buffer[first : first + 1] == b"\n"
            if first >= end:
                return
            at = buffer.find(b"\n", first, end)
            at = end if at < 0 else at
            yield buffer.rfind(b"\n", 0, first) + 1, at

    def texts(self, buffer: bytes, starts: Sequence[int], first: int, last: int) -> Iterator[int]:
        """As in ``Dfa``; a match that reaches beyond its text may hide another there, as with lines."""
        search, end = self.in_text.search, starts[last] - 1
        at = max(starts[first] - 1, 0)
        while at < end and (match := search(buffer, at, end)) is not None:
            begins = match.start()
            found = bisect_right(starts, begins, first, last) - 1
            if begins == starts[found + 1] - 1:  # the byte between two texts is the edge of the second
                found += 1
            if found >= last:
                return
            yield found
            at = starts[found + 1] - 1

    def bits(self, text: bytes) -> int:
        """The bits of a text that fires; without an answer RE2 had no memory left for it, and all may match."""
        bits = self._bits
        return sum(bits[group] for group in self._set.Match(text) or ()) or self._any

    def bits_of_any(self, text: bytes) -> int:
        """The bits of a text that may not fire at all."""
        if found := self._set.Match(text):
            return sum(self._bits[group] for group in found)
        return self._any if (self.in_text if b"\n" in text else self.in_line).search(text) is not None else 0


def _one_of(patterns: Sequence[bytes]) -> bytes:
    return b"|".join(b"(?:" + pattern + b")" for pattern in dict.fromkeys(patterns)) or rb"[^\x00-\xff]"


def _options(memory: int) -> Any:
    """Bytes, not characters; a dot is any byte."""
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    chosen.dot_nl = chosen.never_capture = True
    chosen.max_mem = memory
    chosen.log_errors = False
    return chosen
