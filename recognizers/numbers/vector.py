"""Whole columns of twelve-digit numbers at once: numpy twins of ``iin.is_valid``, ``bin_.is_valid`` and friends.

Twelve digits are two halves of six, and everything the checks need of a half fits a table of a million rows: the sums
of both passes modulo 11, and for the upper half whether it is a date (IIN) or a month and kind (BIN). So a check is
two look-ups. Property tests compare each mask with its scalar twin.

>>> iin_mask(np.array(["870521300459", "870521300458", "x"])).tolist()
[True, False, False]
>>> bin_mask(np.array([180340012346, 61240001236])).tolist()
[True, True]
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.recognizers.numbers.iin import CENTURIES, WEIGHTS, WEIGHTS_AGAIN

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_CHUNK = 1 << 16  # rows at a time: temporaries stay in the cache
_HALF = 10**6
OLDEST = 110  # years: as in ``iin.is_contemporary``


def to_numbers(values: npt.NDArray[Any]) -> Ints:
    """Strings of just twelve digits (``U`` or ``S`` arrays) as int64, -1 for the rest; int64 of 0 … 10¹²-1 as it is.

    An integer has lost its leading zeros, so 61240001236 stands for 061240001236.
    """
    if values.dtype.kind in "iu":
        numbers = values.astype(np.int64)
        return np.where((numbers >= 0) & (numbers < _HALF * _HALF), numbers, -1)
    if values.dtype.kind not in "US":
        values = np.asarray(values, dtype=np.str_)
    return np.concatenate([_parse(values[i : i + _CHUNK]) for i in range(0, len(values), _CHUNK)] or [_NOTHING])


def check_digit_mask(values: npt.NDArray[Any]) -> Mask:
    """``iin.check_digit_ok`` a row."""
    return _masks(values, lambda upper, lower, tables: np.ones(len(upper), dtype=np.bool_))


def iin_mask(values: npt.NDArray[Any], today: date | None = None) -> Mask:
    """``iin.is_valid`` a row."""
    dates = _dates(today or date.today())
    return _masks(values, lambda upper, lower, tables: (dates[upper] >> (lower // 100_000)) & 1 == 1)


def contemporary_iin_mask(values: npt.NDArray[Any], today: date | None = None) -> Mask:
    """``iin.is_valid`` and ``iin.is_contemporary`` a row: what speaks for an IIN where no name of a column does."""
    dates = _dates(today or date.today(), OLDEST) & 0b1111000
    return _masks(values, lambda upper, lower, tables: (dates[upper] >> (lower // 100_000)) & 1 == 1)


CHECKED, DATED, CONTEMPORARY, STRUCTURED = 1, 2, 4, 8


def traits(numbers: Ints, today: date | None = None) -> npt.NDArray[np.uint8]:
    """What recognizers ask of twelve digits (int64, leading zeros lost), a flag each: the check digit is right, the
    date of an IIN, such a date of somebody alive, the structure of a BIN."""
    today = today or date.today()
    dates, recent, kinds, tables = _dates(today), _dates(today, OLDEST) & 0b1111000, _kinds(), _sums()
    result = np.zeros(len(numbers), dtype=np.uint8)
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        upper = chunk // _HALF
        lower = chunk - upper * _HALF
        century = lower // 100_000
        flags = _check(upper, lower, tables) * np.uint8(CHECKED) | kinds[upper] * np.uint8(STRUCTURED)
        flags |= (dates[upper] >> century & 1).astype(np.uint8) * np.uint8(DATED)
        flags |= (recent[upper] >> century & 1).astype(np.uint8) * np.uint8(CONTEMPORARY)
        result[start : start + _CHUNK] = flags
    return result


def bin_mask(values: npt.NDArray[Any]) -> Mask:
    """``bin_.is_valid`` a row."""
    kinds = _kinds()
    return _masks(values, lambda upper, lower, tables: kinds[upper])


_NOTHING: Ints = np.empty(0, dtype=np.int64)


def _masks(values: npt.NDArray[Any], structure: Any) -> Mask:
    numbers = to_numbers(values)
    tables = _sums()
    result = np.zeros(len(numbers), dtype=np.bool_)
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        usable = chunk >= 0
        upper = np.where(usable, chunk, 0) // _HALF
        lower = np.where(usable, chunk, 0) - upper * _HALF
        result[start : start + _CHUNK] = usable & _check(upper, lower, tables) & structure(upper, lower, tables)
    return result


def _check(upper: Ints, lower: Ints, tables: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]) -> Mask:
    high, low = tables
    packed_high, packed_low = high[upper], low[lower // 10]
    first = _MOD[(packed_high & 15) + (packed_low & 15)]
    again = _MOD[(packed_high >> 4) + (packed_low >> 4)]
    digit = np.where(first == 10, again, first)
    result: Mask = digit == lower % 10
    return result


_MOD = np.arange(32, dtype=np.uint8) % 11


@lru_cache(maxsize=1)
def _sums() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Of six upper and five lower digits: sum of the first pass modulo 11 | that of the second << 4."""

    def packed(count: int, offset: int) -> npt.NDArray[np.uint8]:
        numbers = np.arange(10**count)
        first = np.zeros(10**count, dtype=np.int64)
        again = first.copy()
        for place in range(count):
            digit = numbers // 10 ** (count - 1 - place) % 10
            first += digit * WEIGHTS[offset + place]
            again += digit * WEIGHTS_AGAIN[offset + place]
        sums: npt.NDArray[np.uint8] = (first % 11 | (again % 11) << 4).astype(np.uint8)
        return sums

    return packed(6, 0), packed(5, 6)


@lru_cache(maxsize=4)
def _dates(today: date, oldest: int | None = None) -> npt.NDArray[np.uint8]:
    """YYMMDD -> bit d set when that is a date, not in the future, for century digit d.

    Years more than ``oldest`` years ago do not count.
    """
    table = np.zeros(_HALF, dtype=np.uint8)
    for digit, centuries in CENTURIES.items():
        for century in centuries:
            for year in range(100):
                if oldest is not None and today.year - (century + year) > oldest:
                    continue
                for month in range(1, 13):
                    days = monthrange(century + year, month)[1]
                    if (century + year, month) > (today.year, today.month):
                        continue
                    if (century + year, month) == (today.year, today.month):
                        days = today.day
                    start = year * 10_000 + month * 100 + 1
                    table[start : start + days] |= 1 << digit
    return table


@lru_cache(maxsize=1)
def _kinds() -> Mask:
    """YYMMKS -> is it the beginning of a BIN?"""
    numbers = np.arange(_HALF)
    month, kind, sign = numbers // 100 % 100, numbers // 10 % 10, numbers % 10
    return (month >= 1) & (month <= 12) & (kind >= 4) & (kind <= 6) & (sign <= 4)


def _parse(values: npt.NDArray[Any]) -> Ints:
    unit = np.uint32 if values.dtype.kind == "U" else np.uint8
    width = values.dtype.itemsize // np.dtype(unit).itemsize
    if width < 12:
        return np.full(len(values), -1, dtype=np.int64)
    codes: npt.NDArray[Any] = np.ascontiguousarray(values).view(unit).reshape(len(values), width)
    digits = codes[:, :12] - np.array(48, dtype=unit)
    bad = (digits > 9).any(axis=1) | codes[:, 12:].any(axis=1)
    halves = digits.astype(np.float32).reshape(-1, 2, 6) @ np.array([1e5, 1e4, 1e3, 100, 10, 1], dtype=np.float32)
    numbers = halves.astype(np.int64) @ np.array([_HALF, 1])
    return np.where(bad, -1, numbers)
