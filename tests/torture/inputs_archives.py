# ruff: noqa: E501  # one input a line reads best
"""Hostile archives and compressed streams: bombs of every build, lies in directories and headers, cuts, odd methods."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard

from tests.torture.inputs import CSV, NOISE, RECORD, Input, _patched, file, made, tarred, zipped

_LINE = RECORD.encode()
_ZEROS = b"0" * (300 << 20)


def _overlapping(folder: Path) -> None:
    """A hundred members that are one and the same ninety megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = _ZEROS[: 90 << 20]
    data = packer.compress(body) + packer.flush()
    sizes = (zlib.crc32(body), len(data), len(body))
    out = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, *sizes, 1, 0) + b"k" + data
    directory = b""
    for number in range(100):
        name = f"{number}.txt".encode()
        directory += (
            struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes, len(name), 0, 0, 0, 0, 0, 0) + name
        )
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 100, 100, len(directory), len(out), 0)
    (folder / "overlap.zip").write_bytes(out + directory + end)


def _nested(depth: int) -> bytes:
    data = zipped({"a.csv": CSV})
    for _ in range(depth):
        data = zipped({"a.csv": CSV, "n.zip": data})
    return data


def _packed_often(times: int) -> bytes:
    data = _LINE
    for _ in range(times):
        data = gzip.compress(data)
    return data


def _twice(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, "x,y\n1,2\n")
        archive.writestr(name, CSV)
    return out.getvalue()


class _Pipe(io.RawIOBase):
    def __init__(self, out: io.BytesIO) -> None:
        self.out = out

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self.out.write(data)  # type: ignore[arg-type]


def _streamed() -> bytes:
    """Sizes stand behind the members, as a program that writes into a pipe has it."""
    out = io.BytesIO()
    with zipfile.ZipFile(_Pipe(out), "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV * 500)
    return out.getvalue()


def _method(number: int) -> bytes:
    data = _patched(zipped({"a.csv": CSV, "b.csv": CSV}), b"PK\3\4", 8, 8 ^ number)
    return _patched(data, b"PK\1\2", 10, 8 ^ number)


def _long_header(kind: bytes, body: bytes, times: int) -> bytes:
    """A tar that has a header with an extension of gigabytes behind its first member."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, len(body) * times
    start = tarred({"a.csv": CSV.encode()}, "w")[:1024]
    return start + info.tobuf(tarfile.GNU_FORMAT) + body * times


def _devices() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE):
            info = tarfile.TarInfo("device")
            info.type = kind
            archive.addfile(info)
        info = tarfile.TarInfo("a.csv")
        info.size = len(CSV.encode())
        archive.addfile(info, io.BytesIO(CSV.encode()))
    return out.getvalue()


def _negative() -> bytes:
    raw = bytearray(tarred({"a.csv": CSV.encode(), "b.csv": CSV.encode()}, "w"))
    raw[1024 + 124 : 1024 + 136] = b"\xff" * 12
    return bytes(raw)


def _many(folder: Path) -> None:
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        archive.writestr("0.csv", CSV)
        for number in range(100_000):
            archive.writestr(f"{number}.txt", b"")


def _wide_window() -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(_LINE * 100) + packer.flush()


NAMES = [
    "a\x1b[31m.csv",
    "<script>.csv",
    "=1+1.csv",
    "a\nb.csv",
    "\u202egpj.csv",
    "x" * 5000 + ".csv",
    "/",
    "a//b.csv",
    "..",
    ".",
]


def archives() -> Iterator[Input]:
    """The inputs of this module."""
    yield made("overlap.zip", _overlapping, "limit-ratio", found=False)
    yield made("many.zip", _many, "limit-members")
    yield file("nest-8.zip", _nested(8))
    yield file("nest-200.zip", _nested(200), "limit-depth")
    yield file("often.log.gz", _packed_often(8))
    yield file("too-often.log.gz", _packed_often(50), "limit-depth", found=False)
    yield file("twice.zip", _twice("a.csv"))
    yield file("names.zip", zipped(dict.fromkeys(NAMES, CSV)))
    yield file("lzma.zip", zipped({"a.csv": CSV}, zipfile.ZIP_LZMA))
    yield file("bzip2.zip", zipped({"a.csv": CSV}, zipfile.ZIP_BZIP2))
    yield made("bomb-lzma.zip", lambda f: (f / "b.zip").write_bytes(zipped({"a.csv": CSV, "b.txt": _ZEROS, "c.csv": CSV}, zipfile.ZIP_LZMA)), "limit-ratio")  # fmt: skip
    yield made("bomb-bzip2.zip", lambda f: (f / "b.zip").write_bytes(zipped({"a.csv": CSV, "b.txt": _ZEROS, "c.csv": CSV}, zipfile.ZIP_BZIP2)), "limit-ratio")  # fmt: skip
    for number in (9, 93, 98, 99):
        yield file(f"method-{number}.zip", _method(number), "format-unsupported")
    yield file("misplaced.zip", _patched(zipped({"a.csv": CSV, "b.csv": CSV}), b"PK\5\6", 16, 0x55), "file-damaged")
    yield file("two.zip", zipped({"a.csv": CSV}) + zipped({"b.csv": CSV}))
    yield file("comment.zip", zipped({"a.csv": CSV})[:-2] + b"\xff\xff" + b"PK\5\6" * 16383 + b"xxx", "file-damaged")
    yield file("streamed.zip", _streamed())
    yield file("streamed-cut.zip", _streamed()[:-300], "file-damaged")
    yield made("long-name.tar.gz", lambda f: (f / "t.tar.gz").write_bytes(gzip.compress(_long_header(b"L", _ZEROS, 1), 1)), "file-damaged")  # fmt: skip
    yield made("long-attributes.tar", lambda f: (f / "t.tar").write_bytes(_long_header(b"x", NOISE, 5000)), "file-damaged")  # fmt: skip
    yield file("negative.tar", _negative(), "file-special")
    yield file("devices.tar", _devices(), "file-special")
    yield file("name.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"n" * 1_000_000 + b"\0" + gzip.compress(_LINE)[10:])
    yield file("head.gz", gzip.compress(_LINE)[:5], "file-damaged", found=False)
    yield file("sum.log.gz", gzip.compress(_LINE * 100)[:-8] + b"\0" * 8, "file-damaged")
    yield file("members-100k.log.gz", gzip.compress(b"x\n") * 100_000 + gzip.compress(_LINE))
    yield file("padded.log.gz", gzip.compress(_LINE) + b"\0" * 100_000)
    yield file("padded.log.xz", lzma.compress(_LINE) + b"\0" * 4000)
    yield file("alone.log.lzma", lzma.compress(_LINE * 50, format=lzma.FORMAT_ALONE))
    yield file("frames.log.zst", zstandard.compress(b"x\n") + zstandard.compress(_LINE))
    yield file("truncated.zst", zstandard.compress(_LINE * 5000 + NOISE)[:-500], "file-damaged")
    yield file("window.log.zst", _wide_window(), "limit-memory", found=False)
    yield made("bomb.zst", lambda f: (f / "b.zst").write_bytes(zstandard.compress(_ZEROS)), "limit-ratio", found=False)
    yield made("bomb.bz2", lambda f: (f / "b.bz2").write_bytes(bz2.compress(_ZEROS)), "limit-ratio", found=False)
    yield made("bomb.xz", lambda f: (f / "b.xz").write_bytes(lzma.compress(_ZEROS)), "limit-ratio", found=False)
