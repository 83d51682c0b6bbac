"""A second look at a CREATE or ALTER TABLE that no parser takes: names of columns alone, by brackets and commas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derbes.scanner.connectors.schema.base import Defined, Lines, defined

_NAME = r"(?:\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]|\w{1,200})"
_TABLE = re.compile(
    rf"(?:CREATE|ALTER)\s+(?:\w+\s+){{0,3}}?TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+|ONLY\s+){{0,2}}"
    rf"(?P<name>{_NAME}(?:\s?\.\s?{_NAME}){{0,2}})\s*(?P<open>\()?",
    re.IGNORECASE,
)
_COLUMN = re.compile(rf"(?P<name>{_NAME})\s+(?P<type>\w{{1,40}}(?:\s?\(\d{{1,6}}(?:,\s?\d{{1,4}})?\))?)")
_ADDED = re.compile(
    rf"\b(?:ADD|MODIFY|CHANGE)\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?\(?\s*(?={_NAME}\s+\w)", re.IGNORECASE
)
_TOKEN = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|`[^`]*(?:`|\Z)|[(),]", re.DOTALL)
_NO_COLUMN = frozenset(
    "constraint primary unique foreign key index check fulltext spatial exclude like period partition".split()
)


def lenient(text: str, line: int) -> tuple[str, list[Defined]] | None:
    """The table and its columns; ``None`` when even that cannot be made out."""
    table = _TABLE.match(text)
    if table is None:
        return None
    name = ".".join(bare(part) for part in re.findall(_NAME, table["name"]))
    if table["open"]:
        starts = list(_parts(text, table.end()))
    else:
        starts = [found.end() for found in _ADDED.finditer(text, table.end())]
    lines = Lines(text)
    columns = []
    for start in starts:
        found = _COLUMN.match(text, start)
        if found and found["name"].lower() not in _NO_COLUMN:
            at = line + lines.at(found.start()) - 1
            columns.append(defined(name, bare(found["name"]), at, found["type"].lower()))
    return (name, columns) if columns else None


def bare(name: str) -> str:
    """A name without the quotes of its dialect."""
    return name[1:-1] if name[:1] in '"`[' else name


def _parts(text: str, start: int) -> Iterator[int]:
    """Where the entries of a bracketed list begin, comments and blanks left behind."""
    depth = 0
    yield _blank(text, start)
    for found in _TOKEN.finditer(text, start):
        mark = found.group()
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            if depth < 0:
                return
        elif mark == "," and depth == 0:
            yield _blank(text, found.end())


_BLANK = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)


def _blank(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start
