"""Laravel migrations: ``Schema::create('clients', …)`` and ``$table->string('phone')``; raw SQL within them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derbes.scanner.connectors.schema.base import Counted, Defined, Definition, Item, Lines, defined, gathered

_NAME = r"[\"']([\w.\-]{1,100})[\"']"
_STEP = re.compile(
    rf"Schema::(?:connection\([^)\n]{{0,80}}\)->)?(?:create|table)\(\s{{0,40}}{_NAME}"
    r"|function\s+(?P<function>\w{1,60})\s?\("
    rf"|\$\w{{1,30}}->(?P<type>\w{{1,40}})\(\s{{0,40}}{_NAME}(?P<rest>[^;]{{0,600}})"
    r"|(?:DB::statement|DB::unprepared)\(\s{0,40}(?P<quote>[\"'])"
)
# Methods of a Blueprint that take a name and make no column of their own, or one that only points elsewhere.
_NO_COLUMN = re.compile(
    r"(?:drop|index|unique|primary|foreign$|fullText|spatialIndex|after|rename$|comment|default|on$|references|constrained"
    r"|morphs|get|has|set|add|remove|with|where|join|select|collation|charset)",
    re.IGNORECASE,
)
_REFERENCES = ("foreignId", "foreignUuid", "unsignedBigInteger", "unsignedInteger", "increments", "bigIncrements")
_COMMENT = re.compile(r"->comment\(\s?[\"']([^\"'\n]{1,200})")
_LENGTH = re.compile(r"^\s?,\s?(\d{1,5})\b")
_RENAMED = re.compile(rf"^\s?,\s?{_NAME}")


def read_laravel(text: str, path: str) -> Iterator[Item]:
    """Tables of a migration, the way back (``down``) left out."""
    if "Schema::" not in text and "DB::" not in text:
        return
    lines = Lines(text)
    tables: dict[str, dict[str, Defined]] = {}
    starts: dict[str, int] = {}
    table, back = "", False
    for step in _STEP.finditer(text):
        line = lines.at(step.start())
        if step["function"]:
            back = step["function"] == "down"
        elif back:
            continue
        elif step[1]:
            table = step[1]
            starts.setdefault(table, line)
        elif step["quote"]:
            yield from _statement(text, step.end(), step["quote"], line)
        elif table and step["type"]:
            column = _column(table, step, line)
            if column is not None:
                tables.setdefault(table, {}).setdefault(column.field.name, column)
    for name, fields in tables.items():
        last = max(one.line for one in fields.values())
        yield Definition(name=name, format="laravel", line=starts[name], end=last, fields=gathered(fields))


def _column(table: str, step: re.Match[str], line: int) -> Defined | None:
    method, name, rest = step["type"], step[4], step["rest"]
    if method == "renameColumn" and (new := _RENAMED.match(rest)):
        return defined(table, new[1], line)
    if _NO_COLUMN.match(method):
        return None
    type_ = "integer" if method in _REFERENCES else method.lower()
    comment = _COMMENT.search(rest)
    length = _LENGTH.match(rest)
    return defined(table, name, line, type_, comment[1] if comment else "", int(length[1]) if length else None)


def _statement(text: str, start: int, quote: str, line: int) -> Iterator[Item]:
    from derbes.scanner.connectors.schema.ddl import read_ddl

    end = text.find(quote, start)
    for item in read_ddl(text[start : end if end >= 0 else len(text)], line):
        if not isinstance(item, Counted):
            yield item
