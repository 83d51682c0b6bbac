"""Decoders of what stands encoded inside a text; each keeps the place that every character was read from.

``TOKEN`` finds one encoded run; ``decode_token`` returns its characters as ``(letters, start, end)`` with offsets in
the text that was searched, or ``None`` when the run is no encoding after all. All of it is linear: runs follow one
another, and every repeat that could fail late is bounded.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator, Sequence

from derbes.recognizers.mojibake import MOJIBAKE, unscramble

Characters = list[tuple[str, int, int]]
Bytes = Sequence[tuple[int, int, int]]  # value, start, end

_WORD = r"=\?[A-Za-z0-9_.:-]{2,40}(?:\*[A-Za-z-]{1,10})?\?[BbQq]\?[^?\s]{0,4000}\?="
TOKEN = re.compile(
    rf"(?P<mime>(?:{_WORD}(?:[ \t]{{1,4}}(?==\?))?)+)"
    r"|(?P<quoted>(?:=[0-9A-F]{2}){2,})"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    r"|(?P<hex>(?:\\{1,8}x[0-9A-Fa-f]{2})+)"
    r"|(?P<octal>(?:\\[0-3][0-7]{2})+)"
    r"|(?P<unicode>(?:(?:\\{1,8}|%)u[0-9A-Fa-f]{4})+)"
    r"|(?P<escape>\\[\"'\\/nrtbf])"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<json>\beyJ[A-Za-z0-9_-]{8,}={0,2})"
    r"|(?P<basic>(?<=[Bb]asic )[A-Za-z0-9+/]{8,}={0,2})"
    rf"|(?P<mojibake>{MOJIBAKE})"
)
_UNIT = re.compile(r"(?:[=%]|\\{1,8}x)([0-9A-Fa-f]{2})|\\([0-3][0-7]{2})")
_CODE = re.compile(r"(?:\\{1,8}|%)u([0-9A-Fa-f]{4})")
_MIME = re.compile(r"=\?([A-Za-z0-9_.:-]+)(?:\*[A-Za-z-]+)?\?([BbQq])\?([^?\s]*)\?=")
_Q_UNIT = re.compile(r"=([0-9A-Fa-f]{2})|.", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_CP1251_LETTERS = frozenset({*range(0xC0, 0x100), 0xA8, 0xB8})
_CONTINUATION = bytes(range(0x80, 0xC0))
# Text encodings only: Python would also take ``zlib`` or ``punycode`` for the name of a codec.
_CHARSET = re.compile(
    r"utf-?(?:7|8|16|32)(?:-?[bl]e)?|us-ascii|ascii|koi8-?[rut]|(?:windows-?|cp)\d{3,4}|iso-?8859-?\d{1,2}"
    r"|mac-?cyrillic|kz-?1048|ptcp154|gb2312|gbk|gb18030|big5|euc-(?:jp|kr)|iso-2022-jp|shift_?jis",
    re.IGNORECASE,
)
_URL_SAFE = str.maketrans("-_", "+/")


def decode_token(token: re.Match[str]) -> Characters | None:
    """Characters of one match of ``TOKEN``, or ``None`` when it should stay as it is."""
    return _DECODERS[token.lastgroup or ""](token)


def _escaped_bytes(token: re.Match[str]) -> Characters | None:
    units = [
        (int(unit[1], 16) if unit[1] else int(unit[2], 8), unit.start(), unit.end())
        for unit in _UNIT.finditer(token.string, *token.span())
    ]
    return _read_bytes(units, token.string, legacy=token.lastgroup != "quoted")


def _quoted(token: re.Match[str]) -> Characters | None:
    found = _escaped_bytes(token)
    # Only Cyrillic and the like makes =D0=90 recognizable; "a=20=30" is not quoted-printable.
    return found if found and any(not letters.isascii() for letters, _, _ in found) else None


def _read_bytes(units: Bytes, source: str, *, legacy: bool) -> Characters:
    """UTF-8, or windows-1251 where it is no UTF-8, be it cut; bytes that are neither stay as they are written."""
    data = bytes(value for value, _, _ in units)
    if legacy and _is_cp1251(data):
        return [(bytes([value]).decode("cp1251"), start, end) for value, start, end in units]
    found: Characters = []
    position = 0
    for char in data.decode("utf-8", "surrogateescape"):
        first = position
        if "\udc80" <= char <= "\udcff":
            position += 1
            found.extend((source[index], index, index + 1) for index in range(units[first][1], units[first][2]))
            continue
        position += _utf8_length(char)
        found.append((char, units[first][1], units[position - 1][2]))
    return found


def _is_cp1251(data: bytes) -> bool:
    """Letters of windows-1251 that are not UTF-8. A few of them may look like UTF-8 (``аёё``), but not the whole."""
    if data.isascii() or not all(byte < 0x80 or byte in _CP1251_LETTERS for byte in data):
        return False
    body = data.lstrip(_CONTINUATION)  # a cut may leave the end of a letter, or, at the end, its beginning
    try:
        decoded = codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return True
    return decoded.isascii()


def _utf8_length(char: str) -> int:
    code = ord(char)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _unicode(token: re.Match[str]) -> Characters:
    found: Characters = []
    for unit in _CODE.finditer(token.string, *token.span()):
        char = chr(int(unit[1], 16))
        if found and "\udc00" <= char <= "\udfff" and "\ud800" <= found[-1][0] <= "\udbff":
            high, start, _ = found.pop()
            char = (high + char).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            found.append((char, start, unit.end()))
        else:
            found.append((char, unit.start(), unit.end()))
    return [("\ufffd" if "\ud800" <= char <= "\udfff" else char, start, end) for char, start, end in found]


def _escape(token: re.Match[str]) -> Characters:
    letter = token[0][1]
    return [(_ESCAPES.get(letter, letter), *token.span())]


def _entity(token: re.Match[str]) -> Characters | None:
    letters = html.unescape(token[0])
    return None if letters == token[0] else [(letters, *token.span())]


def _mojibake(token: re.Match[str]) -> Characters | None:
    letters = unscramble(token[0])
    if letters is None:
        return None
    first = token.start()
    return [(letter, first + 2 * index, first + 2 * index + 2) for index, letter in enumerate(letters)]


def _base64_bytes(text: str, first: int) -> list[tuple[int, int, int]] | None:
    """Bytes of Base64 that stands at ``first``; a byte's range is the letters that carry its bits."""
    letters = text.rstrip("=")
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        data = base64.b64decode(letters.translate(_URL_SAFE) + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return [(byte, first + i * 4 // 3, first + (i * 4 + 6) // 3) for i, byte in enumerate(data)]


def _plain_base64(token: re.Match[str]) -> Characters | None:
    units = _base64_bytes(token[0], token.start())
    if not units:
        return None
    try:
        text = bytes(value for value, _, _ in units).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else _read_bytes(units, token.string, legacy=False)


def _mime(token: re.Match[str]) -> Characters | None:
    found: Characters = []
    for charset, words in _mime_groups(token):
        units = [unit for word in words for unit in _mime_bytes(word)]
        characters = _read_charset(units, charset)
        if characters is None:
            return None
        # The first and the last character answer for the whole word, its frame included.
        if characters:
            characters[0] = (characters[0][0], words[0].start(), characters[0][2])
            characters[-1] = (characters[-1][0], characters[-1][1], words[-1].end())
        found += characters
    return found or None


def _mime_groups(token: re.Match[str]) -> Iterator[tuple[str, list[re.Match[str]]]]:
    """Neighbours of one charset: mailers cut letters in two at the seam."""
    group: list[re.Match[str]] = []
    for word in _MIME.finditer(token.string, *token.span()):
        if group and group[0][1].lower() != word[1].lower():
            yield group[0][1], group
            group = []
        group.append(word)
    if group:
        yield group[0][1], group


def _mime_bytes(word: re.Match[str]) -> list[tuple[int, int, int]]:
    first = word.start(3)
    if word[2] in "Bb":
        return _base64_bytes(word[3], first) or []
    units: list[tuple[int, int, int]] = []
    for unit in _Q_UNIT.finditer(word[3]):
        values = [int(unit[1], 16)] if unit[1] else (b" " if unit[0] == "_" else unit[0].encode("utf-8", "replace"))
        units += [(value, first + unit.start(), first + unit.end()) for value in values]
    return units


def _read_charset(units: Bytes, charset: str) -> Characters | None:
    if not _CHARSET.fullmatch(charset):
        return None
    try:
        decoder = codecs.getincrementaldecoder(charset)("replace")
        found: Characters = []
        start = 0
        for index, (value, _, end) in enumerate(units):
            letters = decoder.decode(bytes([value]), index == len(units) - 1)
            if letters:
                found.append((letters, units[start][1], end))
                start = index + 1
    except (LookupError, UnicodeError):
        return None
    return found


_DECODERS: dict[str, Callable[[re.Match[str]], Characters | None]] = {
    "mime": _mime,
    "quoted": _quoted,
    "percent": _escaped_bytes,
    "hex": _escaped_bytes,
    "octal": _escaped_bytes,
    "unicode": _unicode,
    "escape": _escape,
    "entity": _entity,
    "json": _plain_base64,
    "basic": _plain_base64,
    "mojibake": _mojibake,
}
