"""Faults of the world around: no permission, files that vanish, grow or are turned over while they are read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.connectors.files import FilesSource
from derbes.scanner.connectors.opening import as_it_stands, open_regular
from tests.torture.inputs import CSV, IIN, RECORD
from tests.torture.test_inputs import scanned

NOBODY = 65534
CHANGED = {"vanish": ["file-vanished"], "become-a-folder": ["file-unreadable"], "become-a-pipe": ["file-special"]}
UNPRIVILEGED = """
import json, os, sys
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
from derbes.scanner.detect import analyzers, readers, Settings
settings = Settings(b"k")
analyzers(settings.entities, settings.min_score), readers(settings.entities, settings.min_score, settings.name_sample)
request = Request("scan", [sys.argv[1]], Options(), state="none")
run(request, Quiet())  # what is imported late must be there before root steps aside
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
inventory = run(request, Quiet()).inventory
print(json.dumps([[one.path or one.place, one.code] for one in inventory.unscanned]))
print(json.dumps(sorted({row.place for row in inventory.fields})))
"""


def test_what_may_not_be_read_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "closed").mkdir(parents=True)
    (folder / "closed" / "a.csv").write_text(CSV)
    (folder / "secret.csv").write_text(CSV)
    (folder / "open.csv").write_text(CSV)
    (folder / "secret.csv").chmod(0)
    (folder / "closed").chmod(0)
    for parent in (folder, tmp_path, *tmp_path.parents):
        if parent.owner() == "root" and parent.stat().st_mode & 0o5 != 0o5 and os.geteuid() == 0:
            parent.chmod(parent.stat().st_mode | 0o5)
    ran = subprocess.run([sys.executable, "-c", UNPRIVILEGED, str(folder)], capture_output=True, text=True, check=False)
    (folder / "closed").chmod(0o700)
    assert ran.returncode == 0, ran.stderr[-500:]
    refused, read = (eval(line) for line in ran.stdout.splitlines()[-2:])
    assert sorted(code for _, code in refused) == ["file-unreadable"] * 2
    assert [Path(place).name for place in read] == ["open.csv"]


@pytest.mark.parametrize("fault", ["vanish", "truncate", "grow", "rotate", "become-a-folder", "become-a-pipe"])
def test_files_that_change_between_listing_and_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    victim = tmp_path / "b.log"
    for name in ("a.log", "b.log", "c.log"):
        (tmp_path / name).write_text(RECORD * 50)
    plain = FilesSource.units

    def units(self: FilesSource) -> Iterator[Any]:
        yield from list(plain(self))
        if fault in ("vanish", "become-a-folder", "become-a-pipe"):
            victim.unlink(missing_ok=True)
        if fault == "become-a-folder":
            victim.mkdir(exist_ok=True)
        if fault == "become-a-pipe":
            os.mkfifo(victim)  # to open it as a file is to wait for ever
        if fault == "truncate":
            victim.write_text("")
        if fault == "grow":
            victim.write_text(RECORD * 500)
        if fault == "rotate":
            victim.rename(tmp_path / "b.log.1")
            victim.write_text("")

    monkeypatch.setattr(FilesSource, "units", units)
    inventory = scanned(tmp_path).inventory
    read = {Path(row.place).name for row in inventory.fields if row.category == "identity_document"}
    assert read >= {"a.log", "c.log"}
    expected = CHANGED.get(fault, [])
    assert [one.code for one in inventory.unscanned] == expected
    assert {Path(record.place.id).name for record in inventory.places} >= {"a.log", "b.log", "c.log"}


def test_a_file_that_grows_while_it_is_read_comes_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(RECORD * 3)
    with open_regular(path) as stream, path.open("a") as writer:
        standing = as_it_stands(stream)
        read = b""
        while data := standing.read(len(RECORD.encode())):
            read += data
            writer.write(RECORD * 2)
            writer.flush()
    assert read.decode() == RECORD * 3


def test_holes_are_passed_and_part_what_they_part(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with path.open("wb") as out:
        for piece in (b"first", b"second", b"last\n"):
            out.write(piece)
            out.seek(200 << 20, os.SEEK_CUR)
        out.truncate()
    with open_regular(path) as stream:
        standing = as_it_stands(stream)
        read = b"".join(iter(lambda: standing.read(1 << 16), b""))
    assert len(read) < 1 << 16
    assert [piece for piece in read.split(b"\0") if piece] == [b"first", b"second", b"last\n"]
    with open_regular(path) as stream:
        standing = as_it_stands(stream)
        lines = b"".join(iter(standing.readline, b""))
    assert lines.replace(b"\0", b"") == b"firstsecondlast\n"


BOUNDARIES = [64 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20]


@pytest.mark.slow
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("name", ["a.log", "a.csv", "a.sql", "a.json", "a.xml", "a.log.gz", "a.mbox"])
def test_nothing_is_missed_at_seams(tmp_path: Path, boundary: int, name: str) -> None:
    """A number that lies across a boundary of a buffer is found, and counted once."""
    import gzip

    head, line, tail = {
        "a.log": ("", "2026-11-22 10:00:00 INFO {}\n", ""),
        "a.csv": ("note,x\n", "{},1\n", ""),
        "a.sql": ("CREATE TABLE `c` (`note` text);\nINSERT INTO `c` VALUES ('x')", ",\n('{}')", ";\n"),
        "a.json": ('[{{"note": "x"}}'.format(), ',\n{{"note": "{}"}}', "]"),
        "a.xml": ("<r><c><note>x</note></c>", "<c><note>{}</note></c>\n", "</r>"),
        "a.log.gz": ("", "2026-11-22 10:00:00 INFO {}\n", ""),
        "a.mbox": ("From a@b Mon Nov 22 10:00:00 2026\nFrom: a <a@b>\nSubject: x\n\n", "{}\n", ""),
    }[name]
    filler = line.format("ф" * 400)
    size = len(filler.encode())
    for number, shift in enumerate((-24, -13, -6, 0)):
        room = boundary + shift - len(head.encode())
        padding = line.format("x" * (room % size))
        text = head + padding + filler * (room // size) + line.format(f"ИИН {IIN}") + filler * 3 + tail
        data = text.encode()
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    inventory = scanned(tmp_path).inventory
    found = [row for row in inventory.fields if row.category == "identity_document"]
    assert not inventory.unscanned
    assert len(found) == 4
    assert [row.units_with for row in found] == [1] * 4
