"""CSV in the dialects and states in which people leave it."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derbes.scanner.connectors.readers.csv_ import parse_regular
from derbes.scanner.connectors.readers.dialects import is_header, parse, sniff_dialect, unique_names
from tests.scanner.connectors.file_helpers import codes, columns, read, rows_counted, values

CELLS = st.text(st.characters(exclude_characters="\r\0\x1a\ufeff", exclude_categories=("Cs",)), max_size=20)


@pytest.mark.parametrize("delimiter", list(",;\t|^"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_dialects_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Имя клиента", "Телефон", "Город"]]
    rows += [[f"Иванов Иван Иванович {n}", f"+7701{n:07}", "Алматы"] for n in range(20)]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path = tmp_path / "export.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    assert values(read(path)) == {
        "Имя клиента": [row[0] for row in rows[1:]],
        "Телефон": [row[1] for row in rows[1:]],
        "Город": [row[2] for row in rows[1:]],
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=30))
def test_round_trip(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "name", "phone"])
        writer.writerows(rows)
    found = read(path)
    assert codes(found) == []
    expected = {
        name: [(number, row[index]) for number, row in enumerate(rows, 1)]
        for index, name in enumerate(("id", "name", "phone"))
    }
    assert columns(found) == expected


def test_without_a_header_columns_have_made_up_names(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Иванов Иван;Алматы;ivan@example.kz\nПетров Пётр;Астана;petr@example.kz\n" * 3)
    assert columns(read(path))["column_1"][0] == (1, "Иванов Иван")


def test_people_are_never_names_of_columns() -> None:
    people = [["Иванов Иван", "Алматы"], ["Петров Пётр", "Астана"], ["Ахметова Айгуль", "Шымкент"]]
    assert not is_header(people[0], people[1:])
    assert not is_header(["ivan@example.kz", "phone"], people)
    assert unique_names(["a", "", "a", "ivan@example.kz", "a"]) == ("a", "column_2", "a_2", "column_4", "a_3")


def test_excel_writes_its_separator_into_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=;\r\nname;phone\r\nИван, младший;1\r\n")
    assert columns(read(path)) == {"name": [(1, "Иван, младший")], "phone": [(1, "1")]}


def test_one_column_of_addresses_has_no_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text("email\n" + "".join(f"user.{n}@example.kz\n" for n in range(10)))
    assert values(read(path)) == {"email": [f"user.{n}@example.kz" for n in range(10)]}


def test_ragged_rows_keep_all_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,phone\nA,1\nB\nC,3,ivan@example.kz,x\n\nD,4\n")
    assert columns(read(path)) == {
        "name": [(1, "A"), (2, "B"), (3, "C"), (5, "D")],
        "phone": [(1, "1"), (3, "3"), (5, "4")],
        "column_3": [(3, "ivan@example.kz")],
        "column_4": [(3, "x")],
    }


@pytest.mark.parametrize("fill", [10, 500_000])
def test_a_quote_that_never_closes_costs_its_line_only(tmp_path: Path, fill: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text('name,phone\nA,1\n"B,2\n' + "C,33333333\n" * fill + "last,ivan@example.kz\n")
    found = read(path)
    assert codes(found) == ["rows-damaged"]
    assert values(found)["name"][:2] == ["A", '"B']
    assert columns(found)["phone"][-1] == (fill + 3, "ivan@example.kz")
    assert rows_counted(found) == fill + 3


def test_nul_and_lone_returns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"name,phone\nA\0B,1\nC\rD,2\n" + b"x,y\n" * 20)
    assert values(read(path))["name"][:2] == ["A\0B", "C D"]


def test_returns_alone_as_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"name,phone\rA,1\rB,2\r")
    assert columns(read(path)) == {"name": [(1, "A"), (2, "B")], "phone": [(1, "1"), (2, "2")]}


def test_giant_fields_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    giant = "x" * (20 << 20)
    path.write_text(f"name,phone,note\nA,1,n\n{giant},ivan@example.kz,{giant} end\nB,2,last\n")
    found = columns(read(path))
    assert (2, "ivan@example.kz") in found["phone"]
    assert found["note"][-1] == (3, "last")
    assert any(unit == 2 and value.endswith(" end") for unit, value in found["note"])
    assert max(len(value) for value in values(read(path))["name"]) <= 17 << 20


def test_a_hundred_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text((",".join(["1"] * 100_000) + "\n") * 3 + "a,b\n" * 100_000)
    started = time.process_time()
    found = values(read(path))
    assert len(found) == 4096 + 1
    assert len(found["column_1"]) == 100_003
    assert len(found["…"]) == 3 * (100_000 - 4096)
    assert time.process_time() - started < 60


def test_a_long_number_beside_a_header_is_read_in_linear_time() -> None:
    text = "Ыыы,Эээ\n" + "".join(f"{'1' * 40_000}x,да\n" for _ in range(3))
    started = time.process_time()
    sniff_dialect(text, ".csv")
    assert time.process_time() - started < 2


def test_prose_is_no_table() -> None:
    prose = "Здравствуйте, Иван!\nПишу вам, чтобы узнать, как дела.\nС уважением, Пётр\nи его кот\n"
    assert sniff_dialect(prose, trusted=False) is None
    table = "Иван;8701;Алматы\nПётр;8702;Астана\nИгорь;8703;Семей\nконец;1;2\n"
    assert sniff_dialect(table, trusted=False) is not None


def test_columns_beyond_any_sense_are_read_together(tmp_path: Path) -> None:
    width = 4100
    header = ",".join(f"c{n}" for n in range(width))
    rows = [",".join(f"{row}-{n}" if n < 4098 or row == 1 else "" for n in range(width)) for row in (1, 2)]
    (tmp_path / "w.csv").write_text("\n".join([header, *rows]) + "\n")
    found = columns(read(tmp_path / "w.csv"))
    assert len(found) == 4096 + 1
    assert [unit for unit, _ in found["…"]] == sorted(unit for unit, _ in found["…"])
    told = {value for column in found.values() for _, value in column}
    assert told >= {cell for row in rows for cell in row.split(",") if cell}


@given(st.lists(st.sampled_from(["a", "Ж", ",", '"', '""', "\n", "\r\n", " ", "0012"]), max_size=14).map("".join))
def test_arrow_reads_what_the_standard_library_reads(text: str) -> None:
    columns_ = parse_regular(text + "\n", ",")
    if columns_ is not None:
        assert [list(row) for row in zip(*(c.to_pylist() for c in columns_), strict=True)] == parse(text + "\n", ",")


def test_regular_text_is_read_by_arrow_and_the_rest_is_not() -> None:
    assert parse_regular('a,"b ""c"""\n1,"2\n3"\n', ",") is not None
    for text in ("a,b\n1\n", "a,b\n\n1,2\n", 'a,b\n1,"2\n', "a,b\r1,2\n"):
        assert parse_regular(text, ",") is None
