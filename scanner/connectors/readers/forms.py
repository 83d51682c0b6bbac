"""URL-encoded bodies of forms, one a line: ``name=%D0%98…&phone=%2B7…``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote_to_bytes

from derbes.scanner.connectors.encodings import Decoder, guess
from derbes.scanner.connectors.readers.base import MAX_CELL, Cells, Item, Reading
from derbes.scanner.connectors.readers.lines import blocks
from derbes.scanner.connectors.readers.paths import known, segment
from derbes.scanner.connectors.readers.text import damage


def read_forms(stream: IO[bytes], reading: Reading, codec: str, first_line: int = 1) -> Iterator[Item]:
    """A row a line, a column a field; ``%XX`` decoded in the encoding that fits."""
    cells = Cells(reading.dataset("form", kind="form"), first=first_line)
    decoder = Decoder(codec)
    number = first_line
    for block in blocks(stream, first_line=first_line, max_line=MAX_CELL):
        number = block.first_line
        for line in decoder.text(block.data, number).removesuffix("\n").split("\n"):
            for pair in line.strip().split("&"):
                name, equals, value = pair.partition("=")
                if name or value:
                    cells.add(
                        known(cells, segment(unquoted(name)) if equals else "line"), number, unquoted(value or name)
                    )
            number += 1
            if cells.full:
                yield from cells.flush(number - 1)
    yield from cells.flush(number - 1)
    yield from damage(decoder, reading)


def unquoted(text: str) -> str:
    """``a+b%20c`` decoded; the bytes may be UTF-8 or one of the Cyrillic encodings."""
    if "%" not in text:
        return text.replace("+", " ")
    data = unquote_to_bytes(text.replace("+", " "))
    return data.decode(guess(data), "replace")
