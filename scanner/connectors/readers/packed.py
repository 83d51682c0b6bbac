"""Compressed streams (gz, bz2, xz, zst), unpacked within limits. A limit or damage ends the stream as its end would,
so that the readers above give out all they have; ``failure`` then says what happened."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from derbes.scanner.connectors.readers.base import RATIO_FROM, Item, LimitReached, Reading

_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lzma", ".z")
_TAR_SUFFIXES = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_XZ_MEMORY = 128 << 20
_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


class MissingPackage(Exception):
    """A format needs a package that is not installed; ``args``: package, extra of derbes."""


class Unpacked(io.RawIOBase):
    """What comes out of ``stream`` (an unpacking file object). ``packed`` is the size of what goes in, if known."""

    def __init__(self, stream: IO[bytes], reading: Reading, packed: int = 0) -> None:
        self._stream = stream
        self._reading = reading
        self._packed = packed
        self._count = 0
        self.limit: LimitReached | None = None
        self.damaged = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none when a limit is reached or the input is broken."""
        if self.limit or self.damaged:
            return b""
        try:
            data = self._stream.read(size)
            self._account(len(data))
        except LimitReached as reached:
            self.limit = reached
            return b""
        except MemoryError:
            self.limit = LimitReached("limit-memory", 0)
            return b""
        except (*_ERRORS, *_zstd_errors()):
            self.damaged = True
            return b""
        return data

    def _account(self, count: int) -> None:
        budget, ratio = self._reading.budget, self._reading.options.max_ratio
        self._count += count
        if self._packed and self._count > RATIO_FROM and self._count > ratio * self._packed:
            budget.unpacked -= self._count - count  # a bomb must not use up what its neighbours may unpack
            raise LimitReached("limit-ratio", ratio)
        budget.unpack(count)

    def failures(self) -> Iterator[Item]:
        """Why the stream ended, if it did not end by itself."""
        if self.limit:
            yield self._reading.limit(self.limit)
        elif self.damaged:
            yield self._reading.problem(
                "file-damaged", "сжатые данные повреждены или обрываются; прочитано то, что до этого"
            )


def unpacker(name: str, stream: IO[bytes]) -> IO[bytes]:
    """The unpacking file object for a compressed format."""
    if name == "gzip":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    if name == "bzip2":
        return cast("IO[bytes]", bz2.BZ2File(stream))
    if name == "xz":
        return cast("IO[bytes]", _Xz(stream))
    return _zstd(stream)


def read_packed(name: str, stream: IO[bytes], reading: Reading, packed: int) -> Iterator[Item]:
    """What is in a compressed stream, under the name without the suffix."""
    from derbes.scanner.connectors.readers.dispatch import guarded, read_stream

    if reading.depth >= reading.options.max_depth:
        raise LimitReached("limit-depth", reading.options.max_depth)
    try:
        unpacked = Unpacked(unpacker(name, stream), reading, packed)
    except MissingPackage as missing:
        yield missing_package(reading, *missing.args)
        return
    inner = reading.deeper(plain_name(reading.name))
    yield from guarded(read_stream(cast("IO[bytes]", unpacked), inner), inner)
    yield from unpacked.failures()


def missing_package(reading: Reading, package: str, extra: str) -> Item:
    """The problem of a format whose package is not installed."""
    return reading.problem(
        "missing-extra",
        "чтобы прочитать файл, нужен пакет {package}",
        f"pip install 'derbes[{extra}]'",
        package=package,
    )


def plain_name(name: str) -> str:
    """``app.log`` for ``app.log.gz``, ``backup.tar`` for ``backup.tgz``."""
    lower = name.lower()
    for suffix, plain in _TAR_SUFFIXES.items():
        if lower.endswith(suffix):
            return name[: -len(suffix)] + plain
    return next((name[: -len(suffix)] for suffix in _SUFFIXES if lower.endswith(suffix)), name)


class _Xz(io.RawIOBase):
    """xz with a bound on the memory that its header may ask for (the standard file object has none)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder: lzma.LZMADecompressor | None = None
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; raises like ``lzma``."""
        while True:
            if self._decoder is None or self._decoder.eof:
                self._rest = (self._decoder.unused_data if self._decoder else b"").lstrip(b"\0") or self._stream.read(
                    1 << 16
                )
                if not self._rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif self._decoder.needs_input and not self._rest:
                self._rest = self._stream.read(1 << 16)
                if not self._rest:
                    raise EOFError
            rest, self._rest = self._rest, b""
            data = self._decoder.decompress(rest, size)
            if data:
                return data


def _zstd(stream: IO[bytes]) -> IO[bytes]:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
    except ImportError:
        try:
            import zstandard
        except ImportError:
            raise MissingPackage("zstandard", "zstd") from None
        return cast("IO[bytes]", zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True))
    return cast("IO[bytes]", zstd.ZstdFile(stream))


def _zstd_errors() -> tuple[type[Exception], ...]:
    import sys

    names = (("zstandard", "ZstdError"), ("compression.zstd", "ZstdError"))
    found: list[Any] = [getattr(sys.modules.get(module), name, None) for module, name in names]
    return tuple(error for error in found if error is not None)
