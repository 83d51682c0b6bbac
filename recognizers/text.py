"""Texts as they are written and as they are read: a view with a map back to the original offsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# One character for one: the map back is the identity.
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_TRANSLATE: dict[int, str] = {
    **{ord(c): " " for c in _SPACES},
    **{ord(c): "-" for c in "\u2010\u2011\u2012\u2212\ufe58\ufe63"},  # hyphens; en and em dash stay: they part words
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width ASCII
    ord("\u2019"): "'",
    ord("\u02bc"): "'",
}
# Nothing to see: dropped, so that a number with a soft hyphen in it is one number.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_ODD = re.compile(f"[{_INVISIBLE}\u0300-\u036f]")
_TRANSLATABLE = re.compile("[" + "".join(map(chr, _TRANSLATE)).replace("]", "\\]") + "]")
# Every character at which ``normalize`` may change a text.
ODD_CHARACTERS = _INVISIBLE + "".join(map(chr, _TRANSLATE)) + "".join(map(chr, range(0x300, 0x370)))


@dataclass(frozen=True, slots=True)
class View:
    """``text`` as a recognizer reads it. ``starts[i]`` and ``ends[i]`` bound, in the original, the characters that
    ``text[i]`` stands for; ``None`` means that offsets are the same."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of ``text[start:end]`` (not empty)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalize(text: str) -> View:
    """Spaces, hyphens and full-width forms to ASCII, invisible characters dropped, letters composed (NFC)."""
    if text.isascii():
        return View(text)
    if not _ODD.search(text):
        return View(text.translate(_TRANSLATE))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        if char in _INVISIBLE:
            continue
        if letters and unicodedata.combining(char):
            composed = unicodedata.normalize("NFC", letters[-1] + char)
            if len(composed) == 1:
                letters[-1] = composed
                ends[-1] = index + 1
                continue
        letters.append(_TRANSLATE.get(ord(char), char))
        starts.append(index)
        ends.append(index + 1)
    return View("".join(letters), starts, ends)


def is_plain(text: str) -> bool:
    """True when ``normalize`` would change nothing."""
    return text.isascii() or not (_ODD.search(text) or _TRANSLATABLE.search(text))


def byte_pattern(characters: str) -> bytes:
    """A pattern over UTF-8 bytes for any one of ``characters``, in the dialect that Hyperscan and RE2 share."""
    last_bytes: dict[bytes, set[int]] = {}
    for encoded in map(str.encode, characters):
        last_bytes.setdefault(encoded[:-1], set()).add(encoded[-1])
    return b"(?:" + b"|".join(_escape(lead) + _byte_class(last_bytes[lead]) for lead in sorted(last_bytes)) + b")"


def _byte_class(values: set[int]) -> bytes:
    return b"[" + _escape(bytes(sorted(values))) + b"]"


def _escape(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)
