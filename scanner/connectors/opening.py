"""Opening files that others write to meanwhile: never waiting for a pipe, never following a file that grows for ever,
and never reading a hole of a terabyte."""

from __future__ import annotations

import io
import os
import stat
from typing import IO, Any, cast

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_SEEK_DATA: int | None = getattr(os, "SEEK_DATA", None)
_SEEK_HOLE: int = getattr(os, "SEEK_HOLE", 0)
_SPARSE = 64 << 20  # bytes that a file must lack on the disk to be worth the care


class NotRegular(OSError):
    """What had been a file when it was listed is a pipe, a socket or a device now."""


def open_regular(path: str | os.PathLike[str]) -> IO[bytes]:
    """``path`` to be read. Raises ``OSError``; ``NotRegular`` where reading might never come back."""
    stream = open(path, "rb", opener=_opener)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise NotRegular
    return stream


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)  # a pipe without a writer would wait for one


def is_sparse(info: os.stat_result) -> bool:
    """Whether most of a large file is not on the disk at all."""
    return _SEEK_DATA is not None and info.st_size - getattr(info, "st_blocks", 1 << 60) * 512 > _SPARSE


def as_it_stands(stream: IO[bytes]) -> IO[bytes]:
    """``stream``; of a regular file only what it holds now, without its holes. Not for readers that seek."""
    try:
        info = os.fstat(stream.fileno())
    except (OSError, AttributeError, ValueError):  # no file of the system's own
        return stream
    return cast("IO[bytes]", _Standing(stream, info)) if stat.S_ISREG(info.st_mode) else stream


class _Standing(io.RawIOBase):
    """A file up to the size that it has now. Of a hole a single NUL is left, so that what it parts stays parted."""

    def __init__(self, stream: IO[bytes], info: os.stat_result) -> None:
        self._stream: Any = stream
        self._at: int = stream.tell()
        self._end = info.st_size
        self._sparse = is_sparse(info)
        self._solid = self._at if self._sparse else self._end  # data without a hole up to here

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; never more than ``size``."""
        if self._at >= self._solid and self._skipped():
            return b"\0"
        left = self._solid - self._at
        data: bytes = self._stream.read(left if size < 0 else min(size, left)) if left > 0 else b""
        self._at += len(data)
        return data

    def readline(self, size: int | None = -1) -> bytes:
        """The next line, or ``size`` bytes of it."""
        if self._at >= self._solid and self._skipped():
            return b"\0"
        left = self._solid - self._at
        data: bytes = (
            self._stream.readline(min(size, left) if size is not None and size >= 0 else left) if left else b""
        )
        self._at += len(data)
        return data

    def _skipped(self) -> bool:
        """Go on to the next data; true when a hole was passed."""
        if self._at >= self._end or not self._sparse:
            return False
        descriptor = self._stream.fileno()
        here = os.lseek(descriptor, 0, os.SEEK_CUR)  # the buffer above believes to know it
        try:
            data = os.lseek(descriptor, self._at, cast(int, _SEEK_DATA))
            self._solid = min(os.lseek(descriptor, data, _SEEK_HOLE), self._end)
        except OSError:  # nothing but a hole to the end
            data = self._solid = self._end
        finally:
            os.lseek(descriptor, here, os.SEEK_SET)
        passed = data > self._at
        if passed:
            self._at = data
            self._stream.seek(data)
        return passed
