"""JSON: one document by events, in bounded memory, or one document a line.

A row is an element of the outermost array; what stands outside any array belongs to row 1. Paths are dotted keys with
``[]`` for arrays inside a row. A key that looks like data (an address, a number) is itself a value: its segment
is ``{}``, so that no personal value gets into a path, and the keys are the values of ``….{key}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from derbes.scanner.connectors.encodings import Decoder
from derbes.scanner.connectors.readers.base import Cells, Item, Reading
from derbes.scanner.connectors.readers.lines import blocks
from derbes.scanner.connectors.readers.text import damage

MAX_DEPTH = 1000
MAX_PATHS = 5000
_DATA_KEY = re.compile(r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d\D{0,2}\d|@|[^\W_]\s+[^\W_].*\s|^https?:")


def segment(key: str) -> str:
    """A key as a path segment; ``{}`` when it looks like data."""
    return "{}" if len(key) > 80 or _DATA_KEY.search(key) else " ".join(key.split()) or "{}"


class Flattened(Exception):
    """Too deep to be opened into paths."""


def flatten(cells: Cells, root: Any, row: int) -> None:
    """Put every scalar in ``root`` (as ``loads`` gives it) into its column. Iterative: depth costs no stack."""
    stack: list[tuple[str, Any, int]] = [("", root, 0)]
    while stack:
        path, value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise Flattened
        if isinstance(value, Pairs):
            for key, item in reversed(value.pairs):
                name = segment(key)
                inner = f"{path}.{name}" if path else name
                if name == "{}":
                    cells.add(known(cells, f"{path}.{{key}}" if path else "{key}"), row, key)
                if type(item) is str:
                    cells.add(known(cells, inner), row, item)
                else:
                    stack.append((inner, item, depth + 1))
        elif isinstance(value, list):
            stack.extend((f"{path}[]", item, depth + 1) for item in reversed(value))
        else:
            cells.add(known(cells, path or "value"), row, None if value is None else scalar(value))


def known(cells: Cells, path: str) -> str:
    """``path``, or a common one when a document has more different paths than a table has columns."""
    return path if path in cells.columns or len(cells.columns) < MAX_PATHS else "{}"


def scalar(value: Any) -> str:
    """A JSON scalar as it would be written."""
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


class Pairs:
    """An object with all its keys, repeated ones too."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_float=str, parse_int=str, parse_constant=str, strict=False)


def loads(text: str) -> Any:
    """One JSON value; numbers stay as written, ``NaN`` is let through. Raises ``ValueError`` or ``RecursionError``."""
    return _DECODER.decode(text)


def read_jsonl(stream: IO[bytes], reading: Reading, codec: str, first_line: int = 1) -> Iterator[Item]:
    """JSON lines: a row a line. A line that is no JSON is a value of ``line``."""
    cells = Cells(reading.dataset("jsonl"), first=first_line)
    decoder = Decoder(codec)
    broken, number = 0, first_line
    for block in blocks(stream, first_line=first_line):
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
