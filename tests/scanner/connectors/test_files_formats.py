"""Documents, dumps and archives: whole ones, broken ones and hostile ones."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from derbes.scanner.connectors.encodings import guess
from derbes.scanner.model.data import TableBatch
from tests.scanner.connectors.file_helpers import codes, columns, lines, problems, read, values

TABLE = "имя,телефон\nИван,+77011234567\n".encode()
RUSSIAN = "Уважаемый клиент, ваш заказ отправлен по адресу: г. Алматы, ул. Абая 5. Спасибо!"
KAZAKH = "Құрметті тұтынушы, өтінішіңіз қабылданды. Мекенжай: Алматы қаласы, Абай көшесі, үй 5"


@pytest.mark.parametrize(
    ("codec", "text"),
    [(codec, RUSSIAN) for codec in ("utf-8", "cp1251", "koi8_r", "cp866", "mac_cyrillic", "utf-16-le", "utf-16-be")]
    + [("kz1048", KAZAKH), ("utf-8", KAZAKH), ("cp1251", "ИВАНОВ ИВАН ИВАНОВИЧ"), ("cp1252", "Müller, Jürgen, Straße")],
)
def test_encodings(codec: str, text: str) -> None:
    assert text.encode(codec).decode(guess(text.encode(codec))) == text


def test_lines_in_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_bytes(
        "".join(RUSSIAN + "," * n + "\n" for n in range(20)).encode()
        + (RUSSIAN + "\n").encode("cp1251")
        + b"\x01\xfe\xff\x98 broken\n"
    )
    found = read(path)
    assert lines(found)[1] == lines(found)[21] == RUSSIAN
    assert "broken" in lines(found)[22]
    (remark,) = [item for item in found if not hasattr(item, "dataset")]
    assert (remark.code, remark.params["line"], remark.params["count"]) == ("part-damaged", 22, 1)


# -- JSON and XML


def test_json_rows_paths_and_oddities(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1.50, "o": [{"p": "x"}, {"p": "y"}]}, {"a": NaN, "a": 990101300123, "b": {"c": true}}]')
    assert columns(read(path)) == {
        "a": [(1, "1.50"), (2, "NaN"), (2, "990101300123")],
        "o[].p": [(1, "x"), (1, "y")],
        "b.c": [(2, "true")],
    }


def test_keys_that_are_data_are_values(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"ivan@example.kz": {"990101300123": "x"}}')
    found = columns(read(path))
    assert found == {"{key}": [(1, "ivan@example.kz")], "{}.{key}": [(1, "990101300123")], "{}.{}": [(1, "x")]}


@pytest.mark.parametrize("filler", [3, 200_000])
def test_rows_of_an_object_are_those_of_its_arrays(tmp_path: Path, filler: int) -> None:
    """The small document is parsed at once, the large one by events: the same comes out."""
    path = tmp_path / "t.json"
    clients = [{"n": n, "p": {"q": f"x{n}"}, "padding": "y" * 60} for n in range(filler)]
    path.write_text(json.dumps({"version": 2, "clients": clients, "orders": [{"z": "last"}]}))
    found = columns(read(path))
    assert found["version"] == [(1, "2")]
    assert found["clients[].p.q"][-1] == (filler, f"x{filler - 1}")
    assert len(found["clients[].n"]) == filler
    assert found["orders[].z"] == [(1, "last")]


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": "ivan@exam', '[{"a": 1}, oops ivan@exam', '{"a": 1} ivan@exam'])
def test_broken_json_goes_on_as_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(text)
    found = read(path)
    assert codes(found) == ["file-damaged"]
    assert values(found)["a"] == ["1"]
    assert "ivan@exam" in lines(found)[1]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_costs_no_stack(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(opening * 100_000 + '"ivan@example.kz"' + {"[": "]"}.get(opening, "}") * 100_000)
    found = read(path)
    assert codes(found) == ["limit-depth"]
    assert ["ivan@example.kz"] in values(found).values()


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": "x"}\n\n{"a": broken ivan@example.kz\n' + "[" * 5000 + "\n" + '{"a": "y"}\n')
    found = read(path)
    assert codes(found) == ["rows-damaged"]
    assert columns(found)["a"] == [(1, "x"), (5, "y")]
    assert columns(found)["line"][0] == (3, '{"a": broken ivan@example.kz')


def test_xml_records(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    body = "<c id='7'><n>Иван</n><p><t>1</t><t>2</t></p></c><c><n>Пётр<![CDATA[ <и> ]]>сын</n></c>"
    text = f"<?xml version='1.0' encoding='windows-1251'?><r><head>Выписка</head><cs>{body}</cs></r>"
    path.write_bytes(text.encode("cp1251"))
    assert columns(read(path)) == {
        "r.head": [(1, "Выписка")],
        "@id": [(1, "7")],
        "n": [(1, "Иван"), (2, "Пётр <и> сын")],
        "p.t": [(1, "1"), (1, "2")],
    }


def test_xml_entities_are_refused_and_the_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>\n<r>&l11; ivan@example.kz</r>')
    found = read(path)
    assert codes(found) == ["part-damaged"]
    assert "ivan@example.kz" in lines(found)[2]


def test_broken_xml_goes_on_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    path.write_text("<r><c><n>1</n></c><c><n>2</n></c>\n<c><n>ivan@example.kz & <</c></r>")
    found = read(path)
    assert codes(found) == ["file-damaged"]
    assert values(found)["n"][:2] == ["1", "2"]
    assert "ivan@example.kz" in lines(found)[2]


# -- pages, forms, sheets, Parquet


def test_html_tables_and_text(tmp_path: Path) -> None:
    path = tmp_path / "t.html"
    path.write_text(
        "<!doctype html><html>\n<p>Пишите: <a href='mailto:a@b.kz'>сюда</a>\n"
        "<table><tr><th>ФИО<th>Телефон<tr><td>Иван &amp; Ко<td>+7701</table>\n<p>конец<script>x</script></html>"
    )
    found = read(path)
    assert values(found) == {"table_1.ФИО": ["Иван & Ко"], "table_1.Телефон": ["+7701"]}
    assert "a@b.kz" in lines(found)[2] and "конец" in lines(found)[4]


def test_url_encoded_bodies(tmp_path: Path) -> None:
    path = tmp_path / "post.txt"
    path.write_text("name=%D0%98%D0%B2%D0%B0%D0%BD&phone=%2B7701\nname=%C8%E2%E0%ED%EE%E2&phone=a+b\n")
    assert columns(read(path)) == {"name": [(1, "Иван"), (2, "Иванов")], "phone": [(1, "+7701"), (2, "a b")]}


def test_workbooks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Лист1"
    for row in (
        ["Клиенты, отв. Иванов И. И."],
        [],
        ["ФИО", "ИИН", "Дата", "Сумма"],
        ["Иванов Иван", 990101300123, date(1999, 1, 1), 1.5],
        ["Пётр", 1.0e11, datetime(2020, 1, 1, 10, 5), None],
    ):
        sheet.append(row)
    hidden = book.create_sheet("Скрытый")
    hidden.sheet_state = "hidden"
    hidden.append(["email"])
    hidden.append(["a@b.kz"])
    book.save(tmp_path / "t.xlsx")
    found = read(tmp_path / "t.xlsx")
    assert columns(found) == {
        "Лист1.ФИО": [(1, "Иванов Иван"), (2, "Пётр")],
        "Лист1.ИИН": [(1, "990101300123"), (2, "100000000000")],
        "Лист1.Дата": [(1, "1999-01-01"), (2, "2020-01-01 10:05:00")],
        "Лист1.Сумма": [(1, "1.5")],
        "Скрытый.email": [(1, "a@b.kz")],
    }
    assert lines(found) == {1: "Клиенты, отв. Иванов И. И."}


def test_workbooks_that_are_locked_broken_or_bombs(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    (tmp_path / "locked.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "letter.doc").write_bytes(ole + "WordDocument".encode("utf-16-le"))
    for name, sheet in (("broken.xlsx", b"<oops"), ("bomb.xlsx", b" " * (310 << 20))):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", sheet)
    found = dict(problems(read(tmp_path, declared=True)))
    assert found["locked.xlsx"] == "file-encrypted"
    assert found["letter.doc"] == "format-unsupported"
    assert found["broken.xlsx"] in {"file-damaged", "part-damaged"}
    assert found["bomb.xlsx"].startswith("limit-")


def test_word_documents(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.docx", "w") as archive:
        text = "<w:p><w:r><w:t>Ива</w:t></w:r><w:r><w:t>нов &amp; Ко</w:t></w:r></w:p><w:p><w:t>конец</w:t></w:p>"
        archive.writestr("word/document.xml", f"<w:document>{text}</w:document>")
    assert [line for line in lines(read(tmp_path / "t.docx")).values() if line] == ["Иванов & Ко", "конец"]


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = arrow.table({"name": ["Иван", None], "iin": [990101300123, 1], "o": [{"p": ["x", "y"]}, None]})
    parquet.write_table(table, tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[:-30])
    assert columns(read(tmp_path / "t.parquet")) == {
        "name": [(1, "Иван")],
        "iin": [(1, "990101300123"), (2, "1")],
        "o.p[]": [(1, "x"), (1, "y")],
    }
    assert codes(read(tmp_path / "cut.parquet")) == ["file-damaged"]


# -- SQL dumps


def test_mysqldump(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text(
        "-- MySQL dump 10.13\nCREATE TABLE `clients` (\n  `id` int(11) NOT NULL,\n"
        "  `name` varchar(255) DEFAULT NULL COMMENT 'ФИО, клиента',\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n"
        "/*!40000 ALTER TABLE `clients` DISABLE KEYS */;\n"
        "INSERT INTO `clients` VALUES (1,'О\\'Нил; It''s\\nx'),(2,NULL),(3,'a),(b');\n"
        "INSERT INTO `clients` (`name`,`id`) VALUES ('Пётр',4);\n"
        "INSERT INTO other VALUES (0x6976616e, X'41', -1.50, NOW(), _binary 'q');\n"
        "UPDATE clients SET name='Тест' WHERE id=1;\n"
    )
    found = read(path)
    assert codes(found) == []
    assert columns(found) == {
        "clients.id": [(1, "1"), (2, "2"), (3, "3"), (4, "4")],
        "clients.name": [(1, "О'Нил; It's\nx"), (3, "a),(b"), (4, "Пётр")],
        **{f"other.column_{n}": [(1, v)] for n, v in enumerate(("ivan", "A", "-1.50", "NOW()", "q"), 1)},
    }
    assert lines(found)[11] == "UPDATE clients SET name='Тест' WHERE id=1;"
    fields = next(b for b in found if isinstance(b, TableBatch)).dataset.fields
    assert [(f.path, f.type, f.length, f.comment) for f in fields] == [
        ("clients.id", "int(11)", 11, ""),
        ("clients.name", "varchar(255)", 255, "ФИО, клиента"),
    ]


def test_pg_dump_and_t_sql(tmp_path: Path) -> None:
    (tmp_path / "p.sql").write_text(
        "-- PostgreSQL database dump\nCOPY public.users (id, email) FROM stdin;\n"
        "1\ta@b.kz\n2\t\\N\n3\tx\\ty\\\\z\n\\.\n"
        "INSERT INTO public.users (id, email) VALUES (4, 'C:\\'), (5, 'multi\nline'::text);\n"
    )
    (tmp_path / "t.sql").write_text(
        "INSERT [dbo].[Users] ([Id], [Full Name], [D]) VALUES (1, N'О''Нил', CAST(N'2019-01-01' AS DateTime))\nGO\n"
        "INSERT [dbo].[Users] ([Id], [Full Name], [D]) VALUES (2, NULL, NULL)\nGO\n"
    )
    assert columns(read(tmp_path / "p.sql")) == {
        "users.id": [(n, str(n)) for n in range(1, 6)],
        "users.email": [(1, "a@b.kz"), (3, "x\ty\\z"), (4, "C:\\"), (5, "multi\nline")],
    }
    assert columns(read(tmp_path / "t.sql")) == {
        "Users.Id": [(1, "1"), (2, "2")],
        "Users.Full Name": [(1, "О'Нил")],
        "Users.D": [(1, "2019-01-01")],
    }


def test_broken_statements_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "d.sql"
    path.write_text("INSERT INTO t VALUES (1,,2);\nINSERT INTO u VALUES (5);\nINSERT INTO v VALUES (1,'ivan@example.kz")
    found = read(path)
    assert codes(found) == ["file-damaged", "rows-damaged"]
    assert values(found) == {"u.column_1": ["5"]}
    assert "ivan@example.kz" in lines(found)[3]


@pytest.mark.parametrize("seam", [256 << 10, 512 << 10])
def test_statements_lie_across_seams(tmp_path: Path, seam: int) -> None:
    path = tmp_path / "d.sql"
    for shift in range(-24, 4, 3):
        head = "INSERT INTO t (a, b) VALUES ('"
        padding = "x" * (seam + shift - len(head) - 6)
        path.write_text(f"{head}{padding}',1),\n('ivan@example.kz',2);\nINSERT INTO t (a, b) VALUES ('z',3);\n")
        assert columns(read(path))["t.a"][1:] == [(2, "ivan@example.kz"), (3, "z")]


@pytest.mark.parametrize(
    "text", ["INSERT INTO t VALUES ('", "INSERT INTO t VALUES (\n", "INSERT INTO t VALUES (1,(", "COPY t FROM stdin;\n"]
)
def test_hostile_dumps_take_linear_time(tmp_path: Path, text: str) -> None:
    path = tmp_path / "d.sql"
    path.write_text((text + "\n") * (1_000_000 // len(text)))
    started = time.process_time()
    read(path)
    assert time.process_time() - started < 20


# -- archives


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_streams(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(pack(TABLE) + pack("Пётр,2\n".encode()))  # type: ignore[operator]
    assert values(read(path)) == {"имя": ["Иван", "Пётр"], "телефон": ["+77011234567", "2"]}


def test_zstandard(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    (tmp_path / "t.csv.zst").write_bytes(zstandard.ZstdCompressor().compress(TABLE))
    assert values(read(tmp_path / "t.csv.zst"))["имя"] == ["Иван"]


def damaged_sum(data: bytes) -> bytes:
    return data[:-6] + bytes([data[-6] ^ 255]) + data[-5:]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(TABLE) + b"garbage", gzip.compress(TABLE)[:-6], damaged_sum(gzip.compress(TABLE))],
    ids=["garbage behind", "cut off", "wrong sum"],  # not of the bytes: they hold the time
)
def test_damaged_streams_give_what_they_have(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(data)
    found = read(path)
    assert codes(found) == ["file-damaged"]
    assert values(found)["имя"] == ["Иван"]


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = zipped({"deep/x.csv": TABLE})
    packed = tarred({"логи/app.log": b"hello\n", "../evil.csv": TABLE})
    (tmp_path / "b.zip").write_bytes(zipped({"inner.zip": inner, "t.tar.gz": packed, "last.csv": TABLE}))
    found = read(tmp_path / "b.zip", declared=True)
    parts = {item.dataset.part for item in found if hasattr(item, "dataset")}
    assert parts == {"!inner.zip!deep/x.csv", "!t.tar.gz!логи/app.log", "!t.tar.gz!../evil.csv", "!last.csv"}
    assert problems(found) == [("!t.tar.gz!link", "file-special")]
    assert list(tmp_path.iterdir()) == [tmp_path / "b.zip"]


def test_depth_members_size_and_time_are_limited(tmp_path: Path) -> None:
    data = zipped({"x.csv": TABLE})
    for _ in range(12):
        data = zipped({"in.zip": data, "beside.csv": TABLE})
    (tmp_path / "deep.zip").write_bytes(data)
    found = read(tmp_path / "deep.zip")
    assert codes(found) == ["limit-depth"]
    assert values(found)["имя"] == ["Иван"] * 10
    (tmp_path / "many.zip").write_bytes(zipped({f"{n}.csv": TABLE for n in range(9)}))
    found = read(tmp_path / "many.zip", max_members=5)
    assert (codes(found), len(values(found)["имя"])) == (["limit-members"], 5)
    (tmp_path / "large.zip").write_bytes(zipped({"a.csv": TABLE, "b.txt": b"1 2 3\n" * 100_000, "c.csv": TABLE}))
    found = read(tmp_path / "large.zip", max_unpacked=300_000)
    assert (codes(found), len(values(found)["имя"])) == (["limit-size"], 1)
    assert codes(read(tmp_path / "large.zip", timeout=0.0)) == ["limit-time"]


def test_a_bomb_costs_itself_only(tmp_path: Path) -> None:
    members = {"first.csv": TABLE, "bomb.txt": b"0" * (150 << 20), "zeros": b"\0" * (150 << 20), "last.csv": TABLE}
    (tmp_path / "b.zip").write_bytes(zipped(members))
    found = read(tmp_path / "b.zip")
    assert ("!bomb.txt", "limit-ratio") in problems(found) and ("!zeros", "limit-ratio") in problems(found)
    assert values(found)["имя"] == ["Иван", "Иван"]


def test_damaged_members_cost_themselves_only(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": TABLE, "b.csv": TABLE * 2, "c.csv": TABLE}))
    second = data.index(b"PK\x03\x04", 10)
    data[second + 40] ^= 255
    (tmp_path / "d.zip").write_bytes(bytes(data))
    found = read(tmp_path / "d.zip")
    assert problems(found) == [("!b.csv", "file-damaged")]
    assert len(values(found)["имя"]) >= 2


def test_a_zip_cut_off_still_gives_its_members(tmp_path: Path) -> None:
    whole = zipped({"a.csv": TABLE, "b.csv": TABLE * 1000, "c.csv": TABLE})
    (tmp_path / "t.zip").write_bytes(whole[: whole.index(b"PK\x01\x02") + 20])
    found = read(tmp_path / "t.zip")
    assert codes(found) == ["file-damaged"]
    assert {item.dataset.part for item in found if hasattr(item, "dataset")} == {"!a.csv", "!b.csv", "!c.csv"}
    (tmp_path / "t.tgz").write_bytes(tarred({"a.csv": TABLE, "b.csv": TABLE})[:-30])
    found = read(tmp_path / "t.tgz")
    assert set(codes(found)) == {"file-damaged"} and "Иван" in values(found)["имя"]


def test_locked_members_and_other_formats(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": TABLE, "b.csv": TABLE}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(data))
    found = read(tmp_path / "locked.zip")
    assert problems(found) == [("!a.csv", "file-encrypted")] and values(found)["имя"] == ["Иван"]
    for name, head in (("a.7z", b"7z\xbc\xaf\x27\x1c"), ("a.rar", b"Rar!\x1a\x07\x00"), ("a.pdf", b"%PDF-1.4")):
        (tmp_path / name).write_bytes(head + b"\0" * 50)
        assert codes(read(tmp_path / name)) == ["format-unsupported"]
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    assert codes(read(tmp_path / "noise")) == ["file-binary"]


def test_sqlite_files_and_sqlite_in_archives(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("create table clients (name text, iin bigint)")
    base.execute("insert into clients values ('Иван', 990101300123)")
    base.commit()
    base.close()
    data = (tmp_path / "a.db").read_bytes()
    (tmp_path / "b.zip").write_bytes(zipped({"x/a.db": data}))
    (tmp_path / "a.db.gz").write_bytes(gzip.compress(data))
    for name in ("a.db", "b.zip", "a.db.gz"):
        assert values(read(tmp_path / name)) == {"clients.name": ["Иван"], "clients.iin": ["990101300123"]}
