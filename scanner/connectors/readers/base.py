"""What every reader shares: where it reads, what it may use up, and how it reports what it could not read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.readers.limits import LIMIT_HINTS, LIMIT_MESSAGES, Budget, LimitReached
from derbes.scanner.model.data import Batch, Dataset, Field, TableBatch
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import PlaceKind, UnitKind

if TYPE_CHECKING:
    import pandas as pd

Item = Batch | Unscanned
SPOOL_IN_MEMORY = 16 << 20
SPOOL_LIMIT = 512 << 20
MAX_CELL = 16 << 20  # characters; a longer value is handed on in overlapping pieces
OVERLAP = 4096


class Damaged(Exception):
    """The input is broken here; what was read before stands."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file or archive member being read. ``part`` is its name in reports, ``name`` decides by its suffix."""

    place: str
    part: str
    name: str
    options: Options
    budget: Budget
    encoding: str | None = None
    depth: int = 0

    def dataset(
        self,
        format: str,
        *,
        name: str = "",
        kind: PlaceKind = "file",
        unit: UnitKind = "row",
        fields: tuple[Field, ...] = (),
    ) -> Dataset:
        """The dataset of this part (or of one table or sheet in it)."""
        return Dataset(self.part, name, kind, unit, format, fields)

    def problem(self, code: str, message: str, hint: str = "", **params: Any) -> Unscanned:
        """Something of this part that was not read."""
        return Unscanned(self.place, self.part, code, message, params, hint)

    def limit(self, reached: LimitReached) -> Unscanned:
        """The problem that a limit makes."""
        return self.problem(reached.code, LIMIT_MESSAGES[reached.code], LIMIT_HINTS[reached.code], limit=reached.limit)

    def deeper(self, name: str) -> Reading:
        """The reading of what a compressed stream holds: the same part under its plain name."""
        return replace(self, name=name, depth=self.depth + 1)

    def inside(self, member: str) -> Reading:
        """The reading of an archive member."""
        return replace(self, part=f"{self.part}!{member}", name=member, depth=self.depth + 1)


def series(units: Iterable[int], values: Iterable[str | None]) -> pd.Series[Any]:
    """A column: values by unit number, as plain Python strings (the cheapest to build and to join)."""
    import numpy as np
    import pandas as pd

    gathered = list(values)
    array = np.empty(len(gathered), dtype=object)  # twice as fast as letting pandas look at the list
    array[:] = gathered
    return pd.Series(array, index=index_of(units), dtype=object, copy=False)


def arrow_series(units: Iterable[int], chunks: Sequence[Any]) -> pd.Series[Any]:
    """A column of Arrow string arrays, one after another: no value becomes a Python string here."""
    import pandas as pd
    import pyarrow as pa

    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks)), index=index_of(units))


def index_of(units: Iterable[int]) -> pd.Index[Any]:
    """Unit numbers as an index; columns of one batch share it."""
    import pandas as pd

    if isinstance(units, pd.Index):
        return units
    numbers = units if isinstance(units, range) else list(units)
    if isinstance(numbers, list) and len(numbers) == 1:
        numbers = range(numbers[0], numbers[0] + 1)
    return pd.RangeIndex(numbers) if isinstance(numbers, range) else pd.Index(numbers, dtype="int64")


def pieces(value: str) -> Iterator[str]:
    """A giant value in overlapping pieces."""
    for start in range(0, max(len(value) - OVERLAP, 1), MAX_CELL - OVERLAP):
        yield value[start : start + MAX_CELL]


@dataclass(slots=True)
class Cells:
    """Gathers ``(path, unit, value)`` triples of documents into table batches."""

    dataset: Dataset
    flush_at: int = 2 << 20
    limit: int = 200_000
    columns: dict[str, tuple[list[int], list[str | None]]] = field(default_factory=dict)
    size: int = 0
    cells: int = 0
    first: int = 1  # number of the first unit that is not yet counted in a batch

    def add(self, path: str, unit: int, value: str | None) -> None:
        """Put one value into column ``path``; ``None`` only makes the column known."""
        column = self.columns.get(path)
        if column is None:
            column = self.columns[path] = ([], [])
        for piece in (value,) if value is None or len(value) <= MAX_CELL else pieces(value):
            column[0].append(unit)
            column[1].append(piece)
            self.cells += 1
            self.size += len(piece or "") + 2

    @property
    def full(self) -> bool:
        """Time to flush."""
        return self.size >= self.flush_at or self.cells >= self.limit

    def flush(self, last: int) -> Iterator[TableBatch]:
        """What was gathered, as one batch that covers the units up to ``last``."""
        if self.columns or last >= self.first:
            columns = {path: series(*column) for path, column in self.columns.items()}
            yield TableBatch(self.dataset, columns, max(last - self.first + 1, 0), self.size)
        self.columns, self.size, self.cells, self.first = {}, 0, 0, max(last + 1, self.first)


def spooled(stream: IO[bytes], budget: Budget) -> IO[bytes]:
    """A seekable copy of ``stream`` in an anonymous temporary file; raises ``LimitReached`` beyond 512 MB."""
    copy = tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    size = 0
    while block := stream.read(1 << 20):
        size += len(block)
        if size > SPOOL_LIMIT:
            copy.close()
            raise LimitReached("limit-size", SPOOL_LIMIT)
        budget.check_time()
        copy.write(block)
    copy.seek(0)
    return copy


def seekable(stream: IO[bytes], budget: Budget) -> IO[bytes]:
    """``stream`` itself when one can seek in it, else a spooled copy."""
    return stream if stream.seekable() else spooled(stream, budget)
