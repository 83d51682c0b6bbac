"""Values that recognizers cannot tell apart: one of each group is read, the others share what was found in it.

Two values are alike when they differ only in what no recognizer looks at: the serial digits of an IIN whose check has
passed, the last seven digits of a mobile number written the same way, the name before an ``@``, which surname it is in
a row of words with the same tags, the number of a house. A property test compares with reading every value.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

import numpy as np

from derbes.recognizers.base import Match
from derbes.recognizers.numbers.vector import bin_mask, contemporary_iin_mask, iin_mask
from derbes.scanner.looks import FULL, lines, person_rows
from derbes.scanner.profile import ALPHA, AT, DASH, DIGIT, OTHER, PLUS, SPACE, Bools, Column, Ints

# Codes of mobile operators, all of whose numbers are in use: what follows the code decides nothing.
_MOBILE = frozenset("700 701 702 705 706 707 708 747 771 775 776 777 778".split())
_EMAIL = re.compile(r"^[A-Za-z][A-Za-z0-9._]{1,40}@([A-Za-z0-9.-]{3,80}\.[A-Za-z]{2,10})$")
_TIMESTAMP_FROM, _TIMESTAMP_TO = 2000_00_00_0000, 2040_00_00_0000
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_NO_SIGNS = {code: None for code in range(128) if not chr(code).isdigit() and chr(code) != "\n"}
_LONG = re.compile("[0-9]{6,}")
_COMPOUND = re.compile(rb"0[./:-]0{1,4}[./:-]0")  # a date, a local telephone, an IP address
_HOUSE_DIGITS = 9  # with a postcode; a telephone has more


def groups(column: Column) -> tuple[list[tuple[list[int], bool]], Bools]:
    """Groups of indexes, each with whether its members have one length (so that spans can be shared); what is left."""
    left = np.ones(len(column.values), dtype=np.bool_)
    found: list[tuple[list[int], bool]] = []
    for make in (_twelve, _phones, _emails, _persons, _templates):
        index, keys, same = make(column, left)
        left[index] = False
        by_key: dict[Hashable, list[int]] = {}
        for i, key in zip(index.tolist(), keys, strict=True):
            by_key.setdefault(key, []).append(i)
        found += [(members, same) for members in by_key.values()]
    return found, left


def shared(
    column: Column, members: Sequence[int], matches: Sequence[Match], same: bool
) -> dict[int, list[Match]] | None:
    """What the first member's ``matches`` are in the others; ``None`` when that cannot be said."""
    if not matches:
        return {}
    first = column.values[members[0]]
    if same:
        found = list(matches)
        return dict.fromkeys(members, found)
    if len(matches) != 1 or (matches[0].start, matches[0].end) != (0, len(first)):
        return None
    by_length: dict[int, list[Match]] = {}
    result = {}
    for i in members:
        size = len(column.values[i])
        if size not in by_length:
            one = matches[0]
            whole = Match(0, size, one.entity, one.score, one.validated, one.labelled, one.tag)
            by_length[size] = [whole]
        result[i] = by_length[size]
    return result


_Keys = tuple[Ints, Sequence[Hashable], bool]


def _twelve(column: Column, left: Bools) -> _Keys:
    index = np.flatnonzero(left & column.only(DIGIT) & (column.lengths == 12))
    numbers = np.array([int(column.values[i]) for i in index.tolist()], dtype=np.int64)
    right = contemporary_iin_mask(numbers) + 2 * iin_mask(numbers) + 4 * bin_mask(numbers)
    # A BIN also says when it was registered and of what kind: year, type and sign.
    keys = right + np.where(right == 4, 10 * (numbers // 10**10) + 1000 * (numbers // 10**6 % 100), 0)
    plain = (numbers < _TIMESTAMP_FROM) | (numbers >= _TIMESTAMP_TO)  # a time stamp is looked at by itself
    return index[plain], keys[plain].tolist(), True


def _phones(column: Column, left: Bools) -> _Keys:
    fits = (
        column.only(DIGIT | SPACE | DASH | PLUS | OTHER) & (column.letters == column.lengths) & (column.lengths <= 24)
    )
    index = np.flatnonzero(left & fits & (column.digit_counts() == 11))
    if not len(index):
        return index, [], True
    text = lines(column, index)
    written = text.encode("ascii").translate(_ZEROS).split(b"\n")
    digits = text.translate(_NO_SIGNS).split("\n")
    keys = [(form, number[:4]) for form, number in zip(written, digits, strict=True)]
    good = [n for n, (_, head) in enumerate(keys) if head[0] in "78" and head[1:] in _MOBILE]
    return index[good], [keys[n] for n in good], True


def _emails(column: Column, left: Bools) -> _Keys:
    index = np.flatnonzero(left & column.has(AT) & ~column.has(SPACE) & (column.lengths <= 120))
    domains = [_EMAIL.match(column.values[i]) for i in index.tolist()]
    good = [n for n, found in enumerate(domains) if found]
    return index[good], [found[1].lower() for found in domains if found], False


def _persons(column: Column, left: Bools) -> _Keys:
    index, rows, score = person_rows(column, left)
    sure = np.flatnonzero(score >= FULL)
    values = column.values
    keys: list[Hashable] = []
    kept: list[int] = []
    for n, i in zip(sure.tolist(), index[sure].tolist(), strict=True):
        value = values[i]
        if value.istitle() and "  " not in value:
            kept.append(i)
            keys.append((int(rows[n]), value.isascii(), value.count("."), value.count(",")))
    return np.array(kept, dtype=np.int64), keys, False


def _templates(column: Column, left: Bools) -> _Keys:
    counts = column.digit_counts()
    short = column.has(ALPHA) & (counts > 0) & (counts <= _HOUSE_DIGITS) & (column.letters <= 300)
    index = np.flatnonzero(left & short & ~column.has(AT))
    if not len(index):
        return index, [], True
    text = lines(column, index)
    written = text.encode("utf-8", "surrogatepass").translate(_ZEROS).split(b"\n")
    simple = [n for n, line in enumerate(written) if not _COMPOUND.search(line)]
    # A long run of digits may be a number in itself: it has to be the same.
    long = {n: tuple(_LONG.findall(column.values[index[n]])) for n in simple if b"000000" in written[n]}
    return index[simple], [(written[n], long.get(n)) for n in simple], True
