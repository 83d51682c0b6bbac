"""Two rooms: no personal value and no password leaves the worker, whatever the source, the report or the fault."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from derbes.reports import REPORTS
from derbes.scanner.connectors.readers import dispatch
from tests.world import derbes

PASSWORD = "Пароль-С7рого"
VALUES = {
    "fio": "Зейнолдинова Айсана Қуандыққызы",
    "phone": "+7 701 918 27 36",
    "email": "a.zeinoldina77@qyzmet.kz",
    "iin": "870521300459",
    "address": "г. Караганда, ул. Ермекова, д. 118, кв. 73",
}


def pieces() -> Iterator[bytes]:
    """Every form in which a value might come out: whole, its telling parts, and encoded."""
    telling = ["Зейнолдинова", "Айсана", "9182736", "918 27 36", "zeinoldina", "870521300459", "Ермекова", PASSWORD]
    for text in telling:
        raw = text.encode()
        yield raw
        yield json.dumps(text).strip('"').encode()
        yield "".join(f"%{byte:02X}" for byte in raw).encode()
        yield "".join(f"&#{ord(c)};" for c in text).encode()
        yield base64.b64encode(raw).rstrip(b"=")
        yield raw.hex().encode()


def plant(folder: Path) -> None:
    """The same person in every kind of source."""
    folder.mkdir()
    header, row = ";".join(VALUES), ";".join(VALUES.values())
    line = " ".join(f"{key}={value}" for key, value in VALUES.items())
    (folder / "clients.csv").write_text(f"{header}\n{row}\n", encoding="cp1251", errors="replace")
    (folder / "clients.jsonl").write_text(json.dumps(VALUES) + "\n")
    (folder / "tree.json").write_text(json.dumps({"clients": [VALUES]}, ensure_ascii=False))
    (folder / "app.log").write_text(f"2026-11-22 10:00:00 ERROR user {line}\nTraceback (most recent call last):\n")
    (folder / "access.log").write_text(
        f'10.0.0.1 - - [22/Nov/2026:10:00:00 +0500] "GET /r?email={VALUES["email"]} HTTP/1.1" 200 5 "-" "curl"\n'
    )
    (folder / "dump.sql").write_text(
        f"CREATE TABLE `c` (`fio` text, `iin` text);\nINSERT INTO `c` VALUES ('{VALUES['fio']}','{VALUES['iin']}');\n"
    )
    (folder / "letter.eml").write_text(
        f"From: {VALUES['fio']} <{VALUES['email']}>\nTo: info@firma.kz\nSubject: hi\n\nТелефон: {VALUES['phone']}\n"
    )
    (folder / "broken.json").write_text('{"clients": [' + json.dumps(VALUES, ensure_ascii=False) + ", {")
    (folder / "broken.xml").write_text(f"<a><b>{VALUES['fio']}</b><b>{VALUES['iin']}")
    with gzip.open(folder / "old.log.gz", "wt") as packed:
        packed.write(f"2026-11-22 10:00:00 INFO {line}\n")
    with zipfile.ZipFile(folder / "pack.zip", "w") as archive:
        archive.writestr("inner/clients.csv", f"{header}\n{row}\n")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(VALUES))
    sheet.append(list(VALUES.values()))
    book.save(folder / "book.xlsx")
    with sqlite3.connect(folder / "base.sqlite") as db:
        db.execute(f"CREATE TABLE c ({', '.join(VALUES)})")
        db.execute(f"INSERT INTO c VALUES ({', '.join('?' * len(VALUES))})", tuple(VALUES.values()))
    db.close()


def leaks(text: bytes) -> list[bytes]:
    """Forms of a planted value that stand in ``text``."""
    return [piece for piece in pieces() if piece in text]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Everything that one scan says and writes."""
    root = tmp_path_factory.mktemp("canary")
    plant(root / "data")
    reports = [f"{name}:{root / 'out' / name}" for name in REPORTS]
    flags = [flag for report in reports for flag in ("-o", report)]
    state = f"sqlite:///{root}/out/state.sqlite"
    occurrences = root / "out" / "occurrences"
    ran = derbes("check", root / "data", *flags, "--state", state, "--occurrences", occurrences, "-vv")
    files = {path.name: path.read_bytes() for path in (root / "out").rglob("*") if path.is_file()}
    return {"stdout": ran.out.encode(), "stderr": ran.err.encode(), **files}


def test_the_canaries_were_found(outputs: dict[str, bytes]) -> None:
    report = json.loads(outputs["json"])
    read = {row["place"].rsplit("data/", 1)[-1] for row in report["fields"] if row["category"] != "technical"}
    assert read >= {
        "clients.csv", "clients.jsonl", "tree.json", "app.log", "access.log", "dump.sql", "letter.eml", "old.log.gz",
        "pack.zip!inner/clients.csv", "book.xlsx", "base.sqlite",
    }  # fmt: skip


def test_no_canary_in_anything_said_or_written(outputs: dict[str, bytes]) -> None:
    assert outputs["occurrences"].count(b"\n") > 20
    for name, content in outputs.items():
        if name == "xlsx":
            content = b"".join(zipfile.ZipFile(__import__("io").BytesIO(content)).read(m) for m in _members(content))
        assert leaks(content) == [], name


def _members(content: bytes) -> list[str]:
    import io

    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_no_canary_in_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot parse {VALUES['fio']} {VALUES['iin']}")

    plant(tmp_path / "data")
    monkeypatch.setattr(dispatch, "read_stream", crash)
    monkeypatch.setattr("derbes.scanner.connectors.files.read_stream", crash)
    out = tmp_path / "report.json"
    ran = derbes("scan", tmp_path / "data", "-o", out, "--state", "none", "-vv")
    assert "internal" in out.read_text("utf-8")
    assert leaks(ran.out.encode() + ran.err.encode() + out.read_bytes()) == []


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{PASSWORD}@127.0.0.1:1/db",
        f"mysql+pymysql://user:{PASSWORD}@@127.0.0.1:1/db",
        f"mysql+pymysql://us@er:{PASSWORD}@127.0.0.1:port/db",
        f"nosuchdialect://user:{PASSWORD}@127.0.0.1/db",
    ],
)
def test_no_password_in_an_error(url: str, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    ran = derbes("scan", url, "-o", out, "--state", "none", "-vv")
    assert ran.code == 2
    said = ran.out.encode() + ran.err.encode() + (out.read_bytes() if out.exists() else b"")
    assert leaks(said) == []
    assert "Traceback" not in ran.err


def test_a_crash_leaves_no_image_of_the_memory() -> None:
    program = """
import resource
from derbes.scanner.cli import main
try:
    main(["--version"])
finally:
    print(resource.getrlimit(resource.RLIMIT_CORE)[0])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines()[-1] == "0"
