"""CSV, TSV and their relations, in any dialect.

Text is parsed in pieces. Arrow parses a piece whose rows are all of one width (it reads quotes as the standard library
does); any other piece goes to the standard library's parser. A piece that ends inside quotes is carried over to the
next one; when a quote stays open for more than ``MAX_QUOTED`` characters it was no quote, and its line is read
literally.
"""

from __future__ import annotations

import csv
import gc
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from derbes.scanner.connectors.encodings import Decoder
from derbes.scanner.connectors.readers.base import MAX_CELL, Item, Reading
from derbes.scanner.connectors.readers.dialects import Dialect, parse
from derbes.scanner.connectors.readers.lines import Block, blocks
from derbes.scanner.connectors.readers.tables import MAX_COLUMNS, Rows
from derbes.scanner.connectors.readers.text import damage
from derbes.scanner.model.data import Field

PIECE = 1 << 20
MAX_QUOTED = 4 << 20
_SENTINEL = "\x02end of piece\x03"


def parse_regular(text: str, delimiter: str) -> list[Any] | None:
    """Columns of a text of whole rows, as Arrow arrays; ``None`` when it has to be read another way."""
    if text.startswith(("\n", "\r\n")) or "\n\n" in text or "\n\r\n" in text or text.count("\r") != text.count("\r\n"):
        return None
    first = next(iter(parse(text[: text.find("\n") + 1], delimiter)), [])
    if len(first) > MAX_COLUMNS:
        return None
    names = [str(number) for number in range(len(first))]
    end = _SENTINEL + delimiter * (len(first) - 1) + "\n"
    data = (text if text.endswith("\n") else text + "\n").encode("utf-8", "replace") + end.encode()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        ).combine_chunks()
    except (pa.ArrowException, ValueError):
        return None
    columns = [column.combine_chunks() for column in table.columns]
    # The last row is the sentinel, unless a quote before it stayed open.
    whole = bool(columns) and len(columns[0]) and columns[0][-1].as_py() == _SENTINEL
    return [column.slice(0, len(column) - 1) for column in columns] if whole else None


class _Parser:
    """Rows from successive texts of whole lines; rows that span texts are joined."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.open = ""  # begins a row whose quote is not closed yet
        self.literal = 0  # lines whose quote never closed
        self.searched = 0

    def feed(self, text: str, last: bool = False) -> list[list[str]]:
        """Rows that are complete. The ``last`` call returns all that is left."""
        if self.open and not last and '"' not in text and len(self.open) + len(text) <= MAX_QUOTED:
            self.open += text
            return []
        text, self.open = self.open + text, ""
        if '"' not in text:
            return parse(text, self.delimiter)
        out: list[list[str]] = []
        while text:
            rows, text = self._closed_rows(text)
            out += rows
            if text and (last or len(text) > MAX_QUOTED):
                line, _, text = text.partition("\n")
                out += parse(line + "\n", self.delimiter, csv.QUOTE_NONE)
                self.literal += 1
            elif text:
                self.open = text
                break
        return out

    def _closed_rows(self, text: str) -> tuple[list[list[str]], str]:
        """Rows of ``text`` and the tail that begins the row in which a quote stays open."""
        ended = text if text.endswith("\n") else text + "\n"
        rows = parse(ended + _SENTINEL + "\n", self.delimiter)
        if rows and rows[-1] == [_SENTINEL]:
            rows.pop()
            return rows, ""
        tail = sum(cell.count("\n") for cell in rows.pop()) if rows else 0
        start = len(ended) - 1
        for _ in range(tail - 1):  # the sentinel stands in a line of its own
            start = ended.rfind("\n", 0, start)
            if start < 0:
                break
        return rows, text[start + 1 :]


def read_csv(
    stream: IO[bytes], reading: Reading, dialect: Dialect, codec: str, first_line: int = 1, kind: Any = "file"
) -> Iterator[Item]:
    """Rows as ``TableBatch``es. Row numbers count every line that is not in the header, blank ones too.

    ``first_line`` is the number of the stream's first line: a stream may begin in the middle of a file that holds no
    quote.
    """
    fields = tuple(Field(name, name) for name in dialect.names)
    dataset = reading.dataset("csv", kind=kind, fields=fields)
    table = Rows(dataset, dialect.name, max(first_line - dialect.skip, 1))
    parser = _Parser(dialect.delimiter)
    decoder = Decoder(codec)
    to_skip = max(dialect.skip - first_line + 1, 0)
    giant_column = 0
    for block in blocks(stream, PIECE, first_line, MAX_CELL):
        text = decoder.text(block.data, block.first_line)
        table.size += len(block.data) - block.overlap
        if block.first_line == 1 and not block.continued:
            text = text.removeprefix("\ufeff")
        if to_skip and not block.giant:
            text, to_skip = _skip_lines(text, to_skip)
        if block.giant:
            yield from table.add(_before_giant(parser, block))
            giant_column = _add_giant(table, dialect.delimiter, block, text, giant_column)
        elif not parser.open and (columns := parse_regular(text, dialect.delimiter)):
            yield from table.add_arrays(columns)
        else:
            yield from table.add(_rows(parser, text))
        if table.full:
            yield from table.flush()
    yield from table.add(parser.feed("", last=True))
    yield from table.flush()
    if parser.literal:
        yield reading.problem(
            "rows-damaged",
            "незакрытые кавычки, строк: {count}; они прочитаны как есть",
            count=parser.literal,
        )
    yield from damage(decoder, reading)


def _rows(parser: _Parser, text: str) -> list[list[str]]:
    # The collector would walk hundreds of thousands of strings that cannot form a cycle: a third of the time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        return parser.feed(text)
    finally:
        if enabled:
            gc.enable()


def _skip_lines(text: str, count: int) -> tuple[str, int]:
    while count and text:
        text = text.partition("\n")[2]
        count -= 1
    return text, count


def _before_giant(parser: _Parser, block: Block) -> list[list[str]]:
    """Rows that a giant line puts an end to, and the empty row that its pieces belong to."""
    return [] if block.continued else [*parser.feed("", last=True), []]


def _add_giant(table: Rows, delimiter: str, block: Block, text: str, column: int) -> int:
    """A piece of a line too long for memory: its cells go on from ``column``. Returns the column it ends in."""
    cells = parse(text.removesuffix("\n").removesuffix("\r") + "\n", delimiter, csv.QUOTE_NONE)
    row = cells[0] if cells else []
    repeated = block.data[: block.overlap].count(delimiter.encode())
    column = max(column - repeated, 0) if block.continued else 0
    for index, cell in enumerate(row):
        table.add_piece(column + index, cell)
    return column + max(len(row) - 1, 0)
