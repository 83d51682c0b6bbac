"""Specification sheets: a CSV or XLSX with one row a field, as analysts hand them over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from derbes.scanner.connectors.encodings import guess
from derbes.scanner.connectors.schema.base import Defined, Definition, Item, Unread, defined, gathered

_FIELD = frozenset(
    "field|field name|fieldname|column|column name|attribute|поле|имя поля|название поля|столбец|колонка|атрибут"
    "|реквизит|өріс|өріс атауы|баған".split("|")
)
_TABLE = frozenset("table|entity|object|form|screen|таблица|сущность|форма|экран|объект|кесте|нысан".split("|"))
_TYPE = frozenset("type|data type|datatype|тип|тип данных|түрі".split("|"))
_COMMENT = frozenset(
    "description|comment|label|title|описание|комментарий|примечание|подпись|название|сипаттама".split("|")
)
_HEADER_ROWS = 10  # a title and a blank line may stand above the header
_MOST = 100_000


def read_sheet(data: bytes, path: str) -> Iterator[Item]:
    """Tables with the fields that the sheet lists. A sheet without a header of that kind lists none."""
    stem = PurePath(path).name.partition(".")[0]
    if path.lower().endswith(".xlsx"):
        for name, rows in _workbook(data):
            yield from _definitions(rows, name)
    else:
        text = data.decode(guess(data), "replace")
        first = text[:4096].partition("\n")[0]
        delimiter = max(",;\t|", key=first.count)
        yield from _definitions(list(csv.reader(io.StringIO(text), delimiter=delimiter))[:_MOST], stem)


def _workbook(data: bytes) -> Iterator[tuple[str, list[Sequence[object]]]]:
    import zipfile

    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ValueError(type(error).__name__) from None
    for sheet in book.worksheets:
        yield sheet.title, list(sheet.iter_rows(values_only=True, max_row=_MOST, max_col=60))


def _definitions(rows: Sequence[Sequence[object]], name: str) -> Iterator[Item]:
    table = [[str(cell).strip() if cell is not None else "" for cell in row] for row in rows]
    for number, header in enumerate(table[:_HEADER_ROWS], start=1):
        column = _index(header, _FIELD)
        if column is not None:
            yield from _listed(table[number:], header, column, name, number + 1)
            return
    yield Unread(1, name)  # its first row may be data: not a word of it may reach a report


def _listed(
    rows: Iterable[Sequence[str]], header: Sequence[str], column: int, name: str, first: int
) -> Iterator[Definition]:
    table, type_, comment = (_index(header, words) for words in (_TABLE, _TYPE, _COMMENT))
    found: dict[str, dict[str, Defined]] = {}
    owner = name
    for line, row in enumerate(rows, start=first):
        owner = _cell(row, table) or owner  # a merged cell names the table once
        if field := _cell(row, column):
            one = defined(owner, field, line, _cell(row, type_).lower(), _cell(row, comment))
            found.setdefault(owner, {}).setdefault(field, one)
    for owner, fields in found.items():
        first_line = min(one.line for one in fields.values())
        yield Definition(name=owner, format="sheet", line=first_line, fields=gathered(fields))


def _index(header: Sequence[str], words: frozenset[str]) -> int | None:
    return next((number for number, cell in enumerate(header) if cell.lower() in words), None)


def _cell(row: Sequence[str], number: int | None) -> str:
    return row[number] if number is not None and number < len(row) else ""
