"""What earlier runs read and what has not changed since: carried over instead of read again, and said so.

One row a unit in a private file beside the history: counts, positions and masks as they left the worker, with the
stamp of the file or table they came from. A file with another stamp may still have the same content (copied, restored,
or a log that only grew): then its digest decides.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from derbes.scanner.engine import Job
from derbes.scanner.executors import Executor
from derbes.scanner.gather import UnitResult
from derbes.scanner.journal import AGAIN, Recalling, decode, encode, fingerprint
from derbes.scanner.model.data import Unit
from derbes.scanner.model.inventory import Unscanned

_KEEP_DAYS = 90  # without being asked for
_BLOCK = 1 << 20
_PATIENCE = 10  # a stamp that lags is believed of what was read this many lags ago
_SCHEMA = """CREATE TABLE IF NOT EXISTS units_1 (
    key TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL, read_at REAL NOT NULL, asked_at REAL NOT NULL,
    result BLOB NOT NULL) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit as it was read; ``read_at`` in seconds since 1970."""

    stamp: str
    digest: str
    read_at: float
    result: UnitResult


class Store:
    """The file of rows. Whatever goes wrong with it costs time, never the run: unread rows are read from the source."""

    def __init__(self, path: Path) -> None:
        """Raises ``OSError`` or ``sqlite3.Error`` where no such file can be kept."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(_SCHEMA)
        self._file.execute("DELETE FROM units_1 WHERE asked_at < ?", (time.time() - _KEEP_DAYS * 86400,))

    def get(self, key: str) -> Row | None:
        """The row of a unit, if it is there and whole."""
        with suppress(sqlite3.Error, zlib.error, ValueError, TypeError, KeyError, IndexError):
            query = "SELECT stamp, digest, read_at, result FROM units_1 WHERE key = ?"
            found = self._file.execute(query, (key,)).fetchone()
            if found is not None:
                result = decode(UnitResult, json.loads(zlib.decompress(found[3])))
                return Row(found[0], found[1], found[2], result)
        return None

    def put(self, key: str, row: Row) -> None:
        """Keep a row; a full disk ends the keeping, not the run."""
        packed = zlib.compress(json.dumps(encode(row.result), separators=(",", ":")).encode(), 1)
        with suppress(sqlite3.Error):
            values = (key, row.stamp, row.digest, row.read_at, time.time(), packed)
            self._file.execute("INSERT OR REPLACE INTO units_1 VALUES (?, ?, ?, ?, ?, ?)", values)

    def renew(self, key: str, stamp: str) -> None:
        """The row was asked for, and its content is now known by ``stamp``."""
        with suppress(sqlite3.Error):
            values = (stamp, time.time(), key)
            self._file.execute("UPDATE units_1 SET stamp = ?, asked_at = ? WHERE key = ?", values)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class CarryingOver(Recalling):
    """An executor that takes unchanged units from the store and keeps there what the inner one reads.

    ``reading`` names everything else that a result depends on: version, options, policy. With ``full`` nothing is
    taken; with ``since`` (seconds since 1970) files that are older and not in the store are left out, and said so.
    """

    def __init__(
        self, inner: Executor[Job, UnitResult], store: Store, reading: str, full: bool, since: float | None = None
    ) -> None:
        super().__init__(inner)
        self._store = store
        self._reading = reading
        self._full = full
        self._since = since
        self._digests = Digests()
        self._asked: dict[tuple[str, str], tuple[str, str, str, float]] = {}

    def known(self, job: Job) -> UnitResult | None:
        key, stamp, digest = self._identity(job)
        result = self._carried(job, key, stamp, digest)
        if result is None:
            self._asked[job.place.id, job.unit.id] = (key, stamp, digest, time.time())
        return result

    def note(self, job: Job, result: UnitResult) -> None:
        self._keep(*self._asked.pop((job.place.id, job.unit.id)), result)

    def _identity(self, job: Job) -> tuple[str, str, str]:
        """Key, stamp and digest; the digest where a file may be the same although its stamp is not."""
        place, unit = job.place, job.unit
        key = fingerprint([self._reading, place.id, place.location, place.kind, unit.id, sorted(unit.spec.items())])
        stamp = unit.stamp.text if unit.stamp is not None else ""
        row = self._store.get(key)
        if row is not None and stamp and row.stamp == stamp:
            return key, stamp, row.digest
        return key, stamp, self._digests.of(unit)

    def _carried(self, job: Job, key: str, stamp: str, digest: str) -> UnitResult | None:
        """What an earlier run found, if that still holds."""
        row = None if self._full else self._store.get(key)
        lag = job.unit.stamp.lag if job.unit.stamp is not None else 0.0
        same = row is not None and (row.stamp == stamp != "" or row.digest == digest != "")
        if row is None or not same or time.time() - row.read_at < _PATIENCE * lag:
            return self._left_out(job)
        self._store.renew(key, stamp)
        read_at = datetime.fromtimestamp(row.read_at, UTC).isoformat(timespec="seconds")
        return replace(row.result, read_at=read_at)

    def _left_out(self, job: Job) -> UnitResult | None:
        changed = job.unit.stamp.changed if job.unit.stamp is not None else None
        if self._since is None or changed is None or changed >= self._since:
            return None
        message = "не менялось с {since} и не прочитано: так велит --since"
        since = datetime.fromtimestamp(self._since).strftime("%Y-%m-%d %H:%M")
        problem = Unscanned(job.place.id, job.part, "unchanged", message, {"since": since})
        return UnitResult(job.place.id, job.unit.id, (), (), (problem,))

    def _keep(self, key: str, stamp: str, digest: str, read_at: float, result: UnitResult) -> None:
        if (stamp or digest) and not any(problem.code in AGAIN for problem in result.unscanned):
            self._store.put(key, Row(stamp, digest, read_at, result))


class Digests:
    """Digests of local files and of ranges of them.

    A row group stands for itself. A range of lines counts them from the beginning of the file and reads its last one to
    its end, so its digest covers all of that; ranges come in order, and each byte is digested once.
    """

    def __init__(self) -> None:
        self._path = ""
        self._at = 0
        self._hash = hashlib.sha256()

    def of(self, unit: Unit) -> str:
        """Of the bytes up to the end of the unit; empty for what is no file, or not to be read."""
        path = unit.spec.get("path")
        if not isinstance(path, str) or path == "-":
            return ""
        try:
            with Path(path).open("rb") as stream:
                if "bytes" in unit.spec:
                    return _of_range(stream, *unit.spec["bytes"])
                end = unit.spec.get("end")
                if path != self._path or end is None or end < self._at:
                    self._path, self._at, self._hash = path, 0, hashlib.sha256()
                stream.seek(self._at)
                while (end is None or self._at < end) and (block := stream.read(_wanted(end, self._at))):
                    self._hash.update(block)
                    self._at += len(block)
                return _with_line_end(self._hash, stream)
        except OSError:
            return ""


def _of_range(stream: BinaryIO, start: int, end: int) -> str:
    digest = hashlib.sha256()
    stream.seek(start)
    while start < end and (block := stream.read(_wanted(end, start))):
        digest.update(block)
        start += len(block)
    return digest.hexdigest()


def _wanted(end: int | None, at: int) -> int:
    return _BLOCK if end is None else min(_BLOCK, end - at)


def _with_line_end(digest: hashlib._Hash, stream: BinaryIO) -> str:
    """With the rest of the line; empty in the middle of a giant one, of which every range would read the rest."""
    rest = stream.readline(_BLOCK)
    if len(rest) == _BLOCK:
        return ""
    whole = digest.copy()
    whole.update(rest)
    return whole.hexdigest()
