"""Whether git keeps a file: asked of the index of the work tree around it, without running git.

The file mode of a checkout is git's own (it stores 0644 or 0755 and nothing else), not a choice of whoever runs the
machine. And a data file under version control is a copy for everybody who clones. Git itself is not asked: in a tree
that is not one's own, its configuration may name programs to run. Format: Documentation/gitformat-index of git.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_FIXED = 62  # bytes of an entry before its name: times, inode, mode, owner, size, SHA-1, flags
_EXTENDED = 0x4000  # a flag of version 3 and later: two more bytes follow
_MAX_INDEX = 1 << 28


def is_versioned(path: Path) -> bool:
    """Whether ``path`` stands in the index of the git work tree that it lies in. No git, no tree, no index: no."""
    absolute = Path(os.path.abspath(path))
    for folder in absolute.parents:
        marker = folder / ".git"
        if marker.exists():
            name = os.fsencode(absolute.relative_to(folder).as_posix())
            return name in _names(_index_of(marker))
    return False


def _index_of(marker: Path) -> Path:
    """The index of a work tree: ``.git`` is a folder, or (of a linked tree or submodule) a file that names one."""
    try:
        if marker.is_file() and (text := marker.read_text("utf-8", "surrogateescape")).startswith("gitdir: "):
            return marker.parent / text.removeprefix("gitdir: ").strip() / "index"
    except OSError:
        pass
    return marker / "index"


def _names(index: Path) -> frozenset[bytes]:
    try:
        info = index.stat()
        return _read(index, info.st_mtime_ns, info.st_size) if info.st_size <= _MAX_INDEX else frozenset()
    except OSError:
        return frozenset()


@lru_cache(maxsize=8)
def _read(index: Path, _changed: int, _size: int) -> frozenset[bytes]:
    """The names in one state of an index; one that cannot be made out (SHA-256, damaged) has none."""
    data = index.read_bytes()
    try:
        return frozenset(_entries(data))
    except (struct.error, ValueError, IndexError):
        return frozenset()


def _entries(data: bytes) -> Iterator[bytes]:
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError(version)
    at, name = 12, b""
    for _ in range(count):
        (flags,) = struct.unpack_from(">H", data, at + _FIXED - 2)
        start = at + _FIXED + (2 if version > 2 and flags & _EXTENDED else 0)
        if version == 4:  # the name goes on from the one before, of which so many bytes are dropped
            dropped, start = _varint(data, start)
            end = data.index(b"\0", start)
            name = name[: len(name) - dropped] + data[start:end]
            at = end + 1
        else:
            end = data.index(b"\0", start)
            name = data[start:end]
            at += (end - at + 8) // 8 * 8  # padded with NULs to a multiple of eight
        yield name


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Git's offset encoding: seven bits a byte, the highest first, plus one for each that follows."""
    number = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        number = ((number + 1) << 7) | (data[at] & 0x7F)
    return number, at + 1
