"""Number of the passport of Kazakhstan (паспорт, төлқұжат): ``N`` and seven or eight digits; eight bare ones once.

Cyrillic «Н», typed for ``N``, is read as such. No check digit outside of the machine-readable zone.
Source: forms and input masks in public use.

>>> validate("Н 12345678")
'N12345678'
>>> validate("10123456")
'10123456'
>>> is_valid("n12345678")
False
"""

from __future__ import annotations

import re

from derbes.recognizers.numbers._clean import clean
from derbes.recognizers.numbers.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError

_SHAPE = re.compile("N?[0-9]+")


def compact(text: str) -> str:
    """Spaces and hyphens out, Cyrillic «Н» to ``N``; lower case stays (``n`` before digits is any word's end)."""
    return clean(text).replace("\u041d", "N")


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormat
    if len(number) not in ((8, 9) if number[0] == "N" else (8,)):
        raise InvalidLength
    if not number.strip("N0"):
        raise InvalidComponent
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
