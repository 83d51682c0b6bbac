"""Zip archives, and what every archive has: members are read as streams and never written under their names; one that
cannot be read says so and the next one is read."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from derbes.scanner.connectors.encodings import guess
from derbes.scanner.connectors.readers.base import Item, Reading, seekable
from derbes.scanner.connectors.readers.limits import LimitReached
from derbes.scanner.connectors.readers.lines import Pushed
from derbes.scanner.connectors.readers.packed import XZ_MEMORY, Inflated, Unpacked

_MEMBER = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3I2H")
_UNREADABLE = (
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)


def read_zip(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Members of a zip; a workbook or document that is a zip goes to its own reader."""
    from derbes.scanner.connectors.readers.office import office_reader

    source = seekable(stream, reading.budget)
    try:
        archive = zipfile.ZipFile(source)
    except _UNREADABLE:
        source.seek(0)
        yield from _broken_zip(source, reading)
        return
    with archive:
        office = office_reader(archive.namelist())
        if office:
            yield from office(source, archive, reading)
            return
        inner = entered(reading)
        if _is_misplaced(archive):
            source.seek(_first_member(source))
            yield from _broken_zip(source, reading)
            return
        infos = archive.infolist()
        if len(infos) > reading.options.max_members:  # said first: the time may be over before
            yield reading.limit(LimitReached("limit-members", reading.options.max_members))
        for info in infos[: reading.options.max_members]:
            reading.budget.member()
            if not info.is_dir():
                yield from _zip_member(archive, info, inner)


def _is_misplaced(archive: zipfile.ZipFile) -> bool:
    """Whether the directory says of none of the first members where it is."""
    source, infos = cast("IO[bytes]", archive.fp), archive.infolist()[:20]
    for info in infos:
        if info.header_offset >= 0:
            source.seek(info.header_offset)
            if source.read(4) == _MEMBER:
                return False
    return bool(infos)


def _first_member(source: IO[bytes]) -> int:
    source.seek(0)
    return max(source.read(1 << 20).find(_MEMBER), 0)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, outer: Reading) -> Iterator[Item]:
    reading = outer.inside(member_name(info))
    if info.flag_bits & 1:
        yield reading.problem("file-encrypted", "файл в архиве закрыт паролем")
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield reading.problem("file-special", "ссылка в архиве не читается")
    else:
        try:
            member = _open(archive, info)
        except NotImplementedError:
            yield reading.problem(
                "format-unsupported", "способ сжатия {method} не поддержан", method=info.compress_type
            )
            return
        except _UNREADABLE:
            yield reading.problem("file-damaged", "файл в архиве повреждён")
            return
        yield from read_member(member, reading, max(info.compress_size, 1), info.CRC)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """The bytes of a member. Common ones go without ``ZipExtFile``, which drops what precedes an error."""
    source = archive.fp
    if info.compress_type not in {0, 8, 12, 14} or source is None:
        return archive.open(info)
    source.seek(info.header_offset)
    header = _LOCAL.unpack(source.read(_LOCAL.size))
    if header[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    start = info.header_offset + _LOCAL.size + header[-2] + header[-1]
    section = cast("IO[bytes]", Section(source, start, info.compress_size))
    if info.compress_type == 0:
        return section
    if info.compress_type == 8:
        return cast("IO[bytes]", Inflated(section, lambda: zlib.decompressobj(-15)))
    if info.compress_type == 12:
        return cast("IO[bytes]", Inflated(section, bz2.BZ2Decompressor))
    return _lzma(section, info)


def _lzma(section: IO[bytes], info: zipfile.ZipInfo) -> IO[bytes]:
    """An LZMA member: behind its own four bytes it has the properties of a plain LZMA file, and lacks its size."""
    properties = section.read(9)[4:]
    size = b"\xff" * 8 if info.flag_bits & 2 else info.file_size.to_bytes(8, "little")
    plain = cast("IO[bytes]", Pushed(properties + size, section))
    return cast("IO[bytes]", Inflated(plain, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)))


class Section(io.RawIOBase):
    """``size`` bytes of ``stream`` from ``start``, whoever else reads from it meanwhile."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self._stream = stream
        self._at = start
        self._end = start + size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        left = self._end - self._at
        self._stream.seek(self._at)
        data = self._stream.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


def read_member(stream: IO[bytes], reading: Reading, packed: int, crc: int | None = None) -> Iterator[Item]:
    """One member. A limit that is its own ends it alone, one of the whole archive ends the archive."""
    from derbes.scanner.connectors.readers.dispatch import guarded, read_stream

    unpacked = Unpacked(stream, reading, packed, crc)
    yield from guarded(read_stream(cast("IO[bytes]", unpacked), reading), reading)
    if unpacked.limit and unpacked.limit.whole:
        raise unpacked.limit
    yield from unpacked.failures()


def entered(reading: Reading) -> Reading:
    if reading.depth >= reading.options.max_depth:
        raise LimitReached("limit-depth", reading.options.max_depth)
    return reading


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a zip member; without the UTF-8 mark it is in whatever encoding the packer had."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    return readable_name(raw)


def readable_name(raw: bytes) -> str:
    codec = guess(raw)
    # Old packers write the code page of the console, not of the windows.
    return raw.decode("cp866" if codec in {"cp1252", "mac_cyrillic"} else codec, "replace")


def _broken_zip(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    """A zip without its directory (cut off while copied): the members are found by their own headers."""
    inner = entered(reading)
    while len(header := stream.read(_LOCAL.size)) == _LOCAL.size:
        magic, _, flags, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack(header)
        if magic != b"PK\x03\x04":
            break
        reading.budget.member()
        raw = stream.read(name_length)
        stream.seek(extra_length, 1)
        name = raw.decode("utf-8", "replace") if flags & 0x800 else readable_name(raw)
        start = stream.tell()
        if flags & 1 or method not in {0, 8} or (method == 0 and flags & 8):
            yield inner.inside(name).problem("file-damaged", "файл в повреждённом архиве не прочитать")
            if flags & 8:
                break
            stream.seek(start + packed)
            continue
        member = _Inflated(stream, method, packed if not flags & 8 else None)
        if not name.endswith("/"):
            yield from read_member(cast("IO[bytes]", member), inner.inside(name), packed)
        try:
            while member.read(1 << 20):  # to the end of what the reader left
                reading.budget.check_time()
        except (zlib.error, EOFError):  # nobody knows where it ends: on to what looks like the next one
            _seek_member(stream, start + member.taken)
            continue
        stream.seek(start + member.taken)
        if flags & 8:
            _skip_descriptor(stream)
    yield reading.problem("file-damaged", "архив обрывается; прочитаны файлы, которые в нём целы")


def _seek_member(stream: IO[bytes], start: int) -> None:
    """To the next header of a member at or after ``start``, or to the end."""
    stream.seek(start)
    before = b""
    while block := stream.read(1 << 20):
        found = (before + block).find(_MEMBER)
        if found >= 0:
            stream.seek(found - len(before) - len(block), 1)
            return
        before = block[-3:]


def _skip_descriptor(stream: IO[bytes]) -> None:
    mark = stream.read(4)
    stream.seek(12 if mark == b"PK\x07\x08" else 8, 1)


class _Inflated(io.RawIOBase):
    """A member by its local header: ``taken`` packed bytes were used. Raises ``EOFError`` when it is cut off."""

    def __init__(self, stream: IO[bytes], method: int, packed: int | None) -> None:
        self._stream = stream
        self._decoder = zlib.decompressobj(-15) if method == 8 else None
        self._left = packed
        self._start = stream.tell()
        self.taken = 0
        self._tail = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if self._decoder is None:
            data = self._stream.read(min(size, self._left or 0))
            self.taken += len(data)
            self._left = (self._left or 0) - len(data)
            if not data and self._left:
                self._left = 0
                raise EOFError
            return data
        while not self._decoder.eof:
            if not self._tail:
                self._stream.seek(self._start + self.taken)
                self._tail = self._stream.read(1 << 16)
            if not self._tail:
                self._decoder = zlib.decompressobj(-15)
                self._decoder.decompress(b"\x03\x00")  # from now on: at the end
                raise EOFError
            before = len(self._tail)
            data = self._decoder.decompress(self._tail, size)
            self._tail = self._decoder.unconsumed_tail
            self.taken += before - len(self._tail) - len(self._decoder.unused_data)
            if data:
                return data
        return b""
