"""IBAN (ИИК; kk: ЖСК): the international bank account number of any country.

Country code, two check digits (02–98), an account number in the shape of the country. Check: the first four characters
moved to the end, letters read as 10 … 35, the whole modulo 97 is 1. Two countries publish a second check inside the
account number (Belgium modulo 97, Spain modulo 11) and an account that fails it cannot exist.

In Kazakhstan: ``KZ``, two check digits, a bank's three-digit code (``bank_code``, see ``bic``), thirteen letters or
digits. Sources: ISO 13616, the SWIFT IBAN registry.

>>> validate("KZ86 125K ZT50 0410 0100")
'KZ86125KZT5004100100'
>>> validate("kz84-722c000012345678")
'KZ84722C000012345678'
>>> is_valid("KZ84722C000012345679")
False
>>> is_valid("ES2121000418450200051331")  # modulo 97 is right, the Spanish check is not
False
>>> bank_code("KZ84722C000012345678")
'722'
"""

from __future__ import annotations

from derbes.recognizers.numbers import iban_registry
from derbes.recognizers.numbers._clean import clean
from derbes.recognizers.numbers.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

# Cyrillic letters that look like Latin capitals: people type «КZ» with them.
HOMOGLYPHS = str.maketrans("АВСЕНКМОРТХУІЅЈ", "ABCEHKMOPTXYISJ")


def compact(text: str) -> str:
    """Spaces, hyphens and dots out, capitals, Cyrillic look-alikes to Latin."""
    return clean(text, " -.").upper().translate(HOMOGLYPHS)


def checksum(number: str) -> int:
    """The remainder modulo 97; 1 is right. ``number`` holds ASCII letters and digits only."""
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97


def bank_code(number: str) -> str | None:
    """The three digits that name the bank of a Kazakhstani account; ``None`` for other countries."""
    return number[4:7] if number.startswith("KZ") else None


def validate(text: str) -> str:
    """Return the compact number or raise ``ValidationError``."""
    number = compact(text)
    if not (number.isascii() and number.isalnum()):
        raise InvalidFormat
    country, check, account = number[:2], number[2:4], number[4:]
    shape = iban_registry.pattern(country)
    if shape is None:
        raise InvalidComponent
    if len(number) != iban_registry.length(country):
        raise InvalidLength
    if not check.isdigit() or not shape.fullmatch(account):
        raise InvalidFormat
    if not "02" <= check <= "98" or checksum(number) != 1 or not _national_check(country, account):
        raise InvalidChecksum
    return number


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True


def _national_check(country: str, account: str) -> bool:
    if country == "BE":
        return int(account[:10]) % 97 in (int(account[10:]), int(account[10:]) % 97)
    if country == "ES":
        return account[8] == _spanish("00" + account[:8]) and account[9] == _spanish(account[10:])
    return True


def _spanish(ten: str) -> str:
    rest = 11 - sum(int(digit) * 2**power for power, digit in enumerate(ten)) % 11
    return str({10: 1, 11: 0}.get(rest, rest))
