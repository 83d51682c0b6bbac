"""Tables as code defines them: a column from a chain of calls, from a pair of a map, from a type by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from derbes.scanner.connectors.schema.base import Defined, Shape, defined
from derbes.scanner.connectors.schema.trees import CALLS, MAPS, Step, chain, last_word, line, pairs, source, text

if TYPE_CHECKING:
    from tree_sitter import Node

ADDS = frozenset("addColumn add_column addColumns add_columns changeColumn change_column".split())
RENAMES = frozenset("renameColumn rename_column rename".split())
# Calls in a block of a table that make no column of their own, or one that only points elsewhere.
_NO_COLUMN = re.compile(
    r"(?:drop|remove|index|unique|primary|foreign$|fullText|spatialIndex|after|rename$|comment|default|on$|references|constrained|belongs"
    r"|timestamps|softDeletes|rememberToken|morphs|get|has|set|add|with|where|join|select|collation|charset|raw|inherits|check)",
    re.IGNORECASE,
)
_REFERENCES = frozenset(
    "foreignId foreignUuid foreignUlid unsignedBigInteger unsignedInteger increments bigIncrements".split()
)
_COMMENTS = ("comment", "description", "label", "title", "help", "comments")
_LENGTHS = ("length", "limit", "maxlength", "maxLength", "size", "max")


@dataclass(slots=True)
class Table:
    """A table, model or form while its fields come together."""

    name: str
    line: int
    end: int
    shape: Shape = "table"
    comment: str = ""
    fields: dict[str, Defined] = field(default_factory=dict)

    def add(self, name: str, at: int, type_: str = "", comment: str = "", length: int | None = None) -> None:
        """One field, as first met."""
        self.end = max(self.end, at)
        self.fields.setdefault(name, defined(self.name, name, at, type_.lower(), comment, length))

    def column(self, steps: list[Step], language: str) -> None:
        """``$table->string('phone', 20)->comment('…')`` within the block of the table."""
        first = steps[0]
        if first.name == "rename" and first.text(1):
            self.add(first.text(1), line(first.node))
            return
        if first.name in ADDS or first.name in RENAMES or _NO_COLUMN.match(first.name):
            return
        names = [first.text(number) for number in range(len(first.args)) if first.text(number)]
        type_ = "integer" if first.name in _REFERENCES or first.name in ("references", "belongs_to") else first.name
        if first.name == "column":  # Rails: t.column :phone, :string
            names, type_ = names[:1], first.text(1)
        for name in names if language == "ruby" else names[:1]:
            self.add(name, line(first.node), type_, comment_of(steps), length_of(steps))

    def valued(self, key: str, value: Node, language: str, step: Step | None = None) -> None:
        """A column whose type, length and comment are what stands behind its key."""
        at = line(step.node if step else value)
        if value.type in CALLS:
            found = chain(value)
            kind = found.steps[0].name if found.steps else ""
            own = found.steps[0].text(0) if language != "php" and found.steps and found.root == "" else ""
            self.add(
                own or key,
                at,
                "integer" if kind in _REFERENCES else kind,
                comment_of(found.steps),
                length_of(found.steps),
            )
        elif value.type in MAPS:
            given = dict(pairs(value))
            self.add(key, at, _type(given.get("type") or given.get("columnType")), _said(given), _limit(given))
        else:
            said = [step] if step else []
            self.add(key, at, (text(value) or last_word(value)).partition("(")[0], comment_of(said), length_of(said))


def _type(node: Node | None) -> str:
    """``string`` of ``'varchar(20)'``, ``Sequelize.STRING(20)``, ``String``."""
    if node is None:
        return ""
    if node.type in CALLS:
        found = chain(node)
        return found.steps[0].name if found.steps else ""
    return (text(node) or last_word(node)).partition("(")[0]


def comment_of(steps: list[Step]) -> str:
    """What a chain of calls says of its column."""
    for step in steps:
        if step.name == "comment" and step.text(0):
            return step.text(0)
        if said := _said(step.named):
            return said
    return ""


def _said(given: dict[str, Node]) -> str:
    return next((said for key in _COMMENTS if key in given and (said := text(given[key]))), "")


def length_of(steps: list[Step]) -> int | None:
    """The limit that a chain of calls gives."""
    for step in steps[:1]:
        for argument in step.args:
            number = source(argument)
            if argument.type in ("integer", "number") and number.isdigit() and len(number) < 7:
                return int(number)
        if (found := _limit(step.named)) is not None:
            return found
    return None


def _limit(given: dict[str, Node]) -> int | None:
    for key in _LENGTHS:
        number = source(given.get(key))
        if number.isdigit() and len(number) < 7:
            return int(number)
    kind = given.get("type")
    return length_of(chain(kind).steps) if kind is not None and kind.type in CALLS else None
