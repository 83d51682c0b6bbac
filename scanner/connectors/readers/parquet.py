"""Parquet by row batches. Nested columns are opened into paths like JSON.

A big file is read in runs of row groups, each by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from derbes.scanner.connectors.readers.base import Cells, Item, Reading, arrow_series, seekable, series
from derbes.scanner.connectors.readers.packed import missing_package
from derbes.scanner.connectors.readers.paths import Pairs, flatten
from derbes.scanner.model.data import Field, TableBatch

ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive row groups ``first`` to ``last``: the number of their first row (1-based) and their bytes."""

    first: int
    last: int
    row: int
    start: int
    end: int
    columns: str  # names and types: another name is another unit


def runs(path: str, size: int) -> list[Run]:
    """Runs of row groups of at least ``size`` bytes; none when the file is no Parquet that can be read in parts.

    Cut from the front, so that groups which are added do not change the runs before them.
    """
    try:
        from pyarrow import parquet

        with Path(path).open("rb") as stream:
            if stream.read(4) != b"PAR1":
                return []
            metadata = parquet.read_metadata(stream)
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            spans = [_span(group) for group in groups]
            columns = str(metadata.schema.to_arrow_schema().remove_metadata())
    except Exception:  # reading it will say why
        return []
    found: list[Run] = []
    first, row = 0, 1
    for last, (_, end) in enumerate(spans):
        if end - spans[first][0] >= size or last == len(spans) - 1:
            found.append(Run(first, last, row, spans[first][0], end, columns))
            row += sum(group.num_rows for group in groups[first : last + 1])
            first = last + 1
    return found


def _span(group: Any) -> tuple[int, int]:
    """First byte of a row group and the one behind its last."""
    columns = [group.column(number) for number in range(group.num_columns)]
    starts = [c.dictionary_page_offset if c.has_dictionary_page else c.data_page_offset for c in columns]
    sizes = [column.total_compressed_size for column in columns]
    return min(starts), max(start + size for start, size in zip(starts, sizes, strict=True))


def read_parquet(stream: IO[bytes], reading: Reading, sample: bytes = b"", run: Run | None = None) -> Iterator[Item]:
    """Rows of all row groups, or of a run of them."""
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
        row = run.row if run else 1
        groups = range(run.first, run.last + 1) if run else range(file.num_row_groups)
        for batch in file.iter_batches(batch_size=ROWS, row_groups=groups, use_threads=False):
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
