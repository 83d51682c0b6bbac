"""Payment card number: 13–19 digits, a known issuer range, the Luhn check (ISO/IEC 7812).

>>> validate("4400 4301 2345 6789")
'4400430123456789'
>>> is_valid("4400430123456780")
False
"""

from __future__ import annotations

import re

from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidChecksum, InvalidComponent, ValidationError

# Visa, Mastercard, American Express, UnionPay, Мир, Maestro, JCB, Diners and Discover, by first digits and length.
_RANGES = re.compile(
    "4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2(?:2(?:2[1-9]|[3-9][0-9])|[3-6][0-9]{2}|7(?:[01][0-9]|20))[0-9]{12}"
    "|3[47][0-9]{13}|62[0-9]{14,17}|220[0-4][0-9]{12}|(?:50|5[6-9]|6[37])[0-9]{14}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    "|3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|5[0-9]{2})[0-9]{12}"
)


def compact(text: str) -> str:
    """Spaces and hyphens out."""
    return clean(text)


def luhn_ok(number: str) -> bool:
    """Every second digit from the right doubled (less 9 above 9); the sum ends in 0."""
    digits = [int(char) for char in reversed(number)]
    return sum(digits[::2] + [2 * digit - 9 * (digit > 4) for digit in digits[1::2]]) % 10 == 0


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, *range(13, 20))
    if not _RANGES.fullmatch(number):
        raise InvalidComponent
    if not luhn_ok(number):
        raise InvalidChecksum
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
