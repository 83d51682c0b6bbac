"""Parquet by row batches Nested columns are opened into paths like JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from derbes.scanner.connectors.readers.base import Cells, Item, Reading, arrow_series, seekable, series
from derbes.scanner.connectors.readers.packed import missing_package
from derbes.scanner.connectors.readers.paths import Pairs, flatten
from derbes.scanner.model.data import Field, TableBatch

ROWS = 20_000


def read_parquet(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Rows of all row groups."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        yield missing_package(reading, "pyarrow", "parquet")
        return
    source = seekable(stream, reading.budget)
    try:
        file = parquet.ParquetFile(source)
        fields = tuple(Field(f.name, f.name, str(f.type)) for f in file.schema_arrow)
        dataset = reading.dataset("parquet", fields=fields)
        row = 1
        for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
            reading.budget.check_time()
            yield from _batch(batch, dataset, row)
            row += batch.num_rows
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError):
        yield reading.problem("file-damaged", "Parquet повреждён или обрывается; прочитано то, что до этого места")


def _batch(batch: Any, dataset: Any, first: int) -> Iterator[Item]:
    from pyarrow import types

    columns: dict[str, Any] = {}
    nested = Cells(dataset, first=first + batch.num_rows)
    units = range(first, first + batch.num_rows)
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if types.is_integer(column.type):
            column = column.cast("string")
        if not column.null_count and (types.is_string(column.type) or types.is_large_string(column.type)):
            columns[field.name] = arrow_series(units, [column])
            continue
        values = column.to_pylist()
        if any(isinstance(value, dict | list) for value in values):
            for row, value in enumerate(values, first):
                if value is not None:
                    flatten(nested, opened(value), row, field.name)
        else:
            columns[field.name] = series(units, [_text(value) for value in values])
    yield TableBatch(dataset, columns, batch.num_rows, batch.nbytes)
    if nested.columns:
        yield from nested.flush(first + batch.num_rows - 1)


def opened(value: Any) -> Any:
    """Structs and lists in the shape that ``flatten`` takes."""
    if isinstance(value, dict):
        return Pairs([(key, opened(item)) for key, item in value.items()])
    return [opened(item) for item in value] if isinstance(value, list) else None if value is None else _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)
