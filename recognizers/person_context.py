"""What stands around a name: labels that announce one, and places, companies and goods that are called after one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from derbes.recognizers.names import gazetteer, words

LETTER = "A-Za-z\u00c0-\u024f\u0400-\u04ff"
_REACH = 40  # characters looked at on each side


def _alternatives(entries: Iterable[str]) -> str:
    """One pattern for all entries, shared beginnings written once, so that a position costs one step and not hundreds.

    The longest entry wins; a space stands for a space, or for ``_`` in field names.
    """
    by_first: dict[str, list[str]] = {}
    for entry in sorted(set(entries)):
        by_first.setdefault(entry[:1], []).append(entry[1:])
    branches = [
        (re.escape(first) if first != " " else "[ _]") + (_alternatives(rests) if rests != [""] else "")
        for first, rests in by_first.items()
        if first
    ]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)}){'?' if '' in by_first else ''}"


@cache
def label() -> re.Pattern[str]:
    """Matches in lower-case text: group ``name``, ``letter`` or ``role``, then what parts it from the value."""
    own = words()
    kinds = "|".join(rf"(?P<{kind}>{_alternatives(own['labels_' + kind])})" for kind in ("name", "letter", "role"))
    parted = r"(?:[,:]?\s?\r?\n\s{0,4}| ?[:=>]{1,2} ?| ?[–—-] |, ?|\t| {1,3})"
    return re.compile(rf"(?<![{LETTER}0-9])(?:{kinds})(?![{LETTER}0-9_])[\"')\]]{{0,2}}{parted}[\"'«(\[ ]{{0,3}}")


_POSSESSED = "(?:н[а-яёіңғәқ]{1,5})?"  # ауданы-ндағы, көшесі-нің


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[^{LETTER}-])(?:{_alternatives(words()['place_before'])})\s?[«\"'„“]?\s?$")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"^[»\"'”]?\s{{0,2}}(?:{_alternatives(words()['place_after'])}){_POSSESSED}(?![{LETTER}])")


@cache
def _trader() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[^{LETTER}])(?:{_alternatives(words()['sole_trader'])})\s{{0,2}}[«\"'„“]?\s?$")


_HOUSE = re.compile(
    r"^\s\d{1,3}[а-яa-z]?(?:/\d{1,3})?\s?(?:$|[,;)\n])|^,?\s?(?:д\.|дом\s|кв\.|уг\.|үй|\d{1,3}-(?:үй|пәтер)|\d{1,3}[,/]\s?\d)"
    r"|^\s?и\s?К°?»|^ и (?:Ко|К°|партн[её]ры|компания)(?![а-яё])"
)
_HOUSE_AFTER_COMMA = re.compile(r"^,?\s?\d{1,3}(?![\d.])")
_QUOTES = "«\"'„“"
_OPEN_QUOTE = re.compile(r"[«„“][^»“”]{0,30}$")


def is_sole_trader(text: str, start: int) -> bool:
    """The words before ``start`` make the name that of a sole trader."""
    return bool(_trader().search(text[max(0, start - _REACH) : start].lower()))


def is_called_after(text: str, start: int, end: int, weak: bool) -> bool:
    """``text[start:end]`` is the name of a street, place, company, tariff, school … and not of a person at hand.

    ``weak``: the words hold neither surname nor patronymic nor initials, so a quote before them is a title.
    """
    left = text[max(0, start - _REACH) : start]
    right = text[end : end + _REACH]
    low = left.lower()
    if _before().search(low) and (not _trader().search(low) or (weak and low.rstrip()[-1:] in _QUOTES)):
        return True
    if _after().search(right.lower()) or _HOUSE.search(right):
        return True
    historic = any(word.lower() in gazetteer().historic for word in text[start:end].split())
    if (weak or historic) and _HOUSE_AFTER_COMMA.search(right):
        return True
    return weak and bool(_OPEN_QUOTE.search(left))
