"""Tables in XML: Liquibase's change logs, Magento's ``db_schema.xml``, Hibernate's mappings. No entity is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from derbes.scanner.connectors.schema.base import Defined, Definition, Item, Unread, defined, gathered

_TABLES = ("tableName", "table", "name", "class")
_OPENS = frozenset({"table", "createTable", "addColumn", "class", "entity", "renameColumn", "createView"})
_COLUMNS = frozenset({"column", "property", "field", "id"})
_NO_FIELD = frozenset({"constraint", "index", "constraints", "rollback"})


def read_changelog(text: str, path: str) -> Iterator[Item]:
    """Tables with their columns; nothing for XML that defines none."""
    if "<column" not in text and "<property" not in text and "<renameColumn" not in text:
        return
    reader = _Reader()
    try:
        reader.parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        yield Unread(error.lineno, "XML")
    for name, fields in reader.tables.items():
        if fields:
            first = min(one.line for one in fields.values())
            yield Definition(
                name=name,
                format="xml",
                line=first,
                end=max(one.line for one in fields.values()),
                fields=gathered(fields),
            )


class _Reader:
    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Defined]] = {}
        self.table: list[str] = []  # the tables that stand open
        self.aside = 0  # constraints and ways back that stand open: what is within adds nothing
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        """A document type of one's own may grow without bound."""
        raise ValueError("entity")

    def start(self, tag: str, given: dict[str, str]) -> None:
        """A table opens, or one of its columns is named."""
        tag = tag.rpartition(":")[2]
        line = self.parser.CurrentLineNumber
        if tag in _OPENS:
            named = next((given[key] for key in _TABLES if given.get(key)), "")
            self.table.append(named)
            if tag == "renameColumn" and given.get("newColumnName"):
                self.add(given["newColumnName"], line, given)
        elif tag in _COLUMNS and self.table:
            name = given.get("column") if tag in ("property", "field") else given.get("name")
            if name or given.get("name"):
                self.add(name or given["name"], line, given)
        self.aside += tag in _NO_FIELD

    def end(self, tag: str) -> None:
        """The table of this tag, if it opened one, is over."""
        tag = tag.rpartition(":")[2]
        self.aside -= tag in _NO_FIELD
        if tag in _OPENS:
            self.table.pop()

    def add(self, name: str, line: int, given: dict[str, str]) -> None:
        """One column of the table at hand."""
        if self.aside or not self.table[-1]:
            return
        type_ = given.get("type") or given.get("xsi:type", "")
        length = given.get("length", "")
        limit = int(length) if length.isdigit() and len(length) < 7 else None
        said = given.get("remarks") or given.get("comment", "")
        one = defined(self.table[-1], name, line, type_.lower(), said, limit)
        self.tables.setdefault(self.table[-1], {}).setdefault(name, one)
