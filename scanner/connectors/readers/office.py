"""Office files: workbooks by python-calamine, documents (docx, odt) as the text of their paragraphs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any, cast

from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.dialects import is_header, unique_names
from derbes.scanner.connectors.readers.limits import LimitReached
from derbes.scanner.connectors.readers.packed import Unpacked
from derbes.scanner.connectors.readers.tables import Row, Rows
from derbes.scanner.connectors.readers.text import read_text
from derbes.scanner.model.data import Field

OfficeReader = Callable[[IO[bytes], zipfile.ZipFile, Reading], Iterator[Item]]
MAX_UNPACKED = 300 << 20  # a sheet is held in memory as a whole
TITLE_ROWS = 20
CHUNK = 1000
_PARAGRAPH = re.compile(rb"<(?=(?:w:p|text:p|text:h|a:p)[ >/])")


def office_reader(names: Sequence[str]) -> OfficeReader | None:
    """The reader for a zip with these members, if it is an office file."""
    known = set(names)
    if any(name.startswith("xl/workbook.") for name in known):
        return _workbook
    if "word/document.xml" in known:
        return _document("word/")
    if "ppt/presentation.xml" in known:
        return _document("ppt/slides/")
    if {"mimetype", "content.xml"} <= known:
        return _open_document
    return None


def read_ole(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """The old binary container: an ``.xls`` workbook, a workbook under a password, or a document we do not read."""
    from derbes.scanner.connectors.readers.base import seekable

    source = seekable(stream, reading.budget)
    data = source.read(1 << 20)
    source.seek(-min(1 << 20, source.seek(0, 2)), 2)
    data += source.read()
    source.seek(0)
    if _wide("EncryptedPackage") in data or _wide("EncryptionInfo") in data:
        yield reading.problem("file-encrypted", "файл закрыт паролем")
    elif _wide("Workbook") in data or _wide("Book") in data:
        yield from _sheets(source, reading)
    else:
        yield reading.problem(
            "format-unsupported", "формат {format} не читается", "сохраните как docx", format="DOC/MSG"
        )


def _wide(name: str) -> bytes:
    return name.encode("utf-16-le")


def _open_document(stream: IO[bytes], archive: zipfile.ZipFile, reading: Reading) -> Iterator[Item]:
    kind = archive.read("mimetype")[:100] if archive.getinfo("mimetype").file_size < 1000 else b""
    if b"encrypt" in _small(archive, "META-INF/manifest.xml"):
        yield reading.problem("file-encrypted", "файл закрыт паролем")
    elif b"spreadsheet" in kind:
        yield from _workbook(stream, archive, reading)
    else:
        yield from _document("content.xml")(stream, archive, reading)


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            return member.read(1 << 20)
    except (KeyError, zipfile.BadZipFile, RuntimeError, OSError, ValueError):
        return b""


def _workbook(stream: IO[bytes], archive: zipfile.ZipFile, reading: Reading) -> Iterator[Item]:
    unpacked = sum(info.file_size for info in archive.infolist())
    packed = sum(info.compress_size for info in archive.infolist())
    if unpacked > MAX_UNPACKED:
        raise LimitReached("limit-size", MAX_UNPACKED)
    if unpacked > 50 << 20 and unpacked > reading.options.max_ratio * max(packed, 1):
        raise LimitReached("limit-ratio", reading.options.max_ratio)
    stream.seek(0)
    yield from _sheets(stream, reading)


def _sheets(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(stream)
    except PasswordError:
        yield reading.problem("file-encrypted", "файл закрыт паролем")
        return
    except (CalamineError, OSError, ValueError):
        yield reading.problem("file-damaged", "книга повреждена и не открывается")
        return
    for name in book.sheet_names:
        reading.budget.check_time()
        try:
            yield from _sheet(name, book.get_sheet_by_name(name), reading)
        except (CalamineError, OSError, ValueError):
            yield reading.problem("part-damaged", "лист {sheet} повреждён и не прочитан", sheet=name)


def _sheet(name: str, sheet: Any, reading: Reading) -> Iterator[Item]:
    rows = iter(sheet.iter_rows())
    top: list[Row] = []
    for row in rows:
        top.append([cell_text(cell) for cell in row])
        if len(top) >= TITLE_ROWS + 50:
            break
    header = find_header(top)
    names = unique_names([cell or "" for cell in top[header]]) if header is not None else ()
    fields = tuple(Field(f"{name}.{column}", column) for column in names)

    def path_of(index: int) -> str:
        return f"{name}.{names[index] if index < len(names) else f'column_{index + 1}'}"

    table = Rows(reading.dataset("sheet", name=name, fields=fields), path_of)
    if header:
        yield from _titles(name, top[:header], reading)
    chunk = top[header + 1 :] if header is not None else top
    yield from _put(table, chunk)
    chunk = []
    for row in rows:
        chunk.append([cell_text(cell) for cell in row])
        if len(chunk) >= CHUNK:
            reading.budget.check_time()
            yield from _put(table, chunk)
            chunk = []
    yield from _put(table, chunk)
    yield from table.flush()


def _put(table: Rows, rows: list[Row]) -> Iterator[Item]:
    yield from table.add(rows)
    table.size += sum(len(cell) + 1 for row in rows for cell in row if cell)
    if table.full:
        yield from table.flush()


def _titles(name: str, rows: list[Row], reading: Reading) -> Iterator[Item]:
    """What stands above the header of a sheet, as text: a title may name people too."""
    text = "\n".join(" ".join(cell or "" for cell in row).strip() for row in rows)
    if text.strip():
        dataset = reading.dataset("sheet", name=name, unit="line")
        yield from read_text(cast("IO[bytes]", io.BytesIO(text.encode())), reading, dataset, "utf-8")


def find_header(rows: Sequence[Row]) -> int | None:
    """Index of the row that names the columns: titles above a table fill a cell or two of its width."""
    width = max((_filled(row) for row in rows), default=0)
    for index, row in enumerate(rows[:TITLE_ROWS]):
        if _filled(row) * 2 > width:
            below = [[cell or "" for cell in other] for other in rows[index + 1 :] if _filled(other)]
            return index if is_header([cell or "" for cell in row], below) else None
    return None


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def cell_text(cell: Any) -> str | None:
    """A cell as people see it: whole numbers without ``.0`` or exponent, dates in ISO form."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)


def _document(prefix: str) -> OfficeReader:
    def read(stream: IO[bytes], archive: zipfile.ZipFile, reading: Reading) -> Iterator[Item]:
        dataset = reading.dataset("document", unit="line")
        line = 1
        for info in sorted(archive.infolist(), key=lambda info: info.filename != f"{prefix}document.xml"):
            if not (info.filename.startswith(prefix) and info.filename.endswith(".xml")):
                continue
            try:
                member = archive.open(info)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
                yield reading.problem("part-damaged", "часть документа повреждена и не прочитана")
                continue
            unpacked = Unpacked(member, reading, max(info.compress_size, 1))
            text = paragraphs(cast("IO[bytes]", unpacked))
            lines = cast("IO[bytes]", io.BytesIO(text))
            yield from read_text(lines, reading, dataset, "utf-8", line)
            line += text.count(b"\n")
            yield from unpacked.failures()

    return read


def paragraphs(stream: IO[bytes]) -> bytes:
    """Text of an office XML, a paragraph a line. Tags are stripped, not parsed: entities and depth do no harm."""
    import html

    data = stream.read(MAX_UNPACKED)
    text = _PARAGRAPH.sub(b"\n<", data.replace(b"\n", b" "))
    text = re.sub(rb"<(?:w:tab|w:br|w:cr|text:tab|text:line-break|text:s|/w:tc|/table:table-cell)\b[^<>]*>", b" ", text)
    text = re.sub(rb"<[^<>]*>", b"", text)
    return html.unescape(text.decode("utf-8", "replace")).encode("utf-8") + b"\n"
