"""``derbes locate``: found in every spelling and every kind of place, and never seen outside the process."""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from derbes.scanner.connectors.base import Options
from derbes.scanner.errors import UsageError
from derbes.scanner.locate import locate
from derbes.scanner.model.places import Place
from derbes.scanner.sought import Kind, sought
from tests.servers import Server
from tests.world import Ran, derbes

IIN, PHONE, EMAIL = "010203500017", "+7 701 918 27 36", "a.zeinoldina77@qyzmet.kz"
TRACES = ("010203500017", "10203500017", "9182736", "918 27 36", "zeinoldina77")


def ask(kind: str, value: str, *args: str | Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setattr(sys, "stdin", io.StringIO(value + "\n"))
    return derbes("locate", f"--{kind}", *args)


def found(kind: str, value: str, *args: str | Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Ran, dict[str, int]]:
    ran = ask(kind, value, *args, "-f", "json", monkeypatch=monkeypatch)
    spots = json.loads(ran.out)["found"]
    return ran, {f"{Path(spot['place']).name}:{spot['path']}": spot["units"] for spot in spots}


def no_trace(*texts: str | bytes) -> None:
    for text in texts:
        raw = text.encode() if isinstance(text, str) else text
        assert not [trace for trace in TRACES if trace.encode() in raw]


# -- spellings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "texts"),
    [
        ("iin", IIN, [IIN, "ИИН: 010203-500017.", "010203 500017", "iin=010203500017&x", "０１０２０３５０００１７"]),
        (
            "phone",
            PHONE,
            ["8(701)918-27-36", "+7 701 918 27 36", "77019182736", "87019182736", "7019182736", "wa.me/77019182736",
             "тел. 701 918-27-36 вн. 5", "007 701 9182736", "phone=%2B7%20701%20918%2027%2036",
             "+7\u00a0701\u00a0918\u00a027\u00a036"],
        ),
        (
            "email",
            "A.Zeinoldina77@Qyzmet.kz",
            [EMAIL, "A.ZEINOLDINA77@QYZMET.KZ", "<a.zeinoldina77@qyzmet.kz>", "?e=a.zeinoldina77%40qyzmet.kz&",
             "a.zeinoldina77&#64;qyzmet.kz", "кому a.zeinoldina77@qyzmet.kz."],
        ),
    ],
)  # fmt: skip
def test_every_spelling_in_a_text(kind: Kind, value: str, texts: list[str]) -> None:
    wanted = sought(kind, value)
    assert [text for text in texts if wanted.in_text(text) is None] == []
    lines = list(wanted.in_lines("\n".join(["nothing", *texts, "nothing"]).encode()))
    assert [number for number, _, _ in lines] == list(range(1, len(texts) + 1))


@pytest.mark.parametrize(
    ("kind", "value", "texts"),
    [
        ("iin", IIN, ["0102035000170", "1010203500017", "010203500018", "10203500017", "IBAN KZ010203500017123"]),
        ("phone", PHONE, ["+7 701 918 27 37", "1277019182736", "770191827361", "701 918 27", "+49 701 918 27 36"]),
        ("email", EMAIL, ["b.a.zeinoldina77@qyzmet.kz", "a.zeinoldina77@qyzmet.kz.ru", "a.zeinoldina77@qyzmet-kz.ru",
                   "za.zeinoldina77@qyzmet.kz"]),
    ],
)  # fmt: skip
def test_another_persons_value_is_not_it(kind: Kind, value: str, texts: list[str]) -> None:
    wanted = sought(kind, value)
    assert [text for text in texts if wanted.in_text(text) is not None] == []


def test_damaged_cells() -> None:
    cells = [
        "10203500017",
        "10203500017.0",
        "010203500017",
        "1.0203500017E+10",
        "1.02E+10",
        None,
        "x10203500017",
        "'010203500017",
    ]
    assert list(sought("iin", IIN).in_cells(cells)) == [0, 1, 2, 3, 7]
    phones = ["77019182736.0", "7.019182736E+9", "87019182736", "9182736"]
    assert list(sought("phone", PHONE).in_cells(phones)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("kind", "value"), [("iin", "123"), ("iin", "1" * 13), ("email", "a@b"), ("phone", "250-50-50")]
)
def test_what_is_no_such_value_is_refused_in_silence(kind: Kind, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        sought(kind, value)
    assert value not in str(refused.value)


@pytest.mark.parametrize("kind", ["iin", "phone", "email"])
@pytest.mark.parametrize("run", ["0", "7", ".", " ", "a", "@", "%40", "-", "1 "])
def test_linear_on_hostile_runs(kind: Kind, run: str) -> None:
    wanted = sought(kind, {"iin": IIN, "phone": PHONE, "email": EMAIL}[kind])
    buffer = (run * 1_000_000)[:1_000_000].encode()
    started = time.process_time()
    assert list(wanted.in_lines(buffer)) == []
    assert time.process_time() - started < 30


def test_the_value_stands_in_no_representation_and_no_pickle() -> None:
    wanted = sought("iin", IIN)
    no_trace(repr(wanted), str(wanted), f"{[wanted]}")
    with pytest.raises(TypeError):
        pickle.dumps(wanted)


# -- places -------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    root.mkdir()
    (root / "clients.csv").write_text(f"id;iin\n1;870521300459\n2;{int(IIN)}\n", "utf-8")
    (root / "app.log").write_text(
        f"2026-11-22 10:00:00 INFO ok\n2026-11-22 10:00:01 ERROR user {EMAIL} 8(701)9182736\n"
    )
    (root / "access.log").write_text(
        '10.0.0.1 - - [22/Nov/2026:10:00:00 +0500] "GET /r?email=a.zeinoldina77%40qyzmet.kz HTTP/1.1" 200 5'
        ' "-" "curl"\n'
    )
    (root / "tree.json").write_text(
        json.dumps({"people": [{"mail": "x@y.kz"}, {"mail": EMAIL.upper(), "phones": [PHONE]}]})
    )
    (root / "letter.eml").write_text(f"From: A <{EMAIL}>\nTo: info@firma.kz\nSubject: hi\n\nИИН {IIN}\n")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["iin"])
    sheet.append([int(IIN)])
    book.save(root / "book.xlsx")
    with sqlite3.connect(root / "base.sqlite") as base:
        base.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, iin INTEGER, note TEXT, paid REAL, extra JSON)")
        base.execute(
            "INSERT INTO clients VALUES (1, ?, ?, 1.5, ?)", (int(IIN), f"звонить {PHONE}", json.dumps({"m": EMAIL}))
        )
    base.close()
    return root


def test_files_and_sqlite(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, iins = found("iin", IIN, files, monkeypatch=monkeypatch)
    assert iins == {"clients.csv:iin": 1, "letter.eml:body": 1, "book.xlsx:Sheet.iin": 1, "base.sqlite:clients.iin": 1}
    _, mails = found("email", EMAIL, files, monkeypatch=monkeypatch)
    assert mails == {
        "app.log:message": 1, "access.log:request": 1, "tree.json:people[].mail": 1, "letter.eml:from": 1,
        "base.sqlite:clients.extra.m": 1,
    }  # fmt: skip
    _, phones = found("phone", PHONE, files, monkeypatch=monkeypatch)
    assert phones == {"tree.json:people[].phones[]": 1, "base.sqlite:clients.note": 1, "app.log:message": 1}


@pytest.mark.server
def test_postgresql_is_only_read_and_its_log_says_nothing(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql_server.execute(
        "DROP SCHEMA IF EXISTS where_is CASCADE", "CREATE SCHEMA where_is",
        "CREATE TABLE where_is.people (id bigint PRIMARY KEY, iin bigint, mail varchar(80), born date, doc jsonb)",
        "INSERT INTO where_is.people SELECT n, n + 870521300459, 'x' || n || '@firma.kz', now(), '{}'"
        " FROM generate_series(1, 3000) n",
    )  # fmt: skip
    before = postgresql_server.log.stat().st_size
    connection = postgresql_server.connect()
    connection.execute("SET log_statement = 'none'")
    doc = json.dumps({"p": "87019182736"})
    connection.execute(
        "UPDATE where_is.people SET iin=%s, mail=%s, doc=%s WHERE id=2500", (int(IIN), EMAIL.upper(), doc)
    )
    connection.close()
    url = postgresql_server.url()
    ran, iins = found("iin", IIN, url, monkeypatch=monkeypatch)
    assert [units for name, units in iins.items() if "where_is.people.iin" in name] == [1]
    _, mails = found("email", EMAIL, url, monkeypatch=monkeypatch)
    assert [units for name, units in mails.items() if "where_is.people.mail" in name] == [1]
    _, phones = found("phone", PHONE, url, monkeypatch=monkeypatch)
    assert [units for name, units in phones.items() if "where_is.people.doc.p" in name] == [1]
    log = postgresql_server.log.read_bytes()[before:]
    assert b"where_is" in log
    no_trace(log, ran.err)


@pytest.mark.server
def test_mariadb(mariadb_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    mariadb_server.execute(
        "CREATE DATABASE IF NOT EXISTS where_is",
        "CREATE OR REPLACE TABLE where_is.people (id INT PRIMARY KEY, iin BIGINT, note TEXT, made DATETIME)"
        " CHARSET utf8mb4",
        f"INSERT INTO where_is.people VALUES (1, {int(IIN)}, 'почта {EMAIL}', now()), (2, 7, '8 701 9182736', now())",
    )
    url = mariadb_server.url(database="where_is")
    for kind, value, path in (("iin", IIN, "iin"), ("email", EMAIL, "note"), ("phone", PHONE, "note")):
        _, spots = found(kind, value, url, monkeypatch=monkeypatch)
        assert [(n.rsplit(".", 1)[1], units) for n, units in spots.items()] == [(path, 1)]


def test_a_giant_line_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.txt"
    path.write_text("слово " * 3_000_000 + IIN + " " + "слово " * 400_000, "utf-8")
    _, spots = found("iin", IIN, path, monkeypatch=monkeypatch)
    assert list(spots.values()) == [1]


# -- the outside --------------------------------------------------------------------------------------------------


def test_nothing_is_stored_or_said(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state" / "history.sqlite"
    monkeypatch.setenv("DERBES_STATE", f"sqlite:///{state}")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    said = [
        ask(kind, value, files, monkeypatch=monkeypatch)
        for kind, value in (("iin", IIN), ("email", EMAIL), ("phone", PHONE))
    ]
    assert [ran.code for ran in said] == [0, 0, 0]
    no_trace(*(ran.out + ran.err for ran in said))
    assert sorted(tmp_path.rglob("*")) == before
    assert "Найдено в 4 местах" in said[0].out


@pytest.mark.parametrize(
    "argv", [["--iin", IIN], [f"--iin={IIN}"], ["--email", EMAIL], ["--phone", PHONE.replace(" ", "")]]
)
def test_a_value_in_the_command_line_is_refused_and_not_repeated(
    argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(IIN + "\n"))
    ran = derbes("locate", *argv)
    assert ran.code == 2
    no_trace(ran.out, ran.err)


def test_a_crash_says_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> Any:
        raise RuntimeError(f"cannot parse {IIN} {EMAIL}")

    monkeypatch.setattr("derbes.scanner.connectors.files.read_stream", crash)
    ran = ask("iin", IIN, files / "clients.csv", monkeypatch=monkeypatch)
    assert ran.code == 3
    no_trace(ran.out, ran.err)
    monkeypatch.setattr("derbes.scanner.locate._Search.place", crash)
    ran = ask("iin", IIN, files / "clients.csv", monkeypatch=monkeypatch)
    assert (ran.code, "internal" in ran.err) == (2, True)
    no_trace(ran.out, ran.err)


def test_exit_codes(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask("iin", "870521300459", files / "app.log", monkeypatch=monkeypatch).code == 0
    assert ask("iin", IIN, tmp_path / "nowhere", monkeypatch=monkeypatch).code == 4
    (files / "broken.zip").write_bytes(b"PK\x03\x04broken")
    assert ask("iin", IIN, files, monkeypatch=monkeypatch).code == 3
    ran = ask("iin", IIN, files, "--allow-incomplete", monkeypatch=monkeypatch)
    assert (ran.code, "broken.zip" in ran.out) == (0, True)
    assert derbes("locate").code == 2
    assert ask("iin", "", files, monkeypatch=monkeypatch).code == 2
    assert ask("iin", IIN, "-", monkeypatch=monkeypatch).code == 2


def test_declared_places_by_default_with_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(f"iin\n{IIN}\n")
    (tmp_path / "derbes.yml").write_text("version: 1\nplaces:\n  - {id: exports, target: a.csv, owner: Отдел продаж}\n")
    monkeypatch.chdir(tmp_path)
    ran = ask("iin", IIN, monkeypatch=monkeypatch)
    assert "✓ exports · iin  1 строка  Отдел продаж" in ran.out


def test_a_wrong_check_digit_is_said_and_looked_for_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("iin\n123456789012\n")
    ran = ask("iin", "123456789012", tmp_path / "a.csv", monkeypatch=monkeypatch)
    assert "проверьте ввод" in ran.out
    assert "Найдено в 1 месте" in ran.out


def test_columns_that_cannot_hold_it_are_not_searched() -> None:
    wanted = sought("email", EMAIL)
    assert [wanted.fits_type(t) for t in ("varchar(20)", "bigint", "timestamp", "", "jsonb")] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert sought("iin", IIN).fits_type("BIGINT")


def test_the_order_of_the_answer_is_that_of_names(files: Path) -> None:
    places = [
        Place(id=str(files / name), target=str(files / name), location=name) for name in ("letter.eml", "clients.csv")
    ]
    spots = locate(sought("iin", IIN), places, (), Options()).spots
    assert [Path(spot.place.id).name for spot in spots] == ["clients.csv", "letter.eml"]
