"""The workbook: four sheets, two languages, no formulas, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from derbes.reports import open_report
from derbes.scanner.model.findings import Outcome
from tests.reports.outcomes import hostile, outcome


def book(result: Outcome, lang: str = "ru") -> Workbook:
    return load_workbook(io.BytesIO(open_report("xlsx", lang).render(result)))


def test_the_register_says_what_the_law_asks_for() -> None:
    sheet = book(outcome()).worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    rows = {str(row[0]): dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {"billing", "web-logs", "mysql://db1.secret-host.int/shop", "exports/clients.csv"}
    billing = {head.split("\n")[0]: value for head, value in rows["billing"].items()}
    assert billing["Категории"] == "фамилия, имя, отчество; адрес электронной почты; данные документа"
    assert billing["Субъекты"] == "клиенты"
    assert billing["Цель и основание"] == "п. 1.4 оказание услуг"
    assert billing["Срок хранения"] == "1 год 6 месяцев"
    assert billing["Кто имеет доступ"] == "billing_app"
    assert billing["Владелец"] == "Отдел биллинга"
    assert billing["Последняя проверка"] == "22.11.2026"


def test_headings_are_in_russian_and_kazakh() -> None:
    heads = [str(cell.value) for cell in book(outcome()).worksheets[0][1]]
    assert heads[0] == "Место\nОрын"
    assert book(outcome(), "en").worksheets[0]["A1"].value == "Place"


def test_the_other_sheets_hold_everything() -> None:
    _, violations, exceptions, unscanned = book(outcome()).worksheets
    assert [row[0] for row in violations.iter_rows(min_row=2, values_only=True)] == [v.id for v in outcome().violations]
    assert exceptions.max_row == 3
    assert unscanned.max_row == 3


def test_no_cell_is_a_formula() -> None:
    for sheet in book(hostile()).worksheets:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_same_outcome_gives_the_same_bytes(lang: str) -> None:
    assert open_report("xlsx", lang).render(outcome()) == open_report("xlsx", lang).render(outcome())


@pytest.mark.parametrize("name", ["xlsx", "register"])
def test_a_workbook_bears_the_time_of_its_run(name: str) -> None:
    made = outcome()
    with zipfile.ZipFile(io.BytesIO(open_report(name, "ru").render(made))) as book:
        stamps = re.findall(r"<dcterms:\w+[^>]*>([^<]*)<", book.read("docProps/core.xml").decode())
    assert stamps == [made.inventory.run.finished_at[:19] + "Z"] * 2
