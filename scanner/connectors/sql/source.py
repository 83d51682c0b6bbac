"""Databases as a source: tables cut into key ranges, read whole or sampled at random, errors beside results.

Rows are numbered from 1 in the order of the primary key (of the engine's own scan where there is none). In a table
that is cut into ranges the numbers of a range begin at its place in the key space: exact as long as no row between
was deleted, and never found by counting.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import pairwise
from math import ceil
from typing import Any

from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import parse_url, resolve
from derbes.scanner.connectors.sql.base import Database, Table, Trouble
from derbes.scanner.connectors.sql.reading import Reading, dataset_of, path_of
from derbes.scanner.errors import DerbesError, SourceError
from derbes.scanner.model.data import Batch, Dataset, Stamp, Unit
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

ENGINES = {
    "sqlite": ("sqlite", "Sqlite"),
    "postgresql": ("postgresql", "Postgresql"),
    "mysql": ("mysql", "Mysql"),
    "mariadb": ("mysql", "Mysql"),
    "other": ("generic", "Generic"),
}
ATTEMPTS = 4  # with pauses of 0.5, 1 and 2 seconds between them
PAUSE = 0.5
LAST_NUMBER = 1 << 62  # keys without sign go beyond what an index holds
UNIT_SIZE = 256 << 20


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
        stamps: Mapping[str, Stamp] | None = None
        for item in self._tables():
            if isinstance(item, Unscanned):
                yield item
                continue
            yield from item.notes
            if stamps is None:  # before anything is read, so that what changes meanwhile is read again next time
                stamps = self._stamps()
            if item.columns:
                stamp = _with_columns(stamps.get(item.path), item)
                for unit in self._guarded(item.path, partial(self._cut, item)):
                    yield replace(unit, stamp=stamp) if isinstance(unit, Unit) else unit

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

    def _stamps(self) -> Mapping[str, Stamp]:
        try:
            return self.database.stamps()
        except Exception:  # rights to the statistics differ; without them tables are read
            return {}

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
        path = path_of(unit.spec)
        try:
            reading = Reading(self.database, self.table, unit)
        except DerbesError as error:  # the address: a variable that this worker does not have, for one
            yield self._refused(path, error)
            return
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
        code = {"missing-driver": "missing-extra", "dsn-variable": "dsn-parse"}.get(error.slug, error.slug)
        return Unscanned(self.place.id, path, code, error.message, error.params, error.hint)


def open_database(place: Place, options: Options) -> Database:
    """The ``Database`` for a place, not connected yet. Raises ``UsageError`` for an address that cannot be used."""
    from sqlalchemy.engine import URL

    target = resolve(place)
    url = parse_url(target, place) if "://" in target else URL.create("sqlite", database=target)
    family = url.get_backend_name()
    module, name = ENGINES.get(family, ENGINES["other"])
    engine: type[Database] = getattr(import_module(f"derbes.scanner.connectors.sql.{module}"), name)
    return engine(url, place, options)


def _with_columns(stamp: Stamp | None, table: Table) -> Stamp | None:
    """With what the table's columns are called and declared as: renaming one changes no row."""
    return stamp and stamp._replace(text=f"{stamp.text} {[(column.name, column.type) for column in table.columns]}")
