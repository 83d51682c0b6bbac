"""The sieve: every recognizer's anchors in one automaton over bytes, so that only texts that fire are looked at.

Hyperscan where its wheel exists, RE2 elsewhere; both read the same patterns and the property test compares them.
Byte mode without Unicode classes on purpose: it is twice as fast and indifferent to broken encodings (decision 0003).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

# Hyperscan silently truncates buffers of 4 GiB and more; nobody should come near.
MAX_BUFFER = 1 << 30


class Sieve:
    """``groups`` are lists of patterns; a hit says at which byte it ended and bit ``i`` of its group ``i``."""

    def __init__(self, groups: Sequence[Sequence[bytes]], engine: str = "auto") -> None:
        self.groups = [tuple(group) for group in groups]
        bits: dict[bytes, int] = {}  # groups that share a pattern share its cost
        for index, group in enumerate(self.groups):
            for pattern in group:
                bits[pattern] = bits.get(pattern, 0) | 1 << index
        self.patterns = tuple(bits)
        self.bits = list(bits.values())
        self.engine = _available(engine)

    def __getstate__(self) -> dict[str, Any]:
        # Compiled automata do not travel between processes; they are built again on first use.
        return {"groups": self.groups, "patterns": self.patterns, "bits": self.bits, "engine": self.engine}

    @cached_property
    def _hyperscan(self) -> Any:
        from derbes.recognizers.automaton import compiled

        return compiled(self.patterns)

    @cached_property
    def _re2(self) -> tuple[Any, list[Any]]:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.dot_nl = True
        options.max_mem = 256 << 20
        options.log_errors = False
        one = re2.compile(b"|".join(b"(?:" + p + b")" for p in self.patterns), options)
        return one, [re2.compile(b"|".join(b"(?:" + p + b")" for p in group), options) for group in self.groups]

    def hits(self, buffer: bytes) -> tuple[list[int], list[int]]:
        """Return ``(ends, bits)`` of all anchor hits, ends (exclusive byte offsets) not decreasing.

        With RE2 the ends of a text are reported once a group; what matters is only which texts fire for whom.
        """
        if len(buffer) > MAX_BUFFER:
            raise ValueError("buffer too large for one pass of the sieve")
        if not self.patterns or not buffer:
            return [], []
        return self._hits_hyperscan(buffer) if self.engine == "hyperscan" else self._hits_re2(buffer)

    def _hits_hyperscan(self, buffer: bytes) -> tuple[list[int], list[int]]:
        ends: list[int] = []
        ids: list[int] = []
        add_end, add_id = ends.append, ids.append

        def on_match(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add_end(end)
            add_id(pattern)

        self._hyperscan.scan(buffer, on_match)
        bits = self.bits
        return ends, [bits[i] for i in ids]

    def _hits_re2(self, buffer: bytes) -> tuple[list[int], list[int]]:
        one, groups = self._re2
        if one.search(buffer) is None:
            return [], []
        found: list[tuple[int, int]] = []
        for index, group in enumerate(groups):
            position = 0
            # A match may hide a later one that begins inside it, so go on one byte after its start's line.
            while (match := group.search(buffer, position)) is not None:
                found.append((match.end(), 1 << index))
                line_end = buffer.find(b"\n", match.start())
                if match.end() > line_end >= 0:  # crosses a line: it may belong to either side
                    found.append((line_end, 1 << index))
                if line_end < 0:
                    break
                position = line_end + 1
        found.sort()
        return [end for end, _ in found], [bit for _, bit in found]

    def mask(self, text: str) -> int:
        """Bits of all groups that fire anywhere in one text."""
        mask = 0
        for bit in self.hits(text.encode("utf-8", "surrogatepass"))[1]:
            mask |= bit
        return mask

    def fired(self, buffer: bytes, starts: Sequence[int]) -> dict[int, int]:
        """``starts``: byte offset of each text in ``buffer``. Return text index -> bits, for texts that fire."""
        ends, bits = self.hits(buffer)
        result: dict[int, int] = {}
        if len(ends) > len(starts):  # dense: one vectorised look-up
            import numpy as np

            indexes = np.searchsorted(np.asarray(starts), np.asarray(ends), side="left") - 1
            for index, bit in zip(indexes.tolist(), bits, strict=True):
                result[index] = result.get(index, 0) | bit
            return result
        for end, bit in zip(ends, bits, strict=True):
            index = bisect_left(starts, end) - 1
            result[index] = result.get(index, 0) | bit
        return result

    def lines(self, buffer: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield ``(start, end, bits)`` of every line (``\\n`` excluded) that fires, in order."""
        ends, bits = self.hits(buffer)
        start = end = -1
        mask = 0
        for hit, bit in zip(ends, bits, strict=True):
            if hit <= end + 1:  # its last byte is in this line, or is the newline that ends it
                mask |= bit
                continue
            if mask:
                yield start, end, mask
            last = hit - 1  # the last byte of the match; when it is the newline, the line before it is meant
            start = buffer.rfind(b"\n", 0, last) + 1
            end = buffer.find(b"\n", last)
            end = len(buffer) if end < 0 else end
            mask = bit
        if mask:
            yield start, end, mask


def _available(engine: str) -> str:
    if engine != "auto":
        return engine
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return "re2"
    return "hyperscan"
