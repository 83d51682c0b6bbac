"""Bytes to text: which encoding, and what to do with the lines that do not fit it.

Only encodings that occur around Kazakhstan are weighed. The sixteen and thirty-two bit ones are told by their marks
and zero bytes, UTF-8 by its own rules, and the eight-bit Cyrillic ones by how much the text reads like Russian or
Kazakh: frequent letters, frequent pairs of letters, capitals only at the start of words.
"""

from __future__ import annotations

import codecs
import math
import re
from functools import lru_cache

LEGACY = ("cp1251", "kz1048", "koi8_r", "cp866", "mac_cyrillic", "cp1252")
REPLACEMENT = "\ufffd"
_SAMPLE = 6000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters by falling frequency in Russian, then the nine letters of Kazakh.
_LETTERS = {c: -2.0 - 0.12 * i for i, c in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё")} | dict.fromkeys(
    "әіңғүұқөһ", -4.5
)
_TEXT_OF_PAIRS = (
    "ст но ен то на ов ни ра во ко ал ли по ре ро ер пр ел ло ос ка ол го не ан ва ет та он де ны ви ль ти ом ор "
    "ин ат ла ск нн ий ая ва ич ул ев ма ми да за до ир ия ой ар те лы ын ар ты ға қа ың ен ді ан ғы ні"
)
_PAIRS = frozenset(_TEXT_OF_PAIRS.split())
_MARKS = frozenset("«»№—–…’“”°§•\xa0")
_UTF8_WORD = re.compile(rb"(?:[\xd0-\xd3][\x80-\xbf]){3}")
_HIGH = re.compile(rb"[^\x00-\x7f]")
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LEGACY_WORD = re.compile(rb"[\x80-\xff]{3}")


@lru_cache(maxsize=8)  # asked several times for the head of one file
def guess(sample: bytes) -> str:
    """Name of the codec that reads ``sample`` (the first bytes of a file, possibly cut in mid-character)."""
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return codec
    wide = _wide(sample)
    if wide:
        return wide
    if not _HIGH.search(sample) or is_utf8(sample):
        return "utf-8"
    return guess_legacy(sample)


def guess_legacy(sample: bytes) -> str:
    """The eight-bit codec under which the text beyond ASCII reads best; cp1251 when nothing speaks for another."""
    words = b" ".join(re.findall(rb"[A-Za-z]{0,3}[\x80-\xff][A-Za-z\x80-\xff]{0,40}", sample[: 1 << 17]))[:_SAMPLE]
    scores = {codec: _score(words.decode(codec, "replace")) for codec in LEGACY}
    return max(LEGACY, key=lambda codec: scores[codec])


def is_known(encoding: str) -> bool:
    """True when Python has a text codec of that name."""
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        return False


def is_wide(codec: str) -> bool:
    """True for encodings in which a line end is more than one byte."""
    return codec.replace("_", "-").lower().startswith(("utf-16", "utf-32", "utf16", "utf32"))


class Decoder:
    """Decodes blocks of whole lines. A line that does not fit the codec is read under the next best one, and counted
    as damaged only when it fits none: then its bad bytes become U+FFFD."""

    def __init__(self, codec: str) -> None:
        self.codec = "utf-8" if codec == "utf-8-sig" else codec
        self._utf8 = codecs.lookup(self.codec).name == "utf-8"
        self.damaged = 0
        self.first_damaged: int | None = None

    def utf8(self, block: bytes, first_line: int) -> bytes:
        """``block`` as UTF-8; the very same object when it is valid UTF-8 already."""
        if self._utf8:
            try:
                block.decode("utf-8")
            except UnicodeDecodeError:
                return self._by_line(block, first_line).encode("utf-8", "replace")
            return block
        return self.text(block, first_line).encode("utf-8", "replace")

    def text(self, block: bytes, first_line: int) -> str:
        """``block`` as text."""
        if not self._utf8 and _UTF8_WORD.search(block):
            return self._by_line(block, first_line)
        try:
            return block.decode(self.codec)
        except UnicodeDecodeError:
            return self._by_line(block, first_line)

    def _by_line(self, block: bytes, first_line: int) -> str:
        lines = block.split(b"\n")
        misfits = [line for line in lines if not _fits_utf8(line)]
        fallback = self.codec if not self._utf8 else guess_legacy(b"\n".join(misfits)[: 1 << 16])
        out: list[str] = []
        for number, line in enumerate(lines, first_line):
            text = line.decode("utf-8") if _fits_utf8(line) else self._misfit(line, fallback)
            if text is None:
                self.damaged += 1
                self.first_damaged = self.first_damaged or number
                text = line.decode("utf-8" if is_utf8(line) else self.codec, "replace")
            out.append(text)
        return "\n".join(out)

    def _misfit(self, line: bytes, fallback: str) -> str | None:
        """A line that is no UTF-8 under another encoding, if it reads like text there: a stray byte in a line that is
        UTF-8 otherwise does not make all of it something else, nor do one or two odd bytes make a word."""
        if is_utf8(line) or (self._utf8 and not _LEGACY_WORD.search(line)):
            return None
        text = line.decode(fallback, "replace")
        return None if REPLACEMENT in text or _unreadable(text) else text


def _fits_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_utf8(sample: bytes) -> bool:
    """UTF-8, a few stray bytes and a cut at the end forgiven: characters of several bytes hardly ever come about by
    chance, so a text that has four times as many of them as bytes that fit nowhere is UTF-8 that was damaged."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        characters = _UTF8_CHARACTER.findall(sample)
        strays = len(_HIGH.findall(sample)) - sum(map(len, characters))
        return len(characters) >= 4 * max(strays, 1)
    return True


def _wide(sample: bytes) -> str | None:
    """UTF-16/32 without a mark: text in it has zero bytes at even or odd places only."""
    head = sample[: 4096 - len(sample[:4096]) % 4]
    if len(head) < 8:
        return None
    count = len(head) / 4
    zeros = [head[i::4].count(0) / count for i in range(4)]
    if min(zeros[2:]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if min(zeros[:2]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    high, low = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    for codec, zero, one in (("utf-16-le", low, 1), ("utf-16-be", high, 0)):
        other = high if codec == "utf-16-le" else low
        cyrillic = head[one::2].count(4) * 2 / len(head)
        if zero + cyrillic > 0.7 and other < 0.2 and zero > 0.05:
            return codec
    return None


def _unreadable(text: str) -> bool:
    return any(c < " " and c not in "\t\r\f\x1b\x00" for c in text) or any("\x80" <= c < "\xa0" for c in text)


def _score(text: str) -> float:
    if not text:
        return 0.0
    total = 0.0
    previous = " "
    for char in text:
        total += _weigh(previous, char)
        previous = char
    return total / len(text)


def _weigh(previous: str, char: str) -> float:
    if char < "\x80":
        return -3.0
    low = char.lower()
    if low in _LETTERS:
        weight = _LETTERS[low] + (1.5 if previous.lower() + low in _PAIRS else 0.0)
        if char != low:
            weight -= 0.7
            if previous.islower():
                weight -= 4.0  # a capital inside a word
        if previous.isascii() and previous.isalpha():
            weight -= 4.0  # Latin and Cyrillic in one word
        return weight
    if char in _MARKS:
        return -4.5
    if char.isalpha() and char < "\u0250":  # an accented Latin letter belongs between Latin ones
        return -4.0 if previous.isascii() and previous.isalpha() else -7.5
    return -8.0 if char.isalpha() else -10.0 - math.copysign(1.0, ord(char) - 0x2500)
