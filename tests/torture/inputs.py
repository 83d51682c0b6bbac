# ruff: noqa: E501  # one input a line reads best
"""Hostile inputs, made when they are asked for. Each has what is planted beside the fault, and how it may end.

``plant`` is a clean record that must be found whatever stands around it; ``codes`` are the reasons that must be given
(all of them), empty for an input that is read without a word.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import socket
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

IIN = "870521300459"
RECORD = f"2026-11-22 10:00:00 INFO клиент Зейнолдинова Айсана ИИН {IIN}\n"
CSV = f"fio,iin\nЗейнолдинова Айсана,{IIN}\n"


@dataclass(frozen=True)
class Input:
    """``write`` makes the input in a folder of its own. ``found``: the planted number must be found."""

    name: str
    write: Callable[[Path], object]
    codes: frozenset[str] = frozenset()
    found: bool = True


def file(name: str, content: bytes | str, *codes: str, found: bool = True) -> Input:
    """One file of fixed content."""
    data = content.encode() if isinstance(content, str) else content
    return Input(name, lambda folder: (folder / name).write_bytes(data), frozenset(codes), found)


def made(name: str, write: Callable[[Path], object], *codes: str, found: bool = True) -> Input:
    """An input that is more than one file, or no file at all."""
    return Input(name, write, frozenset(codes), found)


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar of ``members`` with a link out of it."""
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


def book(rows: int = 1, hidden: bool = False) -> bytes:
    """A workbook; the record may stand on a hidden sheet."""
    work = Workbook()
    sheet = work.create_sheet("скрытый")
    if hidden:
        sheet.sheet_state = "veryHidden"
    sheet.append(["fio", "iin"])
    for _ in range(rows):
        sheet.append(["Зейнолдинова Айсана", IIN])
    out = io.BytesIO()
    work.save(out)
    return out.getvalue()


def _mail(body: str, head: str = "") -> str:
    return f"From: a@example.kz\nTo: b@example.kz\nSubject: test\n{head}\n{body}"


def _nested_mail(depth: int) -> str:
    inner = _mail(f"ИИН {IIN}\n", "Content-Type: text/plain; charset=utf-8\n")
    for number in range(depth):
        mark = f"b{number}"
        text = f"--{mark}\nContent-Type: text/plain; charset=utf-8\n\nИИН {IIN}\n"
        forwarded = f"--{mark}\nContent-Type: message/rfc822\n\n{inner}\n--{mark}--\n"
        inner = _mail(text + forwarded, f'Content-Type: multipart/mixed; boundary="{mark}"\n')
    return inner


def _patched(data: bytes, mark: bytes, offset: int, byte: int) -> bytes:
    raw = bytearray(data)
    at = raw.index(mark)
    raw[at + offset] ^= byte
    return bytes(raw)


def _locked(data: bytes) -> bytes:
    return _patched(_patched(data, b"PK\x03\x04", 6, 1), b"PK\x01\x02", 8, 1)


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.log")
    (folder / "app.log").write_text(RECORD)


def _socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind("s.log")
    finally:
        os.chdir(here)
    (folder / "app.log").write_text(RECORD)


def _links(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    (folder / "self").symlink_to(folder)
    (folder / "device").symlink_to("/dev/zero")
    (folder / "gone").symlink_to(folder / "nothing")
    (folder / "app.log").write_text(RECORD)


def _names(folder: Path) -> None:
    for raw in (b"new\nline.log", b"\xff\xfe.log", b"<script>alert(1)</script>.log", b"\x1b[31mred.log", b"=cmd|'.log",
                "\u202egnp.log".encode(), b" .log", b"a!b.log", b"-rf.log", b"%s{0}{name}.log"):  # fmt: skip
        path = os.path.join(os.fsencode(folder), raw.replace(b"/", b"\xe2\x88\x95"))  # noqa: PTH118
        with open(path, "wb") as out:  # noqa: PTH123
            out.write(RECORD.encode())


def _sqlite(folder: Path) -> None:
    path = folder / "base.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE good (fio TEXT, iin TEXT)")
        db.execute("INSERT INTO good VALUES ('Зейнолдинова Айсана', ?)", (IIN,))
        db.execute("CREATE TABLE zbad (note TEXT)")
        db.executemany("INSERT INTO zbad VALUES (?)", [("x" * 3000,)] * 40)
    db.close()
    raw = bytearray(path.read_bytes())
    for page in range(len(raw) // 4096 - 20, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 4096] = b"\xff" * 4096
    path.write_bytes(bytes(raw))


def _parquet(folder: Path) -> None:
    (folder / "a.parquet").write_bytes(b"PAR1" + os.urandom(500) + b"\x10\0\0\0PAR1")
    (folder / "b.csv").write_text(CSV)


ENTITIES = '<!DOCTYPE a [<!ENTITY x0 "lol">' + "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
INSERT = f"INSERT INTO `c` (`fio`, `iin`) VALUES ('Зейнолдинова Айсана','{IIN}');\n"
NOISE = random.Random(5).randbytes(60_000)
GIANT = "я" * (1 << 20)


def _inputs() -> Iterator[Input]:
    # Bytes and lines
    yield file("nul.log", RECORD.encode() + b"\0" * 40 + b"\n" + RECORD.encode())
    yield file("broken-utf8.log", RECORD.encode() * 20 + b"\xd0\n\xff\x01\x02\xfe\n" + RECORD.encode(), "part-damaged")
    yield file("cr-only.log", RECORD.replace("\n", "\r") * 3)
    yield file("mixed-ends.log", "a\r" + RECORD + "b\r\n" + RECORD.replace("\n", "\r\n"))
    yield file("no-last-newline.log", RECORD.rstrip("\n"))
    yield file("one-giant-line.log", "x " * (3 << 20) + RECORD.rstrip() + " y" * (3 << 20))
    yield file("utf16.log", (RECORD * 5).encode("utf-16"))
    yield file("utf16-no-bom.log", (RECORD * 50).encode("utf-16-le"))
    yield file("utf32.log", (RECORD * 5).encode("utf-32"))
    yield file("utf16-odd.log", (RECORD * 50).encode("utf-16") + b"\x00")
    for codec in ("cp1251", "koi8-r", "cp866", "kz1048"):
        yield file(f"{codec}.log", (RECORD * 30).encode(codec))
    yield file("bom.csv", "\ufeff" + CSV)
    yield file("cp1251.csv", CSV.encode("cp1251"))
    yield file("only-nul.bin", b"\0" * 9000, "file-binary", found=False)
    yield file("noise.bin", NOISE, "file-binary", found=False)
    yield file("empty.log", b"", found=False)
    yield file("empty.zip", b"", found=False)
    yield file("spaces.log", b" " * 1_000_000 + RECORD.encode())
    # Special files and names
    yield made("fifo", _fifo, "file-special")
    yield made("socket", _socket, "file-special")
    yield made("links", _links, "file-special")
    yield made("names", _names)
    # Archives
    yield file("bomb.gz", gzip.compress(b"0" * (220 << 20), 9), "limit-ratio", found=False)
    yield file("bomb.zip", zipped({"a.csv": CSV, "b.txt": b"0" * (220 << 20), "c.csv": CSV}), "limit-ratio")
    yield file("dotdot.zip", zipped({"../../evil.csv": CSV, "/etc/evil.csv": CSV, "C:\\evil.csv": CSV}))
    yield file("links.tar.gz", tarred({"../x.csv": CSV.encode()}), "file-special")
    yield file("locked.zip", zipped({"b.csv": CSV}), found=True)
    yield made("locked-member", lambda f: (f / "l.zip").write_bytes(_locked(zipped({"a.csv": CSV, "b.csv": CSV}))), "file-encrypted")  # fmt: skip
    yield file("truncated.zip", zipped({"a.csv": CSV, "b.csv": CSV * 2000})[:-200], "file-damaged")
    yield file("truncated.gz", gzip.compress(RECORD.encode() * 2000)[:-30], "file-damaged")
    yield file("truncated.xz", lzma.compress(RECORD.encode() * 2000 + NOISE)[:-900], "file-damaged")
    yield file("truncated.bz2", bz2.compress(RECORD.encode() * 4000, 1)[:-10], "file-damaged")
    yield file("truncated.tar", tarred({"a.csv": CSV.encode(), "b.csv": CSV.encode() * 90}, "w")[:2600], "file-damaged")
    yield file("garbage.log.gz", gzip.compress(RECORD.encode()) + b"trailing garbage", "file-damaged")
    yield file("members.log.gz", gzip.compress(b"x\n") + gzip.compress(RECORD.encode()) + gzip.compress(b"y\n"))
    yield file("garbage.zip", zipped({"a.csv": CSV}) + b"\n" * 500)
    yield file("before.zip", b"#!/bin/sh\nexit\n" + zipped({"a.csv": CSV}))
    yield file("crc.zip", _patched(zipped({"a.csv": CSV, "b.csv": CSV}, zipfile.ZIP_STORED), b"fio", 0, 32), "file-damaged")  # fmt: skip
    yield file("not-a.zip", RECORD)
    yield file("not-a.gz", RECORD)
    yield file("zip-in-name.csv", zipped({"a.csv": CSV}))
    # CSV
    yield file("ragged.csv", CSV + "a\n" + "b,c,d,e,f\n" + "\n" + f"Ким Анна,{IIN}\n")
    yield file("unclosed.csv", CSV + '"open,1\n' + "x,y\n" * 2000, "rows-damaged")
    yield file("wide.csv", ",".join(f"c{n}" for n in range(100_000)) + ",iin\n" + "," * 100_000 + IIN + "\n")
    yield file("giant-field.csv", "note,iin\n" + '"' + GIANT * 4 + '",' + IIN + "\n")
    yield file("nul.csv", CSV + "a\0b,c\n" + CSV)
    yield file("header-only.csv", "fio,iin\n", found=False)
    yield file("quotes.csv", 'fio,iin\n"a""b""",1\n"' + "\n" * 300 + f'x",{IIN}\n')
    # JSON
    yield file("deep.json", '{"iin": "' + IIN + '", "a":' + "[" * 100_000 + "]" * 100_000 + "}", "limit-depth")
    yield file("deep-open.json", '{"iin": "' + IIN + '", "a":' + '{"a":' * 100_000, "file-damaged")
    yield file("nan.json", f'[{{"iin": {IIN}, "x": NaN}}, {{"iin": {IIN}, "x": Infinity}}]')
    yield file("duplicate.json", f'{{"iin": "{IIN}", "iin": "x"}}')
    yield file("concatenated.json", f'{{"iin": "{IIN}"}}{{"iin": "{IIN}"}} {{"iin": "{IIN}"}}')
    yield file("truncated.json", f'[{{"iin": "{IIN}"}}, {{"iin": "87', "file-damaged")
    yield file("huge-number.json", '{"x": ' + "9" * 100_000 + f', "iin": "{IIN}"}}')
    yield file("surrogate.json", '{"x": "\\ud800", "iin": "' + IIN + '"}')
    yield file("mixed.jsonl", f'{{"iin": "{IIN}"}}\nnot json\n[1,2\n{{"iin": "{IIN}"}}\n', "rows-damaged")
    # XML
    yield file("laughs.xml", ENTITIES + f"]><a><iin>{IIN}</iin><b>&x11;</b></a>", "part-damaged")
    yield file("external.xml", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + f"<a><iin>{IIN}</iin>&e;</a>", "part-damaged")  # fmt: skip
    yield file("deep.xml", f"<r><iin>{IIN}</iin>" + "<a>" * 50_000 + "</a>" * 50_000 + "</r>", "limit-depth")
    yield file("truncated.xml", f"<r><c><iin>{IIN}</iin></c><c><iin>87", "file-damaged")
    # Workbooks
    yield file("plain.xlsx", book())
    yield file("hidden.xlsx", book(hidden=True))
    yield file("truncated.xlsx", book(3000)[:-3000], "file-damaged")
    yield file("not-a.xlsx", RECORD)
    yield file("password.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000, "file-encrypted", found=False)  # fmt: skip
    yield file("bomb.xlsx", zipped({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets><sheet name="s" sheetId="1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * (220 << 20),
    }), "limit-ratio", found=False)  # fmt: skip
    # Mail
    yield file("nested.eml", _nested_mail(40), "limit-depth")
    yield file("wrong-charset.eml", _mail(f"ИИН {IIN}\n", "Content-Type: text/plain; charset=nonsense-8\n"))
    yield file("broken-base64.eml", _mail("0JjQmNCdIDg3MDUyMTMwMDQ1OQ=\n", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n"))  # fmt: skip
    yield file("no-boundary.eml", _mail(f"ИИН {IIN}\n", 'Content-Type: multipart/mixed; boundary="none"\n'))
    yield file("box.mbox", "From a@b Mon Nov 22 10:00:00 2026\n" + _mail(f"ИИН {IIN}\n") + "\nFrom nowhere\n\n" + "From c@d Mon Nov 22 10:00:00 2026\n" + _mail("x"))  # fmt: skip
    # Dumps and bases
    yield file("truncated.sql", "CREATE TABLE `c` (`fio` text, `iin` text);\n" + INSERT + INSERT[:-25], "file-damaged")
    yield file("no-create.sql", INSERT)
    yield file("escapes.sql", "INSERT INTO `c` VALUES ('a\\'b\\\\','x''y',NULL,0xFF,_binary 'z');\n" + INSERT)
    yield made("corrupt.sqlite", _sqlite, "file-damaged")
    yield file("not-a.sqlite", b"SQLite format 3\0" + NOISE, "file-damaged", found=False)
    yield made("corrupt.parquet", _parquet, "file-damaged")
    # Texts against regular expressions
    for letter in "1 .@-+a№(":
        yield file(f"run-{ord(letter):x}.log", letter * 1_000_000 + "\n" + RECORD)
    yield file("run-json.log", json.dumps({"a": "1" * 500_000, "b": "@" * 500_000}) + "\n" + RECORD)


def all_inputs() -> list[Input]:
    """The inputs of this module and of its neighbours."""
    from tests.torture.inputs_archives import archives
    from tests.torture.inputs_files import files

    return [*_inputs(), *files(), *archives()]
