"""UTF-8 that was read as windows-1251 (``РђР№РіРµСЂРёРј``) or as Latin-1 (``ÐÐ¹Ð³``), and back.

Cyrillic in UTF-8 is a lead byte D0–D3 and a byte 80–BF, so each letter became a pair of letters out of two small
sets. Three such pairs in a row do not occur in Russian or Kazakh; two are decoded once three were met.
"""

from __future__ import annotations

from derbes.recognizers.text import byte_pattern


def _letter(byte: int, encoding: str) -> str:
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)  # 98 in windows-1251, 81 in windows-1252: readers keep the control character


_BYTES: dict[str, int] = {}
_CYRILLIC = "".join(_letter(byte, "cp1251") for byte in range(0x80, 0xC0))
_LATIN = "".join({_letter(byte, name) for byte in range(0x80, 0xC0) for name in ("cp1252", "latin-1")})
for _byte in range(0x80, 0xC0):
    _BYTES.update({_letter(_byte, name): _byte for name in ("latin-1", "cp1252", "cp1251")})
_READ_AS = (("РСТУ", "cp1251"), ("ÐÑÒÓ", "latin-1"))
for _leads, _ in _READ_AS:
    _BYTES.update(zip(_leads, range(0xD0, 0xD4), strict=True))


def _class(letters: str) -> str:
    return "[" + "".join(f"\\u{ord(letter):04x}" for letter in sorted(letters)) + "]"


MOJIBAKE = f"(?:[РСТУ]{_class(_CYRILLIC)}){{2,}}|(?:[ÐÑÒÓ]{_class(_LATIN)}){{2,}}"
MOJIBAKE_ANCHOR: tuple[bytes, ...] = tuple(
    b"(?:" + byte_pattern(leads) + byte_pattern(trails) + b"){3}"
    for leads, trails in (("РСТУ", _CYRILLIC), ("ÐÑÒÓ", _LATIN))
)


def unscramble(text: str) -> str | None:
    """The Cyrillic behind a run of pairs: half as many characters, each from two."""
    data = bytes(_BYTES[letter] for letter in text)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
