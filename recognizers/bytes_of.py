"""Byte patterns for anchors: words in either case, with what may stand before and behind them (see ``base.py``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2

# What can stand before or behind a word: no letter. The second byte of Cyrillic letters is 80..BF, like that of
# other signs, so lead bytes C2 (« » №-like Latin-1 signs) and E2 (dashes, quotes, №) are spelled out.
EDGE_BEFORE = rb"(?:^|[\x00-@\[-`{-\x7f]|\xc2[\xa0-\xbf]|\xe2[\x80-\x84][\x80-\xbf])"
# Behind a word the lead byte tells enough.
EDGE_AFTER = rb"(?:$|[\x00-@\[-`{-\x7f\xc2\xcc\xcd\xe0-\xf4])"
_SPECIAL = frozenset(b".^$*+?{}[]\\|()/-")


# Letters that ``places.fold`` makes one.
_VARIANTS = {
    **dict(zip("акгноуие", ("аә", "кқ", "гғ", "нң", "оө", "уүұ", "иі", "её"), strict=True)),
    **dict(
        zip("acginosuyz", ("aáäâ", "cçć", "gǵğ", "iıíïİ", "nñńň", "oóöô", "sşś", "uúüūŭ", "yýÿ", "zž"), strict=True)
    ),
}


def either_case(word: str, *, loose: bool = False) -> bytes:
    """A pattern for ``word`` in any mix of cases; a space stands for one or two blanks.

    ``loose``: Kazakh letters and Latin diacritics stand for their plain neighbours too.
    """
    return b"".join(_letter(char, loose) for char in word)


def any_of(words: Iterable[str], *, loose: bool = False) -> bytes:
    """An alternation of ``words`` in any case."""
    return b"(?:" + b"|".join(either_case(word, loose=loose) for word in sorted(set(words))) + b")"


def exactly(words: Iterable[str]) -> bytes:
    """An alternation of ``words`` as they are written."""
    return b"(?:" + b"|".join(re.escape(word.encode()) for word in sorted(set(words), key=len, reverse=True)) + b")"


def chunks(words: Iterable[str], size: int = 24) -> Iterator[list[str]]:
    """``words`` in order, a few at a time: Hyperscan refuses patterns of more than 16,000 bytes."""
    ordered = sorted(set(words))
    for at in range(0, len(ordered), size):
        yield ordered[at : at + size]


def _letter(char: str, loose: bool) -> bytes:
    if char == " ":
        return rb"\s{1,2}"
    variants = _VARIANTS.get(char, char) if loose else char
    forms = sorted({form.encode() for v in variants for form in (v.lower(), v.upper()) if len(form) == 1})
    escaped = [b"".join(b"\\" + bytes([b]) if b in _SPECIAL else bytes([b]) for b in form) for form in forms]
    if len(escaped) == 1:
        return escaped[0]
    if all(len(form) == 1 for form in forms):
        return b"[" + b"".join(forms) + b"]"
    lead = forms[0][:1]
    if all(len(form) == 2 and form[:1] == lead for form in forms):
        return lead + b"[" + b"".join(b"\\x%02x" % form[1] for form in forms) + b"]"
    return b"(?:" + b"|".join(escaped) + b")"


def gate(anchors: Sequence[bytes]) -> Any:
    """One compiled RE2 pattern over bytes for all ``anchors``."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, not characters
    options.dot_nl = True
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(b"|".join(b"(?:" + anchor + b")" for anchor in anchors), options)
