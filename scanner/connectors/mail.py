"""Mail: mbox files of any size, single messages (eml, a file of a Maildir), and what is attached to them.

A message is a unit with the fields ``from``, ``to``, ``subject``, ``body`` and ``date``. Replies-to belong to
``from``, copies to ``to``; a forwarded message becomes part of the body. Attachments are read by the readers of files
as parts of their own: ``inbox.mbox!17/price.csv``.
"""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice
from typing import IO

from derbes.scanner.connectors.encodings import guess
from derbes.scanner.connectors.mail_text import header_text, headers, join_texts, part_text, sent
from derbes.scanner.connectors.readers.base import Budget, Cells, Item, Reading
from derbes.scanner.model.data import Field
from derbes.scanner.model.inventory import Unscanned

MAX_MESSAGE = 32 << 20
MAX_PARTS = 1000
MAX_NESTED = 200  # a mail with more boundaries is hostile; the parser's work grows with their nesting
_LINE = 1 << 20
_FIELDS = tuple(Field(name, name) for name in ("from", "to", "subject", "body", "date"))
_FROM_LINE = re.compile(rb"From \S{1,320}.{0,40}\d\d:\d\d.{0,40}\d{4}\b|From - ")
_FORWARDED = ("From", "To", "Cc", "Reply-To", "Subject")
_EMLX = re.compile(rb"\d{1,10}\s*\n")
_NESTING = re.compile(rb"boundary\s{0,9}=|message/", re.IGNORECASE)
# The standard library splits these at their semicolons, in time that grows with the square of their length.
_PARAMETERS = re.compile(rb"^content-(?:type|disposition)[^\n]*+(?:\n[ \t][^\n]*+)*+", re.IGNORECASE | re.MULTILINE)
_MAX_PARAMETERS = 8192
_READABLE = frozenset({"text/plain", "text/html"})
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\!]+")


@dataclass(slots=True)
class Contents:
    """What was found in one message."""

    texts: list[str] = field(default_factory=list)
    attached: list[tuple[str, bytes]] = field(default_factory=list)
    pictures: int = 0
    encrypted: int = 0
    too_deep: int = 0
    parts: int = 0


def read_mail(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """All messages of a mailbox or the one message of an eml file, with their attachments."""
    cells = Cells(reading.dataset("mail", kind="mail", unit="message", fields=_FIELDS))
    for name in ("from", "to", "subject", "body"):
        cells.add(name, 1, None)
    unread: Counter[str] = Counter()
    number = 0
    for number, (data, cut) in enumerate(messages(stream, sample), 1):
        unread["limit-size"] += cut
        contents = _read_message(data, number, cells)
        unread["format-unsupported"] += contents.pictures
        unread["file-encrypted"] += contents.encrypted
        unread["limit-depth"] += contents.too_deep
        for name, payload in contents.attached:
            yield from _attachment(payload, f"{number}/{name}", reading)
        if cells.full:
            yield from cells.flush(number)
    yield from cells.flush(number)
    yield from _problems(unread, reading)


def messages(stream: IO[bytes], sample: bytes) -> Iterator[tuple[bytes, bool]]:
    """Each message, and whether it was cut at ``MAX_MESSAGE``. ``From `` lines part the messages of an mbox; without
    one at the beginning all of it is one message."""
    if not sample.startswith(b"From "):
        data = stream.read(MAX_MESSAGE)
        prefix = _EMLX.match(data)
        yield data[prefix.end() if prefix else 0 :], bool(stream.read(1))
        return
    lines: list[bytes] = []
    size, cut = 0, False
    blank = new_line = True
    while line := stream.readline(_LINE):
        if blank and new_line and line.startswith(b"From ") and _FROM_LINE.match(line):
            if lines:
                yield b"".join(lines), cut
            lines, size, cut, blank = [], 0, False, False
            continue
        blank, new_line = new_line and line in (b"\n", b"\r\n"), line.endswith(b"\n")
        cut = cut or size + len(line) > MAX_MESSAGE
        if not cut:
            lines.append(line)
            size += len(line)
    if lines:
        yield b"".join(lines), cut


def _read_message(data: bytes, number: int, cells: Cells) -> Contents:
    contents = Contents()
    if sum(1 for _ in islice(_NESTING.finditer(data), MAX_NESTED + 1)) > MAX_NESTED:
        cells.add("body", number, data.decode(guess(data[: 1 << 16]), "replace"))
        contents.too_deep = 1
        return contents
    data = _PARAMETERS.sub(lambda header: header[0][:_MAX_PARAMETERS], data)
    message = BytesParser(policy=compat32).parsebytes(data)
    cells.add("from", number, headers(message, "From", "Reply-To", "Sender"))
    cells.add("to", number, headers(message, "To", "Cc", "Bcc", "Delivered-To", "Envelope-To"))
    cells.add("subject", number, headers(message, "Subject"))
    cells.add("date", number, sent(message))
    _collect(message, contents)
    cells.add("body", number, join_texts(contents.texts))
    return contents


def _collect(part: Message, contents: Contents, depth: int = 0) -> None:
    """Sort the parts of a message into texts, attachments and what cannot be read. Depth is at most the number of
    boundaries and forwarded messages, which is bounded."""
    contents.parts += 1
    if contents.parts > MAX_PARTS or depth > MAX_NESTED:
        contents.too_deep = 1
        return
    kind, major = part.get_content_type(), part.get_content_maintype()
    children = part.get_payload()
    if isinstance(children, list):
        if kind == "multipart/encrypted":
            contents.encrypted += 1
        for child in children:
            if isinstance(child, Message):
                if major == "message":
                    contents.texts.append(_inner_headers(child, every=kind != "message/rfc822"))
                _collect(child, contents, depth + 1)
        return
    name = _file_name(part)
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        contents.encrypted += 1
    elif major == "text" and (name is None or _is_body(part)):
        contents.texts.append(part_text(part))
    elif major in ("image", "audio", "video"):
        contents.pictures += 1
    elif kind not in ("application/pgp-encrypted", "application/pgp-signature", "application/pkcs7-signature"):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            contents.attached.append((name or f"part{contents.parts}", payload))


def _is_body(part: Message) -> bool:
    return part.get_content_type() in _READABLE and part.get_content_disposition() != "attachment"


def _inner_headers(message: Message, *, every: bool) -> str:
    """Headers of a forwarded message; every one of a delivery report, which has nothing else."""
    values = ((name, headers(message, name)) for name in (dict.fromkeys(message.keys()) if every else _FORWARDED))
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def _file_name(part: Message) -> str | None:
    name = part.get_filename()
    return _UNSAFE.sub("_", header_text(name)).strip()[-120:] or None if name else None


def _attachment(payload: bytes, name: str, reading: Reading) -> Iterator[Item]:
    from derbes.scanner.connectors.readers.dispatch import guarded, read_stream

    # A budget of its own: a mailbox of a year is no archive bomb, but what is attached to one mail may be.
    budget = Budget(reading.options, packed=len(payload), since=time.monotonic())
    inner = replace(reading.inside(name), budget=budget, encoding=None)
    yield from guarded(read_stream(io.BytesIO(payload), inner), inner)


_MESSAGES = {
    "limit-size": "писем больше {limit} байт: {count}; конец каждого не прочитан",
    "format-unsupported": "картинки, звук и видео во вложениях не читаются: {count}",
    "file-encrypted": "зашифрованные письма или вложения не прочитаны: {count}",
    "limit-depth": "письма с непомерным числом частей разобраны не до конца: {count}",
}


def _problems(unread: Counter[str], reading: Reading) -> Iterator[Unscanned]:
    for code, message in _MESSAGES.items():
        if unread[code]:
            yield reading.problem(code, message, count=unread[code], limit=MAX_MESSAGE)
