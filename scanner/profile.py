"""The shape of a column's values, counted in numpy over one joined buffer: no Python loop over cells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.scanner.distinct import Bools, Distinct, Ints
from derbes.scanner.model.evidence import MAX_DISTINCT, Shape

# Classes of bytes; a value's class is the OR over its bytes.
DIGIT, HEX, LETTER, HIGH, SPACE, DASH, COLON, DOT, COMMA, AT, SLASH, OTHER, PLUS = (1 << i for i in range(13))


def _table() -> npt.NDArray[np.uint16]:
    table = np.full(256, OTHER, dtype=np.uint16)
    table[128:] = HIGH
    for chars, bit in (
        (b"0123456789", DIGIT),
        (b"abcdefABCDEF", HEX),
        (b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", LETTER),
        (b" \t\n\r", SPACE),
        (b"-", DASH),
        (b":", COLON),
        (b".", DOT),
        (b",", COMMA),
        (b"@", AT),
        (b"/", SLASH),
        (b"+", PLUS),
    ):
        table[list(chars)] = bit
    return table


_CLASSES = _table()
ALPHA = HEX | LETTER | HIGH
_NO_CLASSES = np.empty(0, dtype=np.uint16)
_NONE = np.empty(0, dtype=np.int64)


class Column(Distinct):
    """Distinct values of a column and what classes of bytes they are made of."""

    def __init__(self, values: Sequence[str] | Any, counts: Ints) -> None:
        super().__init__(values, counts)
        self.classes, self.letters, self.spaces = self._reduce() if len(self) else (_NO_CLASSES, _NONE, _NONE)

    def only(self, allowed: int) -> Bools:
        """Values made of these classes of bytes."""
        fits: Bools = (self.classes & ~np.uint16(allowed)) == 0
        return fits

    def has(self, bits: int) -> Bools:
        """Values with at least one byte of these classes."""
        holds: Bools = (self.classes & np.uint16(bits)) != 0
        return holds

    @cached_property
    def digit_counts(self) -> Ints:
        """Digits of each value."""
        return self.sums(self.is_digit)

    @cached_property
    def is_digit(self) -> Bools:
        """The bytes of the buffer that are digits."""
        return (self.data - ord("0")) <= 9  # unsigned: what is smaller wraps around

    def shape(self, key: bytes) -> Shape:
        """Counts over all occurrences; ``key`` keys the hashes of distinct values."""
        if not len(self):
            return Shape()
        classes, letters, spaces = self.classes, self.letters, self.spaces
        counts, total = self.counts, int(self.counts.sum())
        numeric = classes == DIGIT
        digits: dict[int, int] = {}
        low = high = None
        if numeric.any():
            sizes = self.lengths[numeric]
            weighted = np.bincount(np.minimum(sizes, 64), weights=counts[numeric])
            digits = {int(n): int(weighted[n]) for n in np.flatnonzero(weighted)}
            numbers = self.integers(np.flatnonzero(numeric & (self.lengths <= 18)))
            if len(numbers):
                low, high = int(numbers.min()) + _shift(key), int(numbers.max()) + _shift(key)
        words = (classes & ALPHA) != 0
        return Shape(
            values=total,
            numeric=int(counts[numeric].sum()),
            words=int(counts[words].sum()),
            prose=int(counts[words & (spaces >= 3)].sum()),
            length_min=int(letters.min()),
            length_max=int(letters.max()),
            length_sum=int((letters * counts).sum()),
            digits=digits,
            low=low,
            high=high,
            distinct=self._distinct(key),
            kinds=self._kinds(),
            months=self._months(),
        )

    def _reduce(self) -> tuple[npt.NDArray[np.uint16], Ints, Ints]:
        """Per value: OR of byte classes, length in characters, number of spaces."""
        data = self.data
        table = _CLASSES[data]
        table[self.starts + self.lengths] = 0  # separators belong to nobody
        classes = np.bitwise_or.reduceat(table, self.starts)
        high = (classes & HIGH) != 0
        letters = self.lengths - self.sums((data & 0xC0) == 0x80) if high.any() else self.lengths
        spaced = (classes & SPACE) != 0
        return classes, letters, self.sums(table == SPACE) if spaced.any() else np.zeros_like(letters)

    def _distinct(self, key: bytes) -> frozenset[int] | None:
        if len(self) > MAX_DISTINCT:
            return None
        encoded = self.array.to_pylist()
        return frozenset(int.from_bytes(blake2b(v, digest_size=8, key=key).digest(), "big") for v in encoded)

    def _kinds(self) -> dict[str, int]:
        """Values that look like something else: the classifier's counter-evidence."""
        return {name: int(self.counts[found].sum()) for name, found in self.lookalikes.items() if found.any()}

    @cached_property
    def lookalikes(self) -> dict[str, Bools]:
        """Named look-alikes, by value."""
        length, only, has = self.lengths, self.only, self.has
        return {
            "hex": only(DIGIT | HEX) & has(HEX) & np.isin(length, (16, 24, 32, 40, 48, 56, 64, 96, 128)),
            "uuid": only(DIGIT | HEX | DASH) & (length == 36) & has(DASH),
            "datetime": only(DIGIT | DASH | COLON | SPACE | DOT | SLASH | LETTER)
            & has(COLON)
            & has(DASH | DOT | SLASH)
            & has(DIGIT)
            & (length >= 16)
            & (length <= 35),
            "date": only(DIGIT | DASH | DOT | SLASH) & has(DASH | DOT | SLASH) & (length >= 8) & (length <= 10),
            "decimal": only(DIGIT | DOT | COMMA | DASH) & has(DOT | COMMA) & has(DIGIT) & (length <= 20),
            "path": has(SLASH) & ~has(SPACE | AT),
            "at": has(AT),
            "dotted": has(DOT) & ~has(SPACE | AT | SLASH | HIGH) & has(HEX | LETTER),
            "code": only(DIGIT | HEX | LETTER | DASH | OTHER) & has(HEX | LETTER) & has(DIGIT) & ~has(SPACE),
        }

    def _months(self) -> dict[str, int]:
        """``YYYY-MM`` of values that begin with an ISO date."""
        data, classes = self.data, self.classes
        iso = ((classes & ~np.uint16(DIGIT | DASH | COLON | SPACE | DOT | LETTER)) == 0) & (self.lengths >= 10)
        index = np.flatnonzero(iso & ((classes & DASH) != 0) & (self.lengths <= 35))
        if not len(index):
            return {}
        starts = self.starts[index]
        dashes = (data[starts + 4] == ord("-")) & (data[starts + 7] == ord("-"))
        index, starts = index[dashes], starts[dashes]
        numbers = data[starts[:, None] + np.array([0, 1, 2, 3, 5, 6])].astype(np.int64) - ord("0")
        good = ((numbers >= 0) & (numbers <= 9)).all(axis=1)
        numbers, weights = numbers[good], self.counts[index][good]
        codes = numbers @ np.array([100000, 10000, 1000, 100, 10, 1])
        months: dict[str, int] = {}
        distinct, inverse = np.unique(codes, return_inverse=True)
        totals = np.bincount(inverse, weights=weights, minlength=len(distinct))
        for code, total in zip(distinct.tolist(), totals.tolist(), strict=True):
            year, month = divmod(code, 100)
            if 1 <= month <= 12 and 1900 <= year <= 2100:
                months[f"{year:04}-{month:02}"] = int(total)
        return months


def _shift(key: bytes) -> int:
    """A secret number: the distance of the smallest and the largest value is told, and neither of them."""
    return int.from_bytes(blake2b(b"shift", digest_size=16, key=key).digest(), "big")
