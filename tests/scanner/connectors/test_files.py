"""Files as a source: what is found, how big files are cut, what is said of what cannot be read."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.connectors import files as files_module
from derbes.scanner.connectors.discovery import Glob
from derbes.scanner.connectors.files import FilesSource
from derbes.scanner.model.data import Unit
from derbes.scanner.model.places import Place
from tests.contracts.source import SourceContract, listed
from tests.scanner.connectors.file_helpers import codes, columns, lines, problems, read, rows_counted, source, values


class TestContract(SourceContract):
    source = FilesSource

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        (tmp_path / "логи").mkdir()
        (tmp_path / "логи" / "app.log").write_text("".join(f"строка {n}\n" for n in range(100)), encoding="utf-8")
        (tmp_path / "clients.csv").write_text("имя,телефон\n" + "".join(f"Иван {n},+7701{n:07}\n" for n in range(100)))
        (tmp_path / "events.jsonl").write_text("".join(f'{{"n": {n}, "a": {{"b": "x{n}"}}}}\n' for n in range(50)))
        (tmp_path / "bodies.txt").write_text("".join(f"name=%D0%98&phone={n}\n" for n in range(50)))
        (tmp_path / "cp1251.txt").write_bytes("Здравствуйте, это письмо\nпо старинке\n".encode("cp1251") * 20)
        (tmp_path / "empty").touch()
        return Place(id="files", target=str(tmp_path), location=str(tmp_path), declared=True)

    def state(self, place: Place) -> Any:
        paths = sorted(path for path in Path(place.target).rglob("*") if path.is_file())
        return [(path, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]

    def missing(self, unit: Unit) -> dict[str, Any]:
        return {"path": "/nonexistent/file"}

    def test_big_files_are_cut(self, place: Place) -> None:
        cut = [unit for unit in listed(self.make(place, self.split)) if "start" in unit.spec]
        assert {Path(unit.spec["path"]).name for unit in cut} == {
            "app.log", "clients.csv", "events.jsonl", "bodies.txt", "cp1251.txt",
        }  # fmt: skip


def test_parts_are_relative_where_declared_and_as_given_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x\n")
    assert [unit.spec["part"] for unit in listed(source(tmp_path, declared=True))] == ["a/x.txt"]
    assert [unit.spec["part"] for unit in listed(source(tmp_path))] == [str(tmp_path / "a" / "x.txt")]
    assert [unit.spec["part"] for unit in listed(source(tmp_path / "a" / "x.txt"))] == [""]


def test_a_target_that_matches_nothing_has_no_units(tmp_path: Path) -> None:
    assert list(source(tmp_path / "no").units()) == []
    assert list(source(tmp_path / "*.log").units()) == []


@pytest.mark.parametrize(
    ("pattern", "path", "matches", "below"),
    [
        ("logs/*.log*", "logs/a.log.1", True, True),
        ("logs/*.log*", "logs/a.txt", False, False),
        ("logs/*.log*", "logs/sub/a.log", False, False),
        ("**/*.csv", "a.csv", True, True),
        ("**/*.csv", "x/y/a.csv", True, True),
        ("x/**", "x/a", True, True),
        ("x/**/y/*", "x/y", False, True),
        ("x/**/y/*", "x/a/b/y/f", True, True),
        ("exports/*", "exports/day/a.csv", True, True),
        ("a[bc]?.txt", "abd.txt", True, True),
        ("a[bc]?.txt", "add.txt", False, False),
        ("*" * 50 + "x", "a" * 200, False, False),
    ],
)
def test_globs(pattern: str, path: str, matches: bool, below: bool) -> None:
    assert Glob(pattern).verdict(path) == (matches, below)


def test_glob_finds_files_in_order(tmp_path: Path) -> None:
    for name in ("b/2.log", "a/1.log", "a/1.txt", "3.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    parts = [unit.spec["part"] for unit in listed(source(f"{tmp_path}/**/*.log", declared=True))]
    assert parts == ["3.log", "a/1.log", "b/2.log"]


def test_special_files_and_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "dead").symlink_to("nowhere")
    (tmp_path / "real.txt").write_text("x\n")
    (tmp_path / "link.txt").symlink_to("real.txt")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        found = read(tmp_path, declared=True)
    assert problems(found) == [
        ("dead", "file-vanished"),
        ("fifo", "file-special"),
        ("loop", "link-loop"),
        ("self", "link-loop"),
        ("sock", "file-special"),
    ]
    assert len(listed(source(tmp_path))) == 2


def test_links_to_folders_are_followed_on_request_and_never_twice(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "place"
    outside.mkdir()
    inside.mkdir()
    (outside / "x.txt").write_text("x\n")
    (outside / "back").symlink_to(outside)
    (inside / "one").symlink_to(outside)
    (inside / "two").symlink_to(outside)
    assert codes(read(inside)) == ["file-special"] * 2
    followed = read(inside, follow_links=True, declared=True)
    assert problems(followed) == [("one/back", "link-loop")]
    assert [unit.spec["part"] for unit in listed(source(inside, follow_links=True, declared=True))] == ["one/x.txt"]


def test_folders_nested_deeper_than_the_stack_of_python(tmp_path: Path) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.txt").write_text("x\n")
        os.chdir(here)
        found = read(tmp_path)
    finally:
        _remove_chain(tmp_path, "d", "x.txt")
        os.chdir(here)
    assert lines(found) == {1: "x"}


def _remove_chain(root: Path, name: str, last: str) -> None:
    """Folder in folder, from the inside out: pytest's own cleaning recurses and would stop, for later runs too."""
    os.chdir(root)
    depth = 0
    while Path(name).is_dir():
        os.chdir(name)
        depth += 1
    Path(last).unlink(missing_ok=True)
    for _ in range(depth):
        os.chdir("..")
        Path(name).rmdir()


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that everybody may enter: pytest's own are closed to all but the one who runs it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything, so it steps aside for a moment."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_unreadable_files_and_folders(common: Path) -> None:
    (common / "open.txt").write_text("y\n")
    read(common, declared=True)  # whatever is imported late is imported now
    (common / "secret.txt").write_text("x\n")
    (common / "secret.txt").chmod(0)
    (common / "closed").mkdir(mode=0)
    with _as_nobody():
        found = read(common, declared=True)
    assert sorted(problems(found)) == [("closed", "file-unreadable"), ("secret.txt", "file-unreadable")]
    assert lines(found) == {1: "y"}


def test_names_that_are_no_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\nname.txt")).write_text("x\n")
    (unit,) = listed(source(tmp_path, declared=True))
    assert unit.spec["part"] == "\\xff\nname.txt"
    unit.id.encode("utf-8")
    assert lines(read(tmp_path)) == {1: "x"}


def test_a_file_that_is_too_large_says_so(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("x\n" * 100)
    (tmp_path / "small.txt").write_text("y\n")
    found = read(tmp_path, declared=True, max_file_size=50)
    assert problems(found) == [("big.txt", "limit-size")]
    assert lines(found) == {1: "y"}


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(("имя;телефон\n" + "Иван;8701\n" * 5).encode("cp1251"))))
    assert values(read("-")) == {"имя": ["Иван"] * 5, "телефон": ["8701"] * 5}


def test_an_error_of_ours_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt").write_text("secret value\n")

    def fail(*_: object) -> None:
        raise KeyError("secret value")

    monkeypatch.setattr(files_module, "read_stream", fail)
    (remark,) = read(tmp_path / "x.txt")
    assert remark.code == "internal"
    assert "secret" not in repr(remark)


@pytest.mark.parametrize("boundary", [64 << 10, 256 << 10, 1 << 20, 4 << 20])
@pytest.mark.parametrize("name", ["text.txt", "table.csv", "lines.jsonl"])
def test_nothing_is_lost_at_seams(tmp_path: Path, boundary: int, name: str) -> None:
    """A datum that lies across any boundary of a buffer is read whole, with its number."""
    datum = "ИИН 990101300123 конец"
    form = {"text.txt": "{}\n", "table.csv": "{},b\n", "lines.jsonl": '{{"a": "{}"}}\n'}[name]
    filler = form.format("ф" * 40)
    path = tmp_path / name
    for shift in (-30, -17, -8, -1, 0, 1, 9):
        count = (boundary + shift) // len(filler.encode())
        padding = boundary + shift - count * len(filler.encode())
        head = "a,b\n" if name == "table.csv" else ""
        first = form.format("x" * padding)
        text = head + first + filler * (count - 1) + form.format(datum) + filler * 3
        path.write_text(text, encoding="utf-8")
        found = read(path)
        number = count + 1
        if name == "text.txt":
            assert lines(found)[number] == datum
        else:
            assert (number, datum) in columns(found)["a"]
            assert rows_counted(found) == count + 4


@pytest.mark.parametrize("unit_bytes", [7, 64, 1000])
def test_numbers_of_lines_do_not_depend_on_units(tmp_path: Path, unit_bytes: int) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(f"строка {n} {'x' * (n % 37)}\r\n" * (n % 3 != 0) or "\n" for n in range(300)))
    assert lines(read(path, unit_bytes=unit_bytes)) == lines(read(path))


def test_quotes_keep_a_table_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + '1,"x\ny"\n' * 100)
    assert len(listed(source(path, unit_bytes=50))) == 1
    assert columns(read(path, unit_bytes=50))["b"] == [(n, "x\ny") for n in range(1, 101)]


def test_giant_lines_come_in_overlapping_pieces(tmp_path: Path) -> None:
    path = tmp_path / "giant.txt"
    giant = "ж" * (9 << 20) + "ivan@example.kz" + "x" * (9 << 20)
    path.write_text(f"first\n{giant}\nlast\n", encoding="utf-8")
    assert lines(read(path)) == {1: "first", 2: giant, 3: "last"}


def test_facts(tmp_path: Path) -> None:
    web = tmp_path / "public_html"
    web.mkdir()
    (web / "clients_export.csv").write_text("name,phone\nИван,1\n")
    (web / "page.html").write_text('<html>\n<form action="http://x.kz/f" method=post>\n<form action="/g">')
    (tmp_path / "site.sql").write_text("INSERT INTO t VALUES (1);\n")
    (tmp_path / "old_notes.txt").write_text("x\n")
    (tmp_path / "notes.txt").write_text("x\n")
    (tmp_path / "notes.txt").chmod(0o640)
    os.utime(tmp_path / "notes.txt", (0, 1_700_000_000))
    facts = {Path(fact.part).name: fact for fact in source(tmp_path, declared=True).facts()}
    assert facts["clients_export.csv"].web_root and facts["clients_export.csv"].copy == "export"
    assert facts["page.html"].forms == (("post", "http://x.kz/f", 2), ("get", "/g", 3))
    assert facts["site.sql"].copy == "dump" and not facts["site.sql"].web_root
    assert facts["old_notes.txt"].copy == "backup"
    assert facts["notes.txt"].copy is None
    assert facts["notes.txt"].mode == 0o640
    assert facts["notes.txt"].modified == "2023-11-14"


def test_dates_of_logs(tmp_path: Path) -> None:
    import gzip

    line = '10.0.0.1 - - [{}:10:00:00 +0500] "GET / HTTP/1.1" 200 5 "-" "x"\n'
    text = line.format("01/Jan/2024") * 5 + line.format("05/Mar/2024") * 5
    (tmp_path / "access.log").write_text(text)
    (tmp_path / "access.log.1.gz").write_bytes(gzip.compress(text.encode()))
    facts = {fact.part: fact for fact in source(tmp_path, declared=True).facts()}
    assert (facts["access.log"].oldest, facts["access.log"].modified) == ("2024-01-01", "2024-03-05")
    assert facts["access.log.1.gz"].oldest == "2024-01-01"
    assert facts["access.log.1.gz"].copy is None
