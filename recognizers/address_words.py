"""The markers of address parts and the tokens of a text, as the address parser reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from derbes.recognizers.places import fold, read_yaml

SUFFIX_FIRST = "after"  # «Сәтбаев көш.», «22-үй»: the marker stands behind
PREFIX_FIRST = "either"  # «ул. Абая» and «Абая ул.»
PREFIX_ONLY = "before"
ALONE = "alone"


class Marker(NamedTuple):
    """A word that says which part of an address stands beside it."""

    kind: str
    side: str
    shy: bool  # also an ordinary abbreviation: counts only beside a capital letter or a number
    latin: bool


class Token(NamedTuple):
    """``type``: ``w`` word, ``n`` number, ``z`` new postcode, ``p`` one other character."""

    type: str
    text: str
    low: str
    start: int
    end: int
    marker: Marker | None


@dataclass(frozen=True)
class Words:
    """``words/address.yaml`` ready for look-up."""

    markers: dict[str, Marker]
    particles: frozenset[str]
    stop: frozenset[str]
    counts: frozenset[str]
    residence: re.Pattern[str]
    legal: re.Pattern[str]
    address: re.Pattern[str]
    keys: dict[str, str]
    token: re.Pattern[str]


@cache
def words() -> Words:
    """The lists, read once."""
    raw = read_yaml("address.yaml")
    shy = frozenset(map(str, raw["shy"]))
    endings = [str(ending) for ending in raw["endings"]]
    markers: dict[str, Marker] = {}
    for kind, sides in raw["markers"].items():
        for side, forms in sides.items():
            for form in expand(forms, endings):
                marker = Marker(kind, side, form in shy, form.isascii())
                markers.setdefault(form, marker)
                if len(form) > 2:
                    markers.setdefault(fold(form), marker)
    return Words(
        markers=markers,
        particles=frozenset(map(str, raw["particles"])),
        stop=frozenset(map(str, raw["stop"])),
        counts=frozenset(map(str, raw["counts"])),
        residence=_beginnings(raw["residence"]),
        legal=_beginnings(raw["legal"]),
        address=_beginnings(raw["address"]),
        keys={key: kind for kind, keys in raw["keys"].items() for key in keys},
        token=_token_pattern(markers),
    )


def expand(forms: list[str], endings: list[str]) -> list[str]:
    """Forms with ``*`` replaced by each ending."""
    return [stem + e for f in forms for stem, star, _ in [str(f).partition("*")] for e in (endings if star else [""])]


def _beginnings(forms: list[str]) -> re.Pattern[str]:
    """Any of the forms, from the start of a word on; short ones must be the whole word."""
    alternatives = [re.escape(form) + (r"(?![^\W_])" if len(form) < 5 else "") for form in forms]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(alternatives)})", re.IGNORECASE)


_COMPOUND_SIGNS = {" ": " {1,2}", ".": r"\. ?"}


def _trie(forms: list[list[str]]) -> str:
    """An alternation of sequences of patterns that a word leaves at its first odd letter; the longest form wins."""
    rests: dict[str, list[list[str]]] = {}
    for form in forms:
        if form:
            rests.setdefault(form[0], []).append(form[1:])
    if not rests:
        return ""
    branches = "|".join(first + _trie(some) for first, some in rests.items())
    return f"(?:{branches}){'?' if [] in forms else ''}"


def _token_pattern(markers: dict[str, Marker]) -> re.Pattern[str]:
    # Abbreviations with dots, slashes and blanks inside are one token; longest first.
    odd = sorted(
        (form for form in markers if not re.fullmatch(r"[^\W\d_]+(?:['-][^\W\d_]+)*", form)), key=len, reverse=True
    )
    compound = _trie([[_COMPOUND_SIGNS.get(char, re.escape(char)) for char in form] for form in odd])
    letter_after = r"[^\W\d_](?![^\W_]|-[^\W\d_])"
    return re.compile(
        rf"(?<![^\W_])(?P<c>{compound})(?![^\W_])"
        r"|(?<![^\W_])(?P<z>[A-HLMNPRSTXZ]\d{2} ?[A-Z]\d[A-Z]\d)(?![^\W_])"
        rf"|(?P<n>\d+(?:[-/]?{letter_after})?(?:[/\\-]\d{{1,4}}(?:{letter_after})?){{0,3}})"
        r"|(?P<w>[^\W\d_]+(?:['`-][^\W\d_]+)*)"
        r"|(?P<p>\S)",
        re.IGNORECASE,
    )


def tokens(text: str) -> list[Token]:
    """Cut ``text``; blanks are left out."""
    return [_token(match) for match in words().token.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    kind = match.lastgroup or "p"
    text = match.group()
    if kind in "cw":
        low = text.lower()
        return Token("w", text, low, match.start(), match.end(), _marker(low))
    if kind == "z" and not text.isupper():
        kind = "p"
    return Token(kind, text, text, match.start(), match.end(), None)


@lru_cache(maxsize=1 << 14)
def _marker(low: str) -> Marker | None:
    markers = words().markers
    found = markers.get(low)
    if found is None and len(low) > 2:
        squeezed = re.sub(r"(?<=[./]) | (?= )", "", low)
        found = markers.get(squeezed) or markers.get(fold(squeezed))
    return found
