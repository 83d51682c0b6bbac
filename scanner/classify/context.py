"""What is known of a field besides its values: its name, type, comment, neighbours and table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from derbes.recognizers.fields import Reading, about, read_comment, words_of
from derbes.scanner.classify.meaning import PARTS_OF_NAME, Table, kinds_of, meant, of_name, table_of
from derbes.scanner.model.data import Dataset, Field
from derbes.scanner.model.evidence import FieldProfile

PERSON_KINDS = PARTS_OF_NAME | {"full_name"}
_TEXT = re.compile(r"char|text|string|clob|json|^str|citext|^sysname|variant|^name$|character|xml|hstore|array|\[\]")
_NUMBER = re.compile(r"int|serial|number|numeric|decimal|^dec\b|long")
_FLAG = re.compile(r"bool|^bit\b|tinyint\(1\)|^tinyint|^enum|^set\b")
_DATE = re.compile(r"date|time|^year")
_FLOAT = re.compile(r"float|double|real|money|currency")
_NET = re.compile(r"inet|cidr|macaddr")
_LENGTH = re.compile(r"\((\d+)")
# Kind of field -> classes of types it may have besides text, and the shortest text that holds it.
_ALLOWED: dict[str, tuple[str, int]] = {
    "email": ("", 8), "phone": ("number", 7), "iin": ("number float", 12), "bin": ("number float", 12),
    "iin_bin": ("number float", 12), "rnn": ("number float", 12), "full_name": ("", 8), "first_name": ("", 3),
    "last_name": ("", 3), "middle_name": ("", 1), "id_card": ("number", 5), "passport": ("number", 2),
    "permit": ("number", 5), "document": ("number", 2), "address": ("", 8), "org": ("", 6), "iban": ("number", 15),
    "bic": ("", 8), "birth": ("date number", 4), "card": ("number", 12), "ip": ("number net binary", 7),
    "mac": ("net binary", 12), "cookie": ("", 8), "agent": ("", 8), "place": ("number", 1),
    "address_part": ("number", 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """One field among its neighbours."""

    path: str
    name: str
    type: str
    length: int | None
    readings: tuple[Reading, ...]
    comment: tuple[Reading, ...]
    about: str  # people, companies, things, letters or nothing
    neighbours: frozenset[str]  # sure kinds of the other fields

    def reading(self, entity: str) -> Reading | None:
        """What the name says of ``entity``; the comment where the name is silent."""
        return _first(self.readings, entity) or _first(self.comment, entity)

    @property
    def is_plain_name(self) -> bool:
        """``name``, ``name_ru``, ``Имя``: what a table of people calls a person by."""
        return bool({"name", "имя"} & {*words_of(self.name)})

    @property
    def entities(self) -> tuple[str, ...]:
        """What name and comment speak of."""
        return tuple(entity for reading in (*self.readings, *self.comment) for entity in reading.kind.entities)

    @property
    def sure(self) -> Reading | None:
        """The one thing that the name means."""
        return self.readings[0] if self.readings and self.readings[0].sure else None


def contexts(dataset: Dataset, profiles: Sequence[FieldProfile]) -> dict[str, Context]:
    """Path -> context, for declared fields and for those that were met in the data."""
    fields: dict[str, Field] = {declared.path: declared for declared in dataset.fields}
    for profile in profiles:
        if profile.path not in fields:
            fields[profile.path] = Field(profile.path, profile.path.rsplit(".", 1)[-1])
    subject = about(dataset.name, dataset.comment, PurePosixPath(dataset.part.rsplit("!", 1)[-1]).stem)
    bare = {path: (of_name(f), read_comment(f.comment) if f.comment else ()) for path, f in fields.items()}
    sure = frozenset().union(*(kinds_of(fields[path], *said, subject) for path, said in bare.items()))
    table = table_of(dataset.name, subject, fields, sure)
    known = {path: _weighed(fields[path], *said, table) for path, said in bare.items()}
    kinds = {path: kinds_of(fields[path], *said, subject) for path, said in known.items()}
    counted: dict[str, int] = {}
    for own in kinds.values():
        for kind in own:
            counted[kind] = counted.get(kind, 0) + 1
    if not subject and len(PARTS_OF_NAME & counted.keys()) > 1:
        subject = "people"
    return {
        path: Context(
            path=path,
            name=declared.name,
            type=declared.type.lower().strip(),
            length=declared.length or _length(declared.type),
            readings=known[path][0],
            comment=known[path][1],
            about=_parent(declared) or subject,
            neighbours=frozenset(kind for kind, count in counted.items() if count > (kind in kinds[path])),
        )
        for path, declared in fields.items()
    }


def _weighed(
    declared: Field, readings: tuple[Reading, ...], comment: tuple[Reading, ...], table: Table
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """What name and comment mean; a comment that the table makes something else of the name says no more than it."""
    found = meant(declared, readings, comment, table)
    return found, comment if found in (readings, comment) else ()


def _parent(declared: Field) -> str:
    """``orders[].client.phone`` speaks of a client, whatever the file is about."""
    parents = declared.path.replace("[]", "").split(".")[:-1]
    return about(parents[-1]) if parents and declared.name == declared.path.rsplit(".", 1)[-1] else ""


def _first(readings: Iterable[Reading], entity: str) -> Reading | None:
    return next((reading for reading in readings if entity in reading.kind.entities), None)


def _length(declared: str) -> int | None:
    found = _LENGTH.search(declared)
    return int(found[1]) if found else None


@lru_cache(maxsize=1024)
def type_class(declared: str) -> str:
    """``text``, ``number``, ``flag``, ``date``, ``float``, ``net``, ``binary``, or nothing for an unknown type."""
    for name, pattern in (
        ("flag", _FLAG), ("text", _TEXT), ("net", _NET), ("date", _DATE), ("float", _FLOAT), ("number", _NUMBER),
    ):  # fmt: skip
        if pattern.search(declared):
            return name
    if re.search("blob|binary|bytea|image|raw", declared):
        return "binary"
    return "uuid" if "uuid" in declared or "uniqueidentifier" in declared else ""


def type_fits(context: Context, kind: str) -> bool | None:
    """Can the declared type hold the kind? ``None`` when no type is declared."""
    found = type_class(context.type)
    if not found:
        return None
    allowed, shortest = _ALLOWED[kind]
    if found not in ("text", "number"):
        return found in allowed.split()
    holds = not context.length or context.length >= shortest
    return holds and (found == "text" or "number" in allowed.split())
