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
    """Matches in lower-case text: group ``name``, ``title``, ``letter``, ``role`` or ``head`` (of a body: «директор
    КГУ»), then what parts it from the value."""
    own = words()
    head = rf"(?P<head>{_alternatives(own['heads'])} {_alternatives(own['bodies'])})"
    kinds = (
        rf"(?P<{kind}>{_alternatives(own['labels_' + kind])})" for kind in ("name", "given", "title", "letter", "role")
    )
    parted = r"(?:[,:]?\s?\r?\n\s{0,4}| ?[:=>]{1,2} ?| ?[–—-] |, ?|\t| {1,3})"
    return re.compile(
        rf"(?<![{LETTER}0-9])(?:{'|'.join([head, *kinds])})(?![{LETTER}0-9_])[\"')\]]{{0,2}}{parted}[\"'«(\[ ]{{0,3}}"
    )


_POSSESSED = "(?:н[а-яёіңғәқ]{1,5})?"  # ауданы-ндағы, көшесі-нің


# Between the place and the name: «улица Академика Королёва», «мавзолей Ходжи Ахмеда Ясави».
_HONOUR = (
    r"(?:(?:академика|профессора|генерала|маршала|адмирала|героя|космонавта|святого|святой|ходжи|хазрет|қожа|кожа)\s)?"
)


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[^{LETTER}-])(?:{_alternatives(words()['place_before'])})\s?[«\"'„“]?\s?{_HONOUR}$")


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
_HOUSE_AFTER_COMMA = re.compile(r"^,?\s?\d{1,3}(?![\d.]| ?\(?\d{3})")
_HOUSE_THAT_ENDS = re.compile(r",\s?\d{1,3}[а-я]?\s?(?:[.;<\n]|$)")  # «Карбышева, 16.»
_IS_A_PLACE = re.compile(
    r"\s?[–—-]\s(?:[а-яё]{1,20}\s){0,3}(?:город|столица|река|село|пос[её]лок|деревня|озеро|остров|область|порт|станция|қала)"
    r"(?![а-яё])"
)
# «Вера в успех», «Надежда на лучшее», «Любовь к музыке»: what one believes in and hopes for, and no place.
_ABSTRACT = re.compile(
    r"(?i:вер[аыуе]|верой|надежд[аыуе]|надеждой|любовь|любви|любовью) (?:в|во|на|к|ко) "
    r"(?:себя|людей|людям|человек|бог|чуд|успех|лучш|побед|будущ|справедлив|добр|жизн|родин|ближн|спасен|счаст|мир|труд"
    r"|природ|музык|искусств|работ|профес|книг|дел[уо])"
)
_QUOTES = "«\"'„“"
_OPEN_QUOTE = re.compile(r"[«„“][^»“”]{0,30}$")


def is_sole_trader(text: str, start: int) -> bool:
    """The words before ``start`` make the name that of a sole trader."""
    return bool(_trader().search(text[max(0, start - _REACH) : start].lower()))


def is_called_after(text: str, start: int, end: int, weak: bool, led: bool = False) -> bool:
    """``text[start:end]`` is the name of a street, place, company, tariff, school … and not of a person at hand.

    ``weak``: the words hold neither surname nor patronymic nor initials, so a quote before them is a title.
    ``led``: the body before the name is the one that the person heads.
    """
    left = text[max(0, start - _REACH) : start]
    right = text[end : end + _REACH]
    low = left.lower()
    if not led and _before().search(low) and (not _trader().search(low) or (weak and low.rstrip()[-1:] in _QUOTES)):
        return True
    if _after().search(right.lower()) or (_HOUSE.search(right) and (weak or not text[start:end].isascii())):
        return True
    if text[start:end].isalpha() and (_IS_A_PLACE.match(right) or _ABSTRACT.match(text[start : end + _REACH])):
        return True
    historic = any(word.lower() in gazetteer().historic for word in text[start:end].split())
    if (weak or historic) and _HOUSE_AFTER_COMMA.search(right):
        return True
    if text[start:end].isalpha() and _HOUSE_THAT_ENDS.match(right):
        return True
    return weak and bool(_OPEN_QUOTE.search(left))
