"""Distinct values of a column in one buffer: numpy and Arrow look at all of them at once.

A value becomes a Python string only when somebody reads it. Arrays are ``large_binary``: UTF-8 as it came, lone
surrogates of broken inputs included.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_object_dtype

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

WIDEST = 32  # bytes of a row of ``Distinct.matrix``
_BINARY = pa.large_binary()
_NOTHING, _LINE_END = pa.scalar(b"", _BINARY), pa.scalar(b"\n", _BINARY)


def as_array(values: Any) -> Any:
    """Strings (a sequence, an Arrow array, a pandas Series of either kind) as one ``large_binary`` array.

    ``None`` and ``NaN`` are null; what is no string is written as ``str`` writes it.
    """
    if isinstance(values, pd.Series):
        arrow = getattr(values.array, "__arrow_array__", None)
        values = values.to_numpy() if arrow is None or is_object_dtype(values) else arrow()
    if isinstance(values, pa.ChunkedArray):
        values = pa.chunked_array([chunk.cast(_BINARY) for chunk in values.chunks], _BINARY).combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # pyarrow before 17 gives chunks back
        values = pa.concat_arrays(values.chunks)
    if isinstance(values, pa.Array):
        return values if values.type == _BINARY else values.cast(_BINARY)
    try:
        return pa.array(values, type=_BINARY, from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError):
        return pa.array([_encoded(value) for value in values], type=_BINARY)


def _encoded(value: Any) -> bytes | None:
    if not isinstance(value, str) and pd.isna(value):
        return None
    return (value if isinstance(value, str) else str(value)).encode("utf-8", "surrogatepass")


def offsets_of(array: Any) -> Ints:
    """Where each value begins in ``bytes_of(array)``, and the end of the last."""
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    moved: Ints = offsets - offsets[0]
    return moved


def bytes_of(array: Any) -> bytes:
    """The bytes of all values, one after another."""
    start, end = np.frombuffer(array.buffers()[1], dtype=np.int64)[[array.offset, array.offset + len(array)]].tolist()
    content = array.buffers()[2]
    return b"" if content is None or start == end else content.slice(start, end - start).to_pybytes()


def array_of(content: bytes | Bytes, offsets: Ints) -> Any:
    """Value ``i`` is ``content[offsets[i]:offsets[i + 1]]``."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets, dtype=np.int64)), pa.py_buffer(content)]
    return pa.LargeBinaryArray.from_buffers(_BINARY, len(offsets) - 1, buffers)


def joined(array: Any) -> Any:
    """Every value with a line end behind it."""
    return pc.binary_join_element_wise(array, _NOTHING, _LINE_END)


def codes_of(array: Any) -> tuple[Ints, Any]:
    """The number of each value's first like (-1: missing), and the distinct values by that number."""
    encoded = array.dictionary_encode()
    indices = encoded.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    return indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def codes_of_rows(matrix: Bytes) -> tuple[Ints, Ints]:
    """Of rows of bytes: a code a row, and the first row of each code."""
    count, width = matrix.shape
    rows = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), count, [None, pa.py_buffer(np.ascontiguousarray(matrix))]
    )
    codes, distinct = codes_of(rows)
    first = np.full(len(distinct), count, dtype=np.int64)
    np.minimum.at(first, codes, np.arange(count))
    return codes, first


def members_of(codes: Ints, index: Ints) -> list[Ints]:
    """The parts of ``index`` that have the same code, each in order."""
    if not len(index):
        return []
    order = np.argsort(codes, kind="stable")
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    return np.split(index[order], cuts)


class Distinct:
    """``counts[i]`` is how often value ``i`` occurs. Positions are bytes in ``buffer``, where a line end follows each
    value: value ``i`` lies at ``starts[i]`` and has ``lengths[i]`` bytes."""

    def __init__(self, values: Sequence[str] | Any, counts: Ints) -> None:
        self.array = as_array(values)
        self.counts = counts
        self._lines = joined(self.array)
        offsets = offsets_of(self._lines)
        self.starts: Ints = offsets[:-1]
        self.lengths: Ints = np.diff(offsets) - 1
        self.buffer = bytes_of(self._lines)
        self.data: Bytes = np.frombuffer(self.buffer, dtype=np.uint8)

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def values(self) -> Sequence[str]:
        """All values as strings; ``texts`` and ``text`` are cheaper for some of them."""
        return _decoded(self.array)

    def text(self, index: int) -> str:
        """One value."""
        start = int(self.starts[index])
        return self.buffer[start : start + int(self.lengths[index])].decode("utf-8", "surrogatepass")

    def texts(self, index: Ints | Sequence[int]) -> list[str]:
        """Some values."""
        return _decoded(self.some(index))

    def some(self, index: Ints | Sequence[int]) -> Any:
        """Some values as an array."""
        return self.array.take(pa.array(index, type=pa.int64()))

    def lines(self, index: Ints | Sequence[int]) -> tuple[bytes, Ints]:
        """Some values, a line end behind each, and where they begin (with the end of the last)."""
        taken = self._lines.take(pa.array(index, type=pa.int64()))
        return bytes_of(taken), offsets_of(taken)

    def integers(self, index: Ints) -> Ints:
        """Some values that are digits only, at most 18."""
        numbers: Ints = self.some(index).cast(pa.large_string()).cast(pa.int64()).to_numpy()
        return numbers

    def matrix(self, index: Ints, width: int) -> Bytes:
        """The first ``width`` bytes of some values (at most ``WIDEST``), zeros behind them."""
        cells: Bytes = self._windows[self.starts[index], :width]
        cells *= np.arange(width) < self.lengths[index][:, None]
        return cells

    @cached_property
    def _windows(self) -> Bytes:
        return np.lib.stride_tricks.sliding_window_view(np.frombuffer(self.buffer + bytes(WIDEST), np.uint8), WIDEST)

    def sums(self, flags: Bools) -> Ints:
        """How many bytes of each value are flagged (one flag a byte of ``buffer``)."""
        if not len(self):
            return np.empty(0, dtype=np.int64)
        total = np.zeros(len(flags) + 1, dtype=np.int32)
        np.cumsum(flags, dtype=np.int32, out=total[1:])
        sums: Ints = (total[self.starts + self.lengths + 1] - total[self.starts]).astype(np.int64)
        return sums


def _decoded(array: Any) -> list[str]:
    try:
        return array.cast(pa.large_string()).to_pylist()  # type: ignore[no-any-return]
    except pa.ArrowException:
        return [value.decode("utf-8", "surrogatepass") for value in array.to_pylist()]
