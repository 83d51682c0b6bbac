"""What a name means among its neighbours.

``full_name`` of a supplier is a firm's, ``customerName`` beside ``customerBin`` too, ``city`` beside a street is part
of an address, and a comment in words outranks the name it explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derbes.recognizers.fields import Kind, Reading, read, words_of
from derbes.scanner.model.data import Field

PARTS_OF_NAME = frozenset({"first_name", "last_name", "middle_name"})
# Kinds besides those of fields.yaml: of whom or what the table tells.
OWN_BIN, OWN_NAME, WHOLE_NAME = "own_bin", "own_name", "whole_name"
ADDRESS_PART = Reading(Kind("address_part", ("ADDRESS",), ""), True)
_PERSONS_OWN = PARTS_OF_NAME | {"birth"}
_LANGUAGES = frozenset({"ru", "kz", "kk", "en", "rus", "kaz", "eng"})
# What says «the whole name» of whatever the table is about.
_WHOLE_NAMES = ({"full", "name"}, {"fullname"}, {"real", "name"}, {"realname"}, {"полное", "имя"})
_SECOND_NAMES = ({"second", "name"}, {"name", "first"}, {"name", "last"})  # things have second names too
_LISTED_NAMES = (("name", "rus"), ("name", "ru"), ("name", "kaz"), ("name", "kz"), ("short", "name"), ("name", "short"))
_HAS_FIRST = frozenset({"first_name", "full_name"})
_SENT = frozenset({("cc",), ("bcc",), ("to",), ("from",), ("reply", "to"), ("recipients",), ("sender",), ("rcpt",)})
_LETTER = frozenset({("subject",), ("body",), ("message", "id"), ("headers",)})
_NAMES_OF = frozenset({"name", "title", "наименование", "название", "атауы"})
_NUMBERS_OF = (("bin",), ("biin",), ("bin", "iin"), ("iin", "bin"), ("biniin",), ("бин",), ("бсн",))
# Parts that no address is complete without: beside a street they are address, elsewhere they name no one's home.
_PARTS = frozenset(
    "city town postcode zip zipcode postal region state province district county settlement locality village suburb"
    " street house apartment flat building город индекс область район улица дом квартира населенный қала облыс аудан"
    " көше үй пәтер gorod oblast rayon ulitsa dom kv kvartira".split()
)
_ABOUT_PARTS = frozenset(
    "code number name no ru kz kk en line of пункт почтовый номер атауы индексі billing shipping delivery home personal"
    " work payment address addr reg fact legal registration residence".split()
)
# Fields of key-value tables, of forms and questionnaires: each value is a thing of its own.
_ANYTHING = frozenset(
    "value val values meta data field answer raw normalized input content значение ответ мәні".split()
)


def holds_anything(name: str) -> bool:
    """``meta_value``, ``field_value``, ``Ответ``: the name says nothing of what stands there."""
    return {*words_of(name)} <= _ANYTHING


@dataclass(frozen=True, slots=True)
class Table:
    """What the fields of one table say of each other: words of their names, and the sure kinds among them."""

    name: str
    about: str
    words: frozenset[tuple[str, ...]]
    kinds: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        """Words of an address among the names of the fields."""
        return frozenset(word for words in self.words for word in words) & _PARTS


def table_of(name: str, about: str, fields: Mapping[str, Field], kinds: frozenset[str]) -> Table:
    """``kinds``: what the names of ``fields`` surely mean."""
    return Table(name, about, frozenset(words_of(declared.name) for declared in fields.values()), kinds)


def meant(
    declared: Field, readings: tuple[Reading, ...], comment: tuple[Reading, ...], table: Table
) -> tuple[Reading, ...]:
    """``readings`` of the name, or what its neighbours make of them."""
    words = words_of(declared.name)
    if _explained(readings, comment):
        return comment
    if _is_name_of_firm(words, table):
        return read("company")
    if words in _SENT and _LETTER & table.words:
        return read("email")
    if _is_given_name(words, table):
        return read("first name")
    whole = {*words} - _LANGUAGES in _WHOLE_NAMES
    if whole and (table.about == "companies" or (OWN_BIN in table.kinds and not _PERSONS_OWN & table.kinds)):
        return read("company")
    listed = whole and any(other in table.words for other in _LISTED_NAMES)
    if listed or (table.about == "things" and (whole or _is_of_things(words))):
        return tuple(Reading(reading.kind, False) for reading in readings)
    if _is_part_of_address(words, table):
        return (ADDRESS_PART,)
    return readings


def _explained(readings: tuple[Reading, ...], comment: tuple[Reading, ...]) -> bool:
    """Both are sure and they disagree: people write comments to be understood."""
    if not (readings and comment and readings[0].sure and comment[0].sure):
        return False
    return not {*readings[0].kind.entities} & {*comment[0].kind.entities}


def of_name(declared: Field) -> tuple[Reading, ...]:
    """``read``, and ``bin`` of exactly twelve characters is a BIN."""
    readings = read(declared.name)
    twelve = declared.length == 12 or "(12)" in declared.type
    if readings and readings[0].kind.name == "bin" and twelve:
        return (Reading(readings[0].kind, True),)
    return readings


def kinds_of(
    declared: Field, readings: tuple[Reading, ...], comment: tuple[Reading, ...], about: str
) -> frozenset[str]:
    """What name and comment surely mean; the kinds besides say of whom the table is."""
    kinds = {reading.kind.name for reading in (*readings, *comment) if reading.sure}
    words = words_of(declared.name)
    if words in _NUMBERS_OF and kinds & {"bin", "iin_bin"}:
        kinds.add(OWN_BIN)
    if {*words} - _LANGUAGES in (*_WHOLE_NAMES, {"fio"}, {"фио"}, {"contact", "name"}, {"contact", "person"}):
        kinds.add(WHOLE_NAME)
    if about in ("people", "letters") and {*words} - _LANGUAGES <= {"name", "имя"}:
        kinds.add(OWN_NAME)
    return frozenset(kinds)


def _is_given_name(words: tuple[str, ...], table: Table) -> bool:
    """``name`` beside ``surname``."""
    plain = {*words} - _LANGUAGES == {"name"}
    return (
        plain
        and table.about != "things"
        and bool({"last_name", "middle_name"} & table.kinds)
        and not _HAS_FIRST & table.kinds
    )


def _is_of_things(words: tuple[str, ...]) -> bool:
    return {*words} - _LANGUAGES in _SECOND_NAMES or words[-1:] == ("fname",)


def _is_name_of_firm(words: tuple[str, ...], table: Table) -> bool:
    """``customerNameRu`` beside ``customerBin``."""
    place = next((n for n, word in enumerate(words) if word in _NAMES_OF), 0)
    whose = words[:place]
    return bool(whose) and any(whose + number in table.words for number in _NUMBERS_OF)


def _is_part_of_address(words: tuple[str, ...], table: Table) -> bool:
    own = {word for word in words if not word.isdigit()}
    if not (_PARTS & own and own <= _PARTS | _ABOUT_PARTS) or own == {"address"}:
        return False
    if table.about == "things" and words_of(table.name)[-1:] not in (("address",), ("addresses",)):
        return False
    if "state" in own and not table.parts - own:  # else it is the state that an order is in
        return False
    return "address" in table.kinds
