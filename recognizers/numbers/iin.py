"""ИИН (ЖСН, IIN): the individual identification number of Kazakhstan.

Twelve digits: YYMMDD of birth, a digit of century and sex (1, 2: 18xx; 3, 4: 19xx; 5, 6: 20xx; odd: male), four of a
serial, a check digit. 0 for century and sex stands where they are not encoded (foreigners): the date must then exist
in 19xx or 20xx. 7 to 9 are not in use.

Check digit: the sum of the first eleven digits times 1 … 11, modulo 11; when that is 10, again with the weights
3 … 11, 1, 2; when it is 10 again, no such number is issued.

Sources: rules of forming the number, order 521 of the Minister of Internal Affairs of 29.06.2023 (V2300032942); the
structure comes from Government resolution 406 of 22.05.2007. The law asks for the check digit alone since 2013, issued
numbers follow the structure still, so ``validate`` asks for both and ``check_digit_ok`` for the first.

>>> validate("870521 300459")
'870521300459'
>>> validate("870521300458")
Traceback (most recent call last):
    ...
derbes.recognizers.numbers.exceptions.InvalidChecksum: не сходится контрольная цифра
>>> is_valid("870521310022")  # by the second pass
True
>>> birth_date("000101500011")
datetime.date(2000, 1, 1)
>>> sex("941209450126")
'f'
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from derbes.recognizers.numbers._clean import clean, require_digits
from derbes.recognizers.numbers.exceptions import InvalidChecksum, InvalidComponent, ValidationError

WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
WEIGHTS_AGAIN = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
# Century digit -> centuries it may mean.
CENTURIES = {0: (1900, 2000), 1: (1800,), 2: (1800,), 3: (1900,), 4: (1900,), 5: (2000,), 6: (2000,)}


def compact(text: str) -> str:
    """Spaces and hyphens out."""
    return clean(text)


def check_digit(eleven: str) -> int | None:
    """The check digit of eleven digits; ``None`` when both passes give 10."""
    digits = [int(char) for char in eleven]
    for weights in (WEIGHTS, WEIGHTS_AGAIN):
        rest = sum(map(int.__mul__, digits, weights)) % 11
        if rest < 10:
            return rest
    return None


def check_digit_ok(number: str) -> bool:
    """Is the twelfth of these twelve digits right? Nothing else is looked at."""
    return len(number) == 12 and number.isascii() and number.isdigit() and check_digit(number[:11]) == int(number[11])


def birth_date(number: str, today: date | None = None) -> date | None:
    """The date that a number of twelve digits encodes; ``None`` when there is none or it lies in the future."""
    today = today or date.today()
    for century in CENTURIES.get(int(number[6]), ()):
        try:
            born = date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))
        except ValueError:
            continue
        if born <= today:
            return born
    return None


def sex(number: str) -> Literal["m", "f"] | None:
    """By the digit of century and sex; ``None`` where it does not say."""
    digit = int(number[6])
    return ("f", "m")[digit % 2] if 1 <= digit <= 6 else None


def kind(number: str) -> Literal["iin", "bin"] | None:
    """What twelve digits can be: the fifth is the tens of a day (0–3) in an IIN, the kind of entity (4–6) in a BIN."""
    return "iin" if number[4] in "0123" else "bin" if number[4] in "456" else None


def is_contemporary(number: str, today: date | None = None) -> bool:
    """Date, century digit 3–6 and an age of up to 110: what a bare number must show to be taken for an IIN."""
    today = today or date.today()
    born = birth_date(number, today) if number[6] in "3456" else None
    return born is not None and today.year - born.year <= 110


def validate(text: str, today: date | None = None) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    require_digits(number, 12)
    if birth_date(number, today) is None:
        raise InvalidComponent
    if not check_digit_ok(number):
        raise InvalidChecksum
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
