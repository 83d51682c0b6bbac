"""SQL definitions: CREATE, ALTER, COMMENT, GRANT and views, of four families of dialects, through sqlglot.

Only statements that may define something are parsed. What sqlglot cannot make out is looked at by ``lenient``, and
what that cannot either is listed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from derbes.scanner.connectors.schema.base import Copied, Counted, Defined, Definition, Item, Unread, defined, gathered
from derbes.scanner.connectors.schema.lenient import lenient
from derbes.scanner.connectors.schema.lineage import origins_of, sources_of
from derbes.scanner.connectors.schema.statements import Statement, statements
from derbes.scanner.model.facts import Grant

DIALECTS = ("postgres", "mysql", "tsql", "sqlite")
LONGEST = 60_000  # characters of one statement that are parsed; a longer one is left to the lenient reader
_HINTS = {
    "mysql": re.compile(r"`|\bENGINE\s*=|\bAUTO_INCREMENT\b|\bUNSIGNED\b", re.IGNORECASE),
    "tsql": re.compile(r"\[\w+\]|\bNVARCHAR\b|\bIDENTITY\s*\(|^GO\b", re.IGNORECASE | re.MULTILINE),
    "sqlite": re.compile(r"\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|^PRAGMA\b", re.IGNORECASE | re.MULTILINE),
}
_DEFINES = re.compile(
    r"(?:CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN|EXTERNAL)\s+){0,2}TABLE"
    r"|CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:[\w=@`]+\s+){0,5}VIEW|ALTER\s+TABLE|COMMENT\s+ON\s+(?:TABLE|COLUMN|VIEW)"
    r"|GRANT\s|INSERT\s+INTO\s+[\w.\"`\[\]]{1,300}\s{0,20}(?:\([^()']{1,4000}\)\s{0,20})?(?:SELECT|WITH)\s)\b",
    re.IGNORECASE,
)
# Changes of a table that bring no field: not parsed, so that a dialect's own clauses there cost nothing.
_NO_FIELD = re.compile(
    r"ALTER\s+TABLE\s+(?:ONLY\s+|IF\s+EXISTS\s+){0,2}[\w.\"`\[\]]{1,300}\s+(?:WITH\s+(?:NO)?CHECK\s+)?"
    r"(?:OWNER|CLUSTER|ENABLE|DISABLE|ATTACH|DETACH|INHERIT|REPLICA|SET|RENAME\s+TO|VALIDATE|CHECK|AUTO_INCREMENT|DROP"
    r"|ALTER\s+(?:COLUMN\s+)?[\w\"`]{1,100}\s+(?:SET|DROP|ADD\s+GENERATED|TYPE)"
    r"|ADD\s+(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|KEY|INDEX|FULLTEXT|SPATIAL|CHECK|GENERATED))\b",
    re.IGNORECASE,
)


def read_ddl(text: str, first_line: int = 1) -> Iterator[Item]:
    """Tables and views with their columns, merged over the statements of one file; then what could not be read."""
    tables = _Tables()
    unread: list[Unread] = []
    idle = 0
    order = _dialects(text)
    for one in statements(text):
        one = replace(one, line=one.line + first_line - 1)
        if not _DEFINES.match(one.text) or _NO_FIELD.match(one.text):
            idle += 1
        elif not _understood(one, order, tables):
            unread.append(Unread(one.line, _head(one.text)))
    yield from tables.definitions()
    yield from unread
    if idle:
        yield Counted(idle)


def _dialects(text: str) -> list[str]:
    """The likeliest first, by what only one of them writes."""
    head = text[:200_000]
    scores = {name: len(hint.findall(head)) for name, hint in _HINTS.items()}
    return sorted(DIALECTS, key=lambda name: -scores.get(name, 0))


def _understood(one: Statement, order: list[str], tables: _Tables) -> bool:
    if len(one.text) <= LONGEST:
        for dialect in order:
            if (tree := _parsed(one.text, dialect)) is not None and tables.take(tree, one.line):
                return True
    found = lenient(one.text, one.line)
    if found is None:
        return False
    name, columns = found
    for column in columns:
        tables.add(name, one.line, column.field.name, column.line, column.field.type, column.field.comment)
    return True


def _parsed(text: str, dialect: str) -> Any:
    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote the statement
    try:
        return sqlglot.parse_one(text, read=dialect)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return None


@dataclass(slots=True)
class _Table:
    name: str
    line: int
    end: int
    columns: dict[str, Defined] = field(default_factory=dict)
    comment: str = ""
    grants: list[Grant] = field(default_factory=list)
    copies: list[Copied] = field(default_factory=list)


@dataclass(slots=True)
class _Tables:
    known: dict[str, _Table] = field(default_factory=dict)

    def take(self, tree: Any, line: int) -> bool:
        """Put what one statement says into the tables; ``False`` when it is not understood."""
        from sqlglot import exp

        if isinstance(tree, exp.Create):
            return self._create(tree, line)
        if isinstance(tree, exp.Insert):
            return self._insert(tree, line)
        if isinstance(tree, exp.Alter):
            return self._alter(tree, line)
        if isinstance(tree, exp.Comment):
            return self._comment(tree)
        if isinstance(tree, exp.Grant):
            return self._grant(tree)
        # GRANT of roles and the like falls back to Command; it opens no table by itself.
        return isinstance(tree, exp.Command) and str(tree.this).upper() == "GRANT"

    def table(self, name: str, line: int) -> _Table:
        """The table of that name, as first met."""
        return self.known.setdefault(name, _Table(name, line, line))

    def add(
        self, table: str, line: int, name: str, at: int, type_: str, comment: str, length: int | None = None
    ) -> None:
        """One column; defined again (ALTER … TYPE) it keeps its first line."""
        met = self.table(table, line)
        met.end = max(met.end, at)
        met.columns.setdefault(name, defined(table, name, at, type_, comment, length))

    def _create(self, tree: Any, line: int) -> bool:
        from sqlglot import exp

        target = tree.this.find(exp.Table) if tree.this else None
        if target is None:
            return False
        name = _name(target)
        met = self.table(name, line)
        comment = tree.find(exp.SchemaCommentProperty)
        if comment is not None:
            met.comment = comment.this.name
        for column in tree.this.find_all(exp.ColumnDef):
            self._column(name, line, column)
        if tree.this is target or not met.columns:  # CREATE … AS SELECT
            self._selected(name, tree, line)
        named = [one for one in getattr(tree.this, "expressions", ()) if isinstance(one, exp.Identifier)]
        for identifier in named:
            self.add(name, line, identifier.name, _line(identifier, line), "", "")
        return bool(met.columns) or tree.kind == "TABLE" or tree.expression is not None

    def _selected(self, name: str, tree: Any, line: int) -> None:
        from sqlglot import exp

        if not isinstance(tree.expression, exp.Query):
            return
        named = self.table(name, line)
        for one in tree.expression.selects:
            at = _line(one.find(exp.Identifier), line)
            if one.is_star:  # all columns of tables that this file defines
                for table in dict.fromkeys(sources_of(tree.expression).values()):
                    for column in list(self.known[table].columns) if table in self.known else ():
                        self.add(name, line, column, at, "", "")
                        named.copies.append(Copied(f"{name}.{column}", f"{table}.{column}", at))
            elif one.alias_or_name:
                self.add(name, line, one.alias_or_name, at, "", "")
                path = f"{name}.{one.alias_or_name}"
                named.copies += [Copied(path, origin, at) for origin in origins_of(one, tree.expression)]

    def _insert(self, tree: Any, line: int) -> bool:
        """``INSERT INTO t (a) SELECT b FROM f``: a column that exists is filled from another."""
        from sqlglot import exp

        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(target, exp.Table) or not isinstance(tree.expression, exp.Query):
            return True
        name = _name(target)
        columns = [one.name for one in tree.this.expressions] if isinstance(tree.this, exp.Schema) else []
        selects = tree.expression.selects
        for column, one in zip(columns or [one.alias_or_name for one in selects], selects, strict=False):
            at = _line(one.find(exp.Identifier), line)
            if origins := list(origins_of(one, tree.expression)):
                self.add(name, line, column, at, "", "")
                self.table(name, line).copies += [Copied(f"{name}.{column}", origin, at) for origin in origins]
        return True

    def _column(self, table: str, line: int, column: Any) -> None:
        from sqlglot import exp

        words = [each.this.name for each in column.find_all(exp.CommentColumnConstraint)] or column.comments or ()
        kind = column.args.get("kind")
        size = kind.find(exp.DataTypeParam) if kind is not None else None
        length = int(size.name) if size is not None and size.name.isdigit() else None
        type_ = kind.sql().lower().partition("'")[0] if kind is not None else ""
        self.add(table, line, column.name, _line(column.this, line), type_, " ".join(words), length)

    def _alter(self, tree: Any, line: int) -> bool:
        from sqlglot import exp

        target = tree.this
        if not isinstance(target, exp.Table):
            return False
        name = _name(target)
        for action in tree.args.get("actions") or ():
            for column in action.find_all(exp.ColumnDef):
                self._column(name, line, column)
            if isinstance(action, exp.RenameColumn):
                new = action.args["to"]
                self.add(name, line, new.name, _line(new.find(exp.Identifier), line), "", "")
        return True

    def _comment(self, tree: Any) -> bool:
        words = tree.expression.name if tree.expression is not None else ""
        if tree.args.get("kind") == "COLUMN":
            *owner, column = [part.name for part in tree.this.parts]
            known = self.known.get(".".join(owner))
            if known and column in known.columns:
                one = known.columns[column]
                known.columns[column] = replace(one, field=replace(one.field, comment=" ".join(words.split())[:300]))
        elif known := self.known.get(_name(tree.this)):
            known.comment = words
        return True

    def _grant(self, tree: Any) -> bool:
        name = _name(tree.args["securable"]) if tree.args.get("securable") is not None else ""
        rights = {str(one.this).upper() for one in tree.args.get("privileges") or ()}
        if name in self.known and any(right.startswith(("SELECT", "ALL")) for right in rights):
            self.known[name].grants += [Grant(name, one.this.name) for one in tree.args.get("principals") or ()]
        return True

    def definitions(self) -> Iterator[Definition]:
        """Tables that define a field."""
        for met in self.known.values():
            if met.columns:
                yield Definition(
                    name=met.name,
                    format="sql",
                    line=met.line,
                    end=met.end,
                    fields=gathered(met.columns),
                    comment=met.comment,
                    grants=tuple(met.grants),
                    copies=tuple(met.copies),
                )


def _head(text: str) -> str:
    """The first words of a statement; no literal of it may reach a report."""
    return " ".join(re.findall(r"[A-Za-z_][\w.]{0,60}", text[:200].partition("'")[0])[:4])


def _name(table: Any) -> str:
    parts = getattr(table, "parts", None)
    return ".".join(part.name for part in parts) if parts else str(table.name)


def _line(identifier: Any, line: int) -> int:
    meta = identifier.meta if identifier is not None else {}
    return line + int(meta.get("line", 1)) - 1


def read_sql_file(text: str, path: str) -> Iterator[Item]:
    """A file of SQL; ``path`` does not matter."""
    return read_ddl(text)
