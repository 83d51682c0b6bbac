"""Driver values as text, and columns with an inside opened into paths."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal

import pytest

from derbes.scanner.connectors.sql.openings import array_column, hstore_column, is_name, json_column
from derbes.scanner.connectors.sql.values import as_text, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (880101300123, "880101300123"),
        (2**70, str(2**70)),
        (221240039971.0, "221240039971.0"),
        (Decimal("1E+12"), "1000000000000"),
        (Decimal("1.50"), "1.50"),
        (True, "true"),
        (datetime.datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05"),
        (datetime.date(1988, 1, 1), "1988-01-01"),
        (b"\xd0\x98\xd0\x98\xd0\x9d", "ИИН"),
        ("Иванов".encode("cp1251"), "Иванов"),
        (b"\xff\xd8\xff\xe0\x00\x10", None),
    ],
)
def test_a_value_becomes_text(value: object, text: str | None) -> None:
    assert as_text([value])[0] == [text]
    assert as_text([None, value])[0] == [None, text]
    assert as_text([None, value, "x", 1])[0] == [None, text, "x", "1"]


def test_text_columns_are_not_copied_and_binary_ones_are_counted() -> None:
    column: list[object] = ["a", None, "b"]
    assert as_text(column)[0] is column
    assert as_text([b"\x00", None, b"ok"]) == ([None, None, "ok"], 1)
    assert text_of(bytearray(b"plain")) == "plain"


def test_json_is_opened_into_paths() -> None:
    cell = '{"phone": "+77010000000", "orders": [{"sum": 1.50}, {"sum": 900101300123}], "ok": true, "no": null}'
    rest, opened = json_column([None, cell], range(5, 7), "t.payload", declared=True)
    assert rest == [None, None]
    assert opened == {
        "t.payload.phone": ([6], ["+77010000000"]),
        "t.payload.orders[].sum": ([6, 6], ["1.50", "900101300123"]),
        "t.payload.ok": ([6], ["true"]),
    }


@pytest.mark.parametrize("cell", ["[spam] тема", "{не json}", "[1, 2]", '["a"]', "[]", "{" * 5000, "["])
def test_text_that_only_looks_like_json_stays_text(cell: str) -> None:
    assert json_column([cell], range(1, 2), "t.c", declared=False) == ([cell], {})


def test_text_with_json_among_prose_is_decided_value_by_value() -> None:
    rest, opened = json_column(['{"a": "b"}', "проза", None], range(1, 4), "t.c", declared=False)
    assert rest == [None, "проза", None]
    assert opened == {"t.c.a": ([1], ["b"])}


@pytest.mark.parametrize("key", ["+77011234567", "user@example.kz", "880101300123", "Иванов1234567", "a.b@c", "x" * 80])
def test_a_key_that_is_a_datum_never_becomes_a_path(key: str) -> None:
    import json

    _, opened = json_column([json.dumps({key: {"n": "v"}})], range(1, 2), "t.c", declared=True)
    assert key not in " ".join(opened)
    assert opened["t.c.*"][1] == [key]
    assert opened["t.c.*.n"][1] == ["v"]


def test_names_are_names() -> None:
    assert all(map(is_name, ["phone", "телефон", "client_id", "Дата рождения", "address2", "x-y"]))


def test_deep_json_does_not_crash_and_is_not_lost() -> None:
    deep = '{"a":' * 400 + '"secret"' + "}" * 400
    _, opened = json_column([deep], range(1, 2), "t.c", declared=True)
    assert [text for _, texts in opened.values() for text in texts] == ["secret"]
    hopeless = "[" * 100_000 + "]" * 100_000
    assert json_column([hopeless], range(1, 2), "t.c", declared=True) == ([hopeless], {})


def test_arrays_are_opened() -> None:
    cells = ['{a,"b c",NULL,"q\\"uote","{x}"}', None, "{{1,2},{3,4}}", "[2:3]={7,8}", "{}"]
    _, opened = array_column(cells, range(1, 6), "t.tags")
    assert opened == {
        "t.tags[]": ([1, 1, 1, 1, 3, 3, 3, 3, 4, 4], ["a", "b c", 'q"uote', "{x}", "1", "2", "3", "4", "7", "8"])
    }


def test_hstore_is_opened() -> None:
    _, opened = hstore_column(['"tel"=>"+7701", "n"=>NULL, "a\\"b@c"=>"x"'], range(1, 2), "t.h")
    assert opened == {"t.h.tel": ([1], ["+7701"]), "t.h.*": ([1, 1], ['a"b@c', "x"])}


@pytest.mark.parametrize("character", list('"{}\\,=>a1 '))
def test_literals_are_read_in_linear_time(character: str) -> None:
    start = time.perf_counter()
    for literal in (character * 10**6, '"' + character * 10**6, '{"' + character * 10**6):
        array_column([literal], range(1, 2), "t")
        hstore_column([literal], range(1, 2), "t")
    assert time.perf_counter() - start < 20
