"""SQLite's rows by columns: the engine joins a column's cells into one text, so no cell becomes a Python object.

A cell that holds one of the separators, a control character or bytes that are no UTF-8 makes this impossible;
``split`` says so, and its rows are read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

BETWEEN, MISSING = "\x1f", "\x1e"
_FORBIDDEN = bytes({*range(9), *range(14, 32), 127} - {ord(BETWEEN), ord(MISSING)})


def expressions(columns: Sequence[str]) -> str:
    """What to select of each (quoted) column."""
    return ", ".join(f"group_concat(ifnull({name}, '{MISSING}'), '{BETWEEN}')" for name in columns)


def split(cells: bytes, rows: int) -> Any | None:
    """A column of ``rows`` cells as an array; ``None`` when the cells cannot be told apart or are no plain text."""
    if len(cells.translate(None, _FORBIDDEN)) != len(cells):
        return None
    data = np.frombuffer(cells, dtype=np.uint8)
    between = data == ord(BETWEEN)
    stops = np.flatnonzero(between)
    if len(stops) != rows - 1:
        return None
    offsets = np.empty(rows + 1, dtype=np.int64)
    offsets[0], offsets[1:-1], offsets[-1] = 0, stops - np.arange(rows - 1), len(data) - rows + 1
    values = pa.py_buffer(data[~between])
    missing = None
    if ord(MISSING) in cells:
        valid = np.ones(rows, dtype=np.bool_)
        ends = offsets[1:] > offsets[:-1]
        valid[ends] = np.frombuffer(values, dtype=np.uint8)[offsets[:-1][ends]] != ord(MISSING)
        missing = pa.py_buffer(np.packbits(valid, bitorder="little"))
    array = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), values, missing)
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return array


def split_all(row: Sequence[bytes], rows: int) -> list[Any] | None:
    """All columns, or ``None`` when one of them cannot be split."""
    columns = []
    for cells in row:
        column = split(cells, rows)
        if column is None:
            return None
        columns.append(column)
    return columns
