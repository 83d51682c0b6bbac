"""HTML: tables as tables, the rest as the text that a visitor sees, and the forms with their fields' doors."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import IO, cast

from derbes.scanner.connectors.encodings import Decoder
from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.dialects import is_header, unique_names
from derbes.scanner.connectors.readers.lines import text_pieces
from derbes.scanner.connectors.readers.tables import Rows
from derbes.scanner.connectors.readers.text import damage, opened, read_text

_PIECE = 256 << 10
_HIDDEN = frozenset({"script", "style", "template"})
_BLOCKS = frozenset("p div br li tr td th h1 h2 h3 h4 h5 h6 section article option label legend dt dd pre".split())
_KEPT = 200_000  # table cells held at a time
_VALUES = frozenset({"value", "title", "alt", "placeholder", "content", "label", "srcdoc"})


class _Page(HTMLParser):
    """Collects rows of tables and lines of text as they come."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []  # that are open; the innermost is last
        self.done: list[list[list[str]]] = []
        self.header_rows: set[int] = set()
        self.text: list[str] = []
        self.line = 1
        self.forms: list[tuple[str, str, int]] = []
        self.hidden = ""

    def feed(self, data: str) -> None:
        """More of the page. Sections of CDATA are for drawings; of many that are opened the parser would look for the
        end of each."""
        super().feed(data.replace("<![", " ["))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden = tag
        elif tag == "table" and len(self.tables) < 50:
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            self.tables[-1][-1].append("")
        elif tag == "form":
            known = dict(attrs)
            action, method = known.get("action") or "", (known.get("method") or "get").lower()
            self.forms.append((method, action, self.getpos()[0]))
        for name, value in attrs:
            linked = name == "href" and (value or "").startswith(("mailto:", "tel:"))
            if value and (linked or name in _VALUES or name.startswith("data-")):
                self._put(value + " ")
        if tag in _BLOCKS:
            self._put(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""
        elif tag == "table" and self.tables:
            self.done.append(self.tables.pop())

    def handle_comment(self, data: str) -> None:
        self._line(data)  # what is commented out is sent to every visitor all the same

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self._put(data)
        elif self.hidden == "script":
            self._line(data)

    def _put(self, data: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data
        else:
            self._line(data)

    def _line(self, data: str) -> None:
        """Text stays in the line of the source in which it stands."""
        gap = self.getpos()[0] - self.line
        if gap > 0:
            self.text.append("\n" * gap)
            self.line += gap
        self.text.append(data)
        self.line += data.count("\n")


def read_html(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Each table as a dataset ``table_1``, ``table_2`` … and the other text by lines of the source."""
    stream, codec = opened(stream, sample, reading)
    decoder = Decoder(codec)
    page = _Page()
    count = 0
    for piece in text_pieces(stream, decoder, _PIECE):
        page.feed(piece)
        reading.budget.check_time()
        for table in page.done:
            count += 1
            yield from _table(table, f"table_{count}", reading)
        page.done = []
    page.close()
    for table in [*page.done, *reversed(page.tables)]:
        count += 1
        yield from _table(table, f"table_{count}", reading)
    text = "".join(page.text).encode("utf-8", "replace")
    if text.strip():
        lines = cast("IO[bytes]", io.BytesIO(text))
        yield from read_text(lines, reading, reading.dataset("html", unit="line"), "utf-8")
    yield from damage(decoder, reading)


def _table(table: list[list[str]], name: str, reading: Reading) -> Iterator[Item]:
    rows = [[" ".join(cell.split()) for cell in row] for row in table]
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    names = unique_names(rows.pop(0)) if len(rows) > 1 and is_header(rows[0], rows[1:]) else ()

    def path_of(index: int) -> str:
        return f"{name}.{names[index] if index < len(names) else f'column_{index + 1}'}"

    gathered = Rows(reading.dataset("html", name=name), path_of)
    for start in range(0, len(rows), 1000):
        yield from gathered.add(list(rows[start : start + 1000]))
        gathered.size += sum(len(cell) for row in rows[start : start + 1000] for cell in row)
    yield from gathered.flush()


def forms_of(text: str) -> tuple[tuple[str, str, int], ...]:
    """``(method, action, line)`` of the forms in a page or template."""
    page = _Page()
    page.feed(text)
    page.close()
    return tuple(page.forms)
