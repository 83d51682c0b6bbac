"""The byte patterns of the sieve for names: a superset of what ``person.py`` finds, in the dialect of ``base.py``."""

from __future__ import annotations

from derbes.recognizers.names import words

_CYR = rb"[\xd0-\xd3][\x80-\xbf]"
_CYR_CAP = rb"(?:\xd0[\x80-\xaf]|[\xd2\xd3][\x80-\xbf])"
_EXT = rb"[\xc3-\xc9][\x80-\xbf]"  # Latin beyond ASCII
_LOW = rb"(?:[a-z]|" + _EXT + rb"|" + _CYR + rb")"
_CAP = rb"(?:[A-Z]|" + _EXT + rb"|" + _CYR_CAP + rb")"
_GAP = rb"(?: ?[,;|\t] ?| {1,2})"


def _any_case(word: str) -> bytes:
    """``word`` in lower case, capitals or any mixture, over UTF-8; a space may be ``_``."""
    out = b""
    for char in word:
        low, up = char.lower().encode(), char.upper().encode()
        if char == " ":
            out += b"[ _]"
        elif low == up:
            out += b"\\" + low if low.isascii() and not low.isalnum() and low != b"_" else low
        elif len(low) == len(up) == 1:
            out += b"[" + up + low + b"]"
        else:
            out += b"(?:" + b"".join(b"\\x%02x" % b for b in low) + b"|" + b"".join(b"\\x%02x" % b for b in up) + b")"
    return out


# What may stand right before and right after a label: no letter and no digit.
_BEFORE_LABEL = rb"(?:^|[^A-Za-z0-9\x80-\xff]|\xc2[\x80-\xbf]|[\xe0-\xf4][\x80-\xbf]{2,3})"
_AFTER_LABEL = rb"(?:[\t\r\n \"'(),:=>\[\]-]|\xc2\xab|\xe2\x80[\x93\x94])"
_A_PATTERN = 60  # labels; Hyperscan takes at most 16,000 bytes a pattern


def _labels() -> list[bytes]:
    """Labels that admit a single or a lower-case name. A Latin role admits neither, so it needs no anchor."""
    lists = words()
    every = sorted(
        {*lists["labels_name"], *lists["labels_letter"], *(word for word in lists["labels_role"] if not word.isascii())}
    )
    needed = [w for w in every if not any(w != o and (w.startswith(o + " ") or w.endswith(" " + o)) for o in every)]
    return [
        _BEFORE_LABEL + b"(?:" + b"|".join(map(_any_case, needed[i : i + _A_PATTERN])) + b")" + _AFTER_LABEL
        for i in range(0, len(needed), _A_PATTERN)
    ]


_SUFFIXES = (
    "вич", "ьич", "иич", "мич", "кич", "тич", "овн", "евн", "ёвн", "ичн", "ұлы", "үлы", "улы", "ули", "ұли", "?лы",
    "?ли", "қызы", "кызы", "гызы", "?ызы", "қыз", "қизи", "кизи", "?изи", "огл",
    "vich", "ovn", "evn", "yvn", "uly", "uli", "yzy", "izi", "izy", "yzi", "oglu", "ogly", "ogli", "ūl", "úl", "ýl",
)  # fmt: skip

ANCHOR: tuple[bytes, ...] = (
    _CYR_CAP + rb"[\xd0-\xd3]",  # a Cyrillic word with a capital
    _LOW + _GAP + _CAP + _LOW,  # Aigerim Ospanova
    rb"[a-z]" + _GAP + rb"[A-Z]{4}",  # Aigerim OSPANOVA
    rb"[A-Z]{2}" + _GAP + rb"[A-Z]{2}",
    rb"[A-Z]{2}" + _GAP + rb"[A-Z][a-z]{2}",
    _CAP + rb"(?:[haeu]|\xd0\xb6)?\." + rb" {0,2}" + _CAP,  # И. Петров
    _LOW + _GAP + rb"[A-Z]\.",
    b"(?:" + b"|".join(map(_any_case, _SUFFIXES)) + b")",
    *_labels(),
)
