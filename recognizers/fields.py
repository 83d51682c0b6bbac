"""What a field's name says of its values, and the label a person would write in front of one.

A name is read as words (``clientPhone2``, ``ИдентификационныйНомер``, ``billing_e-mail``): the longest known phrase
wins; words that follow must be neutral (``phone_home``), and none may turn it into something else
(``phone_type``, ``is_email_verified``). Cyrillic names put the noun first («Телефон клиента»), so there any word may
follow but those.

The classifier weighs names as evidence. Recognizers get to read only the label before a cell of the column, so that
``7011234567`` under ``phone`` is read as «телефон: 7011234567».
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

_LONGEST = 120  # characters of a name that are read
_CAMEL = re.compile(r"(?<=[a-zа-яёәғқңөұүһі0-9])(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")
_WORD = re.compile(r"[^\W\d_]+|[0-9]+")
# Transliterated Russian puts the noun first too: `fio_zayavitelya`, `tel_roditeley`.
_NOUN_FIRST = frozenset("fio iin zhsn tel telefon adres familiya imya otchestvo pochta nomer udl iik bik rnn".split())
_GENITIVE = re.compile("[a-z]{3,20}(?:a|ya|ia|i|y|ov|ev|ey|ogo|oy)")
_MACHINES = frozenset("server host domain dns url site сервер сервера хост хоста домен домена сайт сайта".split())
_REFERENCE = frozenset("dic dict dictionary ref spr sprav lookup nsi rb enum".split())  # tables that list what there is
_READY = frozenset("pre preset std standard canned template saved macro default auto quick ready".split())
_CYRILLIC = re.compile("[а-яёәғқңөұүһі]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: ``entities`` its values may be (none for what is no finding), and the label for recognizers."""

    name: str
    entities: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a name may mean; ``sure`` when it means nothing else."""

    kind: Kind
    sure: bool


@dataclass(frozen=True, slots=True)
class _Lists:
    sure: dict[tuple[str, ...], tuple[Kind, ...]]
    maybe: dict[tuple[str, ...], tuple[Kind, ...]]
    against: frozenset[str]
    against_first: frozenset[str]
    owners: frozenset[str]
    neutral: frozenset[str]
    glued: tuple[str, ...]
    tables: dict[str, frozenset[str]]


@cache
def _lists() -> _Lists:
    path = resources.files("derbes.recognizers.words").joinpath("fields.yaml")
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables: dict[str, dict[tuple[str, ...], tuple[Kind, ...]]] = {"sure": {}, "maybe": {}}
    for name, spec in raw["kinds"].items():
        kind = Kind(name, tuple(spec["entity"].split()), spec.get("label", ""))
        for certainty, table in tables.items():
            for phrase in spec.get(certainty, ()):
                key = tuple(words_of(str(phrase)))
                if kind not in table.get(key, ()):
                    table[key] = (*table.get(key, ()), kind)
    return _Lists(
        tables["sure"],
        tables["maybe"],
        frozenset(map(str, raw["against"])),
        frozenset(map(str, raw["against_first"])),
        frozenset(map(str, raw["owners"])),
        frozenset(map(str, raw["neutral"])),
        tuple(sorted(raw["glued"], key=len, reverse=True)),
        {about: frozenset(map(str, entries)) for about, entries in raw["tables"].items()},
    )


@lru_cache(maxsize=1 << 14)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: ``clientPhone2`` is ``client``, ``phone``, ``2``."""
    plain = unicodedata.normalize("NFKC", name[:_LONGEST]).replace("№", " номер ")
    return tuple(_WORD.findall(_CAMEL.sub(" ", plain).lower().replace("ё", "е")))


@lru_cache(maxsize=1 << 13)
def read(name: str) -> tuple[Reading, ...]:
    """What the field ``name`` may mean: one sure thing, or several it might; nothing for most names."""
    return _read_words(words_of(name))


@lru_cache(maxsize=1 << 12)
def read_comment(comment: str) -> tuple[Reading, ...]:
    """The same for a comment in words: what it says before its first stop, if that is short."""
    head = re.split(r"[(,;:.\n/|]|\s[-–—]\s", comment.strip()[:_LONGEST], maxsplit=1)[0]
    found = words_of(head)
    return _read_words(found) if 1 <= len(found) <= 6 and not _MACHINES & {*found} else ()


def about(*names: str) -> str:
    """What a table is about by its names: ``people``, ``companies``, ``letters`` of people, ``things`` or nothing.

    The last word that says something counts: ``client_groups`` are groups.
    """
    tables = _lists().tables
    for name in names:
        words = words_of(name)
        if len(words) > 1 and words[0] in _REFERENCE:
            return "things"
        for word in reversed(words):
            word = word.removeprefix("tbl")
            for kind in ("things", "letters", "people", "companies"):
                if word in tables[kind] and not (kind == "letters" and _READY & {*words}):
                    return kind
    return ""


@lru_cache(maxsize=4096)
def label_for(name: str) -> str:
    """A label for the field ``name``, or an empty string when the name says nothing certain."""
    readings = read(name)
    return readings[0].kind.label if len(readings) == 1 and readings[0].sure else ""


def _read_words(found: tuple[str, ...]) -> tuple[Reading, ...]:
    if not found:
        return ()
    lists = _lists()
    found = _unglued(found, lists)
    if _says_otherwise(found, lists):
        return ()
    for certainty, table in ((True, lists.sure), (False, lists.maybe)):
        kinds = _phrase(found, table, lists, whole=not certainty)
        if kinds:
            return tuple(Reading(kind, certainty) for kind in kinds)
    return ()


def _unglued(found: tuple[str, ...], lists: _Lists) -> tuple[str, ...]:
    """``clientname`` is ``client name`` where both are known."""
    if len(found) > 2 or (found in lists.sure) or (found[:1] in lists.sure and len(found[0]) > 3):
        return found
    word = found[0]
    for prefix in lists.glued:
        rest = word[len(prefix) :]
        if len(rest) > 2 and word.startswith(prefix) and ((rest,) in lists.sure or rest == "name"):
            return (prefix, rest, *found[1:])
    return found


def _says_otherwise(found: tuple[str, ...], lists: _Lists) -> bool:
    if found in lists.sure or found in lists.maybe:
        return False
    if len(found) > 1 and found[0] in lists.against_first and not {found[:2], found[:3]} & _phrases():
        return not (found[0] in lists.owners and _ends_with_phrase(found))
    last = next((word for word in reversed(found) if not word.isdigit()), "")
    if last in lists.against and len(found) > 1 and not _ends_with_phrase(found):
        return True
    return any(_CYRILLIC.match(word) and word in lists.against for word in found) and not _ends_with_phrase(found)


def _ends_with_phrase(found: tuple[str, ...]) -> bool:
    """``swift code``, ``birth date``: the word that would tell against belongs to the phrase itself."""
    return any(found[start:] in _phrases() for start in range(len(found) - 1))


@cache
def _phrases() -> frozenset[tuple[str, ...]]:
    return frozenset((*_lists().sure, *_lists().maybe))


def _phrase(
    found: tuple[str, ...], table: dict[tuple[str, ...], tuple[Kind, ...]], lists: _Lists, whole: bool
) -> tuple[Kind, ...]:
    """The longest phrase that stands where the noun stands; with ``whole`` only neutral words may stand around it."""
    size = len(found)
    for length in range(size, 0, -1):
        for start in range(size - length, -1, -1):
            kinds = table.get(found[start : start + length])
            if kinds and _stands(found, start, start + length, lists, whole):
                return kinds
    return ()


def _stands(found: tuple[str, ...], start: int, end: int, lists: _Lists, whole: bool) -> bool:
    rest = found[end:]
    if _CYRILLIC.match(found[start]):
        return not whole or len(found) - (end - start) <= 1
    if found[start] in _NOUN_FIRST and start == 0 and all(_GENITIVE.fullmatch(word) for word in rest):
        return not {*rest} & lists.against
    if any(not (word in lists.neutral or word.isdigit()) for word in rest):
        return False
    return not whole or all(word in lists.neutral or word.isdigit() for word in found[:start])
