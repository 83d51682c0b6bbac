"""The register as a person keeps it: all columns that the law asks for; what people add survives the next export."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from derbes.reports import open_report, report_for
from derbes.reports.json_report import JsonReport
from derbes.reports.register import COLUMNS
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.findings import Outcome
from tests.reports.outcomes import hostile, outcome
from tests.world import derbes

NOTE, REVIEW = "Проверил юрист", "Дата пересмотра"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(JsonReport().render(outcome()))
    return path


def rows_of(path: Path) -> list[dict[str, object]]:
    """Rows by the first line of their headings."""
    sheet = load_workbook(path).worksheets[0]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    return [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]


def without(made: Outcome, place: str) -> Outcome:
    inventory = made.inventory
    return replace(
        made,
        inventory=replace(
            inventory,
            places=tuple(r for r in inventory.places if r.place.id != place),
            fields=tuple(f for f in inventory.fields if f.place != place),
        ),
    )


@pytest.mark.parametrize(
    ("name", "report"),
    [("register.xlsx", "register"), ("2026/our-register.csv", "register-csv"), ("register.html", "register-html"),
     ("a.xlsx", "xlsx"), ("a.csv", "csv"), ("a.html", "html"), ("register:x.bin", "register")],
)  # fmt: skip
def test_the_name_of_the_file_chooses_the_register(name: str, report: str) -> None:
    known = report_for(name)
    assert known is not None
    assert known[0] == report


def test_every_column_of_the_law(report: Path, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    assert derbes("report", report, "-o", path).code in (0, 1)
    billing = next(row for row in rows_of(path) if row["Место"] == "billing")
    assert billing == {
        "Место": "billing", "Вид": "база данных", "Расположение": "postgresql://db1.secret-host.int/billing",
        "Категории": "фамилия, имя, отчество; адрес электронной почты; данные документа",
        "Вне перечня политики": "нет", "Субъекты": "клиенты", "Цель и основание": "п. 1.4 оказание услуг",
        "Правовое основание": "п. 1.4", "Срок хранения": "1 год 6 месяцев", "Кто имеет доступ": "billing_app",
        "Передача": "нет", "Согласие": None, "Защита": None, "Владелец": "Отдел биллинга",
        "Объявлено в derbes.yml": "да", "Состояние проверки": "проверено", "Прочитано записей": 4100,
        "Последняя проверка": "22.11.2026",
    }  # fmt: skip
    assert list(billing) == list(COLUMNS)


@pytest.mark.parametrize(
    ("lang", "head", "kind"), [("ru", "Место\nОрын", "база данных"), ("kk", "Место\nОрын", "дерекқор")]
)
def test_in_russian_and_kazakh(lang: str, head: str, kind: str) -> None:
    sheet = load_workbook(io.BytesIO(open_report("register", lang).render(outcome()))).worksheets[0]
    assert (sheet["A1"].value, sheet["B2"].value) == (head, kind)


def test_protection_is_what_was_seen(tmp_path: Path) -> None:
    made = outcome()
    seen = (Facts(remote=True, encrypted=False), Facts(mode=0o640)), (Facts(mode=0o644), Facts(mode=0o600))
    places = (
        replace(made.inventory.places[0], facts=seen[0]), replace(made.inventory.places[1], facts=seen[1]),
        *made.inventory.places[2:],
    )  # fmt: skip
    made = replace(made, inventory=replace(made.inventory, places=places))
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(made))
    derbes("report", report, "-o", tmp_path / "register.xlsx")  # the JSON report carries it
    known = {row["Место"]: row["Защита"] for row in rows_of(tmp_path / "register.xlsx")}
    assert known["billing"] == "соединение не шифруется; права на файлы 0640"
    assert known["web-logs"] == "права на файлы 0644"


def test_columns_of_people_survive_and_stay_with_their_place(report: Path, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    derbes("report", report, "-o", path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    column = sheet.max_column + 1
    sheet.cell(1, column, NOTE)
    sheet.cell(1, column + 1, REVIEW)
    for number in range(2, sheet.max_row + 1):
        sheet.cell(number, column, f"да: {sheet.cell(number, 1).value}")
    sheet.cell(2, column + 1, datetime(2027, 1, 15))
    sheet.cell(2, 4, "исправлено рукой")  # our own column: the next export says what was found
    sheet.move_range(f"A2:{sheet.cell(2, column + 1).coordinate}", rows=10)  # people sort their registers
    book.save(path)

    report.write_bytes(JsonReport().render(without(outcome(), "exports/clients.csv")))
    assert derbes("report", report, "-o", path).code in (0, 1)
    rows = {row["Место"]: row for row in rows_of(path)}
    assert rows["billing"][NOTE] == "да: billing"
    assert rows["billing"][REVIEW] == datetime(2027, 1, 15)
    assert rows["billing"]["Категории"] != "исправлено рукой"
    assert rows["web-logs"][NOTE] == "да: web-logs"
    gone = rows["exports/clients.csv"]  # what was noted of a place that is gone is not lost
    assert (gone[NOTE], gone["Состояние проверки"]) == ("да: exports/clients.csv", "нет в этой проверке")
    again = path.read_bytes()
    derbes("report", report, "-o", path)
    assert path.read_bytes() == again


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_columns_of_people_survive_in_a_table(report: Path, tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "register.csv"
    derbes("report", report, "-o", path)
    table = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert table[0][0] == "Место / Орын"
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet saves it
        csv.writer(file, delimiter=delimiter).writerows(
            [[*table[0], NOTE], *([*row, f"да {n}"] for n, row in enumerate(table[1:]))]
        )
    derbes("report", report, "-o", path)
    again = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=delimiter))
    assert [row[-1] for row in again] == [NOTE, *(f"да {n}" for n in range(len(table) - 1))]


def test_the_page_shows_what_people_wrote_into_the_workbook_beside_it(report: Path, tmp_path: Path) -> None:
    derbes("report", report, "-o", tmp_path / "register.xlsx")
    book = load_workbook(tmp_path / "register.xlsx")
    sheet = book.worksheets[0]
    sheet.cell(1, sheet.max_column + 1, NOTE)
    sheet.cell(2, sheet.max_column, "<b>да</b>")
    book.save(tmp_path / "register.xlsx")
    derbes("report", report, "-o", tmp_path / "register.html")
    page = (tmp_path / "register.html").read_text("utf-8")
    assert NOTE in page
    assert "&lt;b&gt;да&lt;/b&gt;" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a workbook", "имя;телефон\n1;2\n".encode()])
@pytest.mark.parametrize("name", ["register.xlsx", "register.csv"])
def test_what_is_no_register_is_never_overwritten(report: Path, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    ran = derbes("report", report, "-o", path)
    assert (ran.code, "не перезаписан" in ran.err) == (2, True)
    assert path.read_bytes() == content


def test_nothing_of_ours_acts_in_any_of_the_three() -> None:
    for row in (
        load_workbook(io.BytesIO(open_report("register", "ru").render(hostile()))).worksheets[0].iter_rows(min_row=2)
    ):
        assert all(cell.data_type != "f" for cell in row)
    table = open_report("register-csv", "ru").render(hostile()).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(table)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    page = open_report("register-html", "ru").render(hostile()).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("name", ["register", "register-csv", "register-html"])
def test_the_same_outcome_gives_the_same_bytes(name: str) -> None:
    assert open_report(name, "ru").render(outcome()) == open_report(name, "ru").render(outcome())
