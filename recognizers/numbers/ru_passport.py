"""Series and number of the internal passport of Russia: four digits (region, year of the form) and six.

Source: the form's description, resolution 828 of 08.07.1997 (in force until 2023) and its successors. No check digit;
the year of the form is 97–99 or 00 up to three years from now.

>>> validate("45 12 № 345678")
'4512345678'
>>> is_valid("4571345678")
False
"""

from __future__ import annotations

import re
from datetime import date

from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidComponent, ValidationError


def compact(text: str) -> str:
    """Spaces, hyphens and the number sign out."""
    return re.sub("No\\.?|номер|серия", "", clean(text))


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, 10)
    year = int(number[2:4])
    if number[:2] == "00" or not (year >= 97 or year <= date.today().year % 100 + 3) or number[4:] == "000000":
        raise InvalidComponent
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
