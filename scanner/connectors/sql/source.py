"""Databases as a source: tables cut into key ranges, read whole or sampled at random, errors beside results.

Rows are numbered from 1 in the order of the primary key (of the engine's own scan where there is none). In a table
that is cut into ranges the numbers of a range begin at its place in the key space: exact as long as no row between
was deleted, and never found by counting.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import parse_url, resolve
from derbes.scanner.connectors.sql.base import Chunk, Column, Database, Query, Table, Trouble
from derbes.scanner.connectors.sql.openings import Opened, array_column, hstore_column, json_column, may_hold_json
from derbes.scanner.connectors.sql.values import Cells, as_text
from derbes.scanner.errors import DerbesError, SourceError
from derbes.scanner.model.data import Batch, Dataset, Field, TableBatch, Unit
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

if TYPE_CHECKING:
    import pandas as pd

ENGINES = {
    "sqlite": ("sqlite", "Sqlite"),
    "postgresql": ("postgresql", "Postgresql"),
    "mysql": ("mysql", "Mysql"),
    "mariadb": ("mysql", "Mysql"),
    "other": ("generic", "Generic"),
}
ATTEMPTS = 4  # with pauses of 0.5, 1 and 2 seconds between them
PAUSE = 0.5
BIG_SAMPLE = 200_000  # beyond it, or an eighth of the table, choosing while scanning is cheaper than key by key
KEYS_AT_ONCE = 1_000
LAST_NUMBER = 1 << 62  # keys without sign go beyond what an index holds
UNIT_SIZE = 256 << 20
BATCH_ROWS = 16_384
BATCH_BYTES = 8 << 20


class SqlSource(Source):
    """A database named by an SQLAlchemy URL, or an SQLite file named by its path."""

    def __init__(self, place: Place, options: Options) -> None:
        super().__init__(place, options)
        self._database: Database | None = None
        self._known: dict[tuple[str | None, str], Table] = {}

    @property
    def database(self) -> Database:
        """The engine behind the address. Raises ``UsageError`` for an address that cannot be used."""
        if self._database is None:
            self._database = open_database(self.place, self.options)
        return self._database

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    # -- listing ------------------------------------------------------------------------------------------------

    def units(self) -> Iterator[Unit | Unscanned]:
        """Units of every readable table. Raises ``UsageError`` when there is no connection at all."""
        for item in self._tables():
            if isinstance(item, Unscanned):
                yield item
                continue
            yield from item.notes
            if item.columns:
                yield from self._guarded(item.path, partial(self._cut, item))

    def datasets(self) -> Iterator[Dataset]:
        for item in self._tables():
            if isinstance(item, Table):
                yield dataset_of(item)

    def facts(self) -> Iterator[Facts]:
        try:
            yield self.database.facts()
        except DerbesError:
            return
        except Exception:  # rights to the catalogue differ; facts that cannot be had are unknown, not an error
            yield Facts()

    def _tables(self) -> Iterator[Table | Unscanned]:
        return self._guarded("", self.database.tables)

    def _guarded(self, path: str, function: Any) -> Iterator[Any]:
        """Turn every failure but that of connecting into an ``Unscanned``."""
        try:
            yield from function()
        except SourceError as error:
            yield self._refused(path, error)
        except DerbesError:
            raise
        except Exception as error:
            yield self._failed(path, self.database.diagnose(error))

    def _cut(self, table: Table) -> Iterator[Unit]:
        spec = {"schema": table.schema, "table": table.name}
        limit = self._limit()
        if limit is not None:
            total = self.database.count(table)
            if total is None or total > limit:
                yield Unit(f"{table.path}~{limit}", {**spec, "sample": limit, "total": total}, table.size)
                return
        if table.ranged and (table.rows is None or self._parts(table, table.rows) > 1):
            bounds = self.database.key_range(table)
            if bounds is not None:
                yield from self._ranges(table, spec, *bounds)
                return
        yield Unit(table.path, spec, table.size)

    def _limit(self) -> int | None:
        if self.options.full:
            return None
        budget = self.place.budget
        return self.options.sample_rows or (budget.rows if budget else None)

    def _parts(self, table: Table, rows: int) -> int:
        return max(ceil(rows / self.options.unit_rows), ceil(table.size / UNIT_SIZE), 1)

    def _ranges(self, table: Table, spec: dict[str, Any], low: int, high: int) -> Iterator[Unit]:
        span = high - low + 1
        rows = span if table.rows is None else min(span, table.rows)
        parts = min(self._parts(table, rows), span)
        if table.rows is None and table.size:  # keys far apart: no more parts than a file of this size can hold
            parts = min(parts, ceil(table.size / 8 / self.options.unit_rows) + ceil(table.size / UNIT_SIZE))
        if parts == 1:
            yield Unit(table.path, spec, table.size)
            return
        cuts = [low + span * part // parts for part in range(parts + 1)]
        for part, (start, end) in enumerate(pairwise(cuts)):
            first = min(start - low + 1, LAST_NUMBER) if len(table.key) == 1 else rows * part // parts + 1
            # Rows that come while we read fall into the outer ranges.
            bounds = {"low": start if part else None, "high": end if part < parts - 1 else None, "first": first}
            yield Unit(f"{table.path}[{start}:{end}]", {**spec, **bounds}, table.size // parts)

    # -- reading ------------------------------------------------------------------------------------------------

    def read(self, unit: Unit) -> Iterator[Batch | Unscanned]:
        """Read one unit; a lost connection is tried again, with what was already given left out."""
        path = _path(unit.spec)
        reading = _Reading(self, unit)
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                yield from reading.batches()
                yield from reading.remarks()
                return
            except SourceError as error:
                yield self._refused(path, error)
                return
            except DerbesError as error:
                if last or attempt == 0 or error.slug != "dsn-connect":
                    yield from reading.waiting()
                    yield self._refused(path, error)
                    return
            except Exception as error:
                trouble = self.database.diagnose(error)
                if last or not trouble.lost:
                    yield from reading.waiting()
                if last or not (trouble.lost or trouble.changed):
                    yield self._failed(path, trouble)
                    return
                self._known.pop((unit.spec.get("schema"), unit.spec["table"]), None)
                if trouble.lost:
                    self.close()
            time.sleep(PAUSE * 2**attempt)

    def table(self, schema: str | None, name: str) -> Table:
        """The description of one table, read once. Raises ``SourceError`` ``table-vanished``."""
        known = self._known.get((schema, name))
        if known is None:
            found = [item for item in self.database.tables((schema, name)) if isinstance(item, Table)]
            if not found:
                raise SourceError("table-vanished", "таблицы больше нет")
            known = self._known[schema, name] = found[0]
        return known

    def _failed(self, path: str, trouble: Trouble) -> Unscanned:
        seconds = self.options.lock_timeout if trouble.code == "lock-timeout" else self.options.timeout
        params = {"label": trouble.label, "seconds": f"{seconds:g}", "path": path, "user": self.database.url.username}
        return Unscanned(self.place.id, path, trouble.code, trouble.message, params, trouble.hint)

    def _refused(self, path: str, error: DerbesError) -> Unscanned:
        return Unscanned(self.place.id, path, error.slug, error.message, error.params, error.hint)


class _Reading:
    """One unit being read: where it stands, and what is to be said of it in the end.

    Chunks are small, so that a row is still in the processor's cache while its values become text; batches are large.
    """

    def __init__(self, source: SqlSource, unit: Unit) -> None:
        self.source = source
        self.spec = unit.spec
        self.first = unit.spec.get("first") or 1
        self.done = 0  # rows taken from the database, given on or waiting
        self.binary: Counter[str] = Counter()
        self.started = time.monotonic()
        self.table: Table | None = None
        self._forget()

    def _forget(self) -> None:
        self.cells: list[list[str | None]] = []
        self.units: list[Sequence[int]] = []
        self.rows = 0
        self.size = 0
        self.plain = True

    def batches(self) -> Iterator[Batch]:
        """Batches of the rows that were not given yet."""
        self.table = table = self.source.table(self.spec["schema"], self.spec["table"])
        skip = self.done
        for chunk in self._chunks(table):
            if skip >= chunk.rows:
                skip -= chunk.rows
                continue
            self._take(table, _without_first(chunk, skip))
            skip = 0
            self._slow_down()
            if self.rows >= BATCH_ROWS or self.size >= BATCH_BYTES:
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
        database, spec = self.source.database, self.spec
        if "sample" in spec:
            return sampled(database, table, spec["sample"], spec["total"], self.source.options.seed)
        return database.stream(Query(table, spec.get("low"), spec.get("high")))

    def _take(self, table: Table, chunk: Chunk) -> None:
        if not self.cells:
            self.cells = [[] for _ in table.columns]
        for column, taken, values in zip(table.columns, self.cells, chunk.columns, strict=True):
            if chunk.text:
                taken.extend(values)
                continue
            cells, binary = as_text(values)
            taken.extend(cells)
            if binary:
                self.binary[f"{table.path}.{column.name}"] += binary
        start = self.first + self.done
        self.units.append(chunk.units or range(start, start + chunk.rows))
        self.done += chunk.rows
        self.rows += chunk.rows
        self.size += chunk.size
        self.plain = self.plain and chunk.plain

    def _add(self, columns: dict[str, Any], path: str, column: Column, cells: Cells, units: Sequence[int]) -> None:
        opened: Opened = {}
        if column.opening == "json":
            cells, opened = json_column(cells, units, path, declared=True)
        elif column.opening == "array":
            cells, opened = array_column(cells, units, path)
        elif column.opening == "hstore":
            cells, opened = hstore_column(cells, units, path)
        elif column.opening == "text" and not self.plain and may_hold_json(cells):
            cells, opened = json_column(cells, units, path, declared=False)
        if not opened or any(cell is not None for cell in cells):
            columns[path] = _series(cells, units)
        for inner, (numbers, texts) in opened.items():
            columns[inner] = _series(texts, numbers)

    def _slow_down(self) -> None:
        rate = self.source.options.max_rows_per_second
        if rate:
            ahead = self.done / rate - (time.monotonic() - self.started)
            if ahead > 0:
                time.sleep(ahead)

    def remarks(self) -> Iterator[Unscanned]:
        """What was not read of a unit that was read to its end."""
        place = self.source.place.id
        for path, count in sorted(self.binary.items()):
            yield Unscanned(place, path, "file-binary", "двоичные значения не читались: {count}", {"count": count})
        if "sample" in self.spec:
            message = "прочитана случайная выборка: {rows} из {total} строк"
            params = {"rows": self.done, "total": self.spec["total"]}
            yield Unscanned(place, _path(self.spec), "sampled", message, params)


def sampled(database: Database, table: Table, limit: int, total: int | None, seed: int) -> Iterator[Chunk]:
    """About ``limit`` rows, each row equally likely, wherever it lies; the same ones for the same seed."""
    if total is None:
        total = table.rows or limit
    bounds = database.key_range(table) if table.ranged and len(table.key) == 1 else None
    if bounds and limit <= BIG_SAMPLE and limit * 8 < total and bounds[1] - bounds[0] < total * 8:
        return _by_keys(database, table, limit, bounds, random.Random(seed))
    return database.stream(Query(table, share=min(1.0, limit / max(1, total)), seed=seed))


def _by_keys(
    database: Database, table: Table, limit: int, bounds: tuple[int, int], dice: random.Random
) -> Iterator[Chunk]:
    # Keys are drawn at random and those that do not exist are passed over: every row is equally likely. Drawing
    # goes on until there are enough rows, so gaps cost time and no fairness.
    low, high = bounds
    drawn: set[int] = set()
    missing = limit
    while missing > 0 and len(drawn) <= high - low:
        keys: set[int] = set()
        while len(keys) < KEYS_AT_ONCE and len(drawn) <= high - low:
            key = dice.randint(low, high)
            if key not in drawn:
                drawn.add(key)
                keys.add(key)
        for chunk in database.stream(Query(table, keys=tuple(sorted(keys)))):
            kept = sorted(dice.sample(range(chunk.rows), min(missing, chunk.rows)))
            missing -= len(kept)
            if kept:
                columns = [[column[row] for row in kept] for column in chunk.columns]
                size = chunk.size * len(kept) // chunk.rows
                yield Chunk(
                    columns, len(kept), size, text=chunk.text, units=[int(chunk.units[row]) - low + 1 for row in kept]
                )


def dataset_of(table: Table, total: int | None = None) -> Dataset:
    """A table as the rest of the house knows it."""
    fields = tuple(Field(f"{table.path}.{c.name}", c.name, c.type, c.length, c.comment) for c in table.columns)
    rows = table.rows if total is None else total
    return Dataset("", table.path, "database", "row", table.kind, fields, rows, table.comment)


def open_database(place: Place, options: Options) -> Database:
    """The ``Database`` for a place, not connected yet. Raises ``UsageError`` for an address that cannot be used."""
    from sqlalchemy.engine import URL

    target = resolve(place)
    url = parse_url(target, place) if "://" in target else URL.create("sqlite", database=target)
    family = url.get_backend_name()
    module, name = ENGINES.get(family, ENGINES["other"])
    engine: type[Database] = getattr(import_module(f"derbes.scanner.connectors.sql.{module}"), name)
    return engine(url, place, options)


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
    return replace(
        chunk, columns=[column[skip:] for column in chunk.columns], rows=chunk.rows - skip, units=chunk.units[skip:]
    )


def _path(spec: Any) -> str:
    schema = spec.get("schema")
    return f"{schema}.{spec['table']}" if schema else str(spec["table"])
