"""Machine-readable zone of an identity document (ICAO 9303): TD1 3 × 30, TD2 2 × 36, TD3 2 × 44 characters.

Check digits: values (0–9, A=10 … Z=35, ``<``=0) times 7, 3, 1, 7 … modulo 10. The identity card of Kazakhstan carries
the IIN in the optional data of the first line, the passport in those of the second.

>>> zone = validate("IDKAZ0456789126870521300459<<< 8705219M3105205KAZ<<<<<<<<<<<8 BEKMUKHANOV<<DAUREN<<<<<<<<<<<")
>>> len(zone), iin_of(zone)
(90, '870521300459')
"""

from __future__ import annotations

import re

from derbes.recognizers.numbers import iin
from derbes.recognizers.numbers._clean import clean
from derbes.recognizers.numbers.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

# Length -> (start, end of the checked field; its check digit stands at the end), composite as (parts, place).
_FIELDS = {
    90: ((5, 14), (30, 36), (38, 44)),
    72: ((36, 45), (49, 55), (57, 63)),
    88: ((44, 53), (57, 63), (65, 71)),
}
_COMPOSITES = {
    90: (((5, 30), (30, 37), (38, 45), (48, 59)), 59),
    72: (((36, 46), (49, 56), (57, 71)), 71),
    88: (((44, 54), (57, 64), (65, 87)), 87),
}
_VALUES = {char: int(char, 36) for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {"<": 0}


def compact(text: str) -> str:
    """White space out, ``«`` (as text recognition gives it) to ``<<``, capitals."""
    if isinstance(text, str):
        text = text.replace("\u00ab", "<<").replace("\u2039", "<")
    return re.sub("\\s+", "", clean(text, "")).upper()


def check_digit(field: str) -> int:
    """The check digit of a field of ``0-9A-Z<``."""
    return sum(_VALUES[char] * (7, 3, 1)[index % 3] for index, char in enumerate(field)) % 10


def checks_passed(zone: str) -> int:
    """How many of the check digits of a compact zone are right (of 4)."""
    passed = sum(zone[end] == str(check_digit(zone[start:end])) for start, end in _FIELDS[len(zone)])
    parts, place = _COMPOSITES[len(zone)]
    return passed + (zone[place] == str(check_digit("".join(zone[start:end] for start, end in parts))))


def iin_of(zone: str) -> str | None:
    """The IIN in the optional data of a Kazakhstani document, when one with a right check digit stands there."""
    found = {90: zone[15:27], 88: zone[72:84]}.get(len(zone), "")
    return found if iin.check_digit_ok(found) else None


def validate(text: str) -> str:
    """Return the compact zone (lines joined) or raise ``ValidationError``: every check digit must be right."""
    zone = compact(text)
    if len(zone) not in _FIELDS:
        raise InvalidLength
    if not re.fullmatch("[ACIPV][0-9A-Z<]+", zone):
        raise InvalidFormat
    if checks_passed(zone) < 4:
        raise InvalidChecksum
    return zone


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
