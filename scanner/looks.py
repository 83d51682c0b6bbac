"""What the whole values of a column would be, judged for all of them at once: masks over distinct values.

``looks`` needs no name: rows of words that are a person's name, digits that pass the checks of an IIN, a BIN, a card
or are a telephone's. ``fits`` asks less: could the value be what the field's name says it is?
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from derbes.recognizers.fields import Kind
from derbes.recognizers.numbers.vector import bin_mask, contemporary_iin_mask
from derbes.scanner.distinct import Bools, Ints
from derbes.scanner.people import people
from derbes.scanner.profile import (
    ALPHA,
    AT,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    DOT,
    HEX,
    HIGH,
    LETTER,
    OTHER,
    PLUS,
    SLASH,
    SPACE,
    Column,
)

_KNOWN_CODE = np.zeros(1000, dtype=np.bool_)
_KNOWN_CODE[[*range(700, 730), 747, 771, *range(775, 779), *range(760, 765)]] = True
_KNOWN_CODE[[719, 720]] = False
_WRITING = np.zeros(256, dtype=np.bool_)  # what may stand between the digits of a number
_WRITING[list(b" '\"-`()+.\t\r\n")] = True
FULL = 0.8  # looks_like_full_name: surname and given name, initials, a patronymic
_SINGLE = 0.4
_DROPPED = str.maketrans("", "", " '\"-\u00a0`’‘()+.\t\r\n")
_FRACTION = re.compile(r"[.,]0{1,2}$")


class Look:
    """Masks over the distinct values of a column: ``fits`` it, is ``strong`` evidence, is ``validated`` by itself."""

    __slots__ = ("fits", "strong", "validated")

    def __init__(self, fits: Bools, strong: Bools | None = None, validated: Bools | None = None) -> None:
        nothing = np.zeros(len(fits), dtype=np.bool_)
        self.fits = fits
        self.strong = nothing if strong is None else strong
        self.validated = nothing if validated is None else validated


def looks(column: Column) -> dict[str, Look]:
    """Entity -> mask, for entities that some value looks like."""
    if not len(column):
        return {}
    digits = column.digit_counts
    found = {"PERSON": _persons(column), **_numbers(column, digits)}
    return {entity: look for entity, look in found.items() if look.fits.any()}


def fits(column: Column, kinds: Iterable[Kind]) -> dict[str, Look]:
    """Entity -> values that could be what the names of ``kinds`` say."""
    if not len(column):
        return {}
    digits = column.digit_counts
    found: dict[str, Bools] = {}
    for kind in kinds:
        for entity in kind.entities:
            mask = _fits(column, kind.name, digits)
            found[entity] = found[entity] | mask if entity in found else mask
    return {entity: Look(mask) for entity, mask in found.items() if mask.any()}


def _fits(column: Column, kind: str, digits: Ints) -> Bools:
    only, has, size = column.only, column.has, column.letters
    other = column.lookalikes
    machine = other["uuid"] | other["hex"] | other["datetime"] | other["date"]
    if kind in ("full_name", "first_name", "last_name", "middle_name"):
        return has(ALPHA) & ~has(DIGIT | AT | SLASH | COLON) & (column.spaces <= 5) & (size <= 80) & ~machine
    if kind == "org":
        return has(ALPHA) & ~has(AT) & ~machine & (size >= 2) & (size <= 250) & ~other["decimal"]
    if kind == "address":
        worded = has(HIGH) | (has(HEX | LETTER) & (has(SPACE) | ~has(DIGIT)))
        return worded & ~has(AT) & ~machine & ~other["dotted"] & ~_url(column) & (size >= 3) & (size <= 300)
    if kind == "phone":
        plain = only(DIGIT | SPACE | DASH | PLUS | DOT | OTHER | SLASH) & (digits <= 13)
        worded = has(ALPHA) & (digits >= 7) & (size <= 40) & ~has(AT) & (has(SPACE | DASH | PLUS) | has(COMMA))
        return (plain | worded) & (digits >= 5) & ~machine & ~(other["decimal"] & (digits < 10))  # 515.123.4567
    if kind in ("iin", "bin", "iin_bin", "rnn"):
        return (digits >= 9) & (digits <= 12) & only(DIGIT | SPACE | DASH | OTHER) | _damaged(column, digits)
    if kind in ("id_card", "passport", "permit"):
        return (digits >= 4) & (digits <= 12) & ~has(AT | COLON) & (size <= 30) & ~machine & ~other["decimal"]
    if kind == "document":
        return ~has(AT) & ~machine & ~other["decimal"] & (size >= 2) & (size <= 120)
    if kind == "iban":
        return (digits >= 9) & ~has(AT | COLON | SLASH | DOT) & (size >= 15) & (size <= 34) & ~machine
    if kind == "bic":
        return only(DIGIT | HEX | LETTER) & np.isin(size, (8, 9, 11)) & ~other["hex"]
    if kind == "card":
        return (digits >= 12) & (digits <= 19) & only(DIGIT | SPACE | DASH)
    if kind == "birth":
        year = only(DIGIT) & (size == 4)
        spelled: Bools = (digits >= 4) & (digits <= 8) & has(HIGH) & (size <= 30)
        spelled |= other["date"] | other["datetime"] | year
        return spelled
    return np.zeros(len(column), dtype=np.bool_)  # what recognizers find says enough


def _url(column: Column) -> Bools:
    return column.has(SLASH) & column.has(COLON) & ~column.has(SPACE)


def _damaged(column: Column, digits: Ints) -> Bools:
    """``870521300459.0``, ``8.70521E+11``: what spreadsheets and floats make of twelve digits."""
    fraction = column.only(DIGIT | DOT) & (digits >= 10) & (digits <= 14) & column.has(DOT)
    exponent = (
        column.only(DIGIT | DOT | COMMA | HEX | PLUS) & column.has(PLUS) & column.has(HEX) & column.has(DOT | COMMA)
    )
    damaged: Bools = fraction | (exponent & (column.lengths <= 18))
    return damaged


def _numbers(column: Column, digits: Ints) -> dict[str, Look]:
    found: dict[str, Look] = {}
    numeric = column.only(DIGIT | SPACE | DASH | OTHER | DOT) & (digits >= 10) & (digits <= 14) & (column.letters <= 20)
    numeric &= ~(column.only(DIGIT | DOT) & (column.lengths - digits == 3))  # addresses of hosts
    index, numbers = _integers(column, numeric)
    twelve = numbers < 10**12
    index, numbers = index[twelve], numbers[twelve]
    for entity, mask in (("KZ_IIN", contemporary_iin_mask(numbers)), ("KZ_BIN", bin_mask(numbers))):
        flags = _flags(column, index[mask])
        found[entity] = Look(flags, flags, flags)
    found["PHONE_NUMBER"] = _phones(column, digits)
    cards = np.flatnonzero(column.only(DIGIT | SPACE | DASH) & (digits >= 15) & (digits <= 16) & (column.letters <= 19))
    if len(cards):
        flags = _flags(column, cards[_luhn(column, cards)])
        found["CREDIT_CARD"] = Look(flags, flags, flags)
    return found


def _flags(column: Column, index: Ints) -> Bools:
    flags = np.zeros(len(column), dtype=np.bool_)
    flags[index] = True
    return flags


def _integers(column: Column, wanted: Bools) -> tuple[Ints, Ints]:
    """Numbers of 10 to 12 digits among the ``wanted`` values, damage undone: indexes and integers."""
    plain = wanted & column.only(DIGIT)
    index = np.flatnonzero(plain & (column.lengths <= 12))
    parts = [column.integers(index)]
    indexes = [index]
    damaged = np.flatnonzero(wanted & ~plain)
    if len(damaged):
        cleaned = [_FRACTION.sub("", text.rstrip()).translate(_DROPPED) for text in column.texts(damaged)]
        good = [n for n, text in enumerate(cleaned) if 10 <= len(text) <= 12 and text.isascii() and text.isdigit()]
        indexes.append(damaged[good])
        parts.append(np.array([int(cleaned[n]) for n in good], dtype=np.int64))
    return np.concatenate(indexes), np.concatenate(parts)


def _phones(column: Column, digits: Ints) -> Look:
    """Ten or eleven digits that can be a number of Kazakhstan or Russia, however they are grouped."""
    wanted = column.only(DIGIT | SPACE | DASH | PLUS | OTHER | DOT) & (digits >= 10) & (digits <= 11)
    index = np.flatnonzero(wanted & (column.letters <= 24))
    index = index[~odd_writing(column, index)]
    number = last_digits(column, index, 11)
    good = np.isin(number[:, 1], (6, 7, 9)) & np.isin(number[:, 0], (-1, 7, 8))
    sure = good & _KNOWN_CODE[number[:, 1:4] @ [100, 10, 1]]
    return Look(_flags(column, index[good]), _flags(column, index[sure]))


def odd_writing(column: Column, index: Ints) -> Bools:
    """Values with something between their digits that no number has between them."""
    content, offsets = column.lines(index)
    data = np.frombuffer(content, dtype=np.uint8)
    odd = np.concatenate([[0], np.cumsum(~_WRITING[data] & ((data - ord("0")) > 9))])
    result: Bools = odd[offsets[1:]] > odd[offsets[:-1]]
    return result


def last_digits(column: Column, index: Ints, width: int) -> Ints:
    """The last ``width`` digits of some values, a row each; -1 in front where there are fewer."""
    content, offsets = column.lines(index)
    data = np.frombuffer(content, dtype=np.uint8) - ord("0")
    digits = np.concatenate([np.full(width, -1), data[data <= 9]])
    at = np.concatenate([[0], np.cumsum(data <= 9)])[offsets]
    place = np.arange(-width, 0)
    rows = digits[np.maximum(at[1:, None] + place + width, 0)]
    rows[place < (at[:-1] - at[1:])[:, None]] = -1
    return rows


def _luhn(column: Column, index: Ints) -> Bools:
    digits = last_digits(column, index, 16)
    first = np.where(digits[:, 0] < 0, digits[:, 1], digits[:, 0])
    digits = np.maximum(digits, 0)
    digits[:, ::2] = np.where(digits[:, ::2] > 4, digits[:, ::2] * 2 - 9, digits[:, ::2] * 2)
    right: Bools = (digits.sum(axis=1) % 10 == 0) & (first >= 2) & (first <= 6)
    return right


def _persons(column: Column) -> Look:
    found = people(column)
    return Look(_flags(column, found.index[found.score >= _SINGLE]), _flags(column, found.index[found.score >= FULL]))
