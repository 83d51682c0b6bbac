"""Rows of cells gathered by columns: what CSV files, sheets and SQL dumps have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from derbes.scanner.connectors.readers.base import arrow_series, index_of, pieces, series
from derbes.scanner.model.data import Dataset, TableBatch

BATCH = 4 << 20
MAX_CELLS = 4 << 20
MAX_COLUMNS = 4096  # no table of people has more; what stands beyond is read, but not judged column by column
BEYOND = "…"  # the path of all of it

if TYPE_CHECKING:
    import pandas as pd

Row = Sequence[str | None]


class Rows:
    """Rows of one table. ``path_of`` gives the path of a column by its 0-based index."""

    def __init__(self, dataset: Dataset, path_of: Callable[[int], str], first_row: int = 1) -> None:
        self.dataset = dataset
        self.path_of = path_of
        self.next_row = first_row
        self.first_row = first_row
        self.size = 0  # bytes read for the rows since the last flush; the reader adds them
        self._columns: list[list[str | None]] = []
        self._arrays: list[list[Any]] = []  # of rows that came as Arrow arrays: they are not mixed with others
        self._extra: dict[int, tuple[list[int], list[str | None]]] = {}  # cells that do not stand in line

    @property
    def full(self) -> bool:
        """Time to flush."""
        return self.size >= BATCH

    def add(self, rows: Sequence[Row]) -> Iterator[TableBatch]:
        """Append rows; ragged ones are filled up. Flushes first where the filling would outgrow the data."""
        if self._arrays:
            yield from self.flush()
        width = max(map(len, rows), default=0)
        if max(width, len(self._columns)) * (self.next_row - self.first_row + len(rows)) > MAX_CELLS:
            yield from self.flush()
            if width * len(rows) > MAX_CELLS:
                rows = self._narrowed(rows)
        self.add_columns(list(zip_longest(*rows)), len(rows))

    def add_arrays(self, columns: Sequence[Any]) -> Iterator[TableBatch]:
        """Append rows that are Arrow string arrays by column."""
        if self._columns or len(self._arrays) not in (0, len(columns)):
            yield from self.flush()
        if not self._arrays:
            self._arrays = [[] for _ in columns]
        for pending, column in zip(self._arrays, columns, strict=True):
            pending.append(column)
        self.next_row += len(columns[0])

    def add_columns(self, columns: Sequence[Row], count: int) -> None:
        """Append ``count`` rows that are columns already."""
        gathered = self.next_row - self.first_row
        while len(self._columns) < len(columns):
            self._columns.append([None] * gathered)
        for column, cells in zip_longest(self._columns, columns):
            column.extend([None] * count if cells is None else cells)
        self.next_row += count

    def add_piece(self, column: int, value: str) -> None:
        """A further piece of a cell of the last row."""
        for piece in pieces(value):
            self._put(column, self.next_row - 1, piece)

    def skip_to(self, row: int) -> Iterator[TableBatch]:
        """The next row is number ``row``."""
        if row != self.next_row:
            yield from self.flush()
            self.first_row = self.next_row = row

    def flush(self) -> Iterator[TableBatch]:
        """The rows since the last flush."""
        count = self.next_row - self.first_row
        if count:
            units = index_of(range(self.first_row, self.next_row))
            columns = {self.path_of(i): arrow_series(units, values) for i, values in enumerate(self._arrays)}
            columns |= {self.path_of(i): series(units, values) for i, values in enumerate(self._columns[:MAX_COLUMNS])}
            if beyond := self._columns[MAX_COLUMNS:]:
                columns[BEYOND] = _by_unit([c for cells in beyond for c in enumerate(cells, self.first_row) if c[1]])
            yield TableBatch(self.dataset, columns, count, self.size)
        if self._extra:
            columns = {self.path_of(i): series(*self._extra[i]) for i in sorted(self._extra) if i < MAX_COLUMNS}
            far = [cell for i in sorted(self._extra) if i >= MAX_COLUMNS for cell in zip(*self._extra[i], strict=True)]
            if far:
                columns[BEYOND] = _by_unit(far)
            yield TableBatch(self.dataset, columns, 0, 0)
        self._columns, self._arrays, self._extra = [], [], {}
        self.first_row, self.size = self.next_row, 0

    def _narrowed(self, rows: Sequence[Row]) -> list[Row]:
        """Rows cut to a common width; what stands beyond it goes the slow way."""
        limit = max(MAX_CELLS // len(rows), sorted(map(len, rows))[len(rows) // 2])
        for number, row in enumerate(rows, self.next_row):
            for index, cell in enumerate(row[limit:], limit):
                self._put(index, number, cell)
        return [row[:limit] for row in rows]

    def _put(self, column: int, row: int, value: str | None) -> None:
        units, values = self._extra.setdefault(column, ([], []))
        units.append(row)
        values.append(value)


def _by_unit(cells: list[tuple[int, str | None]]) -> pd.Series[Any]:
    """Cells of many columns as those of one, in the order of rows."""
    cells.sort(key=itemgetter(0))
    return series([unit for unit, _ in cells], [cell for _, cell in cells])
