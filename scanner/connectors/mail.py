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
from typing import IO, cast

from derbes.scanner.connectors.encodings import is_wide
from derbes.scanner.connectors.mail_parts import Part
from derbes.scanner.connectors.mail_text import header_text, headers, join_texts, part_text, sent
from derbes.scanner.connectors.readers.base import Cells, Item, Reading
from derbes.scanner.connectors.readers.limits import Budget
from derbes.scanner.connectors.readers.lines import Recoded, read_up_to
from derbes.scanner.connectors.readers.text import codec_of
from derbes.scanner.model.data import Field
from derbes.scanner.model.inventory import Unscanned

MAX_MESSAGE = 64 << 20
MAX_PARTS = 1000
MAX_DEPTH = 20
_LINE = 1 << 20
_FIELDS = tuple(Field(name, name) for name in ("from", "to", "subject", "body", "date"))
_FROM_LINE = re.compile(rb"From \S{1,320}.{0,40}\d\d:\d\d.{0,40}\d{4}\b|From - ")
_FORWARDED = ("From", "To", "Cc", "Reply-To", "Subject")
_EMLX = re.compile(rb"\d{1,10}\s*\n")
_READABLE = frozenset({"text/plain", "text/html"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
_SIGNATURES = frozenset({"application/pgp-encrypted", "application/pgp-signature", "application/pkcs7-signature"})
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
    if is_wide(codec := codec_of(sample, reading)):  # saved by a program that knows no other text
        text = read_up_to(cast("IO[bytes]", Recoded(stream, codec)), MAX_MESSAGE + 1)
        stream, sample = io.BytesIO(text), text[: len(sample)].removeprefix(b"\xef\xbb\xbf")
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


def messages(stream: IO[bytes], sample: bytes) -> Iterator[tuple[bytes | bytearray, bool]]:
    """Each message, and whether it was cut at ``MAX_MESSAGE``. ``From `` lines part the messages of an mbox; without
    one at the beginning all of it is one message."""
    if not sample.startswith(b"From "):
        data = stream.read(MAX_MESSAGE)
        prefix = _EMLX.match(data)
        yield data[prefix.end() if prefix else 0 :], bool(stream.read(1))
        return
    message, cut = bytearray(), False
    blank = new_line = True
    started = False
    while line := stream.readline(_LINE):
        if blank and new_line and line.startswith(b"From ") and _FROM_LINE.match(line):
            if started:
                yield message, cut
            message, cut, blank, started = bytearray(), False, False, True
            continue
        blank, new_line = new_line and line in (b"\n", b"\r\n"), line.endswith(b"\n")
        cut = cut or len(message) + len(line) > MAX_MESSAGE
        if not cut:
            message += line
    yield message, cut


def _read_message(data: bytes | bytearray, number: int, cells: Cells) -> Contents:
    message = Part.at(data, 0, len(data))
    cells.add("from", number, headers(message, "from", "reply-to", "sender"))
    cells.add("to", number, headers(message, "to", "cc", "bcc", "delivered-to", "envelope-to"))
    cells.add("subject", number, headers(message, "subject"))
    cells.add("date", number, sent(message))
    contents = Contents()
    _collect(message, contents)
    cells.add("body", number, join_texts(contents.texts))
    return contents


def _collect(part: Part, contents: Contents, depth: int = 0) -> None:
    """Sort the parts of a message into texts, attachments and what cannot be read."""
    contents.parts += 1
    if contents.parts > MAX_PARTS:
        contents.too_deep = 1
        return
    if depth >= MAX_DEPTH:
        contents.too_deep = 1
        contents.texts.append(part_text(part))
        return
    is_leaf = True
    for child in part.children():
        is_leaf = False
        if part.kind == "message/rfc822":
            contents.texts.append(_forwarded_headers(child))
        _collect(child, contents, depth + 1)
        if contents.parts > MAX_PARTS:
            break
    contents.encrypted += part.kind in _SEALED
    if is_leaf and part.kind not in _SEALED:
        _collect_leaf(part, contents)


def _collect_leaf(part: Part, contents: Contents) -> None:
    name = _file_name(part)
    major = part.kind.partition("/")[0]
    if _is_body(part, name) or major in ("message", "multipart"):
        contents.texts.append(part_text(part))
    elif major in ("image", "audio", "video"):
        contents.pictures += 1
    elif part.kind not in _SIGNATURES and (payload := part.payload()):
        contents.attached.append((name or f"part{contents.parts}", payload))


def _is_body(part: Part, name: str | None) -> bool:
    if name is None:
        return part.kind.startswith("text/")
    return part.kind in _READABLE and part.content.get_content_disposition() != "attachment"


def _forwarded_headers(message: Part) -> str:
    values = ((name, headers(message, name.lower())) for name in _FORWARDED)
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def _file_name(part: Part) -> str | None:
    name = part.content.get_filename()
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
