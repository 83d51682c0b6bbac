"""Telephone numbers of Kazakhstan and Russia, which share the country code 7.

``compact`` gives E.164 (``+77011234567``), without the extension. Accepted: ``+7``, ``8``, ``7`` or ``00 7`` before ten
digits, ten digits alone where they can be nothing local (7xx, 9xx, and geographic codes of Russia), separators,
brackets, an extension. Local numbers (``250-50-50``) say nothing without their town and are refused.

Codes: 7xx Kazakhstan (libphonenumber knows fewer than operators use: 703, 704, 709, 744, 750, 770 …), 6xx and 0xx
Kazakhstan too by the agreement of 2025 on the zone 7, 9xx Russian mobile, other codes as in libphonenumber's metadata.

Sources: metadata of libphonenumber; the numbering agreement of 2025 between Kazakhstan and Russia.

>>> validate("8 (701) 123-45-67 вн. 12")
'+77011234567'
>>> extension("8 (701) 123-45-67 вн. 12")
'12'
>>> is_valid("+7 701 12 34")
False
>>> is_valid("7254716212"), is_valid("250-50-50")
(True, False)
"""

from __future__ import annotations

import re

from derbes.recognizers.numbers._clean import clean
from derbes.recognizers.numbers.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError

_EXTENSION = re.compile(
    r"\s{0,3}[,;(]?\s{0,3}(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|ішкі|ext(?:ension)?|int|x|#)"
    r"\s?[.:=]?\s?(?:номер|нөмір)?\s?[:#№]?\s?([0-9]{1,6})\)?$",
    re.IGNORECASE,
)
_BODY = re.compile(r"(?:tel:|callto:)?\(?\+?[0-9()./\s-]{5,40}", re.IGNORECASE)
_SERVICE = ("800", "803", "804", "805", "806", "808", "809")


def extension(text: str) -> str | None:
    """The extension at the end of a number as written."""
    found = _EXTENSION.search(clean(text, ""))
    return found[1] if found else None


def compact(text: str) -> str:
    """E.164 as far as the digits allow: ``+7`` and ten digits, ``+`` and what follows for another country."""
    body = _EXTENSION.sub("", clean(text, ""))
    if not _BODY.fullmatch(body):
        raise InvalidFormat
    digits = re.sub("[^0-9]", "", body)
    if "+" in body:
        return "+" + digits
    if digits.startswith("007") and len(digits) == 13:
        return "+" + digits[2:]
    if digits.startswith("8107") and len(digits) == 14:
        return "+" + digits[3:]
    if len(digits) == 11 and digits[0] in "78":
        return "+7" + digits[1:]
    if len(digits) == 10 and digits[0] in "3479":
        return "+7" + digits
    raise InvalidLength if len(digits) != 11 else InvalidComponent


def validate(text: str) -> str:
    """Return E.164 of a Kazakhstani or Russian number or raise ``ValidationError``."""
    number = compact(text)
    if not number.startswith("+7"):
        raise InvalidComponent
    if len(number) != 12:
        raise InvalidLength
    if not _code_exists(number[2:]):
        raise InvalidComponent
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True


def is_service(number: str) -> bool:
    """Is a compact number toll-free or of a paid service: nobody's own?"""
    return number[2:5] in _SERVICE


def is_international(number: str) -> bool:
    """Is ``+`` and digits a number of any country, by libphonenumber's metadata?"""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _code_exists(national: str) -> bool:
    if national[0] == "7":
        return national[1] != "9"
    if national[0] == "9" or national[0] == "6":
        return True
    if national[0] == "0":
        return national[1] != "0"
    return is_international("+7" + national)
