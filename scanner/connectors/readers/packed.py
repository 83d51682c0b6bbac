"""Compressed streams (gz, bz2, xz, zst), unpacked within limits. A limit or damage ends the stream as its end would,
so that the readers above give out all they have; ``failure`` then says what happened."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, cast

from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.limits import RATIO_FROM, LimitReached

_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lzma", ".z")
_TAR_SUFFIXES = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
XZ_MEMORY = 128 << 20
_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


class MissingPackage(Exception):
    """A format needs a package that is not installed; ``args``: package, extra of derbes."""


class Unpacked(io.RawIOBase):
    """What comes out of ``stream`` (an unpacking file object). ``packed`` is the size of what goes in, if known."""

    def __init__(self, stream: IO[bytes], reading: Reading, packed: int = 0, crc: int | None = None) -> None:
        self._stream = stream
        self._reading = reading
        self._packed = packed
        self._crc = crc  # that the whole must have
        self._sum = 0
        self._count = 0
        self.limit: LimitReached | None = None
        self.damaged = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none when a limit is reached or the input is broken."""
        parts: list[bytes] = []
        while size != 0 and (data := self._next(size)):  # decompressors give a little at a time
            parts.append(data)
            size -= len(data) if size > 0 else 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _next(self, size: int) -> bytes:
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
        except Exception as error:
            if not isinstance(error, (*_ERRORS, *_zstd_errors())):
                raise
            if "memory" in str(error).lower():  # how lzma and zstd say that the header asks for too much of it
                self.limit = LimitReached("limit-memory", 0, whole=False)
            self.damaged = not self.limit
            return b""
        if self._crc is not None:
            self._sum = zlib.crc32(data, self._sum)
            self.damaged = not data and self._sum != self._crc
        return data

    def _account(self, count: int) -> None:
        budget, ratio, depth = self._reading.budget, self._reading.options.max_ratio, self._reading.depth
        self._count += count
        if self._packed and self._count > RATIO_FROM and self._count > ratio * self._packed:
            budget.unpacked[depth] -= self._count - count  # a bomb must not use up what its neighbours may unpack
            raise LimitReached("limit-ratio", ratio, whole=False)
        budget.unpack(count, depth)

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
        return cast("IO[bytes]", Inflated(stream, lambda: zlib.decompressobj(31)))
    if name == "bzip2":
        return cast("IO[bytes]", Inflated(stream, bz2.BZ2Decompressor))
    if name == "xz":  # its header may ask for gigabytes
        return cast("IO[bytes]", Inflated(stream, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)))
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


class Inflated(io.RawIOBase):
    """Compressed members one after another. Of broken input it gives all that comes before the break, then raises:
    the file objects of the standard library drop what they hold when they meet an error."""

    def __init__(self, stream: IO[bytes], make: Callable[[], Any], piece: int = 1 << 14) -> None:
        self._stream = stream
        self._make = make
        self._piece = piece  # packed bytes at a time
        self._decoder: Any = None
        self._rest = b""
        self._error: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; raises like the decompressor, or ``EOFError``."""
        while self._error is None:
            if (self._decoder is None or self._decoder.eof) and not self._next_member():
                return b""
            if not self._rest and getattr(self._decoder, "needs_input", True):
                self._rest = self._stream.read(self._piece)
                if not self._rest:
                    self._error = EOFError()
            data = self._step(size)
            if data:
                return data
        raise self._error

    def _next_member(self) -> bool:
        if self._decoder is not None:
            self._rest = self._decoder.unused_data.lstrip(b"\0")
        self._rest = self._rest or self._stream.read(self._piece).lstrip(b"\0" if self._decoder else b"")
        if self._rest:
            self._decoder = self._make()
        return bool(self._rest)

    def _step(self, size: int) -> bytes:
        saved = self._decoder.copy() if hasattr(self._decoder, "copy") else None
        try:
            data: bytes = self._decoder.decompress(self._rest, size)
        except Exception as error:
            self._error = error
            return _salvaged(saved, self._rest) if saved else b""
        self._rest = getattr(self._decoder, "unconsumed_tail", b"")
        return data


class _Zstd:
    """A decoder of one frame with the manners of the standard library's."""

    def __init__(self, decompressor: Any) -> None:
        self._decoder = decompressor.decompressobj()
        self._ready = b""

    @property
    def needs_input(self) -> bool:
        """Whether all that came out was given."""
        return not self._ready

    @property
    def eof(self) -> bool:
        """Whether the frame is whole, and was given."""
        return not self._ready and bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        """What came after the frame."""
        return bytes(self._decoder.unused_data)

    def decompress(self, data: bytes, size: int) -> bytes:
        """What comes out of ``data``, at most ``size`` bytes now."""
        ready = self._ready or bytes(self._decoder.decompress(data))
        if size < 0:
            size = len(ready)
        self._ready = ready[size:]
        return ready[:size]


def _salvaged(decoder: Any, data: bytes) -> bytes:
    """What a zlib decoder gives, a few bytes at a time, before it meets its error."""
    out = b""
    for at in range(0, len(data), 64):
        saved = decoder.copy()
        try:
            out += decoder.decompress(data[at : at + 64])
        except zlib.error:
            return out + _bytewise(saved, data[at : at + 64])
    return out


def _bytewise(decoder: Any, data: bytes) -> bytes:
    out = b""
    with suppress(zlib.error):
        for at in range(len(data)):
            out += decoder.decompress(data[at : at + 1])
    return out


def _zstd(stream: IO[bytes]) -> IO[bytes]:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
    except ImportError:
        try:
            import zstandard
        except ImportError:
            raise MissingPackage("zstandard", "zstd") from None
        # Few bytes at a time, for what comes out of them cannot be bounded; the library's own reader takes a cut for
        # the end.
        return cast("IO[bytes]", Inflated(stream, lambda: _Zstd(zstandard.ZstdDecompressor()), piece=256))
    return cast("IO[bytes]", zstd.ZstdFile(stream))


def _zstd_errors() -> tuple[type[Exception], ...]:
    import sys

    names = (("zstandard", "ZstdError"), ("compression.zstd", "ZstdError"))
    found: list[Any] = [getattr(sys.modules.get(module), name, None) for module, name in names]
    return tuple(error for error in found if error is not None)
