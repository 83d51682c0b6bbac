"""SQL dumps read as tables: INSERT of any dialect with one row or thousands, and PostgreSQL's COPY.

The text between is read as lines, so that whatever is not understood is looked at all the same: comments, UPDATE
statements, a statement that breaks off. Only a window of the dump is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from derbes.scanner.connectors.encodings import Decoder
from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.lines import text_pieces
from derbes.scanner.connectors.readers.sql_values import (
    CELL,
    SHAPES,
    columns_of_create,
    copy_column,
    is_begun,
    name_of,
    names_of,
    plain_column,
    run_of_rows,
    uses_backslashes,
)
from derbes.scanner.connectors.readers.tables import Rows
from derbes.scanner.connectors.readers.text import damage, opened
from derbes.scanner.model.data import Field, TextBatch

PIECE = 256 << 10
HEAD = 64 << 10  # characters in which the head of a statement is looked for
MAX_WIDTH = 2000
MAX_ROW = 16 << 20
PENDING = 16 << 20  # characters of rows of all tables that wait for their batch
_START = re.compile(r"(?:^|(?<=;))[ \t]*(?=(?:INSERT|REPLACE|COPY|CREATE)\s)", re.I | re.M)
_NAME = r"""(?:`[^`\n]{1,200}`|"[^"\n]{1,200}"|\[[^\]\n]{1,200}\]|[\w$]{1,200})"""
_TABLE = rf"({_NAME}(?:\s?\.\s?{_NAME}){{0,2}})"
_INSERT = re.compile(
    rf"\s*(?:INSERT|REPLACE)(?:\s+(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)){{0,3}}(?:\s+INTO)?\s+{_TABLE}\s*"
    rf"(?:\(([^()']*)\)\s*)?(?:OVERRIDING\s+\w+\s+VALUE\s*)?VALUES?\s*(?=\()",
    re.I,
)
_COPY = re.compile(rf"\s*COPY\s+{_TABLE}\s*(?:\(([^()]*)\)\s*)?FROM\s+stdin\b[^;\n]*;[^\n]*\n", re.I)
_CREATE = re.compile(rf"\s*CREATE\s+(?:\w+\s+){{0,3}}TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*\(", re.I)
_COPY_END = re.compile(r"^\\\.\r?$", re.M)
_COMMA = re.compile(r"\s*+(,?)\s*+")


class _Window:
    """The part of the dump that is in memory, and the place reached in it."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self, wanted: int) -> bool:
        """Read on until ``wanted`` characters lie ahead; false when the dump has ended before."""
        parts = [self.text[self.at :]]
        have = len(parts[0])
        while have < wanted and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                parts.append(piece)
                have += len(piece)
        self.text, self.at = "".join(parts), 0
        return have >= wanted

    def ahead(self, wanted: int) -> None:
        """Make sure that ``wanted`` characters lie ahead, if there are so many."""
        if len(self.text) - self.at < wanted and not self.ended:
            self.more(wanted + PIECE)

    def advance(self, to: int) -> str:
        """Go on to ``to``; returns what was passed."""
        passed = self.text[self.at : to]
        self.line += passed.count("\n")
        self.at = to
        return passed


@dataclass(slots=True)
class _Prose:
    """Lines of the dump that are no rows. Rows stand in it as blank lines, so that line numbers stay right."""

    reading: Reading
    parts: list[str] = field(default_factory=list)
    first: int = 1
    line: int = 1
    size: int = 0

    def add(self, line: int, text: str) -> Iterator[TextBatch]:
        """Text that begins in line ``line``."""
        if not text.strip(" \t\r\n;,"):
            return
        gap = line - self.line
        if gap > 10_000 or self.size > PIECE * 4:
            yield from self.flush()
        if not self.parts:
            self.first = self.line = line
            gap = 0
        self.parts += ["\n" * gap, text]
        self.line = line + text.count("\n")
        self.size += gap + len(text)

    def flush(self) -> Iterator[TextBatch]:
        """What was gathered, as one batch."""
        if self.parts:
            buffer = "".join(self.parts).encode("utf-8", "replace")
            units = buffer.count(b"\n") + (not buffer.endswith(b"\n"))
            yield TextBatch(self.reading.dataset("sql", unit="line"), buffer, self.first, units)
        self.parts, self.size = [], 0


class DumpReader:
    """Reads one dump."""

    def __init__(self, reading: Reading, text: Iterator[str], sample: str) -> None:
        self.reading = reading
        self.window = _Window(text)
        self.prose = _Prose(reading)
        self.declared: dict[str, tuple[Field, ...]] = {}
        self.tables: dict[tuple[str, tuple[str, ...]], Rows] = {}
        self.rows_of: dict[str, int] = {}
        self.backslashes = uses_backslashes(sample)
        self.broken = 0
        self.cut_off = False

    def read(self) -> Iterator[Item]:
        """Everything."""
        window = self.window
        while True:
            window.ahead(HEAD)
            if window.at >= len(window.text):
                break
            start = _START.search(window.text, window.at)
            if start is None:
                yield from self._pass_text(self._safe_end())
            else:
                yield from self._pass_text(start.end())
                window.ahead(HEAD)
                yield from self._statement()
        yield from self._flush()
        yield from self.prose.flush()
        if self.cut_off:
            yield self.reading.problem("file-damaged", "дамп обрывается внутри команды; она прочитана как текст")
        if self.broken:
            yield self.reading.problem(
                "rows-damaged", "команды, которые не разобрать: {count}; они прочитаны как текст", count=self.broken
            )

    def _safe_end(self) -> int:
        """Where the text that surely begins no statement ends."""
        end = len(self.window.text)
        last = self.window.text.rfind("\n", self.window.at) + 1
        return end if self.window.ended or last <= self.window.at else last

    def _pass_text(self, to: int) -> Iterator[Item]:
        line = self.window.line
        yield from self.prose.add(line, self.window.advance(to))

    def _statement(self) -> Iterator[Item]:
        text, at = self.window.text, self.window.at
        if match := _INSERT.match(text, at):
            yield from self._insert(match)
        elif match := _COPY.match(text, at):
            yield from self._copy(match)
        else:
            if match := _CREATE.match(text, at):
                self._create(match)
            end = text.find("\n", at) + 1
            yield from self._pass_text(end or len(text))

    def _create(self, match: re.Match[str]) -> None:
        table = name_of(match[1])
        end = self.window.text.find(";", match.end())
        body = self.window.text[match.end() : end if end >= 0 else match.end() + HEAD]
        self.declared[table] = columns_of_create(table, body)

    def _insert(self, match: re.Match[str]) -> Iterator[Item]:
        window, rows = self.window, self._rows(match[1], match[2])
        window.advance(match.end())
        yield from self._follow(rows)
        while row := self._next_row():
            cells = CELL[self.backslashes].findall(row)
            yield from rows.add([plain_column(cells, self.backslashes)])
            rows.size += len(row)
            if not self._comma():
                break
            if 0 < len(cells) <= MAX_WIDTH:
                run = run_of_rows(len(cells), self.backslashes).match(window.text, window.at)
                if run:
                    self._add_run(rows, window.advance(run.end()), len(cells))
                    if not self._comma():
                        break
            if rows.full:
                yield from rows.flush()
        yield from self._added(rows)

    def _comma(self) -> bool:
        match = _COMMA.match(self.window.text, self.window.at)
        self.window.advance(match.end() if match else self.window.at)
        return bool(match and match[1])

    def _add_run(self, rows: Rows, text: str, width: int) -> None:
        cells = CELL[self.backslashes].findall(text)
        columns = [plain_column(cells[i::width], self.backslashes) for i in range(width)]
        rows.add_columns(columns, len(cells) // width)
        rows.size += len(text)

    def _next_row(self) -> str | None:
        """``(…)`` at the place reached, if it is one; what is none stays for the text."""
        window = self.window
        window.ahead(HEAD)
        while not (match := SHAPES[self.backslashes].match(window.text, window.at)):
            begun = is_begun(window.text, window.at, self.backslashes)
            have = len(window.text) - window.at
            if not begun or window.ended or have > MAX_ROW:
                match = SHAPES[not self.backslashes].match(window.text, window.at)
                self.cut_off |= begun and window.ended and not match
                self.broken += not match
                break
            window.more(2 * have + PIECE)
        return window.advance(match.end()) if match else None

    def _copy(self, match: re.Match[str]) -> Iterator[Item]:
        window, rows = self.window, self._rows(match[1], match[2])
        window.advance(match.end())
        while True:
            window.ahead(PIECE)
            stop = _COPY_END.search(window.text, window.at)
            end = stop.start() if stop else window.text.rfind("\n", window.at) + 1
            if not stop and window.ended:
                end, self.cut_off = len(window.text), True
            if end <= window.at and not stop and not window.ended:
                window.more(2 * (len(window.text) - window.at) + PIECE)
                continue
            body = window.advance(end)
            lines = body.replace("\r\n", "\n").removesuffix("\n").split("\n") if body else []
            yield from self._follow(rows)
            for start in range(0, len(lines), 5000):
                yield from self._copied(rows, [line.split("\t") for line in lines[start : start + 5000]])
            rows.size += len(body)
            yield from self._added(rows)
            if stop or window.ended:
                window.advance(stop.end() if stop else end)
                return

    def _copied(self, rows: Rows, lines: list[list[str]]) -> Iterator[Item]:
        if len(set(map(len, lines))) == 1:
            rows.add_columns([copy_column(column) for column in zip(*lines, strict=True)], len(lines))
        else:
            yield from rows.add([copy_column(line) for line in lines])

    def _rows(self, table: str, columns: str | None) -> Rows:
        name = name_of(table)
        names = tuple(names_of(columns)) if columns else tuple(f.name for f in self.declared.get(name, ()))
        if (name, names) not in self.tables:
            types = {f.name: f for f in self.declared.get(name, ())}
            fields = tuple(types.get(n) or Field(f"{name}.{n}", n) for n in names)
            dataset = self.reading.dataset("sql", name=name, fields=fields)

            def path_of(index: int) -> str:
                return f"{name}.{names[index] if index < len(names) else f'column_{index + 1}'}"

            self.tables[name, names] = Rows(dataset, path_of, self.rows_of.get(name, 0) + 1)
        return self.tables[name, names]

    def _follow(self, rows: Rows) -> Iterator[Item]:
        """Number on where another list of columns of the same table has left off."""
        yield from rows.skip_to(self.rows_of.get(rows.dataset.name, 0) + 1)

    def _added(self, rows: Rows) -> Iterator[Item]:
        self.rows_of[rows.dataset.name] = rows.next_row - 1
        if rows.full:
            yield from rows.flush()
        elif len(self.tables) > 1 and sum(r.size for r in self.tables.values()) > PENDING:
            yield from self._flush()

    def _flush(self) -> Iterator[Item]:
        for rows in self.tables.values():
            yield from rows.flush()


def read_dump(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """A dump as tables, path ``table.column``, and as lines where it is no table."""
    stream, codec = opened(stream, sample, reading)
    decoder = Decoder(codec)
    head = sample.decode(codec, "replace")
    yield from DumpReader(reading, text_pieces(stream, decoder, PIECE), head).read()
    yield from damage(decoder, reading)
