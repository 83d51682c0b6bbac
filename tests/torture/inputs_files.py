# ruff: noqa: E501  # one input a line reads best
"""Hostile files by their bytes, their names and their place in the file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.torture.inputs import CSV, IIN, NOISE, RECORD, Input, file, made

_LINE = RECORD.encode()
_CLIENTS = "".join(f"Ким Анна {number},{IIN}\n" for number in range(50)).encode()


def _deep(folder: Path) -> None:
    """Folders in folders, further than the system takes in one path."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(500):
            Path("d" * 10).mkdir()
            os.chdir("d" * 10)
        Path("deep.log").write_text(RECORD)
    finally:
        os.chdir(here)
    (folder / "app.log").write_text(RECORD)


def _kernel(folder: Path) -> None:
    """Regular files by their mode, that are answers of the kernel: one of them never ends, another blocks."""
    (folder / "memory").symlink_to("/proc/self/mem")
    (folder / "messages").symlink_to("/proc/kmsg")
    (folder / "app.log").write_text(RECORD)


def _hole(folder: Path) -> None:
    with (folder / "a.log").open("wb") as out:
        out.write(_LINE)
        out.truncate(1 << 40)
        out.seek(1 << 40)
        out.write(b"\n" + _LINE)


def _emptied(folder: Path) -> None:
    """As logrotate's ``copytruncate`` leaves it: the program goes on to write where it was."""
    with (folder / "a.log").open("wb") as out:
        out.seek(300 << 20)
        out.write(b"\n" + _LINE)


def _outside(folder: Path) -> None:
    (folder / "app.log").write_text(RECORD)
    (folder / "system").symlink_to("/etc")
    (folder / "up").symlink_to("..")


def files() -> Iterator[Input]:
    """The inputs of this module."""
    yield file("stray-byte.csv", CSV.encode() + _CLIENTS + b"x\xffy,1\n", "part-damaged")
    yield file("stray-byte-first.csv", b"\xff" + CSV.encode() * 20, "part-damaged")
    yield file("stray-byte.json", b'{"fio":"\xff\xfe", "iin":"' + IIN.encode() + '", "n":"Зейнолдинова"}'.encode(), "part-damaged")  # fmt: skip
    yield file("stray-byte.xml", b"<r><c><fio>\xff</fio><iin>" + IIN.encode() + "</iin><n>Зейнолдинова</n></c></r>".encode(), "part-damaged")  # fmt: skip
    yield file("overlong.log", b"\xc0\xaf\xe0\x80\xaf " * 10 + _LINE * 5, "part-damaged")
    yield file("utf7.log", RECORD.encode("utf-7") * 3)
    yield file("utf16-lone.log", (RECORD * 50).encode("utf-16-le") + b"\x00\xd8" + (RECORD * 50).encode("utf-16-le"))
    yield file("utf16.csv", CSV.encode("utf-16"))
    yield file("utf16.xml", f'<?xml version="1.0" encoding="UTF-16"?><r><c><iin>{IIN}</iin></c></r>'.encode("utf-16"))
    yield file("utf16.eml", f"From: a@example.kz\nTo: b@example.kz\nSubject: x\n\nИИН {IIN}\n".encode("utf-16"))
    yield file("utf32-no-bom.log", (RECORD * 50).encode("utf-32-le"))
    yield file("mixed.log", b"".join(RECORD.encode(codec) for codec in ("utf-8", "cp1251", "koi8-r", "cp866")) * 20)
    yield file("separators.log", "a\u2028" + RECORD.strip() + "\u2029b\x85c\x0b" + RECORD.strip() + "\x0c\n")
    yield file("escapes.log", ("\x1b[31m" + RECORD.strip() + "\x1b[0m\n") * 50)
    yield file("line-ends.log", "\n" * 5_000_000 + RECORD)
    yield file("returns.log", ("x" * 50 + "\r") * 100_000 + RECORD)
    yield file("nul-first.log", b"\0" * 5_000_000 + _LINE)
    yield file("nul-parted.log", (RECORD * 30).encode().replace(b"\n", b"\0"))
    yield file("text-then-noise.log", _LINE * 2000 + NOISE, "part-damaged")
    yield file("noise-then-text.bin", NOISE + NOISE + _LINE * 2000, "file-binary", found=False)
    yield file("ctrl-z.csv", CSV + "\x1a")
    yield file("bom-only.csv", b"\xff\xfe", found=False)
    yield file("one-byte.log", b"1", found=False)
    yield made("long-name", lambda f: (f / ("n" * 251 + ".log")).write_text(RECORD))
    yield made("deep-folders", _deep, "file-unreadable")
    yield made("kernel", _kernel, "file-special")
    yield made("hole", _hole)
    yield made("emptied", _emptied)
    yield made("outside", _outside, "file-special")
    yield file("commented.xml", f"<r><c><fio>x</fio></c><!-- ИИН {IIN} --></r>")
    yield file("commented.html", f"<html><body><p>x</p><!-- ИИН {IIN} --></body></html>")
    yield file("data.html", f'<html><body><p data-iin="ИИН {IIN}">x</p></body></html>')
