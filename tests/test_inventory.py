"""The inventory over time as its owner meets it: two days over SQLite, PostgreSQL and a log folder, then the files."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.reports.test_html import Page
from tests.servers import Server
from tests.world import derbes

PEOPLE = [
    ("Зейнолдинова Айсана Қуандыққызы", "870521300459", "a.zeinoldina77@qyzmet.kz", "+7 701 918 27 36"),
    ("Омаров Болат Серікұлы", "810111413833", "b.omarov81@firma.kz", "+7 705 126 88 06"),
    ("Ким Ольга Викторовна", "710513356210", "o.kim71@post.kz", "+7 747 994 46 91"),
]
TRACES = ("Зейнолдинова", "870521300459", "zeinoldina", "918 27 36", "s3cret-canary")
CONFIG = """version: 1
places:
  - {id: billing, target: billing.sqlite, kind: database, owner: Биллинг, purposes: [services], subjects: [client]}
  - {id: panel, target: "${PANEL}", kind: database, owner: Панель, purposes: [reply], subjects: [correspondent]}
  - {id: web-logs, target: "logs/*.log", kind: log, owner: Эксплуатация}
"""


@dataclass
class World:
    """The folder and what the second run wrote."""

    root: Path

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server) -> World:
    root = tmp_path_factory.mktemp("inventory")
    patch = pytest.MonkeyPatch()
    postgresql_server.execute("DROP DATABASE IF EXISTS panel", "CREATE DATABASE panel")
    patch.setenv("PANEL", postgresql_server.url(database="panel"))
    patch.chdir(root)
    (root / "derbes.yml").write_text(CONFIG, "utf-8")
    (root / "logs").mkdir()
    first_day(root, postgresql_server)
    report = ["-o", "report.html", "-o", "report.json", "-o", "register.xlsx", "--state", "state.sqlite", "-q"]
    assert derbes("scan", *report).code == 0
    second_day(root, postgresql_server)
    assert derbes("scan", *report).code == 0
    yield World(root)
    patch.undo()


def first_day(root: Path, server: Server) -> None:
    with sqlite3.connect(root / "billing.sqlite") as base:
        base.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, fio TEXT, iin TEXT, email TEXT, phone TEXT)")
        rows = [(n, *PEOPLE[n % 3]) for n in range(300)]
        base.executemany("INSERT INTO clients VALUES (?, ?, ?, ?, ?)", rows)
    base.close()
    server.execute(
        "CREATE TABLE users (id serial PRIMARY KEY, fio text, email text)",
        f"INSERT INTO users (fio, email) SELECT '{PEOPLE[1][0]}', 'u' || n || '@firma.kz'"
        " FROM generate_series(1, 200) n",
        database="panel",
    )
    lines = [f"2026-11-21 10:00:{n:02} INFO letter to {PEOPLE[0][2]} sent\n" for n in range(40)]
    (root / "logs" / "mail.log").write_text("".join(lines), "utf-8")


def second_day(root: Path, server: Server) -> None:
    """A column of IINs where replies do not need them, a new log with telephones, and the mended mail log."""
    server.execute(
        "ALTER TABLE users ADD COLUMN iin text", f"UPDATE users SET iin = '{PEOPLE[2][1]}'", database="panel"
    )
    lines = [f"2026-11-22 10:00:{n:02} INFO call to {PEOPLE[0][3]} failed\n" for n in range(40)]
    (root / "logs" / "calls.log").write_text("".join(lines), "utf-8")
    (root / "logs" / "mail.log").write_text("2026-11-22 10:00:00 INFO letter sent\n" * 40, "utf-8")


@pytest.mark.server
def test_the_page_says_what_changed_and_what_to_do(world: World) -> None:
    source = world.read("report.html")
    page = Page(source)
    changes = re.search(r'<section id="changes".*?</section>', source, re.DOTALL)
    assert changes is not None
    told = re.sub(r"\s+", " ", Page(changes.group()).text)
    assert "panel · public.users.iin" in told
    assert "новое" in told
    assert "web-logs · calls.log#" in told
    assert "устранено" in told
    assert "mail.log#" in told
    assert {"verdict", "todo", "map", "violations", "register", "changes", "coverage"} <= set(page.ids())
    assert source.count('class="barc"') == 2
    for owner in ("Биллинг", "Панель", "Эксплуатация"):
        assert owner in page.text


@pytest.mark.server
def test_each_thing_to_do_leads_to_its_violation(world: World) -> None:
    page = Page(world.read("report.html"))
    targets = {
        str(attrs["href"])[1:] for tag, attrs in page.tags if tag == "a" and str(attrs.get("href")).startswith("#")
    }
    assert targets
    assert targets <= set(page.ids())


@pytest.mark.server
def test_the_diff_agrees_with_the_page(world: World) -> None:
    ran = derbes("diff", "--state", "state.sqlite", "-f", "json")
    found = json.loads(ran.out)
    assert {f["path"] for f in found["fields"]["new"]} >= {"public.users.iin"}
    page = world.read("report.html")
    assert found["violations"]["new"]
    for name in found["violations"]["new"]:
        assert f'id="{name}"' in page
    assert found["violations"]["gone"]
    text = derbes("diff", "--state", "state.sqlite").out
    assert "+ новое" in text
    assert "− устранено" in text


@pytest.mark.server
def test_the_register_follows(world: World) -> None:
    rows = {
        row[0]: row for row in load_workbook(world.root / "register.xlsx").worksheets[0].iter_rows(values_only=True)
    }
    assert {"billing", "panel", "web-logs"} <= set(rows)
    assert "данные документа, удостоверяющего личность" in str(rows["panel"][3])


@pytest.mark.server
def test_old_runs_and_the_trend_are_still_there(world: World) -> None:
    ids = derbes("report", "--list", "--state", "state.sqlite").out.split()
    assert len(ids) == 2
    assert derbes("report", ids[1], "--state", "state.sqlite", "-o", "old.html").code in (0, 1)
    assert "public.users.iin" not in world.read("old.html")
    assert len(derbes("report", "--trend", "--state", "state.sqlite").out.splitlines()) == 3


@pytest.mark.server
def test_no_value_and_no_password_in_any_of_it(world: World) -> None:
    for path in world.root.iterdir():
        if path.is_file() and path.name != "billing.sqlite":
            content = path.read_bytes()
            assert [trace for trace in TRACES if trace.encode() in content] == [], path.name
