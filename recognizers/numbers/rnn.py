"""РНН (СТН, RNN): the taxpayer number of Kazakhstan until 2013, printed in requisites still.

Twelve digits: region (2), district (2), 0 for a legal entity and 1–9 for a natural person, serial (6), check digit:
the first eleven digits times 1 … 10, 1 modulo 11; when that is 10, the row of weights moves on by one and so forth.
About one random number in ten passes, so that the check says little without a label.

Source: description of the algorithm at iua.waykun.com, confirmed on seven published numbers of companies.

>>> validate("620321000456")
'620321000456'
>>> is_natural_person("620321000456")
True
>>> is_valid("620321000457")
False
"""

from __future__ import annotations

from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidChecksum, InvalidComponent, ValidationError


def compact(text: str) -> str:
    """Spaces and hyphens out."""
    return clean(text)


def check_digit(eleven: str) -> int | None:
    """The check digit of eleven digits; ``None`` when every shift of the weights gives 10."""
    digits = [int(char) for char in eleven]
    for shift in range(10):
        rest = sum(digit * ((index + shift) % 10 + 1) for index, digit in enumerate(digits)) % 11
        if rest < 10:
            return rest
    return None


def is_natural_person(number: str) -> bool:
    """The fifth digit: 0 is a legal entity."""
    return number[4] != "0"


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, 12)
    if number[:2] == "00":
        raise InvalidComponent
    if check_digit(number[:11]) != int(number[11]):
        raise InvalidChecksum
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
