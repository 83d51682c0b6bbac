"""Compiled Hyperscan databases, kept in the user's cache: compiling costs seconds, loading milliseconds.

A cache that cannot be read, written or trusted costs time only. Files are private (0600 in a folder that is 0700) and
are used only when they belong to this user, because a database is code to the engine.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

_KEPT = 6  # databases left in the cache: a release has three, and two releases may be in use


class Automaton:
    """A block-mode database of patterns with ids 0…n-1. Threads may share it: each scans with a scratch of its own."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._scratches = threading.local()

    def scan(self, buffer: bytes, on_match: Callable[[int, int, int, int, object], None]) -> None:
        """Call ``on_match(id, start, end, flags, context)`` for every match."""
        scratch = getattr(self._scratches, "scratch", None)
        if scratch is None:
            import hyperscan

            scratch = self._scratches.scratch = hyperscan.Scratch(self._database)
        self._database.scan(buffer, match_event_handler=on_match, scratch=scratch)


@lru_cache(maxsize=8)
def compiled(patterns: tuple[bytes, ...]) -> Automaton:
    """The automaton of ``patterns``: once a process, and from the user's cache when it is there."""
    import hyperscan

    key = hashlib.sha256(repr((version("hyperscan"), patterns)).encode()).hexdigest()[:32]
    path = _folder() / f"sieve-{key}.hs"
    database = _load(path)
    if database is not None:
        return Automaton(database)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(patterns)
    database.compile(
        expressions=list(patterns), ids=list(range(count)), elements=count, flags=[hyperscan.HS_FLAG_DOTALL] * count
    )
    with suppress(OSError):
        _save(path, hyperscan.dumpb(database))
        _prune(path.parent)
    return Automaton(database)


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "derbes"


def _load(path: Path) -> Any:
    import hyperscan

    try:
        info = path.stat()
        if hasattr(os, "getuid") and (info.st_uid != os.getuid() or info.st_mode & 0o022):
            return None
        database = hyperscan.loadb(path.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
        path.touch()  # newest: used last
    except (OSError, RuntimeError, hyperscan.HyperscanError):
        return None
    return database


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, partial = tempfile.mkstemp(dir=path.parent)  # created 0600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(partial).replace(path)


def _prune(folder: Path) -> None:
    """Delete all but the databases used last; another process may be doing the same."""
    found = []
    for path in folder.glob("sieve-*.hs"):
        with suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(found, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)
