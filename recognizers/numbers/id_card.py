"""Number of the identity card of Kazakhstan (удостоверение личности, жеке куәлік): nine digits, no check digit.

Source: forms and contract templates in public use; outside of its machine-readable zone the number has no check digit.

>>> validate("№ 045678912")
'045678912'
>>> is_valid("45678912")
False
"""

from __future__ import annotations

from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidComponent, ValidationError


def compact(text: str) -> str:
    """Spaces, hyphens and the number sign out."""
    return clean(text, " -").removeprefix("No").lstrip(".")


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, 9)
    if not number.strip("0"):
        raise InvalidComponent
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
