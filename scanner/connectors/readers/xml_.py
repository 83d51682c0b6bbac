"""XML by the events of expat, in bounded memory. A row is an instance of the record: the element under the root (or
under the only element that the root holds) that comes again and again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Any, cast

from derbes.scanner.connectors.encodings import Decoder, is_known
from derbes.scanner.connectors.readers.base import Cells, Item, Reading
from derbes.scanner.connectors.readers.limits import LIMIT_MESSAGES
from derbes.scanner.connectors.readers.lines import text_pieces
from derbes.scanner.connectors.readers.paths import MAX_DEPTH, known
from derbes.scanner.connectors.readers.text import damage, opened, read_text

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}\?>")
_PIECE = 64 << 10
_PROBE = 400  # elements looked at to find the record


class Forbidden(Exception):
    """The document declares entities: they can grow without bound or name files, and data needs none."""


def read_xml(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Values of elements and attributes (``@name``), path dotted from the record on; broken XML goes on as text."""
    declared = _DECLARED.search(sample[:1000])
    stream, codec = opened(stream, sample, reading)
    if declared and not reading.encoding and codec != "utf-8" and is_known(declared[1].decode()):
        codec = declared[1].decode()
    decoder = Decoder(codec)
    record = record_path(sample, codec)
    walk = _Walk(Cells(reading.dataset("xml")), record)
    parser = _parser(walk)
    from xml.parsers.expat import ExpatError

    before = ""
    pieces = text_pieces(stream, decoder, _PIECE)
    line = 1
    for number, piece in enumerate(pieces):
        if number == 0:  # the text is decoded already: what it says of its encoding is no longer true
            piece = _DECLARATION.sub(lambda match: " " * len(match[0]), piece.lstrip("\ufeff"), count=1)
        try:
            parser.Parse(piece.encode("utf-8", "replace"), False)
        except (ExpatError, Forbidden) as error:
            yield from walk.flush()
            yield _problem(reading, error)
            yield from _as_text(chain((before, piece), pieces), reading, line)
            return
        if walk.cells.full:
            reading.budget.check_time()
            yield from walk.flush()
        line += before.count("\n")
        before = piece
    try:
        parser.Parse(b"", True)
    except ExpatError as error:
        yield from walk.flush()
        yield _problem(reading, error)
        yield from _as_text((before,), reading, line)
        return
    yield from walk.flush()
    yield from damage(decoder, reading)
    if walk.too_deep:
        yield reading.problem("limit-depth", LIMIT_MESSAGES["limit-depth"], "", limit=MAX_DEPTH)


def _problem(reading: Reading, error: Exception) -> Item:
    if isinstance(error, Forbidden):
        return reading.problem("part-damaged", "XML объявляет сущности; они не раскрыты, документ прочитан как текст")
    return reading.problem("file-damaged", "XML повреждён или обрывается; остальное прочитано как текст")


class _Remaining(io.RawIOBase):
    """Text pieces as a stream of bytes."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = filter(None, pieces)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        return next(self._pieces, "").encode("utf-8", "replace")


def _as_text(pieces: Iterable[str], reading: Reading, line: int) -> Iterator[Item]:
    stream = cast("IO[bytes]", _Remaining(pieces))
    yield from read_text(stream, reading, reading.dataset("xml", unit="line"), "utf-8", line)


def _parser(walk: Any) -> Any:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.data
    parser.CommentHandler = walk.comment
    parser.ProcessingInstructionHandler = walk.instruction
    parser.EntityDeclHandler = _refuse
    parser.UnparsedEntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    return parser


def _refuse(*_: object) -> int:
    raise Forbidden


class _Walk:
    """Elements to cells. ``record`` is the path of the element that is a row."""

    def __init__(self, cells: Cells, record: tuple[str, ...]) -> None:
        self.cells = cells
        self.record = record
        self.row = 0
        self.path: list[str] = []
        self.texts: list[list[str]] = []
        self.too_deep = 0

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins."""
        if len(self.path) >= MAX_DEPTH:
            self.too_deep += 1
        self.path.append(local(name))
        self.texts.append([])
        if len(self.path) == len(self.record) and tuple(self.path) == self.record:
            self.row += 1
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            if not key.startswith("xmlns"):
                self._put(f"@{local(key)}", value)

    def data(self, text: str) -> None:
        """Text inside the innermost element."""
        if self.texts:
            self.texts[-1].append(text)

    def comment(self, text: str) -> None:
        """What is commented out is in the file all the same: a column of its own where it stands."""
        if text := text.strip():
            self._put("#comment", text)

    def instruction(self, target: str, text: str) -> None:
        """An instruction to some program."""
        self.comment(text)

    def end(self, _: str) -> None:
        """An element ends."""
        text = "".join(self.texts.pop()).strip()
        if text:
            self._put("", text)
        self.path.pop()

    def flush(self) -> Iterator[Item]:
        """What was gathered."""
        yield from self.cells.flush(max(self.row, 1))

    def _put(self, attribute: str, value: str) -> None:
        shared = len(self.record) if tuple(self.path[: len(self.record)]) == self.record else 0
        names = self.path[shared:MAX_DEPTH] if shared else self.path[:MAX_DEPTH]
        path = ".".join([*names, attribute] if attribute else names) or self.path[-1]
        self.cells.add(known(self.cells, path), max(self.row, 1), value)


def local(name: str) -> str:
    """A name without its namespace prefix."""
    return name.rpartition(":")[2][:200]


def record_path(sample: bytes, codec: str) -> tuple[str, ...]:
    """Path of the outermost element that repeats among its siblings, by the beginning of the document."""
    text = _DECLARATION.sub("", sample.decode(codec, "replace").lstrip("\ufeff"), count=1)
    counts: dict[tuple[str, ...], int] = {}
    path: list[str] = []
    tags = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,200})(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>|<!\[CDATA\[|<!--")
    at = 0
    for _ in range(_PROBE):
        match = tags.search(text, at)
        if match is None:
            break
        at = match.end()
        if match[2] is None:
            close = text.find("]]>" if "CDATA" in match[0] else "-->", at)
            at = close + 3 if close >= 0 else len(text)
        elif match[1]:
            del path[-1:]
        else:
            path.append(local(match[2]))
            key = tuple(path)
            counts[key] = counts.get(key, 0) + 1
            if match[3]:
                path.pop()
    repeated = [key for key, count in counts.items() if count > 1 and len(key) > 1]
    return min(repeated, key=len, default=next((key for key in counts if len(key) == 2), ()))
