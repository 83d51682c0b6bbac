"""What a definition is, whatever language it is written in, and the answers that its author leaves in comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from derbes.scanner.model.data import Field
from derbes.scanner.model.facts import Grant

Shape = Literal["table", "form", "api", "log"]


@dataclass(frozen=True, slots=True)
class Defined:
    """A field as defined: ``field.path`` is ``definition.field``, ``line`` the 1-based line of the file."""

    field: Field
    line: int


@dataclass(frozen=True, slots=True)
class Copied:
    """The field ``path`` is filled from ``origin`` (``table.column``), by a view or by ``INSERT … SELECT``."""

    path: str
    origin: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A table, form, model, message or endpoint. ``exposed`` is (method, action, line) where a browser or a client
    sends these fields; ``end`` the last line, as far as known."""

    name: str
    format: str
    line: int
    fields: tuple[Defined, ...]
    shape: Shape = "table"
    comment: str = ""
    end: int = 0
    exposed: tuple[str, str, int] | None = None
    grants: tuple[Grant, ...] = ()
    copies: tuple[Copied, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement that may define fields and could not be read."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Statements that were read and define no field (indexes, owners, data): counted, so that nothing is lost."""

    statements: int


Item = Definition | Unread | Counted


@dataclass(frozen=True, slots=True)
class Answers:
    """What a definition cannot say by itself and a comment beside it does."""

    purposes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    retain: str = ""
    owner: str = ""
    line: int = 0

    def over(self, other: Answers) -> Answers:
        """These answers, the gaps filled from ``other``."""
        return Answers(
            self.purposes or other.purposes,
            self.subjects or other.subjects,
            self.retain or other.retain,
            self.owner or other.owner,
            self.line or other.line,
        )

    def __bool__(self) -> bool:
        return bool(self.purposes or self.subjects or self.retain or self.owner)


KEYS = {"purpose": "purposes", "subject": "subjects", "retain": "retain", "owner": "owner"}
_COMMENT = re.compile(r"(?:--|\#|//|/\*|<!--|\{\#|\{\{--)[ \t*]{0,8}derbes:[ \t]{0,8}([^\n]{1,400})")
_PAIR = re.compile(r"([A-Za-z_]{1,30})=([\w.,:-]{1,200})")


class UnknownAnswer(ValueError):
    """A key that no answer has."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def answers_in(text: str) -> Iterator[Answers]:
    """``-- derbes: purpose=reply retain=P1Y`` in any comment syntax. Raises :class:`UnknownAnswer`."""
    if "derbes:" not in text:
        return
    for found in _COMMENT.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        given: dict[str, tuple[str, ...]] = {}
        for pair in _PAIR.finditer(found[1]):
            if pair[1] not in KEYS:
                raise UnknownAnswer(pair[1], line)
            given[pair[1]] = tuple(part for part in pair[2].rstrip("-").split(",") if part)
        yield Answers(
            given.get("purpose", ()),
            given.get("subject", ()),
            "".join(given.get("retain", ())[:1]),
            "".join(given.get("owner", ())[:1]),
            line,
        )


@dataclass(slots=True)
class Lines:
    """Character offsets to 1-based lines, asked in any order."""

    text: str
    _starts: list[int] = field(default_factory=list)

    def at(self, offset: int) -> int:
        """The line of the character at ``offset``."""
        from bisect import bisect_right

        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        return bisect_right(self._starts, offset)


def defined(owner: str, name: str, line: int, type_: str = "", comment: str = "", length: int | None = None) -> Defined:
    """A field of the definition ``owner``; of a nested one (``client.phone``) the last part is its name."""
    return Defined(
        Field(
            f"{owner}.{name}",
            name.rpartition(".")[2].removesuffix("[]") or name,
            type_,
            length,
            " ".join(comment.split())[:300],
        ),
        line,
    )


def gathered(items: Mapping[str, Defined]) -> tuple[Defined, ...]:
    """Fields once each, in the order of the file."""
    return tuple(sorted(items.values(), key=lambda one: one.line))
