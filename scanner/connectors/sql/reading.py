"""One unit of a table being read: chunks into batches, columns opened, remarks in the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from derbes.scanner.connectors.readers.base import arrow_series
from derbes.scanner.connectors.sql.base import Chunk, Column, Database, Query, Table
from derbes.scanner.connectors.sql.openings import Opened, array_column, hstore_column, json_column, may_hold_json
from derbes.scanner.connectors.sql.sampling import sampled
from derbes.scanner.connectors.sql.values import Cells, any_begins, as_text
from derbes.scanner.model.data import Batch, Dataset, Field, TableBatch, Unit
from derbes.scanner.model.inventory import Unscanned

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 16_384
ARROW_ROWS = 65_536
BATCH_BYTES = 8 << 20

Describe = Callable[[str | None, str], Table]


class Reading:
    """One unit being read: where it stands, and what is to be said of it in the end.

    Chunks are small, so that a row is still in the processor's cache while its values become text; batches are large.
    """

    def __init__(self, database: Database, describe: Describe, unit: Unit) -> None:
        self.database = database
        self.describe = describe
        self.spec = unit.spec
        self.first = unit.spec.get("first") or 1
        self.done = 0  # rows taken from the database, given on or waiting
        self.binary: Counter[str] = Counter()
        self.started = time.monotonic()
        self.table: Table | None = None
        self._forget()

    def _forget(self) -> None:
        self.cells: list[list[Any]] = []  # strings, or Arrow arrays one after another if ``arrow``
        self.arrow = False
        self.units: list[Sequence[int]] = []
        self.rows = 0
        self.size = 0
        self.braced: set[str] = set()  # columns with something that begins like JSON

    def batches(self) -> Iterator[Batch]:
        """Batches of the rows that were not given yet."""
        self.table = table = self.describe(self.spec["schema"], self.spec["table"])
        skip = self.done
        for chunk in self._chunks(table):
            if skip >= chunk.rows:
                skip -= chunk.rows
                continue
            if self.rows and chunk.arrow != self.arrow:
                yield from self.waiting()
            self._take(table, _without_first(chunk, skip))
            skip = 0
            self._slow_down()
            if self.rows >= (ARROW_ROWS if self.arrow else BATCH_ROWS) or self.size >= BATCH_BYTES:
                yield from self.waiting()
        yield from self.waiting()

    def waiting(self) -> Iterator[Batch]:
        """The rows taken and not given yet, as a batch."""
        if not self.rows or self.table is None:
            return
        table, units = self.table, _joined(self.units)
        columns: dict[str, pd.Series[Any]] = {}
        for column, cells in zip(table.columns, self.cells, strict=True):
            self._add(columns, f"{table.path}.{column.name}", column, cells, units)
        rows, size = self.rows, self.size
        self._forget()
        yield TableBatch(dataset_of(table, self.spec.get("total")), columns, rows, size)

    def _chunks(self, table: Table) -> Iterator[Chunk]:
        database, spec = self.database, self.spec
        if "sample" in spec:
            return sampled(database, table, spec["sample"], spec["total"], self.database.options.seed)
        return database.stream(Query(table, spec.get("low"), spec.get("high")))

    def _take(self, table: Table, chunk: Chunk) -> None:
        if not self.cells:
            self.cells = [[] for _ in table.columns]
        self.arrow = chunk.arrow
        for column, taken, values in zip(table.columns, self.cells, chunk.columns, strict=True):
            if chunk.arrow:
                taken.append(values)
                if column.opening == "text" and column.name not in self.braced and any_begins(values, b"{["):
                    self.braced.add(column.name)
                continue
            cells, binary = (values, 0) if chunk.text else as_text(values)
            taken.extend(cells)
            if column.opening == "text" and not chunk.plain and column.name not in self.braced and may_hold_json(cells):
                self.braced.add(column.name)
            if binary:
                self.binary[f"{table.path}.{column.name}"] += binary
        start = self.first + self.done
        self.units.append(chunk.units or range(start, start + chunk.rows))
        self.done += chunk.rows
        self.rows += chunk.rows
        self.size += chunk.size

    def _add(self, columns: dict[str, Any], path: str, column: Column, cells: Cells, units: Sequence[int]) -> None:
        opened: Opened = {}
        if self.arrow:
            if (column.opening == "text" and column.name not in self.braced) or column.opening in ("", "binary"):
                columns[path] = arrow_series(units, cells)
                return
            arrays = cast("list[Any]", cells)
            cells = [cell for array in arrays for cell in array.to_pylist()]
        if column.opening == "json":
            cells, opened = json_column(cells, units, path, declared=True)
        elif column.opening == "array":
            cells, opened = array_column(cells, units, path)
        elif column.opening == "hstore":
            cells, opened = hstore_column(cells, units, path)
        elif column.name in self.braced:
            cells, opened = json_column(cells, units, path, declared=False)
        if not opened or any(cell is not None for cell in cells):
            columns[path] = _series(cells, units)
        for inner, (numbers, texts) in opened.items():
            columns[inner] = _series(texts, numbers)

    def _slow_down(self) -> None:
        rate = self.database.options.max_rows_per_second
        if rate:
            ahead = self.done / rate - (time.monotonic() - self.started)
            if ahead > 0:
                time.sleep(ahead)

    def remarks(self) -> Iterator[Unscanned]:
        """What was not read of a unit that was read to its end."""
        place = self.database.place.id
        for path, count in sorted(self.binary.items()):
            yield Unscanned(place, path, "column-binary", "двоичные значения не читались: {count}", {"count": count})
        if "sample" in self.spec:
            message = "прочитана случайная выборка: {rows} из {total} строк"
            params = {"rows": self.done, "total": self.spec["total"]}
            yield Unscanned(place, path_of(self.spec), "sampled", message, params)


def dataset_of(table: Table, total: int | None = None) -> Dataset:
    """A table as the rest of the house knows it."""
    fields = tuple(Field(f"{table.path}.{c.name}", c.name, c.type, c.length, c.comment) for c in table.columns)
    rows = table.rows if total is None else total
    return Dataset("", table.path, "database", "row", table.kind, fields, rows, table.comment)


def _series(cells: Any, units: Any) -> pd.Series[Any]:
    import pandas as pd

    index = pd.RangeIndex(units) if isinstance(units, range) else pd.Index(units)
    return pd.Series(cells, index=index, dtype=object)


def _joined(pieces: list[Sequence[int]]) -> Sequence[int]:
    """Row numbers of consecutive chunks as one ``range`` where they follow each other."""
    first, last = pieces[0], pieces[-1]
    if all(isinstance(piece, range) for piece in pieces):
        return range(first[0], last[-1] + 1)
    return [unit for piece in pieces for unit in piece]


def _without_first(chunk: Chunk, skip: int) -> Chunk:
    if not skip:
        return chunk
    columns = [column[skip:] for column in chunk.columns]
    return replace(chunk, columns=columns, rows=chunk.rows - skip, units=chunk.units[skip:])


def path_of(spec: Mapping[str, Any]) -> str:
    """The table that a unit belongs to, as paths name it."""
    schema = spec.get("schema")
    return f"{schema}.{spec['table']}" if schema else str(spec["table"])
