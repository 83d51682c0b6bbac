"""All the ways one text may be read: as it stands (normalized), and with what it encodes decoded.

Logs hide data: ``%D0%90%D0%B9``, ``\\u0410``, ``\\xD0\\x90``, ``=?utf-8?B?…?=``, ``&#1040;``, ``a%40b.kz``. One pass
decodes every encoding of a text where it stands, so that labels and values stay side by side; what that uncovers is
decoded again, to ``DEPTH`` passes (JSON inside a URL, a URL encoded twice). Each pass is a view with a map back to
the original: each character knows the range of the original that it was read from.

Decoding never replaces the text as it stands: the first view is always there, so a decoder that is wrong here and
there (``+`` as a space, ``C:\\new``) costs nothing.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable

from derbes.recognizers.encodings import TOKEN, decode_token
from derbes.recognizers.mojibake import MOJIBAKE_ANCHOR
from derbes.recognizers.text import ODD_CHARACTERS, View, byte_pattern, normalize

DEPTH = 3

_LOCAL = rb"[A-Za-z0-9._+-]{1,64}@"  # the first half of an e-mail address
_GLUED = rb"(?:\+?[0-9]{7}|[A-Z][a-z]|[\xd0-\xd3][\x80-\xbf]|" + _LOCAL + rb")"

# What has to stand in a text before it is decoded at all: an encoding of something that could be a datum, or an
# encoded separator glued to one. A plain %20, %2F, \n or \" is not enough: access logs are full of them.
TRIGGERS: tuple[bytes, ...] = (
    rb"%[89A-Fa-f][0-9A-Fa-f]",  # beyond ASCII
    rb"%u0[0-9A-Fa-f]{3}",
    rb"%(?:25){0,2}(?:40|2[Bb][(%0-9])",  # @ and +7…, encoded once or more often
    rb"%25(?:25)?[89A-Fa-f][0-9A-Fa-f]",
    rb"%(?:25){0,2}(?:5[Cc](?:5[Cc])?[ux]|26%23|26[a-z])",  # another encoding inside
    rb"%[2-7][0-9A-Fa-f](?:\+?[0-9]{7}|" + _LOCAL + rb")",
    rb"[0-9]%2[089Dd](?:%2[089Dd])?[0-9]{2}",  # 701%20123
    rb"[a-z.,](?:%2[Cc])?%20[A-Z][a-z]",
    rb"%22[A-Z]",
    rb"(?:[Nn]ame|fio|addr|address|street|client|contact)(?:=|%3[Dd])[A-Za-z]{2,30}(?:%20|\+)[A-Za-z]",
    rb"=[A-Za-z0-9.,()-]{1,40}\+[A-Z0-9(]",  # a form's space
    rb"\\u0(?:[1-9A-Fa-f][0-9A-Fa-f]{2}|0[C-Fc-f][0-9A-Fa-f]|040|02[Bb])",
    rb"\\u00[0-9A-Fa-f]{2}" + _GLUED,
    rb"[0-9]\\u[02][0-9A-Fa-f]{3}[0-9(]",
    rb"\\x(?:[89A-Fa-f][0-9A-Fa-f]|40|2[Bb])",
    rb"\\x[0-7][0-9A-Fa-f]" + _GLUED,
    rb"\\[23][0-7]{2}\\[23][0-7]{2}",
    rb"\\[nrt]" + _GLUED,
    rb"=\?[A-Za-z0-9_.:-]{2,40}(?:\*[A-Za-z-]{1,10})?\?[BbQq]\?",
    rb"=[C-F][0-9A-F]=[89AB][0-9A-F]",  # quoted-printable UTF-8
    rb"&#(?:[0-9]{4}|[xX]0{0,2}[1-9A-Fa-f][0-9A-Fa-f]{2}|0{0,2}(?:34|40|43|64|160);|[xX](?:2[28Bb]|40|[Aa]0);)",
    rb"&(?:quot|laquo|raquo|nbsp|shy|commat|plus|[A-Za-z]{1,3}cy);",
    rb"&amp;(?:#|quot;|laquo;|nbsp;|amp;)",
    rb"[Bb]asic [A-Za-z0-9+/]{8}",
    rb"eyJ[A-Za-z0-9_-]{10}",  # {" in Base64: JSON, a JWT
    *MOJIBAKE_ANCHOR,
)

# Over the UTF-8 of the original: wherever ``views`` returns anything but the text itself, one of these matches.
VIEW_ANCHOR: tuple[bytes, ...] = (*TRIGGERS, byte_pattern(ODD_CHARACTERS))

_TRIGGER = re.compile(b"|".join(b"(?:" + trigger + b")" for trigger in TRIGGERS))
_MARKS = "%\\&+?=РСТУÐÑÒÓ"
_FORM_VALUE = re.compile(r"=(?!\?)[^\s\"'<>=]+")


def views(text: str) -> list[View]:
    """The normalized text first, then one view for each pass of decoding that changes it (``DEPTH`` at most)."""
    found = [normalize(text)]
    current = View(text)
    while len(found) <= DEPTH and is_encoded(current.text):
        decoded = _decode(current.text)
        if decoded is None:
            break
        current = _compose(decoded, current)
        found.append(_compose(normalize(current.text), current))
    return found


def is_encoded(text: str) -> bool:
    """Whether ``text`` holds an encoding worth decoding. Most texts leave at the first test."""
    if not (any(mark in text for mark in _MARKS) or "asic " in text or "eyJ" in text):
        return False
    return _TRIGGER.search(text.encode("utf-8", "surrogatepass")) is not None


def _decode(text: str) -> View | None:
    """One pass over all encodings; ``None`` when nothing changes."""
    spaced = _FORM_VALUE.sub(lambda m: m[0].replace("+", " "), text) if "+" in text else text
    pieces: list[str] = []
    starts, ends = array("I"), array("I")

    def keep(start: int, end: int) -> None:
        pieces.append(spaced[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    done = 0
    for token in TOKEN.finditer(spaced):
        characters = decode_token(token)
        if characters is None:
            continue
        keep(done, token.start())
        for letters, start, end in characters:
            pieces.append(letters)
            starts.extend([start] * len(letters))
            ends.extend([end] * len(letters))
        done = token.end()
    if not done:
        return None if spaced == text else View(spaced)
    keep(done, len(text))
    decoded = "".join(pieces)
    return None if decoded == text else View(decoded, starts, ends)


def _compose(view: View, under: View) -> View:
    """The same view with its offsets in the original of ``under`` instead of in ``under.text``."""
    if view.starts is None or view.ends is None:
        return View(view.text, under.starts, under.ends)
    if under.starts is None or under.ends is None:
        return view
    return View(view.text, _pick(under.starts, view.starts), _pick(under.ends, (end - 1 for end in view.ends)))


def _pick(values: Iterable[int], indexes: Iterable[int]) -> array[int]:
    table = values if isinstance(values, (array, list)) else list(values)
    return array("I", (table[index] for index in indexes))
