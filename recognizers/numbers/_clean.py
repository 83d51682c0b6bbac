"""Small helpers that the number modules share."""

from __future__ import annotations

import re
import unicodedata

from derbes.recognizers.numbers.exceptions import InvalidFormat, InvalidLength

_HYPHENS = str.maketrans(
    dict.fromkeys("\u00ad\u200b\ufeff\u2060", "") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)


def clean(text: object, drop: str = " -") -> str:
    """Full-width forms to ASCII, all hyphens to ``-``, characters of ``drop`` out. ``InvalidFormat`` if no text."""
    if not isinstance(text, str):
        raise InvalidFormat
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()
    return re.sub(f"[{re.escape(drop)}]", "", plain) if drop else plain


def require_digits(number: str, *lengths: int) -> None:
    """ASCII digits only (``str.isdigit`` takes those of other scripts), of one of ``lengths``."""
    if not (number.isascii() and number.isdigit()):
        raise InvalidFormat
    if len(number) not in lengths:
        raise InvalidLength
