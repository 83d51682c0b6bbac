"""E-mail address, pragmatically: what RFC 5321 and 6531 allow and mailboxes are really called. No DNS, no network.

The top-level domain must be on the bundled list (Latin, national and punycode forms).

>>> validate("<Zhanar.A@Mail.KZ>")
'Zhanar.A@mail.kz'
>>> is_valid("ИНФО@ПОЧТА.ҚАЗ")
True
>>> is_valid("icon@2x.png"), is_valid("foo@bar..kz"), is_valid("root@node-12")
(False, False, False)
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from derbes.recognizers.numbers._clean import clean
from derbes.recognizers.numbers.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"[^"\\\r\n@]+"')
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


@cache
def top_level_domains() -> frozenset[str]:
    """Lower-case names, national ones in both forms."""
    text = resources.files("derbes.recognizers.words").joinpath("tld.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def has_public_suffix(domain: str) -> bool:
    """Does ``domain`` end in a top-level domain of the list?"""
    return domain.rpartition(".")[2].lower() in top_level_domains()


def compact(text: str) -> str:
    """Outer spaces, angle brackets, ``mailto:`` and the root's dot out; the domain in lower case."""
    address = clean(text, "").removeprefix("mailto:").strip("<> ").removesuffix(".")
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()


def validate(text: str) -> str:
    """Return the compact address or raise ``ValidationError``."""
    address = compact(text)
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise InvalidFormat
    if len(local) > 64 or len(domain) > 253:
        raise InvalidLength
    labels = domain.split(".")
    if not _LOCAL.fullmatch(local) or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidFormat
    if not has_public_suffix(domain):
        raise InvalidComponent
    return address


def is_valid(text: str) -> bool:
    """Does ``validate`` accept it?"""
    try:
        validate(text)
    except ValidationError:
        return False
    return True
