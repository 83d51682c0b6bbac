"""Cells that a database hands over as one text, as Arrow arrays: no cell becomes a Python object.

SQLite joins the cells of a column itself. A cell that holds one of the separators, a control character or bytes that
are no UTF-8 makes that impossible; ``split`` says so, and its rows are read one by one. PostgreSQL's COPY writes rows
of cells, escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BETWEEN, MISSING = "\x1f", "\x1e"
_TAB, _LINE_END = b"\t\n"
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


def copied(block: bytes, width: int, unescape: Callable[[list[str | None]], list[str | None]]) -> list[Any] | None:
    """Columns of a block of COPY's text format; ``None`` when it is no UTF-8. ``unescape`` is for columns that hold
    backslashes."""
    data = np.frombuffer(block, dtype=np.uint8)
    ends = (data == _TAB) | (data == _LINE_END)
    stops = np.flatnonzero(ends)
    offsets = np.concatenate([[0], stops - np.arange(len(stops))])
    values = data[~ends]
    cells = pa.LargeStringArray.from_buffers(len(stops), pa.py_buffer(offsets), pa.py_buffer(values))
    try:
        cells.validate(full=True)
    except pa.ArrowInvalid:
        return None
    columns = [cells.take(pa.array(np.arange(start, len(stops), width))) for start in range(width)]
    return [_plain(column, unescape) for column in columns] if b"\\" in block else columns


def _plain(column: Any, unescape: Callable[[list[str | None]], list[str | None]]) -> Any:
    missing = pc.equal(column, "\\N")
    if missing.true_count:
        column = pc.if_else(missing, pa.scalar(None, column.type), column)
    if b"\\" in column.buffers()[2].to_pybytes():
        return pa.array(unescape(column.to_pylist()), column.type)
    return column
