"""What an interrupted run had finished, so that ``--resume`` need not read it again.

One JSON line a finished unit, in a private file beside the history: counts, positions and masks, as they left the
worker. A line is taken again only when the same unit is asked for under the same targets, options and policy, and its
file has the same size and time of change. A line that the kill cut off counts as not there.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from types import NoneType, UnionType
from typing import IO, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from derbes.scanner.engine import Job
from derbes.scanner.executors import Executor, WorkerDied
from derbes.scanner.gather import UnitResult

_KEEP_DAYS = 14
# What may go better next time: a unit that ended so is read again.
AGAIN = frozenset(
    {"internal", "worker-died", "connection-lost", "lock-timeout", "statement-timeout", "query-failed", "interrupted"}
    | {"dsn-auth", "dsn-connect", "dsn-parse", "file-unreadable", "file-vanished", "limit-time", "limit-memory"}
)


class Journal:
    """The finished units of one run. ``known`` were finished before; ``add`` notes one more, at once on disk."""

    def __init__(self, stream: IO[bytes], path: Path, known: Mapping[str, UnitResult]) -> None:
        self.path = path
        self.known = known
        self.reused = 0
        self._stream = stream

    @classmethod
    def open(cls, folder: Path, name: str, resume: bool) -> Journal | None:
        """The journal of the run ``name``; without ``resume`` it begins anew. ``None``: no place for one (a full or
        read-only disk), or another process does the very same run just now; the run goes on without."""
        path = folder / f"{name}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _forget_old(folder)
            stream = os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b")
        except OSError:
            return None
        try:
            _hold(stream)
            known, end = _load(stream) if resume else ({}, 0)
            stream.truncate(end)
            stream.seek(end)
        except OSError:
            stream.close()
            return None
        return cls(stream, path, known)

    def add(self, job: Job, result: UnitResult) -> None:
        """Note a finished unit; a full disk ends the journal, not the run."""
        if self._stream.closed or any(problem.code in AGAIN for problem in result.unscanned):
            return
        key = unit_key(job)
        if key is None:
            return
        line = json.dumps([key, encode(result)], separators=(",", ":")).encode() + b"\n"
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError:
            with suppress(OSError):
                self._stream.close()

    def close(self, finished: bool) -> None:
        """Let go; a finished run leaves nothing behind."""
        if finished:
            self.path.unlink(missing_ok=True)
        with suppress(OSError):
            self._stream.close()


class Recalling(Executor[Job, UnitResult]):
    """An executor around another one: what is known already is handed out, what the inner one finishes is noted."""

    def __init__(self, inner: Executor[Job, UnitResult]) -> None:
        self.inner = inner
        self.workers = inner.workers

    @property
    def name(self) -> str:
        return self.inner.name

    @abstractmethod
    def known(self, job: Job) -> UnitResult | None:
        """The result of a job that need not be run."""

    @abstractmethod
    def note(self, job: Job, result: UnitResult) -> None:
        """Keep the result of a job that was run."""

    def run(
        self, work: Callable[[Job], UnitResult], jobs: Iterable[Job]
    ) -> Iterator[tuple[Job, UnitResult | WorkerDied]]:
        """As the inner one, in any order."""
        ready: deque[tuple[Job, UnitResult]] = deque()

        def unknown() -> Iterator[Job]:
            for job in jobs:
                known = self.known(job)
                if known is None:
                    yield job
                else:
                    ready.append((job, known))

        for job, result in self.inner.run(work, unknown()):
            if isinstance(result, UnitResult):
                self.note(job, result)
            yield job, result
            yield from _drained(ready)
        yield from _drained(ready)


def _drained(ready: deque[tuple[Job, UnitResult]]) -> Iterator[tuple[Job, UnitResult]]:
    while ready:
        yield ready.popleft()


class Journalled(Recalling):
    """What the journal of an interrupted run knows need not be run again."""

    def __init__(self, inner: Executor[Job, UnitResult], journal: Journal) -> None:
        super().__init__(inner)
        self.journal = journal

    def known(self, job: Job) -> UnitResult | None:
        result = self.journal.known.get(unit_key(job) or "")
        self.journal.reused += result is not None
        return result

    def note(self, job: Job, result: UnitResult) -> None:
        self.journal.add(job, result)


def unit_key(job: Job) -> str | None:
    """What makes a unit the same: its place, its id, what to read, and the state of its file. ``None``: read once."""
    stamp: list[int] = []
    path = job.unit.spec.get("path")
    if path == "-":
        return None
    if path is not None:
        try:
            info = os.stat(path)  # noqa: PTH116  # bytes that are no text are paths too
        except OSError:
            return None
        stamp = [info.st_size, info.st_mtime_ns, info.st_ino]
    return fingerprint([job.place.id, job.unit.id, sorted(job.unit.spec.items()), stamp])


def fingerprint(value: object) -> str:
    """A short digest of anything with a ``repr`` that says it all."""
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def machine_key(folder: Path) -> bytes:
    """The key that hashes of values are made with; it stays on this machine. A new one where none can be kept."""
    path = folder / "key"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = folder / f".key.{os.getpid()}"
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(partial, path)  # whole or not at all, and the first one stays
        partial.unlink()
        key = path.read_bytes()
        if len(key) == 32:
            return key
    return secrets.token_bytes(32)


def _hold(stream: IO[bytes]) -> None:
    """Keep others from the journal while it is open; raises ``OSError`` when another process has it. Where the system
    has no such locks the newer run takes the file over, and each notes its own units."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _load(stream: IO[bytes]) -> tuple[dict[str, UnitResult], int]:
    """Finished units, and where the last whole line ends."""
    known: dict[str, UnitResult] = {}
    end = 0
    for line in stream:
        if not line.endswith(b"\n"):
            break
        try:
            key, data = json.loads(line)
            known[key] = decode(UnitResult, data)
        except (ValueError, TypeError, KeyError, IndexError):
            break  # of another version, or damaged: what follows is read again
        end += len(line)
    return known, end


def _forget_old(folder: Path) -> None:
    limit = time.time() - _KEEP_DAYS * 86400
    for path in folder.glob("*.jsonl"):
        with suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()


# Frozen dataclasses to JSON and back, by their annotations.


def encode(value: object) -> Any:
    """Dataclasses as lists of their fields, mappings as pairs (their keys need not be text)."""
    if is_dataclass(value):
        return [encode(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return [[encode(key), encode(item)] for key, item in value.items()]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def decode(kind: Any, data: Any) -> Any:
    """The value of type ``kind`` that ``encode`` made ``data`` of."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        inner = [one for one in args if one is not NoneType]
        return None if data is None else decode(inner[0], data)
    if is_dataclass(kind):
        hints = _hints(cast(type, kind))
        if len(data) != len(hints):
            raise ValueError
        return cast(type, kind)(
            **{name: decode(hint, one) for (name, hint), one in zip(hints.items(), data, strict=True)}
        )
    if origin is tuple:
        inner = [args[0]] * len(data) if args[1:] == (...,) else list(args)
        return tuple(decode(one, item) for one, item in zip(inner, data, strict=True))
    if origin is frozenset:
        return frozenset(data)
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return {decode(args[0], key): decode(args[1], item) for key, item in data}
    return base64.b64decode(data) if kind is bytes else data


_known_hints: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _known_hints:
        hints = get_type_hints(kind)
        _known_hints[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return _known_hints[kind]
