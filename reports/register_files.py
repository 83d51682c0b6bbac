"""The register as files: a workbook, a page, a table for programs. Each keeps what people added to the last one."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from derbes.reports.base import Report
from derbes.reports.i18n import day
from derbes.reports.page import page
from derbes.reports.register import COLUMNS, Kept, heading, is_own, register
from derbes.reports.safe import encodable, folded, printable
from derbes.reports.view import View
from derbes.reports.xlsx import fill, reproducible
from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Outcome

MAX_KEPT = 64 << 20  # bytes of a register that is read again


class RegisterReport(Report):
    """What the three have in common."""

    kept: Kept = Kept()

    def beside(self, path: Path) -> None:
        """Take along what people added to the register that stands where this one goes."""
        found = next((file for file in self.earlier(path) if file.is_file()), None)
        if found is None:
            return
        try:
            if found.stat().st_size > MAX_KEPT:
                raise ValueError
            self.kept = kept_of(_workbook(found) if found.suffix.lower() == ".xlsx" else _table(found))
        except Exception:  # not ours, damaged, a stranger's format: overwriting it would lose what people wrote
            raise UsageError(
                "register",
                "{file} не читается как реестр: чтобы не потерять ваши столбцы, он не перезаписан",
                "уберите или исправьте этот файл",
                file=str(found),
            ) from None

    def earlier(self, path: Path) -> Iterable[Path]:
        """Where people may have written."""
        yield path


class RegisterXlsx(RegisterReport):
    """A workbook of one sheet."""

    name: ClassVar[str] = "register"
    suffixes: ClassVar[tuple[str, ...]] = ("register.xlsx",)

    def render(self, outcome: Outcome) -> bytes:
        from openpyxl import Workbook

        view = View(outcome, self.lang)
        made = register(view, self.kept)
        book = Workbook()
        book.remove(book.worksheets[0])
        fill(book.create_sheet(heading("Реестр", self.lang, " · ")), made.heads, made.rows, made.own)
        book.properties.creator = "derbes"
        out = io.BytesIO()
        book.save(out)
        return reproducible(out.getvalue(), view.run.finished_at)


class RegisterCsv(RegisterReport):
    """Comma-separated unless the file that it replaces has another separator (spreadsheets change it)."""

    name: ClassVar[str] = "register-csv"
    suffixes: ClassVar[tuple[str, ...]] = ("register.csv",)
    delimiter = ","

    def beside(self, path: Path) -> None:
        super().beside(path)
        if path.is_file():
            self.delimiter = _delimiter(path.read_text("utf-8-sig", "replace"))

    def render(self, outcome: Outcome) -> bytes:
        made = register(View(outcome, self.lang), self.kept, " / ")
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter)
        writer.writerow(made.heads)
        writer.writerows(made.rows)
        return str(encodable(text.getvalue())).encode("utf-8-sig")


class RegisterHtml(RegisterReport):
    """A page to read and print. People write into the workbook or the table of the same name beside it."""

    name: ClassVar[str] = "register-html"
    suffixes: ClassVar[tuple[str, ...]] = ("register.html",)

    def earlier(self, path: Path) -> Iterable[Path]:
        yield path.with_suffix(".xlsx")
        yield path.with_suffix(".csv")

    def render(self, outcome: Outcome) -> bytes:
        view = View(outcome, self.lang)
        made = register(view, self.kept)
        title = view.tr("Реестр персональных данных")
        about = f"{folded(view.policy.title)} · {day(view.run.finished_at, self.lang)} · {printable(view.run.id)}"
        heads = "".join(f'<th scope="col">{html.escape(head).replace(chr(10), "<br>")}</th>' for head in made.heads)
        rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in made.rows)
        body = (
            f"<p>{html.escape(about)}</p>"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(title)}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>"
        )
        return page(self.lang, title, _STYLE, body)


def kept_of(table: Sequence[Sequence[Any]]) -> Kept:
    """What people added to a table whose first row are headings. Raises ``ValueError`` when it is no register."""
    heads = [str(head or "").strip() for head in table[0]] if table else []
    if not heads or not is_own(heads[0]) or sum(map(is_own, heads)) < len(COLUMNS) // 2:
        raise ValueError
    theirs = {number: head for number, head in enumerate(heads) if head and not is_own(head)}
    cells = {
        str(row[0]): {head: row[number] for number, head in theirs.items() if number < len(row)}
        for row in table[1:]
        if row and row[0] not in (None, "")
    }
    return Kept(tuple(dict.fromkeys(theirs.values())), cells)


def _workbook(path: Path) -> list[list[Any]]:
    from openpyxl import load_workbook

    book = load_workbook(path)
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _table(path: Path) -> list[list[Any]]:
    text = path.read_text("utf-8-sig")
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))]


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _cell(value: Any) -> str:
    return f"<td>{html.escape(printable(str(value)))}</td>" if value not in (None, "") else "<td></td>"


_STYLE = (
    ":root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:1.5em}h1{font-size:1.4em}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:.35em .5em;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere;min-width:6em}th{font-weight:600}"
    "footer{margin-top:1.5em;font-size:.85em}@page{size:A4 landscape;margin:10mm}"
    "@media print{body{margin:0;font-size:7pt}th,td{min-width:0;padding:2px}tr{break-inside:avoid}}"
)
