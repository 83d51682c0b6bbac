"""БИН (БСН, BIN): the business identification number of Kazakhstan.

Twelve digits: YYMM of registration; 4 resident legal entity, 5 non-resident, 6 joint sole entrepreneurship; 0 head
office, 1 branch, 2 representative office, 4 farm (3 under the rules of 2007, in circulation still); five of a serial;
a check digit computed as that of the IIN (by practice: the order does not define it).

Source: order 423 of the Minister of Justice of 27.06.2023 (V2300032918).

>>> validate("180340012346")
'180340012346'
>>> is_valid("180370012343")
False
>>> is_farm("240544000177")
True
"""

from __future__ import annotations

from derbes.recognizers.numbers import iin
from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidChecksum, InvalidComponent, ValidationError


def compact(text: str) -> str:
    """Spaces and hyphens out."""
    return clean(text)


def has_structure(number: str) -> bool:
    """Month, kind and sign of twelve digits."""
    return "01" <= number[2:4] <= "12" and number[4] in "456" and number[5] in "01234"


def is_farm(number: str) -> bool:
    """A peasant or farm household: natural persons stand behind it."""
    return number[4] == "6" or number[5] in "34"


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, 12)
    if not has_structure(number):
        raise InvalidComponent
    if not iin.check_digit_ok(number):
        raise InvalidChecksum
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
