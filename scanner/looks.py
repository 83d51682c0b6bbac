"""What the whole values of a column would be, judged for all of them at once: masks over distinct values.

``looks`` needs no name: rows of words that are a person's name, digits that pass the checks of an IIN, a BIN, a card
or are a telephone's. ``fits`` asks less: could the value be what the field's name says it is?
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from derbes.recognizers.fields import Kind
from derbes.recognizers.names import tag, value_score
from derbes.recognizers.numbers.vector import bin_mask, contemporary_iin_mask
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
    Bools,
    Column,
    Ints,
)

_MOBILE = frozenset(
    "700 701 702 703 704 705 706 707 708 709 747 771 775 776 777 778 760 761 762 763 764 727 717 725 710 711 712 713 "
    "714 715 716 718 721 722 723 724 726 728 729".split()
)
FULL = 0.8  # looks_like_full_name: surname and given name, initials, a patronymic
_SINGLE = 0.4
_DROPPED = str.maketrans("", "", " '\"-\u00a0`’‘()+.\t")
_FRACTION = re.compile(r"[.,]0{1,2}$", re.MULTILINE)


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
    if not column.values:
        return {}
    digits = column.digit_counts()
    found = {"PERSON": _persons(column), **_numbers(column, digits)}
    return {entity: look for entity, look in found.items() if look.fits.any()}


def fits(column: Column, kinds: Iterable[Kind]) -> dict[str, Look]:
    """Entity -> values that could be what the names of ``kinds`` say."""
    if not column.values:
        return {}
    digits = column.digit_counts()
    found: dict[str, Bools] = {}
    for kind in kinds:
        for entity in kind.entities:
            mask = _fits(column, kind.name, digits)
            found[entity] = found[entity] | mask if entity in found else mask
    return {entity: Look(mask) for entity, mask in found.items() if mask.any()}


def _fits(column: Column, kind: str, digits: Ints) -> Bools:
    only, has, size = column.only, column.has, column.letters
    other = column.lookalikes()
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
        return (plain | worded) & (digits >= 5) & ~machine & ~other["decimal"]
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
    return np.zeros(len(column.values), dtype=np.bool_)  # what recognizers find says enough


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
    index, numbers = _integers(column, numeric)
    twelve = numbers < 10**12
    index, numbers = index[twelve], numbers[twelve]
    for entity, mask in (("KZ_IIN", contemporary_iin_mask(numbers)), ("KZ_BIN", bin_mask(numbers))):
        flags = _flags(column, index[mask])
        found[entity] = Look(flags, flags, flags)
    found["PHONE_NUMBER"] = _phones(column, digits)
    cards = column.only(DIGIT | SPACE | DASH) & (digits >= 15) & (digits <= 16) & (column.letters <= 19)
    if cards.any():
        flags = _flags(column, np.flatnonzero(cards)[_luhn(column, np.flatnonzero(cards))])
        found["CREDIT_CARD"] = Look(flags, flags, flags)
    return found


def _flags(column: Column, index: Ints) -> Bools:
    flags = np.zeros(len(column.values), dtype=np.bool_)
    flags[index] = True
    return flags


def lines(column: Column, index: Ints) -> str:
    """The values of ``index``, one a line."""
    values = column.values
    text = "\n".join([values[i] for i in index.tolist()])
    if text.count("\n") != max(len(index) - 1, 0):
        text = "\n".join([" ".join(values[i].splitlines()) for i in index.tolist()])
    return text


def _integers(column: Column, wanted: Bools) -> tuple[Ints, Ints]:
    """Numbers of 10 to 12 digits among the ``wanted`` values, damage undone: indexes and integers."""
    plain = wanted & column.only(DIGIT)
    index = np.flatnonzero(plain & (column.lengths <= 12))
    parts = [np.array([int(column.values[i]) for i in index.tolist()], dtype=np.int64)]
    indexes = [index]
    damaged = np.flatnonzero(wanted & ~plain)
    if len(damaged):
        cleaned = _FRACTION.sub("", lines(column, damaged)).translate(_DROPPED).split("\n")
        good = [n for n, text in enumerate(cleaned) if 10 <= len(text) <= 12 and text.isascii() and text.isdigit()]
        indexes.append(damaged[good])
        parts.append(np.array([int(cleaned[n]) for n in good], dtype=np.int64))
    return np.concatenate(indexes), np.concatenate(parts)


def _phones(column: Column, digits: Ints) -> Look:
    """Ten or eleven digits that can be a number of Kazakhstan or Russia, however they are grouped."""
    wanted = column.only(DIGIT | SPACE | DASH | PLUS | OTHER | DOT) & (digits >= 10) & (digits <= 11)
    index = np.flatnonzero(wanted & (column.letters <= 24))
    if not len(index):
        return Look(_flags(column, index))
    numbers = lines(column, index).translate(_DROPPED).split("\n")
    ten = [number[-10:] if len(number) == 11 and number[0] in "78" else number for number in numbers]
    good = [n for n, number in enumerate(ten) if len(number) == 10 and number[0] in "679" and number.isdigit()]
    sure = [n for n in good if ten[n][:3] in _MOBILE]
    return Look(_flags(column, index[good]), _flags(column, index[sure]))


def _luhn(column: Column, index: Ints) -> Bools:
    numbers = lines(column, index).translate(_DROPPED).split("\n")
    digits = np.array([number.zfill(16) for number in numbers], dtype="S16").view(np.uint8).reshape(-1, 16) - 48
    doubled = digits.astype(np.int64)
    doubled[:, ::2] = np.where(doubled[:, ::2] > 4, doubled[:, ::2] * 2 - 9, doubled[:, ::2] * 2)
    opens = np.array([number[:1] in "23456" for number in numbers])
    right: Bools = (doubled.sum(axis=1) % 10 == 0) & opens & (digits.max(axis=1) <= 9)
    return right


def _persons(column: Column) -> Look:
    index, _, score = person_rows(column, np.ones(len(column.values), dtype=np.bool_))
    return Look(_flags(column, index[score >= _SINGLE]), _flags(column, index[score >= FULL]))


def person_rows(column: Column, among: Bools) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Values of one to four words: index, row of tags, and how surely such a row is a name.

    Each word is tagged once, each row of tags judged once.
    """
    wanted = (
        among
        & column.has(ALPHA)
        & ~column.has(DIGIT | AT | SLASH | COLON)
        & (column.spaces <= 4)
        & (column.letters >= 2)
        & (column.letters <= 60)
    )
    index = np.flatnonzero(wanted)
    if not len(index):
        return index, index, np.empty(0)
    words = lines(column, index).replace(",", " ").replace("\n", " \n ").split(" ")
    codes, uniques = pd.factorize(np.array(words, dtype=object))
    letters = np.array([_letter(word) for word in uniques.tolist()], dtype=np.int64)
    rows = _rows(letters[codes])
    patterns, inverse = np.unique(rows, return_inverse=True)
    score = np.array([_score(code) for code in patterns.tolist()])[inverse]
    return index, rows, score


_TAGS = "VGAEPOSZKicxlIy"  # 1 + position is the code of a tag; "V": no part of a name
_BREAK, _EMPTY = 30, 31


def _letter(word: str) -> int:
    if word == "\n":
        return _BREAK
    if not word:
        return _EMPTY
    return 1 + max(_TAGS.find(_tag(word)), 0)


@lru_cache(maxsize=1 << 15)
def _tag(word: str) -> str:
    if re.fullmatch(r"(?:[^\W\d_]{1,2}\.){1,2}", word):
        return "I"
    word = word.strip("\"'«»")
    if not re.fullmatch(r"[^\W\d_](?:[^\W\d_]|['`?-])*\.?", word):
        return "V"
    return tag("-".join(part[:1].upper() + part[1:].lower() for part in word.rstrip(".").split("-")))


def _rows(letters: Ints) -> Ints:
    """Five bits a word, the first word highest; a row without words is 0."""
    stops = np.concatenate([np.flatnonzero(letters == _BREAK), [len(letters)]])
    kept = np.flatnonzero(letters < _BREAK)
    row = np.searchsorted(stops, kept)
    counts = np.bincount(row, minlength=len(stops))
    ends = np.cumsum(counts)
    place = ends[row] - 1 - np.arange(len(kept))  # words behind this one in its row
    rows = np.zeros(len(stops), dtype=np.int64)
    few = place < 6
    np.add.at(rows, row[few], letters[kept][few] << (5 * place[few]))
    rows[counts > 5] = 0
    return rows


@lru_cache(maxsize=1 << 12)
def _score(code: int) -> float:
    tags = ""
    while code:
        code, letter = divmod(code, 32)
        tags = _TAGS[letter - 1] + tags
    return value_score(tags) if tags else 0.0
