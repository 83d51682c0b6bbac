"""The sieve: every recognizer's anchors in one automaton over bytes, so that only texts that fire are looked at.

RE2 picks lines and tells whose they are. Where text repeats too little for it, Hyperscan picks them, at a speed that is
lower and always the same; where its wheel does not exist RE2 does everything. All read the same patterns, so which of
them reads changes the time only; a property test compares them (decision 0013).
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

from derbes.recognizers.dfa import Dfa

# Hyperscan silently truncates buffers of 4 GiB and more; nobody should come near.
MAX_BUFFER = 1 << 30
_PIECE = 256 << 10  # bytes read by one engine before they are compared
_SLOW = 16e-9  # seconds a byte that RE2 may take; Hyperscan takes about as much
_PATIENCE = 2.0  # seconds that RE2 may lose before Hyperscan is compiled, which costs as much
_LONGEST_TURN = 256  # pieces
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
        self._lost = 0.0  # seconds that RE2 took beyond what it may
        self._turn = 1  # pieces that Hyperscan reads before RE2 is tried again
        self._left = 0

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

    def lines(self, buffer: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield ``(start, end, bits)`` of every line (``\n`` excluded) that fires, in order."""
        if len(buffer) > MAX_BUFFER:
            raise ValueError("buffer too large for one pass of the sieve")
        start = 0
        while start < len(buffer) and self.patterns:
            end = buffer.find(b"\n", start + _PIECE) + 1 or len(buffer)
            found = self._piece(buffer, start, end)
            yield from self._with_words(found, buffer, start, end) if self.words else found
            start = end

    def _with_words(
        self, found: Iterable[tuple[int, int, int]], buffer: bytes, start: int, end: int
    ) -> Iterator[tuple[int, int, int]]:
        """``found`` and the lines that words make fire, in order."""
        lines = {first: (last, bits) for first, last, bits in found}
        for group, gate in self.words.items():
            for first, last in gate.lines(buffer, start, end):
                lines[first] = last, lines.get(first, (last, 0))[1] | 1 << group
        for first in sorted(lines):
            yield first, *lines[first]

    def _piece(self, buffer: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Whole lines, read by the engine that is better off with their like. Which one never shows in the result."""
        if self._left or self.engine == "hyperscan":
            self._left = max(0, self._left - 1)
            yield from self._lines_hyperscan(buffer, start, end)
            return
        began = thread_time()
        picked = list(self._dfa.lines(buffer, start, end))
        took = thread_time() - began
        self._judge(took - (end - start) * _SLOW)
        for first, last in picked:
            yield first, last, self._dfa.bits(buffer[first : last + 1], fired=True)

    def _judge(self, lost: float) -> None:
        """Let Hyperscan read for a while, longer each time, once RE2 has lost more than compiling costs."""
        if lost <= 0:
            self._turn = 1
            return
        self._lost += lost
        if self.engine == "auto" and self._lost > _PATIENCE:
            self._left, self._turn = self._turn, min(2 * self._turn, _LONGEST_TURN)

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

    def _lines_hyperscan(self, whole: bytes, begin: int, stop: int) -> Iterator[tuple[int, int, int]]:
        buffer = whole[begin:stop]
        ends, bits = self.hits(buffer)
        start = end = -1
        mask = 0
        for hit, bit in zip(ends, bits, strict=True):
            if hit <= end + 1:  # its last byte is in this line, or is the newline that ends it
                mask |= bit
                continue
            if mask:
                yield begin + start, begin + end, mask
            last = hit - 1  # the last byte of the match; when it is the newline, the line before it is meant
            start = buffer.rfind(b"\n", 0, last) + 1
            end = buffer.find(b"\n", last)
            end = len(buffer) if end < 0 else end
            mask = bit
        if mask:
            yield begin + start, begin + end, mask

    def _fired_hyperscan(self, buffer: bytes, starts: Sequence[int]) -> dict[int, int]:
        ends, bits = self.hits(buffer)
        result: dict[int, int] = {}
        for end, bit in zip(ends, bits, strict=True):
            index = bisect_left(starts, end) - 1
            result[index] = result.get(index, 0) | bit
        return result


def _has_hyperscan() -> bool:
    return find_spec("hyperscan") is not None
