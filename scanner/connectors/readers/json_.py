"""JSON: one document by events, in bounded memory, or one document a line.

A row is an element of the outermost array; what stands outside any array belongs to row 1.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any, cast

from derbes.scanner.connectors.encodings import Decoder
from derbes.scanner.connectors.readers.base import MAX_CELL, Cells, Item, Reading
from derbes.scanner.connectors.readers.limits import LIMIT_MESSAGES
from derbes.scanner.connectors.readers.lines import Pushed, Recoded, blocks, read_up_to
from derbes.scanner.connectors.readers.paths import MAX_DEPTH, Flattened, Pairs, flatten, known, scalar, segment
from derbes.scanner.connectors.readers.text import damage, opened, read_text

WHOLE = 8 << 20  # bytes of a document that is parsed at once
_BLANK = re.compile(r"[\s,]*")

_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_float=str, parse_int=str, parse_constant=str, strict=False)


def loads(text: str) -> Any:
    """One JSON value; numbers stay as written, ``NaN`` is let through. Raises ``ValueError`` or ``RecursionError``."""
    return _DECODER.decode(text)


def read_jsonl(stream: IO[bytes], reading: Reading, codec: str, first_line: int = 1) -> Iterator[Item]:
    """JSON lines: a row a line. A line that is no JSON is a value of ``line``."""
    cells = Cells(reading.dataset("jsonl"), first=first_line)
    decoder = Decoder(codec)
    broken, number = 0, first_line
    for block in blocks(stream, first_line=first_line, max_line=MAX_CELL):
        text = decoder.text(block.data, block.first_line)
        if block.giant:
            broken += not block.continued
            cells.add("line", block.first_line, text)
            number = block.first_line + text.endswith("\n")
            yield from cells.flush(block.first_line)
            continue
        number = block.first_line
        for line in text.removesuffix("\n").split("\n"):
            if line and not line.isspace():
                broken += not _line(cells, line, number)
            number += 1
            if cells.full:
                yield from cells.flush(number - 1)
    yield from cells.flush(number - 1)
    if broken:
        yield reading.problem(
            "rows-damaged", "строки, которые не разобрать как JSON: {count}; они прочитаны как текст", count=broken
        )
    yield from damage(decoder, reading)


def _line(cells: Cells, line: str, number: int) -> bool:
    try:
        flatten(cells, loads(line.removeprefix("\ufeff").strip()), number)
    except (ValueError, RecursionError, Flattened):
        cells.add("line", number, line)
        return False
    return True


def read_json(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """One document, or several one after another. What cannot be parsed is read as text from there on."""
    stream, codec = opened(stream, sample, reading)
    head = read_up_to(stream, WHOLE)
    if len(head) < WHOLE:
        decoder = Decoder(codec)
        text = decoder.text(head, 1).removeprefix("\ufeff")
        yield from _whole(text, reading)
        yield from damage(decoder, reading)
    elif codec.lower().replace("_", "-") in {"utf-8", "utf-8-sig"}:
        yield from _streamed(Pushed(head.removeprefix(b"\xef\xbb\xbf"), stream), reading)
    else:
        recoded = Recoded(cast("IO[bytes]", Pushed(head, stream)), codec, recode=True)
        yield from _streamed(recoded, reading)


def _whole(text: str, reading: Reading) -> Iterator[Item]:
    """Documents small enough to be held in memory: every oddity of theirs is let through."""
    cells = Cells(reading.dataset("json"))
    numbers = _Numbers()
    at = _BLANK.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        try:
            root, end = _DECODER.raw_decode(text, at)
            for row, path, value in numbers.rows(root):
                flatten(cells, value, row, path)
                if cells.full:
                    yield from cells.flush(numbers.last)
        except (ValueError, RecursionError, Flattened):
            break
        at = _BLANK.match(text, end).end()  # type: ignore[union-attr]
    if at >= len(text):
        yield from cells.flush(numbers.last)
        return
    # Broken, or too deep for recursion: the stream parser gives out what precedes the break.
    yield from _streamed(io.BytesIO(text[at:].encode("utf-8", "replace")), reading, cells, numbers)


class _Numbers:
    """Row numbers: elements of outermost arrays, counted for each array; what stands outside belongs to row 1."""

    def __init__(self) -> None:
        self.last = 1
        self.documents = 0

    def rows(self, root: Any) -> Iterator[tuple[int, str, Any]]:
        """``(row, path, value)`` for every part of a document that is a row, or belongs to row 1."""
        first = 1 if not self.documents else self.last + 1
        self.documents += 1
        stack = [("", root, 0)]
        while stack:
            path, value, depth = stack.pop()
            if isinstance(value, list):
                for number, item in enumerate(value, first):
                    self.last = max(self.last, number)
                    yield number, f"{path}[]" if path else "", item
            elif (
                isinstance(value, Pairs)
                and depth < MAX_DEPTH
                and any(isinstance(v, list | Pairs) for _, v in value.pairs)
            ):
                for key, item in reversed(value.pairs):
                    name = segment(key)
                    if name == "{}":
                        yield first, f"{path}.{{key}}" if path else "{key}", key
                    stack.append((f"{path}.{name}" if path else name, item, depth + 1))
            else:
                self.last = max(self.last, first)
                yield first, path, value


class _Tail:
    """Remembers the last bytes that were read from ``stream``, for when a parser gives up on them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.recent = b""
        self.before = b""
        self.lines = 0  # line ends in what was read before ``before``

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        if data:
            self.lines += self.before.count(b"\n")
            self.before, self.recent = self.recent, data
        return data


def _streamed(
    stream: Any, reading: Reading, cells: Cells | None = None, numbers: _Numbers | None = None
) -> Iterator[Item]:
    """Documents of any size by the events of a parser that never holds more than a buffer."""
    import ijson
    from ijson.common import IncompleteJSONError

    tail = _Tail(stream)
    cells = cells or Cells(reading.dataset("json"))
    walk = _Events(cells, numbers.last + 1 if numbers and numbers.documents else 1)
    try:
        for event, value in ijson.basic_parse(tail, multiple_values=True, buf_size=64 << 10):
            walk.take(event, value)
            if cells.full:
                reading.budget.check_time()
                yield from cells.flush(walk.last)
    except (ijson.JSONError, IncompleteJSONError, UnicodeDecodeError, ValueError, RecursionError):
        yield from cells.flush(walk.last)
        yield reading.problem("file-damaged", "JSON повреждён или обрывается; остальное прочитано как текст")
        yield from _rest_as_text(tail, reading)
        return
    yield from cells.flush(walk.last)
    if walk.too_deep:
        yield reading.problem("limit-depth", LIMIT_MESSAGES["limit-depth"], "", limit=MAX_DEPTH)


def _rest_as_text(tail: _Tail, reading: Reading) -> Iterator[Item]:
    rest = cast("IO[bytes]", Pushed(tail.before + tail.recent, cast("IO[bytes]", tail)))
    yield from read_text(rest, reading, reading.dataset("json", unit="line"), "utf-8", tail.lines + 1)


class _Events:
    """Parser events to cells. Beyond ``MAX_DEPTH`` paths grow no longer, values are kept."""

    def __init__(self, cells: Cells, row: int) -> None:
        self.cells = cells
        self.first = row
        self.row = row
        self.last = row
        self.too_deep = False
        self.stack: list[tuple[bool, str]] = []  # (is an array, path)
        self.key_path = ""
        self.rows_at = -1  # depth of the outermost array that is open
        self.depth = 0

    def take(self, event: str, value: Any) -> None:
        """One event of ``ijson.basic_parse``."""
        if event == "map_key":
            name = segment(value)
            path = self.stack[-1][1]
            if name == "{}":
                self.cells.add(known(self.cells, f"{path}.{{key}}" if path else "{key}"), self.row, value)
            self.key_path = f"{path}.{name}" if path else name
        elif event in {"start_map", "start_array"}:
            self._open(event == "start_array")
        elif event in {"end_map", "end_array"}:
            self._close()
        else:
            path = self._path()
            self.cells.add(known(self.cells, path or "value"), self.row, None if value is None else scalar(value))

    def _path(self) -> str:
        """Where the value that comes now stands; an element of the outermost array begins a row."""
        if not self.stack:
            self.row = self.last = self.first if not self.depth else self.last
            return ""
        is_array, path = self.stack[-1]
        if not is_array:
            return self.key_path
        if len(self.stack) - 1 == self.rows_at and not self.depth:
            self.row += 1
            self.last = max(self.last, self.row)
        return f"{path}[]" if path else ""

    def _open(self, array: bool) -> None:
        if self.depth or len(self.stack) >= MAX_DEPTH:
            self.depth += 1  # deeper than paths go
            self.too_deep = True
            return
        path = self._path()
        if array and self.rows_at < 0:
            self.rows_at = len(self.stack)
            self.row = self.first - 1
        self.stack.append((array, path))

    def _close(self) -> None:
        if self.depth:
            self.depth -= 1
            return
        self.stack.pop()
        if len(self.stack) == self.rows_at:
            self.rows_at, self.row = -1, self.first
        if not self.stack:
            self.first = self.row = self.last + 1
