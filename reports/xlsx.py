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
from derbes.reports.i18n import day, tr
from derbes.reports.safe import encodable, inert
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.inventory import PlaceRecord

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 100_000
MAX_CELL = 32_000  # Excel holds 32,767 characters
Cell = str | int | None

REGISTER = (
    "Место", "Вид", "Расположение", "Категории", "Вне перечня политики", "Субъекты", "Цель и основание",
    "Срок хранения", "Кто имеет доступ", "Передача", "Согласие", "Владелец", "Объявлено в derbes.yml",
    "Состояние проверки", "Прочитано записей", "Последняя проверка",
)  # fmt: skip
VIOLATIONS = (
    "Номер", "Важность", "Состояние", "Правило", "Пункты", "Место", "Путь", "Категория", "Записей", "От", "До",
    "Что не так", "Как исправить", "Владелец",
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
            ("Реестр", REGISTER, _register(view)),
            ("Нарушения", VIOLATIONS, _violations(view)),
            ("Исключения", EXCEPTIONS, _exceptions(view)),
            ("Не прочитано", UNSCANNED, _unscanned(view)),
        ):
            _fill(book.create_sheet(_heading(title, self.lang, " · ")), [_heading(h, self.lang) for h in heads], rows)
        book.properties.creator = "derbes"
        out = io.BytesIO()
        book.save(out)
        return _reproducible(out.getvalue(), view.run.finished_at)


def _heading(text: str, lang: str, between: str = "\n") -> str:
    if lang == "en":
        return tr(text, "en")
    return between.join(dict.fromkeys((text, tr(text, "kk"))))


def _fill(sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.append(list(heads))
    widths = [max(len(line) for line in head.split("\n")) for head in heads]
    for row, _ in zip(rows, range(MAX_ROWS), strict=False):
        cells: list[Any] = [encodable(inert(c))[:MAX_CELL] if isinstance(c, str) else c for c in row]
        sheet.append(cells)
        widths = [max(width, min(len(str(cell or "")), 60)) for width, cell in zip(widths, cells, strict=True)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width + 2
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _register(view: View) -> Iterator[list[Cell]]:
    met: dict[str, set[str]] = {}
    for row in view.outcome.inventory.fields:
        if row.category != "technical":
            met.setdefault(row.place, set()).add(row.category)
    records = [r for r in view.outcome.inventory.places if r.place.id in met or r.place.declared]
    for record in sorted(records, key=lambda r: (not r.place.declared, r.place.id)):
        yield _entry(view, record, met.get(record.place.id, set()))


def _entry(view: View, record: PlaceRecord, met: set[str]) -> list[Cell]:
    place = record.place
    yes, no = view.tr("да"), view.tr("нет")
    return [
        place.id,
        view.kind(record),
        place.location,
        "; ".join(view.category(name) for name in view.categories(met) if name != "undeclared"),
        yes if "undeclared" in met else no,
        ", ".join(view.subject(subject) for subject in place.subjects),
        "; ".join(view.purpose(purpose) for purpose in place.purposes),
        view.retention(record),
        ", ".join(place.roles or ()),
        place.transfer or no,
        yes if place.consent else "",
        place.owner,
        yes if place.declared else no,
        view.status(record),
        record.units_read,
        day(view.run.finished_at, view.lang) if record.status in ("scanned", "partial") else "",
    ]


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
        ]


def _exceptions(view: View) -> Iterator[list[Cell]]:
    for e in view.outcome.exemptions:
        yield [e.id, e.reason, e.by, e.approved_by, day(e.until, view.lang), view.exemption(e.status)]


def _unscanned(view: View) -> Iterator[list[Cell]]:
    for one in view.outcome.inventory.unscanned:
        yield [one.place, one.path, one.code, view.missed(one), view.hint(one)]


_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]{0,80}>)[^<]{0,40}(?=<)")


def _reproducible(book: bytes, finished: str) -> bytes:
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
