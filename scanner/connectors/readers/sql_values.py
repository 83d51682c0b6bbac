"""Values and names of SQL as dumps write them: MySQL with backslashes, PostgreSQL and T-SQL without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from derbes.scanner.model.data import Field

# Possessive throughout: a string that does not end makes no match instead of a search for another way to read it.
_QUOTED = {
    True: r"""'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'""",
    False: r"""'[^']*+(?:''[^']*+)*+'""",
}
_ESCAPED = _QUOTED[True]
_DOUBLE = r'''"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"'''


def _cell(backslashes: bool) -> str:
    quoted = rf"(?:[NnXxBb]|_\w{{1,20}}\s?)?{_QUOTED[backslashes]}|[Ee]{_ESCAPED}|{_DOUBLE}"
    inner = rf"(?:[^()'\"]++|{quoted})"
    call = rf"[A-Za-z_]\w{{0,60}}\s?\((?:{inner}|\({inner}*+\))*+\)"
    return rf"(?:{quoted}|{call}|[^\s,()'\"]++)(?:\s*+::\s*+[\w.\[\]]{{1,60}})?"


SHAPES = {
    mode: re.compile(rf"\(\s*+(?:{_cell(mode)}\s*+(?:,\s*+{_cell(mode)}\s*+)*+)?\)", re.S) for mode in (True, False)
}
CELL = {mode: re.compile(rf"[(,]\s*+({_cell(mode)})", re.S) for mode in (True, False)}
_BEGUN = {mode: re.compile(rf"\(\s*+(?:{_cell(mode)}\s*+,\s*+)*+", re.S) for mode in (True, False)}
_VALUE = {mode: re.compile(rf"{_cell(mode)}\s*+", re.S) for mode in (True, False)}
_NAME = re.compile(r"""`([^`]{0,200})`|"([^"]{0,200})"|\[([^\]]{0,200})\]|([^\s,.()`"\[\]]+)""")
_NOT_A_COLUMN = re.compile(
    r"(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FULLTEXT|SPATIAL|FOREIGN|CHECK|EXCLUDE|LIKE|PERIOD)\b", re.I
)
_COMMENT = re.compile(rf"\bCOMMENT\s+({_ESCAPED})", re.I)
_TYPE = re.compile(r"\s*([A-Za-z]\w*(?:\s+(?:varying|precision|unsigned))?(?:\s?\(([^()]{0,200})\))?)", re.I)
_ITEM = re.compile(rf"(?:[^(),']++|{_ESCAPED}|\((?:[^()']++|{_ESCAPED}|\([^()]*+\))*+\))++", re.S)
_BACKSLASH = re.compile(r"\\(.)", re.S)
_MYSQL = re.compile(r"MySQL dump|MariaDB dump|phpMyAdmin|ENGINE\s*=|INTO `", re.I)
_NOT_MYSQL = re.compile(r"PostgreSQL database dump|\bINSERT\s+(?:INTO\s+)?\[|^GO\r?$|^PRAGMA ", re.M)
_ESCAPED_QUOTE = re.compile(r"\\'(?!\s*[,)])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "f": "\f", "v": "\v"}
_CALL = re.compile(r"[A-Za-z_]\w*\s?\(")
_STRING_IN_CALL = re.compile(r"N?'([^']*)'")


def uses_backslashes(head: str) -> bool:
    """Whether ``\\'`` is a quote inside a string (MySQL) or ends it after a backslash (the standard)."""
    if _MYSQL.search(head):
        return True
    return not _NOT_MYSQL.search(head) and bool(_ESCAPED_QUOTE.search(head))


def is_begun(text: str, at: int, backslashes: bool) -> bool:
    """Whether a row begins at ``at`` that may end beyond the end of ``text``."""
    begun = _BEGUN[backslashes].match(text, at)
    if begun is None:
        return at == len(text)
    value = _VALUE[backslashes].match(text, begun.end())
    end = value.end() if value else begun.end()
    return end == len(text) or text[end] in "'\""


def name_of(table: str) -> str:
    """A table's name without quotes, and without the schema that everybody has."""
    names = names_of(table)
    if len(names) > 1 and names[-2].lower() in {"public", "dbo", "main"}:
        return names[-1]
    return ".".join(names)


def names_of(text: str) -> list[str]:
    """Identifiers in ``text``, without their quotes."""
    return [next(filter(None, groups), "") for groups in _NAME.findall(text)]


def columns_of_create(table: str, body: str) -> tuple[Field, ...]:
    """Columns of a CREATE TABLE by the text between its parentheses (and perhaps beyond)."""
    fields = []
    at = 0
    while match := _ITEM.match(body, at):
        item = match[0].strip()
        name = _NAME.match(item)
        if name and not _NOT_A_COLUMN.match(item):
            kind = _TYPE.match(item, name.end())
            comment = _COMMENT.search(item)
            plain = name[1] or name[2] or name[3] or name[4] or ""
            length = int(kind[2]) if kind and kind[2] and kind[2].isascii() and kind[2].isdigit() else None
            words = plain_value(comment[1], True) if comment else ""
            fields.append(Field(f"{table}.{plain}", plain, kind[1] if kind else "", length, words or ""))
        at = match.end()
        if body[at : at + 1] != ",":
            break
        at += 1
    return tuple(fields)


def plain_value(cell: str, backslashes: bool) -> str | None:
    """What a literal stands for; ``None`` for NULL."""
    first = cell[0]
    if first == "'":
        if cell[-1] != "'":
            cell = cell[: cell.rindex("'") + 1]  # '…'::type
        return _unquoted(cell[1:-1], "'", backslashes)
    if first.isdigit() or first == "-":
        return _from_hex(cell[2:], cell) if cell[:2] in {"0x", "0X"} else cell
    if cell.upper() in {"NULL", "DEFAULT"}:
        return None
    if first == '"':
        return _unquoted(cell[1:-1], '"', True)
    if cell[-1] == "'":
        prefix, _, body = cell[:-1].partition("'")
        if prefix in "Xx":
            return _from_hex(body, cell)
        return _unquoted(body, "'", backslashes or prefix in "Ee")
    if _CALL.match(cell):
        strings = _STRING_IN_CALL.findall(cell)
        return strings[0] if strings else cell
    return cell


def plain_column(cells: list[str], backslashes: bool) -> list[str | None]:
    """``plain_value`` of many cells; a look at them together spares most of the work."""
    joined = "".join(cells)
    if "\\" in joined or "''" in joined or "'::" in joined:
        return [plain_value(cell, backslashes) for cell in cells]
    return [cell[1:-1] if cell[0] == "'" else plain_value(cell, backslashes) for cell in cells]


def copy_column(cells: Sequence[str | None]) -> Sequence[str | None]:
    """Cells of COPY's text format."""
    if not any(cell and "\\" in cell for cell in cells):
        return cells
    return [cell if not cell or "\\" not in cell else None if cell == "\\N" else _unescaped(cell) for cell in cells]


@lru_cache(maxsize=64)
def run_of_rows(width: int, backslashes: bool) -> re.Pattern[str]:
    """Up to 500 rows of ``width`` cells, one after another."""
    cell = _cell(backslashes)
    row = rf"\(\s*+{cell}\s*+(?:,\s*+{cell}\s*+){{{width - 1}}}+\)"
    return re.compile(rf"{row}(?:\s*+,\s*+{row}){{0,499}}+", re.S)


def _unquoted(body: str, quote: str, backslashes: bool) -> str:
    if quote in body:
        body = body.replace(quote * 2, quote)
    return _unescaped(body) if backslashes and "\\" in body else body


def _unescaped(text: str) -> str:
    return _BACKSLASH.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def _from_hex(digits: str, written: str) -> str:
    """Text written as hexadecimal (BLOB and BINARY columns); what is no text stays as written."""
    try:
        text = bytes.fromhex(digits).decode("utf-8")
    except ValueError:
        return written
    return text if text.isprintable() else written
