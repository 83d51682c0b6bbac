"""Rows of words that may be names of people: each distinct word is tagged once, each distinct row judged once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from derbes.recognizers.names import tag, value_score
from derbes.scanner.distinct import Bools, Ints, array_of, codes_of
from derbes.scanner.profile import ALPHA, AT, COLON, DIGIT, SLASH, Column

_TAGS = "VGAEPOSZKicxlIy"  # 1 + position is the code of a tag; "V": no part of a name
_EMPTY = 31
_BLANK, _LINE_END, _COMMA = b" \n,"
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.){1,2}")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['`?-])*\.?")


@dataclass(frozen=True, slots=True)
class People:
    """Values of one to five words: ``index`` in the column, ``rows`` of tags (five bits a word), how surely such a row
    is a name (``score``), and whether it is written like one (``titled``: capitals first, single blanks)."""

    index: Ints
    rows: Ints
    score: npt.NDArray[np.float64]
    titled: Bools


@lru_cache(maxsize=1)  # what a column looks like and which of its values are alike both ask
def people(column: Column) -> People:
    """The rows of words of a column."""
    wanted = (
        column.has(ALPHA)
        & ~column.has(DIGIT | AT | SLASH | COLON)
        & (column.spaces <= 4)
        & (column.letters >= 2)
        & (column.letters <= 60)
    )
    index = np.flatnonzero(wanted)
    if not len(index):
        return People(index, index, np.empty(0), np.empty(0, dtype=np.bool_))
    content, offsets = column.lines(index)
    ends = offsets[1:] - 1
    data = np.frombuffer(bytearray(content), dtype=np.uint8)
    doubled = np.flatnonzero((data[:-1] == _BLANK) & (data[1:] == _BLANK))
    data[(data == _COMMA) | (data == _LINE_END)] = _BLANK
    stops = np.flatnonzero(data == _BLANK)  # each word ends with one, the last of a value too
    codes, distinct = codes_of(array_of(data, np.concatenate([[0], stops + 1])))
    known = [_word(word[:-1].decode("utf-8", "surrogatepass")) for word in distinct.to_pylist()]
    letters = np.array([letter for letter, _ in known], dtype=np.int64)[codes]
    row = np.searchsorted(ends, stops)
    odd = np.bincount(row, ~np.array([titled for _, titled in known])[codes], len(index)) > 0
    odd[np.searchsorted(ends, doubled)] = True
    rows = _rows(letters, row, len(index))
    patterns, inverse = np.unique(rows, return_inverse=True)
    score = np.array([_score(code) for code in patterns.tolist()])[inverse]
    return People(index, rows, score, ~odd)


@lru_cache(maxsize=1 << 15)
def _word(word: str) -> tuple[int, bool]:
    """Code of a word's tag; whether its capitals stand as in a name (or it has none)."""
    if not word:
        return _EMPTY, True
    return 1 + max(_TAGS.find(_tag(word)), 0), word.istitle() or word.lower() == word.upper()


def _tag(word: str) -> str:
    if _INITIALS.fullmatch(word):
        return "I"
    word = word.strip("\"'«»")
    if not _WORD.fullmatch(word):
        return "V"
    return tag("-".join(part[:1].upper() + part[1:].lower() for part in word.rstrip(".").split("-")))


def _rows(letters: Ints, row: Ints, count: int) -> Ints:
    """Five bits a word, the first word highest; 0 for a row without words or with more than five."""
    kept = letters != _EMPTY
    letters, row = letters[kept], row[kept]
    words = np.bincount(row, minlength=count)
    place = np.cumsum(words)[row] - 1 - np.arange(len(row))  # words behind this one in its row
    few = place < 6
    rows = np.bincount(row[few], (letters << (5 * np.minimum(place, 6)))[few], count).astype(np.int64)
    rows[words > 5] = 0
    return rows


@lru_cache(maxsize=1 << 12)
def _score(code: int) -> float:
    tags = ""
    while code:
        code, letter = divmod(code, 32)
        tags = _TAGS[letter - 1] + tags
    return value_score(tags) if tags else 0.0
