"""SQLite files: opened read-only, so that not even a lock file of ours stays beside them."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote as percent

from derbes.scanner.connectors.discovery import SETTLED, file_stamp
from derbes.scanner.connectors.sql.base import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    Chunk,
    Column,
    Database,
    Opening,
    Query,
    Table,
    Trouble,
    thinned,
    width_of,
)
from derbes.scanner.connectors.sql.joined import expressions, split_all
from derbes.scanner.connectors.sql.values import lenient
from derbes.scanner.connectors.sql.watchdog import Deadline
from derbes.scanner.errors import DerbesError, SourceError, UsageError
from derbes.scanner.model.data import Stamp
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned

_HEADER = b"SQLite format 3\x00"
_WAL = 2
_JOINED_ROWS = 8_192
_JOINED_COLUMNS = 500
_LENGTH = re.compile(r"\(\s*(\d{1,9})")
_SCALAR = re.compile(r"INT|REAL|FLOA|DOUB|NUM|DEC|BOOL|DATE|TIME", re.IGNORECASE)  # JSON is not looked for in these
_ROWID = ("rowid", "_rowid_", "oid")


class Sqlite(Database):
    """A database file. There is no schema in its paths: ``clients.email``."""

    family: ClassVar[str] = "sqlite"
    title: ClassVar[str] = "SQLite"

    @property
    def file(self) -> Path:
        """The database file."""
        name = self.url.database or ""
        return Path(name.removeprefix("file:"))

    def _open(self) -> sqlite3.Connection:
        self._check_file()
        last: sqlite3.Error | None = None
        for mode in self._modes():
            raw = sqlite3.connect(
                f"file:{percent(str(self.file.absolute()))}?{mode}",
                uri=True,
                timeout=self.options.lock_timeout,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
                self.prepare(raw)
                return raw
            except sqlite3.Error as error:
                raw.close()
                last = error
        raise self.refused(last or sqlite3.OperationalError())

    def _check_file(self) -> None:
        name = str(self.file)
        try:
            mode = self.file.stat().st_mode
            if not stat.S_ISREG(mode):
                raise SourceError("file-special", "{file} не обычный файл", file=name)
            with self.file.open("rb") as stream:
                head = stream.read(len(_HEADER))
        except FileNotFoundError:
            raise UsageError("dsn-connect", "нет файла базы {file}", "проверьте путь", file=name) from None
        except OSError as error:
            message = "файл базы {file} не читается ({reason})"
            raise SourceError("file-unreadable", message, file=name, reason=type(error).__name__) from None
        if head and head != _HEADER:
            raise SourceError("file-damaged", "{file} не база SQLite", file=name)

    def _modes(self) -> list[str]:
        """How to open the file so that nothing appears beside it.

        A database in WAL mode that nobody has open would get ``-wal`` and ``-shm`` files even from a reader; as nobody
        writes to it, ``immutable`` is right there.
        """
        with self.file.open("rb") as stream:
            head = stream.read(20)
        log = Path(f"{self.file}-wal")
        quiet = len(head) == 20 and _WAL in head[18:20] and not (log.exists() and log.stat().st_size)
        return ["mode=ro&immutable=1"] if quiet else ["mode=ro"]

    def prepare(self, raw: sqlite3.Connection) -> None:
        raw.execute("PRAGMA query_only = 1")
        raw.execute("PRAGMA trusted_schema = 0")  # views and generated columns of strangers call nothing risky
        raw.execute("PRAGMA temp_store = 2")

    def refused(self, error: Exception) -> DerbesError:  # type: ignore[override]
        trouble = self.diagnose(error)
        return SourceError(trouble.code, trouble.message, trouble.hint, file=str(self.file), label=trouble.label)

    def stamps(self) -> Mapping[str, Stamp]:
        """One file, with its log, holds all tables: they change together."""
        stamp, log = file_stamp(self.file.stat()), Path(f"{self.file}-wal")
        if stamp is not None and log.exists():  # a reader may touch the log's inode: only its content counts
            written = log.stat()
            settled = time.time() - written.st_mtime >= SETTLED
            stamp = Stamp(f"{stamp.text} {written.st_size} {written.st_mtime_ns}") if settled else None
        names = self.raw.execute("SELECT name FROM sqlite_master") if stamp is not None else ()
        return {name: stamp for (name,) in names if stamp is not None}

    # -- catalogue ----------------------------------------------------------------------------------------------

    def tables(self, only: tuple[str | None, str] | None = None) -> Iterator[Table | Unscanned]:
        listed = self.raw.execute("PRAGMA table_list").fetchall() or self._listed_before_3_37()
        size = self.file.stat().st_size // max(1, len(listed))
        for schema, name, kind, _, without_rowid, _ in sorted(listed, key=lambda row: row[1]):
            if schema != "main" or name.startswith("sqlite_") or kind == "shadow" or (only and only[1] != name):
                continue
            try:
                yield self._table(name, kind, bool(without_rowid), size)
            except sqlite3.Error as error:  # a view over a table that is gone, a module that is not loaded
                trouble = self.diagnose(error)
                yield self.unscanned(name, trouble.code, trouble.message, file=str(self.file), label=trouble.label)

    def _listed_before_3_37(self) -> list[tuple[Any, ...]]:
        sql = "SELECT 'main', name, type, 0, sql LIKE '%without rowid%', 0 FROM sqlite_master"
        return list(self.raw.execute(sql + " WHERE type IN ('table', 'view')"))

    def _table(self, name: str, kind: str, without_rowid: bool, size: int) -> Table:
        described = self.raw.execute(f"PRAGMA table_xinfo({self.quote(name)})").fetchall()
        columns = tuple(_column(row[1], row[2] or "") for row in described if row[6] != 1)  # 1: hidden, of modules
        keyed = [row for row in sorted(described, key=lambda row: row[5]) if row[5]]
        key, ranged = tuple(row[1] for row in keyed), False
        if kind == "table" and not without_rowid:
            taken = {row[1].lower() for row in described}
            free = [alias for alias in _ROWID if alias not in taken]
            alias = keyed[0][1] if len(keyed) == 1 and (keyed[0][2] or "").upper() == "INTEGER" else None
            key, ranged = ((alias or free[0],), True) if alias or free else ((), False)
        elif kind != "table":
            key = ()
        return Table(None, name, columns, "view" if kind == "view" else "table", key, ranged, size=size)

    def key_range(self, table: Table) -> tuple[int, int] | None:
        key, name = self.quote(table.key[0]), self.quote(table.name)
        # Two statements: SQLite answers each from one end of the tree, but both at once only by reading everything.
        low = self._scalar(f"SELECT min({key}) FROM {name}")
        high = self._scalar(f"SELECT max({key}) FROM {name}")
        return None if low is None or high is None else (int(low), int(high))

    def count(self, table: Table) -> int | None:
        return int(self._scalar(f"SELECT count(*) FROM {self.quote(table.name)}"))

    def _scalar(self, sql: str) -> Any:
        with self._in_time():
            return self.raw.execute(sql).fetchone()[0]

    # -- rows ---------------------------------------------------------------------------------------------------

    def stream(self, query: Query) -> Iterator[Chunk]:
        if query.share is not None:
            whole = Query(query.table, query.low, query.high)
            yield from thinned(self.stream(whole), query.share, query.seed)
            return
        if query.table.ranged and not query.keys and len(query.table.columns) <= _JOINED_COLUMNS:
            yield from self._joined(query)
        else:
            yield from self._by_rows(query)

    def _joined(self, query: Query) -> Iterator[Chunk]:
        """Columns joined by the engine, a range of keys at a time; ranges where that cannot be go row by row."""
        table = query.table
        key, name = self.quote(table.key[0]), self.quote(table.name)
        select = f"SELECT count(*), {expressions([self.quote(column.name) for column in table.columns])} FROM {name}"
        low, count = query.low, 16
        while True:
            start = "" if low is None else f" WHERE {key} >= {low}"
            step = self._one(f"SELECT {key} FROM {name}{start} ORDER BY {key} LIMIT 1 OFFSET {count}")
            high = query.high if step is None else step[0] if query.high is None else min(step[0], query.high)
            part = replace(query, low=low, high=high)
            rows, *joined = self._one(select + self.where(part).partition(" ORDER BY ")[0], bytes) or (0,)
            columns = split_all(joined, rows) if rows else []
            size = sum(map(len, joined)) if rows else 0
            if columns is None:
                yield from self._by_rows(part)
            elif rows:
                yield Chunk(columns, rows, size, arrow=True)
            if high == query.high:
                return
            low = high
            count = max(1, min(_JOINED_ROWS, count * 8, CHUNK_BYTES * count // max(size, 1)))

    def _one(self, sql: str, factory: Any = str) -> Any:
        """The first row of a query."""
        self.raw.text_factory = factory
        try:
            with self._in_time():
                return self.raw.execute(sql).fetchone()
        finally:
            self.raw.text_factory = str

    def _by_rows(self, query: Query) -> Iterator[Chunk]:
        done = 0
        try:
            for chunk in self._stream(query, None):
                yield chunk
                done += chunk.rows
        except sqlite3.OperationalError as error:
            if "decode to UTF-8" not in str(error):
                raise
            # Text that is not UTF-8: once more over what is left, decoding in Python.
            yield from self._stream(query, lenient, skip=done)

    def _stream(self, query: Query, decode: Any, skip: int = 0) -> Iterator[Chunk]:
        table = query.table
        names = [*([table.key[0]] if query.keys else []), *(column.name for column in table.columns)]
        sql = f"SELECT {', '.join(map(self.quote, names))} FROM {self.quote(table.name)}{self.where(query)}"
        if skip:
            sql += f" LIMIT -1 OFFSET {skip}"
        with closing(self.raw.cursor()) as cursor:
            rows = self._fetch(cursor, sql, 16, decode)
            while rows:
                columns: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
                units = columns.pop(0) if query.keys else ()
                width = width_of(rows)
                yield Chunk(columns, len(rows), width * len(rows), units)
                # As many rows as fit if they are like the last ones; growing slowly, for the next may be larger.
                rows = self._fetch(cursor, None, max(1, min(CHUNK_ROWS, len(rows) * 8, CHUNK_BYTES // width)), decode)

    def _fetch(self, cursor: sqlite3.Cursor, sql: str | None, size: int, decode: Any) -> list[tuple[Any, ...]]:
        self.raw.text_factory = decode or str
        with self._in_time():
            if sql is not None:
                cursor.execute(sql)
            return cursor.fetchmany(size)

    def _in_time(self) -> Deadline:
        return Deadline(self.raw, self.options.timeout)

    # -- errors and facts ---------------------------------------------------------------------------------------

    def diagnose(self, error: Exception) -> Trouble:
        label = getattr(error, "sqlite_errorname", "") or type(error).__name__
        text = str(error)
        if label.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Trouble("lock-timeout", "база занята другой программой дольше {seconds} с", label)
        if label.startswith("SQLITE_INTERRUPT"):
            return Trouble("statement-timeout", "чтение дольше {seconds} с без ответа", label)
        if label.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")) or text.startswith("malformed"):
            return Trouble("file-damaged", "файл базы повреждён ({label})", label)
        if label.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY")):
            return Trouble("file-unreadable", "файл базы не читается ({label})", label)
        if text.startswith("no such table: main.") or text.startswith("no such table"):
            return Trouble("table-vanished", "таблицы больше нет", label)
        return Trouble("query-failed", "запрос не выполнен ({label})", label, changed=text.startswith("no such column"))

    def facts(self) -> Facts:
        try:
            info = self.file.stat()
        except OSError:
            return Facts(remote=False)
        return Facts(mode=stat.S_IMODE(info.st_mode), owner=_owner(info.st_uid), remote=False)


def _column(name: str, declared: str) -> Column:
    length = _LENGTH.search(declared)
    opening: Opening = "json" if "JSON" in declared.upper() else "" if _SCALAR.search(declared) else "text"
    return Column(name, declared, opening, int(length.group(1)) if length else None)


def _owner(uid: int) -> str | None:
    if os.name != "posix":
        return None
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
