"""Driver values as text: whole columns at a time, and cell by cell only where types are mixed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Cells = list[str | None]

_NONE = type(None)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_CYRILLIC = re.compile(rb"[\xc0-\xff\xa8\xb8]")


def as_text(values: list[Any]) -> tuple[Cells, int]:
    """A column as strings, and how many of its values were binary and are now missing."""
    kinds = set(map(type, values))
    nullable = _NONE in kinds
    kinds.discard(_NONE)
    if not kinds or kinds == {str}:
        return values, 0
    if len(kinds) == 1 and (convert := CONVERTERS.get(next(iter(kinds)))):
        if not nullable:
            cells: Cells = list(map(convert, values))
        else:
            cells = [None if value is None else convert(value) for value in values]
    else:
        cells = [None if value is None else _convert(value) for value in values]
    if not kinds & _BINARY:
        return cells, 0
    return cells, cells.count(None) - (values.count(None) if nullable else 0)


def any_begins(array: Any, signs: bytes) -> bool:
    """Whether any value of an Arrow string array begins with one of ``signs``."""
    import numpy as np

    _, offsets, content = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    starts = starts[:-1][starts[1:] > starts[:-1]]
    return bool(len(starts)) and bool(np.isin(np.frombuffer(content, dtype=np.uint8)[starts], list(signs)).any())


def _convert(value: Any) -> str | None:
    convert = CONVERTERS.get(type(value))
    if convert is not None:
        return convert(value)
    for kind, function in CONVERTERS.items():  # subclasses
        if isinstance(value, kind):
            return function(value)
    return str(value)


def text_of(data: bytes | bytearray | memoryview) -> str | None:
    """Bytes that are text, decoded; ``None`` for binary ones. UTF-8, else windows-1251 if it gives Cyrillic."""
    data = bytes(data)
    if _CONTROL.search(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        high = len(_HIGH.findall(data))
        cyrillic = len(_CYRILLIC.findall(data))
        return data.decode("cp1251", "replace") if cyrillic >= 0.7 * high else None


def lenient(data: bytes) -> str:
    """Text of a text column whatever its bytes: UTF-8, else windows-1251, which maps all but one byte."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def _decimal(value: Decimal) -> str:
    return f"{value:f}"


def _moment(value: datetime.datetime) -> str:
    return value.isoformat(" ")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


CONVERTERS: dict[type, Callable[[Any], str | None]] = {
    str: str,
    bool: _boolean,
    int: str,
    float: repr,
    Decimal: _decimal,
    datetime.datetime: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    bytes: text_of,
    bytearray: text_of,
    memoryview: text_of,
}
_BINARY = {bytes, bytearray, memoryview}
