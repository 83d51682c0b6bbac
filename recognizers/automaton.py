"""Compiled Hyperscan databases, kept in the user's cache: compiling costs seconds, loading milliseconds.

A cache that cannot be read, written or trusted costs time only. Files are private (0600 in a folder that is 0700) and
are used only when they belong to this user, because a database is code to the engine.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any


def compiled(patterns: Sequence[bytes]) -> Any:
    """A block-mode database of ``patterns`` with ids 0…n-1, from the cache when it is there."""
    import hyperscan

    key = hashlib.sha256(repr((version("hyperscan"), list(patterns))).encode()).hexdigest()[:32]
    path = _folder() / f"sieve-{key}.hs"
    database = _load(path)
    if database is not None:
        return database
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(patterns)
    database.compile(
        expressions=list(patterns), ids=list(range(count)), elements=count, flags=[hyperscan.HS_FLAG_DOTALL] * count
    )
    with suppress(OSError):
        _save(path, hyperscan.dumpb(database))
    return database


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
        database.scratch = hyperscan.Scratch(database)
    except (OSError, RuntimeError, hyperscan.HyperscanError):
        return None
    return database


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, partial = tempfile.mkstemp(dir=path.parent)  # created 0600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(partial).replace(path)
