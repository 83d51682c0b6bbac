"""RE2 over bytes: which lines fire, and for whom.

One automaton for all patterns, built while it reads, so nothing is compiled ahead. Logs repeat their words: they need a
few thousand states and are read at the speed of ripgrep. Text that never repeats itself builds states all the time; for
that there is Hyperscan (``sieve.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import re2

_UNION_MEMORY, _SET_MEMORY = 96 << 20, 64 << 20  # bytes of automaton at most; beyond, RE2 begins anew
_NO_DIGITS = re.compile(rb"\[\^0-9\](?=[*+]|\)\*)")


class Dfa:
    """``groups`` are lists of patterns. All offsets are in bytes."""

    def __init__(self, groups: Sequence[Sequence[bytes]]) -> None:
        self._groups = groups
        self._set = re2.Set.SearchSet(_options(_SET_MEMORY))
        for group in groups:
            self._set.Add(_one_of(group))
        self._set.Compile()

    @cached_property
    def _in_text(self) -> Any:
        """All patterns as one."""
        return re2.compile(_one_of([p for group in self._groups for p in group]), _options(_UNION_MEMORY))

    @cached_property
    def _in_line(self) -> Any:
        """The same within a line: a label without a number does not reach into the next ones."""
        within = [_NO_DIGITS.sub(rb"[^0-9\\n]", pattern) for group in self._groups for pattern in group]
        return re2.compile(_one_of(within), _options(_UNION_MEMORY))

    def lines(self, buffer: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end (``\\n`` excluded) of each line of ``buffer[start:end]`` that fires; both are line limits.

        A match that reaches over a line's end may hide another, so it counts for the line it begins in, and the search
        goes on from that line's end: a pattern may need the line break as the edge of its first word.
        """
        search = self._in_line.search
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
        """Which of the texts ``first`` … ``last - 1`` may fire; text n is ``buffer[starts[n]:starts[n + 1] - 1]``."""
        search, end = self._in_text.search, starts[last] - 1
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

    def bits(self, text: bytes, fired: bool = False) -> int:
        """Bit ``i`` is set when group ``i`` matches in ``text``; ``fired``: some pattern is known to match."""
        if found := self._set.Match(text):
            return sum(1 << group for group in found)
        # Nothing found, or no memory left for finding it: then anything may match.
        return (1 << len(self._groups)) - 1 if fired or self._in_text.search(text) is not None else 0


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
