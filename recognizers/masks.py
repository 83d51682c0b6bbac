"""How a value is shown where it must not stand: never more than two of its characters."""

from __future__ import annotations

_HIDDEN = "•"
_NAMES = frozenset({"PERSON", "ADDRESS", "ORGANIZATION", "USER_AGENT", "COOKIE"})
_WHOLLY_HIDDEN = frozenset({"MRZ", "DATE_OF_BIRTH", "USER_AGENT", "COOKIE"})
_LONGEST = 12


def mask(entity: str, value: str) -> str:
    """``value`` of ``entity`` as it may stand in a report.

    The last two characters of an identifier, the first letter of a name, address or organisation, the first letter and
    the top-level domain of an e-mail address; the rest is dots, at most twelve, so that the length tells nothing.

    >>> mask("KZ_IIN", "870521300459"), mask("PERSON", "Асель Оспанова"), mask("EMAIL_ADDRESS", "asel@mail.kz")
    ('••••••••••59', 'А•••••••••••', 'a•••@•••.kz')
    """
    if not value.isprintable():
        value = "".join(char for char in value if char.isprintable())
    value = value.strip()
    if entity in _WHOLLY_HIDDEN or len(value) < 5:
        return _HIDDEN * min(max(len(value), 3), _LONGEST)
    if entity == "EMAIL_ADDRESS":
        return _mask_email(value)
    if entity in _NAMES:
        first = next((char for char in value if char.isalpha()), "")
        return first + _HIDDEN * min(len(value) - 1, _LONGEST - 1)
    tail = value[-2:] if value[-2:].isalnum() else ""
    return _HIDDEN * min(len(value) - len(tail), _LONGEST - len(tail)) + tail


def _mask_email(value: str) -> str:
    domain = value.rpartition(".")[2]
    # A domain of two letters is a country; a longer one of the list tells no more.
    top = domain if "." in value and domain.isalpha() and len(domain) <= 4 else ""
    first = value[0] if value[0].isalpha() else _HIDDEN
    return f"{first}•••@•••.{top}" if top else f"{first}•••@•••"
