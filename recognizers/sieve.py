"""The sieve: every recognizer's anchors in one automaton over bytes, so that only texts that fire are looked at.

RE2 picks lines and tells whose they are; logs it reads best with few automata, prose with several. After some seconds
of work Hyperscan may pick lines too: its speed is middling, always the same, and it has to be compiled. All of them
read the same patterns, so which one reads changes the time only; a property test compares them (decision 0023).
Bytes without Unicode classes on purpose: twice as fast and indifferent to broken encodings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from importlib.util import find_spec
from operator import or_
from time import thread_time
from types import MappingProxyType
from typing import Any, Protocol

from derbes.recognizers.dfa import Dfa, Line

# Hyperscan silently truncates buffers of 4 GiB and more; nobody should come near.
MAX_BUFFER = 1 << 30
_PIECE = 128 << 10  # bytes read in one way before the ways are compared
_EXPECTED = {"log": 5.0, "prose": 40.0, "hyperscan": 35.0}  # nanoseconds a byte
_AT_MOST = 300.0  # of those, that one piece is charged
_BEFORE_COMPILING = 12e9  # nanoseconds of reading after which Hyperscan, which takes as long to compile, may be tried
_AT_ONCE, _DENSE = 512, 0.3  # values of a column; the share of them that fire from which each is asked


class WordGate(Protocol):
    """What makes a group fire besides its patterns: words that no pattern can tell, looked up one by one."""

    def lines(self, buffer: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end (``\\n`` excluded) of each line of ``buffer[start:end]``, whole lines, with such a word."""

    def fires(self, text: bytes) -> bool:
        """Whether ``text`` has such a word."""


class Sieve:
    """``groups`` are lists of patterns; a text's bits say which of them match in it (bit ``i``: group ``i``).

    ``words``: group -> gate that makes it fire as well.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[bytes]],
        engine: str = "auto",
        words: Mapping[int, WordGate] = MappingProxyType({}),
    ) -> None:
        self.words = dict(words)
        self.groups = [tuple(group) for group in groups]
        bits: dict[bytes, int] = {}  # groups that share a pattern share its cost
        for index, group in enumerate(self.groups):
            for pattern in group:
                bits[pattern] = bits.get(pattern, 0) | 1 << index
        self.patterns = tuple(bits)
        self.bits = list(bits.values())
        self.engine = engine if engine != "auto" or _has_hyperscan() else "re2"
        self._costs = dict(_EXPECTED)
        self._spent = 0.0

    def __getstate__(self) -> dict[str, Any]:
        # Compiled automata do not travel between processes; they are built again on first use.
        return {key: value for key, value in self.__dict__.items() if key not in ("_hyperscan", "_dfa")}

    @cached_property
    def _hyperscan(self) -> Any:
        from derbes.recognizers.automaton import compiled

        return compiled(self.patterns)

    @cached_property
    def _dfa(self) -> Dfa:
        return Dfa(self.groups)

    def mask(self, text: str) -> int:
        """Bits of all groups that fire anywhere in one text."""
        encoded = text.encode("utf-8", "surrogatepass")
        return self._bits(encoded) | self._bits_of_words(encoded)

    def _bits(self, text: bytes) -> int:
        return self._dfa.bits(text) if self.engine != "hyperscan" else reduce(or_, self.hits(text)[1], 0)

    def _bits_of_words(self, text: bytes) -> int:
        return sum(1 << group for group, gate in self.words.items() if gate.fires(text))

    def lines(self, buffer: bytes) -> Iterator[Line]:
        """Yield ``(start, end, bits)`` of every line (``\n`` excluded) that fires, in order."""
        if len(buffer) > MAX_BUFFER:
            raise ValueError("buffer too large for one pass of the sieve")
        start = 0
        while start < len(buffer) and self.patterns:
            end = buffer.find(b"\n", start + _PIECE) + 1 or len(buffer)
            found = self._piece(buffer, start, end)
            yield from self._with_words(found, buffer, start, end) if self.words else found
            start = end

    def _with_words(self, found: Iterable[Line], buffer: bytes, start: int, end: int) -> Iterator[Line]:
        """``found`` and the lines that words make fire, in order."""
        lines = {first: (last, bits) for first, last, bits in found}
        for group, gate in self.words.items():
            for first, last in gate.lines(buffer, start, end):
                lines[first] = last, lines.get(first, (last, 0))[1] | 1 << group
        for first in sorted(lines):
            yield first, *lines[first]

    def _piece(self, buffer: bytes, start: int, end: int) -> list[Line]:
        """Whole lines, read in the way that their like were read fastest. Which one never shows in the result."""
        ways = {"log": self._dfa.lines, "prose": self._dfa.lines_of_prose, "hyperscan": self._lines_hyperscan}
        way = self._way()
        began = thread_time()
        found = ways[way](buffer, start, end)
        self._note(way, (thread_time() - began) * 1e9, end - start)
        return found

    def _way(self) -> str:
        if self.engine == "hyperscan":
            return "hyperscan"
        may_compile = self.engine == "auto" and self._spent > _BEFORE_COMPILING
        return min((way for way in self._costs if way != "hyperscan" or may_compile), key=self._costs.__getitem__)

    def _note(self, way: str, took: float, size: int) -> None:
        """What a way cost, in nanoseconds; what is known of the others fades, so that they are tried again.

        No hurry: an automaton that is new to a text costs most in the first pieces.
        """
        self._spent += took
        for other, expected in _EXPECTED.items():
            self._costs[other] += (expected - self._costs[other]) / 64
        self._costs[way] += (min(took / size, _AT_MOST) - self._costs[way]) / 16

    def fired(self, buffer: bytes, starts: Sequence[int]) -> dict[int, int]:
        """What fires of many short texts, for sieves without word gates.

        ``starts``: byte offset of each text in ``buffer``, one byte apart. Return text index -> bits, in order."""
        if len(buffer) > MAX_BUFFER or self.words:
            raise ValueError("buffer too large, or a sieve that looks words up")
        if self.engine == "hyperscan":
            return self._fired_hyperscan(buffer, starts)
        result: dict[int, int] = {}
        texts = [int(start) for start in starts]
        texts.append(len(buffer) + 1)
        known = 0
        for first in range(0, len(starts), _AT_ONCE):
            last = min(first + _AT_ONCE, len(starts))
            if known < _AT_ONCE * _DENSE:
                picked: Iterable[int] = self._dfa.texts(buffer, texts, first, last)
            else:
                picked = range(first, last)
            some = ((n, self._dfa.bits(buffer[texts[n] : texts[n + 1] - 1])) for n in picked)
            found = {n: bits for n, bits in some if bits}
            result |= found
            known = len(found)
        return result

    # Hyperscan

    def hits(self, buffer: bytes) -> tuple[list[int], list[int]]:
        """``(ends, bits)`` of all hits as Hyperscan reports them, ends (exclusive byte offsets) not decreasing."""
        ends: list[int] = []
        ids: list[int] = []
        add_end, add_id = ends.append, ids.append

        def on_match(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add_end(end)
            add_id(pattern)

        if self.patterns and buffer:
            self._hyperscan.scan(buffer, on_match)
        bits = self.bits
        return ends, [bits[i] for i in ids]

    def _lines_hyperscan(self, whole: bytes, begin: int, stop: int) -> list[Line]:
        found: list[Line] = []
        buffer = whole[begin:stop]
        ends, bits = self.hits(buffer)
        start = end = -1
        mask = 0
        for hit, bit in zip(ends, bits, strict=True):
            if hit <= end + 1:  # its last byte is in this line, or is the newline that ends it
                mask |= bit
                continue
            if mask:
                found.append((begin + start, begin + end, mask))
            last = hit - 1  # the last byte of the match; when it is the newline, the line before it is meant
            start = buffer.rfind(b"\n", 0, last) + 1
            end = buffer.find(b"\n", last)
            end = len(buffer) if end < 0 else end
            mask = bit
        if mask:
            found.append((begin + start, begin + end, mask))
        return found

    def _fired_hyperscan(self, buffer: bytes, starts: Sequence[int]) -> dict[int, int]:
        ends, bits = self.hits(buffer)
        result: dict[int, int] = {}
        for end, bit in zip(ends, bits, strict=True):
            index = bisect_left(starts, end) - 1
            result[index] = result.get(index, 0) | bit
        return result


def _has_hyperscan() -> bool:
    return find_spec("hyperscan") is not None
