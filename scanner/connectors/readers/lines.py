"""Whole lines from a byte stream, in blocks; giant lines in overlapping pieces; ranges of a file by line starts."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from derbes.scanner.connectors.encodings import Decoder, is_wide
from derbes.scanner.connectors.readers.base import OVERLAP

BLOCK = 1 << 20
MAX_LINE = 2 << 20  # of text; what stands in a line costs many times its size


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, or a piece of one giant line.

    ``first_line`` is the number of the first line in it. A piece has no line end in it but perhaps at its end;
    ``continued`` pieces repeat the last ``overlap`` bytes of the piece before; the next piece will repeat ``repeated``
    bytes of this one (0: there is none). ``offset`` is that of ``data`` in the stream.
    """

    data: bytes
    first_line: int
    giant: bool = False
    continued: bool = False
    overlap: int = 0
    repeated: int = 0
    offset: int = 0

    @property
    def owned(self) -> tuple[int, int]:
        """The bytes that are this piece's own: neighbours part their overlap in the middle."""
        end = len(self.data) - self.repeated
        return _middle(self.data[: self.overlap]), end + _middle(self.data[end:]) if self.repeated else len(self.data)

    @property
    def starts(self) -> int:
        """How many lines start in this block."""
        lines = self.data.count(b"\n") + (not self.data.endswith(b"\n"))
        return lines - 1 if self.continued else lines


def blocks(stream: IO[bytes], size: int = BLOCK, first_line: int = 1, max_line: int = MAX_LINE) -> Iterator[Block]:
    """Cut ``stream`` at line ends (``\\n``) into blocks of about ``size`` bytes."""
    line = first_line
    rest = b""
    overlap = 0  # > 0: ``rest`` goes on with a giant line and begins with that many bytes seen before
    offset = getattr(stream, "start", 0)  # of ``rest``
    while data := stream.read(size):
        if overlap and (end := data.find(b"\n") + 1):
            yield Block(rest + data[:end], line, giant=True, continued=True, overlap=overlap, offset=offset)
            offset += len(rest) + end
            rest, data, overlap, line = b"", data[end:], 0, line + 1
        cut = data.rfind(b"\n") + 1
        if cut:
            block = Block(rest + data[:cut], line, offset=offset)
            yield block
            line += block.starts
            offset += len(block.data)
            rest = data[cut:]
            continue
        rest += data
        if len(rest) >= max_line:
            end = _character_start(rest)
            kept = _character_start(rest[: end - OVERLAP])
            yield Block(rest[:end], line, True, bool(overlap), overlap, end - kept, offset)
            rest, overlap, offset = rest[kept:], end - kept, offset + kept
    if rest:
        yield Block(rest, line, giant=bool(overlap), continued=bool(overlap), overlap=overlap, offset=offset)


def _middle(overlap: bytes) -> int:
    return _character_start(overlap[: len(overlap) // 2])


def text_pieces(stream: IO[bytes], decoder: Decoder, size: int) -> Iterator[str]:
    """The whole stream as text, cut at line ends where there are any. For readers that find their own borders."""
    rest = b""
    line = 1
    while data := stream.read(size):
        data = rest + data
        cut = data.rfind(b"\n") + 1 or _character_start(data)
        piece = decoder.text(data[:cut], line)
        yield piece.removeprefix("\ufeff") if line == 1 else piece
        line += data.count(b"\n")
        rest = data[cut:]
    if rest:
        yield decoder.text(rest, line)


def _character_start(data: bytes) -> int:
    """Offset of the last place in ``data`` (its end, if that is one) where a UTF-8 character may start."""
    end = len(data)
    for back in range(1, min(end, 4) + 1):
        byte = data[end - back]
        if byte < 0x80:
            return end
        if byte >= 0xC0:
            return end - back
    return end


class LineRange(io.RawIOBase):
    """The lines of ``stream`` that start in ``[start, end)``: from the first line start at or after ``start`` to the
    end of the line in which byte ``end - 1`` lies."""

    def __init__(self, stream: IO[bytes], start: int, end: int) -> None:
        self._stream = stream
        stream.seek(max(start - 1, 0))
        if start:
            while (piece := stream.readline(BLOCK)) and not piece.endswith(b"\n"):
                pass
        self.start = stream.tell()
        self._left = end - self.start
        self._last = b"\n"

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; never more than ``size``."""
        if self._left > 0:
            data = self._stream.read(min(size, self._left) if size >= 0 else self._left)
            self._left -= len(data)
        elif self._last != b"\n":
            data = self._stream.readline(size)
        else:
            return b""
        self._last = data[-1:] or b"\n"
        return data


class Recoded(io.RawIOBase):
    """A UTF-16 or UTF-32 stream (any stream with ``recode``) as UTF-8; lone carriage returns as line ends."""

    def __init__(self, stream: IO[bytes], codec: str, mend_returns: bool = False, recode: bool = False) -> None:
        self._stream = stream
        decode = recode or is_wide(codec)
        self._decoder: Any = codecs.getincrementaldecoder(codec)("replace") if decode else None
        self._mend = mend_returns

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes: about ``size`` of them."""
        while data := self._stream.read(size):
            out = self._recode(data)
            if out:
                return out
        return self._decoder.decode(b"", True).encode() if self._decoder else b""

    def _recode(self, data: bytes) -> bytes:
        if self._decoder:
            data = self._decoder.decode(data).encode("utf-8", "replace")
        return data.replace(b"\r", b"\n") if self._mend else data


class Pushed(io.RawIOBase):
    """``stream`` with ``head``, which was read from it already, put back in front."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; never more than ``size``."""
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            head, self._head = self._head, b""
            return head + self._stream.read()
        head, self._head = self._head[:size], self._head[size:]
        return head


def read_up_to(stream: IO[bytes], size: int) -> bytes:
    """Exactly ``size`` bytes unless the stream ends before (decompressors and pipes return less at a time)."""
    parts = []
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
