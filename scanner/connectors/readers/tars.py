"""Tar archives, plain or in a compressed stream."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import IO, cast

from derbes.scanner.connectors.readers.archives import entered, read_member, readable_name
from derbes.scanner.connectors.readers.base import Item, Reading

_EXTENSIONS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, b"X")
_MAX_EXTENSION = 1 << 20


def read_tar(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Members of a tar, read in passing."""
    inner = entered(reading)
    try:
        # ignore_zeros also looks for the next good header after a bad one.
        with tarfile.open(fileobj=stream, mode="r|", ignore_zeros=True, errorlevel=0, tarinfo=_TarInfo) as archive:
            for info in archive:
                reading.budget.member()
                archive.members = []  # type: ignore[attr-defined]  # or the list grows with the archive
                if info.isfile():
                    plain = _TarMember(archive.fileobj, info.size)  # type: ignore[arg-type]  # None only when closed
                    member = archive.extractfile(info) if info.sparse else plain
                    if member:
                        yield from read_member(cast("IO[bytes]", member), inner.inside(_tar_name(info)), 0)
                elif not info.isdir():
                    yield inner.inside(_tar_name(info)).problem(
                        "file-special", "ссылка или устройство в архиве не читается"
                    )
    except (tarfile.TarError, EOFError, OSError, ValueError):
        yield reading.problem("file-damaged", "архив повреждён или обрывается; прочитано то, что до этого места")


class _TarInfo(tarfile.TarInfo):
    """A header whose extensions (long names, attributes) are believed only as long as they are as long as such are:
    the library reads them into memory whatever their size."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _EXTENSIONS and self.size > _MAX_EXTENSION:
            raise tarfile.ReadError
        return cast("tarfile.TarInfo", super()._proc_member(archive))  # type: ignore[misc]


class _TarMember(io.RawIOBase):
    """A member where the tar stream stands. The library's own drops what precedes a cut."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ``EOFError`` when the archive ends before the member."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted) if wanted else b""
        self._left -= len(data)
        if wanted and not data:
            self._left = 0
            raise EOFError
        return data


def _tar_name(info: tarfile.TarInfo) -> str:
    return readable_name(info.name.encode("utf-8", "surrogateescape"))
