"""The structure of a mail, by offsets into its bytes: headers, parts inside parts, payloads.

The standard library's parser takes ten times the message in memory, stops at nothing that nests, and reads 3 MB/s;
all that is needed of it here is the meaning of ``Content-*`` headers.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

MAX_HEADERS = 1 << 20
_MAX_PARAMETERS = 8192  # the standard library splits them in time that grows with the square of their length
_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_HEADER = re.compile(rb"^([!-9;-~]{1,200})[ \t]{0,9}:[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.MULTILINE)
_CONTENT = ("content-type", "content-disposition", "content-transfer-encoding")


@dataclass(frozen=True, slots=True)
class Part:
    """A message or a part of one. ``values``: headers by lower-case name, folded, raw bytes as surrogates."""

    data: bytes | bytearray
    start: int  # of the body
    end: int
    values: dict[str, list[str]]
    content: Message
    kind: str  # the media type, ``text/plain`` when none is told

    @classmethod
    def at(cls, data: bytes | bytearray, start: int, end: int) -> Part:
        """The part that begins with its headers at ``start``."""
        limit = min(end, start + MAX_HEADERS)
        if data[start : start + 2].startswith((b"\n", b"\r\n")):
            head = body = start + 1 + (data[start] != 0x0A)
        elif blank := _END.search(data, start, limit):
            head, body = blank.span()
        else:  # nothing but headers, or none at all
            head, body = limit, limit if limit == end else start
        values: dict[str, list[str]] = {}
        for header in _HEADER.finditer(data[start:head]):
            name = header[1].decode("ascii").lower()
            values.setdefault(name, []).append(header[2].decode("utf-8", "surrogateescape"))
        content = Message()
        for name in _CONTENT:
            if name in values:
                content[name] = values[name][0][:_MAX_PARAMETERS].encode("utf-8", "replace").decode()
        return cls(data, body, end, values, content, content.get_content_type())

    def children(self) -> Iterator[Part]:
        """Parts of a multipart, the message inside a forwarded one; nothing for what has a payload."""
        if self.kind == "message/rfc822":
            if self.coding in ("base64", "quoted-printable"):  # forbidden, and done
                inner = self.payload()
                yield Part.at(inner, 0, len(inner))
            else:
                yield Part.at(self.data, self.start, self.end)
        elif self.kind.startswith("multipart/"):
            boundary = str(self.content.get_boundary("") or "").encode("utf-8", "surrogateescape")
            if boundary:
                yield from (Part.at(self.data, start, end) for start, end in self._between(b"--" + boundary))

    def _between(self, mark: bytes) -> Iterator[tuple[int, int]]:
        begin, position = -1, self.start
        while (found := self.data.find(mark, position, self.end)) >= 0:
            position = found + len(mark)
            rest = bytes(self.data[position : position + 200]).partition(b"\n")[0].strip()
            if (found > self.start and self.data[found - 1] != 0x0A) or rest not in (b"", b"--"):
                continue  # in mid-line, or a boundary that merely begins like this one
            if begin >= 0:
                yield begin, max(found - 1, begin)
            if rest:
                return
            line_end = self.data.find(b"\n", position, self.end)
            begin = position = line_end + 1 if line_end >= 0 else self.end
        if begin >= 0:
            yield begin, self.end  # never closed

    @property
    def coding(self) -> str:
        """The transfer encoding that is told."""
        return str(self.content.get("content-transfer-encoding", "")).strip().lower()

    def payload(self) -> bytes:
        """The body with its transfer encoding undone; damaged Base64 as far as it goes."""
        body = bytes(self.data[self.start : self.end])
        if self.coding == "quoted-printable":
            return binascii.a2b_qp(body)
        if self.coding != "base64":
            return body
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
            return binascii.a2b_base64(letters[: len(letters) // 4 * 4])
