"""Values that recognizers cannot tell apart: one of each group is read, the others share what was found in it.

Two values are alike when they differ only in what no recognizer looks at: the serial digits of an IIN whose check has
passed, the last seven digits of a mobile number written the same way, the name before an ``@``, which surname it is in
a row of words with the same tags, the number of a house. A property test compares with reading every value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from derbes.recognizers.base import Match
from derbes.recognizers.numbers.vector import CHECKED, STRUCTURED, traits
from derbes.scanner.distinct import Bools, Bytes, Ints, array_of, codes_of, codes_of_rows, members_of
from derbes.scanner.looks import FULL, last_digits
from derbes.scanner.people import people
from derbes.scanner.profile import ALPHA, AT, COLON, DASH, DIGIT, DOT, LETTER, OTHER, PLUS, SPACE, Column

# Codes of mobile operators, all of whose numbers are in use: what follows the code decides nothing.
_MOBILE = np.array([700, 701, 702, 705, 706, 707, 708, 747, 771, 775, 776, 777, 778])
_WIDTH = 24  # bytes of a telephone number as people write it
_TIMESTAMP_FROM, _TIMESTAMP_TO = 2000_00_00_0000, 2040_00_00_0000
_BIN, _KIND = STRUCTURED | CHECKED, 16
_ZERO, _NINE = b"09"
_NUMBER = re.compile(rb"-?0{1,8}\.0{1,4}|0000-00-00(?:[ T]00:00(?::00(?:\.0{1,6})?)?Z?)?")
_MOMENT_WIDTH = 27
_SHORT = 8  # digits of numbers that mean nothing by themselves
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_QUAD, _QUAD_WIDTH = rf"^{_OCTET}(?:\.{_OCTET}){{3}}$", 15
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_COMPOUND = re.compile(rb"0[./:-]0{1,4}[./:-]0")  # a date, a local telephone, an IP address
_LONG = 6  # digits in a row that may be a number in themselves: they have to be the same
_HOUSE_DIGITS = 9  # a telephone has more
_DOMAIN = re.compile(rb"[A-Za-z0-9.-]{1,80}\.[A-Za-z]{2,10}")
_CYRILLIC = (0xD0, 0xD3)  # first bytes of its letters


def _bytes_like(pattern: bytes) -> Bools:
    return np.array([re.match(pattern, bytes([code])) is not None for code in range(256)])


_LETTER, _MAILBOX = _bytes_like(rb"[A-Za-z]"), _bytes_like(rb"[A-Za-z0-9._]")


def groups(
    column: Column, among: Bools | None = None, kind: str | None = None
) -> tuple[list[tuple[Ints, bool]], Bools]:
    """Groups of indexes, each with whether its members have one length (so that spans can be shared); what is left.

    Of a ``kind`` (a field's name says it, and values are read under its label) only what is alike under that label.
    """
    left = np.ones(len(column), dtype=np.bool_) if among is None else among.copy()
    found: list[tuple[Ints, bool]] = []
    for make in _ALIKE if kind is None else _LABELLED.get(kind, ()):
        index, codes, same = make(column, left)
        left[index] = False
        found += [(members, same) for members in members_of(codes, index)]
    return found, left


def shared(column: Column, members: Ints, matches: Sequence[Match], same: bool) -> list[Shared] | None:
    """What the first member's ``matches`` are in the others; ``None`` when that cannot be said."""
    if not matches:
        return []
    if same:
        return [(members, list(matches))]
    sizes = column.letters[members]
    one = matches[0]
    if len(matches) != 1 or (one.start, one.end) != (0, sizes[0]):
        return None
    return [(part, [replace(one, end=int(column.letters[part[0]]))]) for part in members_of(sizes, members)]


Shared = tuple[Ints, list[Match]]
_Keys = tuple[Ints, Ints, bool]


def _twelve(column: Column, left: Bools) -> _Keys:
    index = np.flatnonzero(left & column.only(DIGIT) & (column.lengths == 12))
    numbers = column.integers(index)
    keys = traits(numbers).astype(np.int64)
    # A BIN also says whether it may be registered already, and of what kind: type and sign.
    year = numbers // 10**10
    registered = 100 * ((year >= 90) | (year <= date.today().year % 100)) + 10_000 * (numbers // 10**6 % 100)
    keys += np.where(keys & _BIN == _BIN, registered, _KIND * (numbers // 10**7 % 10 > 3))
    plain = (numbers < _TIMESTAMP_FROM) | (numbers >= _TIMESTAMP_TO)  # a time stamp is looked at by itself
    return index[plain], keys[plain], True


def _phones(column: Column, left: Bools) -> _Keys:
    fits = column.only(DIGIT | SPACE | DASH | PLUS | OTHER) & (column.letters <= _WIDTH)
    counts = column.digit_counts
    index = np.flatnonzero(left & fits & (counts >= 10) & (counts <= 11))
    digits = last_digits(column, index, 11)
    ours = np.isin(digits[:, 1], (7, 9)) & np.isin(digits[:, 0], (-1, 7, 8))
    index, digits = index[ours], digits[ours]
    mobile = np.isin(digits[:, 1:4] @ [100, 10, 1], _MOBILE)
    digits[mobile, 5] = 0  # elsewhere the first five digits after the trunk decide which numbers there are
    written = column.matrix(index, _WIDTH)
    written[(written >= _ZERO) & (written <= _NINE)] = _ZERO
    codes, _ = codes_of_rows(np.hstack([written, (digits[:, :6] + 1).astype(np.uint8)]))
    return index, codes, True


def _numbers(column: Column, left: Bools) -> _Keys:
    """Short numbers, sums of money, moments: nobody's, whatever their digits are."""
    short = left & column.only(DIGIT) & (column.lengths <= _SHORT)
    fits = left & ~short & column.only(DIGIT | DOT | DASH | COLON | SPACE | LETTER) & column.has(DOT | DASH)
    index = np.flatnonzero(fits & column.has(DIGIT) & (column.lengths <= _MOMENT_WIDTH))
    written = column.matrix(index, _MOMENT_WIDTH)
    century = np.where(column.has(DASH)[index], written[:, 1], 0)
    written[(written >= _ZERO) & (written <= _NINE)] = _ZERO
    codes, firsts = codes_of_rows(np.column_stack([written, century.astype(np.uint8)]))
    forms = [_NUMBER.fullmatch(written[first].tobytes().rstrip(b"\0")) is not None for first in firsts.tolist()]
    kept = np.array(forms, dtype=np.bool_)[codes]
    numbers = np.flatnonzero(short)
    return np.concatenate([numbers, index[kept]]), np.concatenate([column.lengths[numbers], codes[kept] + _WIDTH]), True


def _addresses(column: Column, left: Bools) -> _Keys:
    """Of hosts: four numbers."""
    index = np.flatnonzero(left & column.only(DIGIT | DOT) & column.has(DOT) & (column.lengths <= _QUAD_WIDTH))
    counts, opens = column.digit_counts[index], column.data[column.starts[index]]
    # Eleven digits from 7 or 8 on may be a telephone.
    index = index[(column.lengths[index] - counts == 3) & ((counts < 11) | ((opens != ord("7")) & (opens != ord("8"))))]
    right = pc.match_substring_regex(column.some(index).cast(pa.large_string()), _QUAD)
    index = index[right.to_numpy(zero_copy_only=False)]
    written = column.matrix(index, _QUAD_WIDTH)
    written[written >= _ZERO] = _ZERO
    return index, codes_of_rows(written)[0], True


def _emails(column: Column, left: Bools) -> _Keys:
    index = np.flatnonzero(left & column.has(AT) & ~column.has(SPACE) & (column.lengths <= 120))
    index = index[column.sums(column.data == ord("@"))[index] == 1]
    content, offsets = column.lines(index)
    data = np.frombuffer(content, dtype=np.uint8)
    at = np.flatnonzero(data == ord("@"))
    odd = np.concatenate([[0], np.cumsum(~_MAILBOX[data])])
    size = at - offsets[:-1]
    good = _LETTER[data[offsets[:-1]]] & (size >= 2) & (size <= 41) & (odd[at] == odd[offsets[:-1]])
    codes, distinct = codes_of(_tails(data, at + 1, offsets[1:] - 1))
    lower: dict[bytes, int] = {}
    right = [_DOMAIN.fullmatch(domain) is not None for domain in distinct.to_pylist()]
    same = [lower.setdefault(domain.lower(), len(lower)) for domain in distinct.to_pylist()]
    good &= np.array(right, dtype=np.bool_)[codes]
    return index[good], np.array(same, dtype=np.int64)[codes][good], False


def _tails(data: Bytes, starts: Ints, ends: Ints) -> Any:
    """Parts of a buffer as an array."""
    sizes = ends - starts
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    return array_of(data[np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])], offsets)


def _persons(column: Column, left: Bools) -> _Keys:
    found = people(column)
    kept = (found.score >= FULL) & found.titled & left[found.index]
    index = found.index[kept]
    dots, commas = (column.sums(column.data == sign)[index] for sign in b".,")
    ascii_ = column.letters[index] == column.lengths[index]
    return index, ((found.rows[kept] << 13) + (dots << 7) + (commas << 1) + ascii_), False


def _templates(column: Column, left: Bools) -> _Keys:
    counts = column.digit_counts
    short = (counts > 0) & (counts <= _HOUSE_DIGITS + _LONG) & (column.letters <= 300)
    index = np.flatnonzero(left & short & column.has(ALPHA) & ~column.has(AT))
    content, offsets = column.lines(index)
    data = np.frombuffer(content, dtype=np.uint8)
    starts, ends = _runs((data >= _ZERO) & (data <= _NINE))
    few = counts[index] - _LONG * _postcodes(data, offsets, starts, ends) <= _HOUSE_DIGITS
    varying = _inside((ends - starts) < _LONG, starts, ends, len(data))
    codes, distinct = codes_of(array_of(np.where(varying, np.uint8(_ZERO), data), offsets))
    simple = [_COMPOUND.search(text.translate(_ZEROS)) is None for text in distinct.to_pylist()]
    few &= np.array(simple, dtype=np.bool_)[codes]
    return index[few], codes[few], True


def _runs(flags: Bools) -> tuple[Ints, Ints]:
    """Where rows of flagged bytes begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return edges[::2], edges[1::2]


def _inside(chosen: Bools, starts: Ints, ends: Ints, size: int) -> Bools:
    """The bytes of the chosen runs."""
    steps = np.zeros(size + 1, dtype=np.int8)
    steps[starts[chosen]] = 1
    steps[ends[chosen]] = -1
    inside: Bools = np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)
    return inside


def _postcodes(data: Bytes, offsets: Ints, starts: Ints, ends: Ints) -> Bools:
    """Values that begin with six digits, with Cyrillic words between them and the next digits."""
    first = np.searchsorted(starts, offsets[:-1])  # the value's first run: there is one
    after = np.append(starts, len(data))[first + 1]
    words = np.concatenate([[0], np.cumsum((data >= _CYRILLIC[0]) & (data <= _CYRILLIC[1]))])
    opens = (starts[first] == offsets[:-1]) & (ends[first] - starts[first] == _LONG)
    result: Bools = opens & (words[np.minimum(after, offsets[1:])] > words[ends[first]])
    return result


_ALIKE = (_numbers, _twelve, _phones, _addresses, _emails, _persons, _templates)
_LABELLED = {
    **dict.fromkeys(("iin", "bin", "iin_bin"), (_twelve,)),
    "phone": (_phones,),
    "address": (_templates,),
}
