"""The workbook of the privacy officer: the register of personal data, violations, exceptions, what was not read.

Headings are in Russian and Kazakh (the languages of the law that asks for the register), in English with ``--lang en``.
No cell can be a formula, and the same outcome gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from derbes.reports.base import Report
from derbes.reports.i18n import day
from derbes.reports.register import COLUMNS, entries, heading
from derbes.reports.safe import encodable, inert
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 100_000
MAX_CELL = 32_000  # Excel holds 32,767 characters
Cell = str | int | None

VIOLATIONS = (
    "Номер", "Важность", "Состояние", "Правило", "Пункты", "Место", "Путь", "Категория", "Записей", "От", "До",
    "Что не так", "Как исправить", "Владелец", "Обнаружено",
)  # fmt: skip
EXCEPTIONS = ("Номер", "Основание", "Кто решил", "Согласовано", "Действует до", "Состояние")
UNSCANNED = ("Место", "Путь", "Код", "Причина", "Что сделать")


class XlsxReport(Report):
    """Four sheets."""

    name: ClassVar[str] = "xlsx"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)

    def render(self, outcome: Outcome) -> bytes:
        """An Office Open XML workbook."""
        from openpyxl import Workbook

        view = View(outcome, self.lang)
        book = Workbook()
        book.remove(book.worksheets[0])
        for title, heads, rows in (
            ("Реестр", COLUMNS, entries(view)),
            ("Нарушения", VIOLATIONS, _violations(view)),
            ("Исключения", EXCEPTIONS, _exceptions(view)),
            ("Не прочитано", UNSCANNED, _unscanned(view)),
        ):
            fill(book.create_sheet(heading(title, self.lang, " · ")), [heading(h, self.lang) for h in heads], rows)
        book.properties.creator = "derbes"
        out = io.BytesIO()
        book.save(out)
        return reproducible(out.getvalue(), view.run.finished_at)


def fill(sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[Any]], own: int | None = None) -> None:
    """Headings, rows, widths, a filter. The first ``own`` columns (all by default) are made harmless, others kept."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    ours = len(heads) if own is None else own
    sheet.append(list(heads))
    widths = [max(map(len, head.split("\n"))) for head in heads]
    for row, _ in zip(rows, range(MAX_ROWS), strict=False):
        cells: list[Any] = [
            encodable(inert(cell) if number < ours else _allowed(cell))[:MAX_CELL] if isinstance(cell, str) else cell
            for number, cell in enumerate(row)
        ]
        sheet.append(cells)
        widths = [max(width, min(len(str(cell or "")), 60)) for width, cell in zip(widths, cells, strict=True)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width + 2
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _violations(view: View) -> Iterator[list[Cell]]:
    states = {"new": view.tr("новое"), "known": view.tr("известно"), "accepted": view.tr("исключение")}
    for v in view.outcome.violations:
        low, high = v.interval or (None, None)
        yield [
            v.id,
            view.severity(v.severity),
            states[v.state],
            view.rule(v.rule),
            view.clauses(v),
            v.place,
            v.path,
            view.category(v.category),
            v.units,
            low,
            high,
            view.message(v),
            view.remedy(v),
            v.owner,
            day(v.first_seen, view.lang),
        ]


def _exceptions(view: View) -> Iterator[list[Cell]]:
    for e in view.outcome.exemptions:
        yield [e.id, e.reason, e.by, e.approved_by, day(e.until, view.lang), view.exemption(e.status)]


def _unscanned(view: View) -> Iterator[list[Cell]]:
    for one in view.outcome.inventory.unscanned:
        yield [one.place, one.path, one.code, view.missed(one), view.hint(one)]


def _allowed(text: str) -> str:
    """What a person wrote, without what a workbook cannot hold."""
    return _NOT_IN_XML.sub("", text)


_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]{0,400}>)[^<]{0,40}(?=<)")


def reproducible(book: bytes, finished: str) -> bytes:
    """The same archive with the run's own time instead of the clock's."""
    moment = finished[:19].encode() + b"Z"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + moment, content)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
