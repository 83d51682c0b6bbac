"""``derbes review`` from the command line: what a change collects, with the clause and the line."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.cli import main

FORM = """<!-- call back -->
<form id="callback" method="post" action="/callback">
  <input name="fio">
  <input type="tel" name="phone">
</form>
"""
WITH_IIN = FORM.replace("</form>", '  <input name="iin">\n</form>')


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()  # a derbes.yml above is none of ours
    return tmp_path


def review(*arguments: str) -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as stop:
        main(["review", "--state", "none", *arguments])
    return int(str(stop.value.code))


def report(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report."""
    code = review("-o", "json:out.json", *arguments)
    return code, json.loads(Path("out.json").read_text(encoding="utf-8"))


def test_iin_in_a_callback_form_fails_with_clause_and_line(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    code, found = report("callback.html", "--purpose", "reply", "--retain", "P1Y")
    assert code == 1
    [violation] = found["violations"]
    assert violation["rule"] == "category-not-allowed"
    assert violation["path"] == "callback.iin"
    assert "3.4" in violation["clauses"]
    assert violation["locations"] == [{"unit": 5, "column": 0}]
    out = capsys.readouterr().out
    assert "callback.html:5" in out
    assert "3.4" in out


def test_the_same_form_without_it_passes_once_purpose_and_retention_are_stated(work: Path) -> None:
    (work / "callback.html").write_text(FORM, encoding="utf-8")
    code, found = report("callback.html")
    assert code == 3
    assert {one["code"] for one in found["unscanned"]} == {"unanswered"}
    assert review("callback.html", "--purpose", "reply") == 3
    assert review("callback.html", "--purpose", "3.4", "--retain", "P1Y") == 0


def test_answers_in_a_comment_count(work: Path) -> None:
    (work / "callback.html").write_text(
        "<!-- derbes: purpose=reply retain=P1Y owner=support -->\n" + FORM, encoding="utf-8"
    )
    code, found = report("callback.html")
    assert code == 0
    assert found["places"][0]["owner"] == "support"
    assert found["places"][0]["purposes"] == ["reply"]


def test_a_form_by_get_and_one_to_http_are_channels_with_their_own_lines(work: Path) -> None:
    text = (
        '<form id="search"><input name="query"></form>\n'
        '<form id="call" method="get" action="/call"><input name="phone"></form>\n'
        '<form id="write" method="post" action="http://example.kz/w"><input name="email"></form>\n'
        '<form id="fine" method="post" action="/fine"><input name="iin"></form>\n'
    )
    (work / "forms.html").write_text(text, encoding="utf-8")
    _, found = report("forms.html", "--purpose", "services", "--retain", "P5Y")
    channels = [v for v in found["violations"] if v["rule"] == "unencrypted-channel"]
    assert {(v["path"], v["locations"][0]["unit"], v["severity"]) for v in channels} == {
        ("call", 2, "major"),
        ("write", 3, "major"),
    }


def test_undeclared_forms_are_told_apart_too(work: Path) -> None:
    text = '<form id="a" method="get"><input name="phone"></form><form id="b" method="get"><input name="email"></form>'
    (work / "forms.html").write_text(text, encoding="utf-8")
    _, found = report("forms.html")
    assert {v["path"] for v in found["violations"]} == {"a", "b"}


def test_each_form_may_have_its_own_answers(work: Path) -> None:
    text = (
        "<!-- derbes: purpose=reply retain=P1Y -->\n"
        '<form id="call" method="post"><input name="iin"></form>\n\n'
        "<!-- derbes: purpose=services retain=P5Y -->\n"
        '<form id="order" method="post"><input name="iin"></form>\n'
    )
    (work / "forms.html").write_text(text, encoding="utf-8")
    code, found = report("forms.html")
    assert code == 1
    assert [(v["place"], v["path"]) for v in found["violations"]] == [("forms.html#call", "call.iin")]


def test_a_column_in_a_migration_is_judged_by_the_place_that_declares_it(work: Path) -> None:
    (work / "derbes.yml").write_text(
        "version: 1\npolicy: hosting-pro\nplaces:\n"
        "  - id: callback_request\n    target: db.sqlite\n    kind: database\n    owner: sales\n"
        "    purposes: [reply]\n    retention: {keep: P1Y}\n",
        encoding="utf-8",
    )
    (work / "m.sql").write_text("CREATE TABLE callback_request (\n fio text,\n iin char(12)\n);\n", encoding="utf-8")
    code, found = report("m.sql")
    assert code == 1
    [violation] = found["violations"]
    assert (violation["place"], violation["path"]) == ("callback_request", "m.sql#callback_request.iin")
    assert violation["owner"] == "sales"
    assert violation["locations"][0]["unit"] == 3


def test_an_undeclared_table_is_held_against_the_derbes_yml_in_force(work: Path) -> None:
    (work / "derbes.yml").write_text("version: 1\npolicy: hosting-pro\nplaces: []\n", encoding="utf-8")
    (work / "m.sql").write_text("CREATE TABLE t (phone text);", encoding="utf-8")
    _, found = report("m.sql")
    assert [v["rule"] for v in found["violations"]] == ["undeclared-place"]


def test_personal_data_in_log_statements(work: Path) -> None:
    (work / "view.py").write_text(
        'def v(client):\n    logger.info("callback %s", client.phone)\n    logger.info("%s", mask(client.email))\n'
        '    logger.info("born %s", client.birth_date)\n',
        encoding="utf-8",
    )
    code, found = report("view.py")
    assert code == 1
    assert {(v["rule"], v["path"], v["locations"][0]["unit"]) for v in found["violations"]} == {
        ("personal-data-in-log", "log.phone", 2),
        ("not-in-policy", "log.birth_date", 4),
    }


def test_what_cannot_be_parsed_is_listed_and_quotes_nothing(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "m.sql").write_text(
        "CREATE TABLE good (id int);\nCREATE TABLE ??? broken '+7 701 111 22 33';\nCREATE TABLE fine (n int);",
        encoding="utf-8",
    )
    code, found = report("m.sql")
    assert code == 3
    assert [one["code"] for one in found["unscanned"]] == ["statement-unread"]
    assert {d["name"] for d in found["places"][0]["datasets"]} == {"good", "fine"}
    assert "701" not in capsys.readouterr().out + json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["missing.sql"], 4),
        (["picture.png"], 3),
        (["empty.sql"], 0),
        (["empty.sql", "--purpose", "nonsense"], 2),
        (["empty.sql", "--retain", "a year"], 2),
        (["empty.sql", "--place", "nowhere"], 2),
        (["wrong.sql"], 2),
        (["form.html", "--allow-incomplete"], 0),
        (["iin.html", "--purpose", "reply", "--retain", "P1Y", "--fail-on", "never"], 0),
    ],
)
def test_exit_codes(work: Path, arguments: list[str], code: int) -> None:
    (work / "empty.sql").write_text("SELECT 1;", encoding="utf-8")
    (work / "wrong.sql").write_text("-- derbes: porpose=reply\nCREATE TABLE t (phone text);", encoding="utf-8")
    (work / "picture.png").write_bytes(b"\x89PNG\0\0")
    (work / "form.html").write_text(FORM, encoding="utf-8")
    (work / "iin.html").write_text(WITH_IIN, encoding="utf-8")
    assert review(*arguments) == code


def test_against_a_former_report_only_what_is_new_fails(work: Path) -> None:
    (work / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    stated = ("--purpose", "reply", "--retain", "P1Y")
    assert review("callback.html", *stated, "-o", "json:former.json") == 1
    assert review("callback.html", *stated, "--against", "former.json") == 0
    (work / "callback.html").write_text(WITH_IIN.replace("</form>", '<input name="address"></form>'), encoding="utf-8")
    code, found = report("callback.html", *stated, "--against", "former.json")
    assert code == 1
    assert {v["path"]: v["state"] for v in found["violations"]} == {"callback.iin": "known", "callback.address": "new"}


def test_against_the_last_review_in_history(work: Path) -> None:
    state = str(work / "history.sqlite")
    stated = ("--purpose", "reply", "--retain", "P1Y", "--against", "last", "--state", state)
    (work / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    assert review("callback.html", *stated) == 1  # nothing is known before the first
    assert review("callback.html", *stated) == 0
    (work / "callback.html").write_text(WITH_IIN.replace("</form>", '<input name="address"></form>'), encoding="utf-8")
    code, found = report("callback.html", *stated)
    assert code == 1
    assert {v["path"]: v["state"] for v in found["violations"]} == {"callback.iin": "known", "callback.address": "new"}
    run = found["run"]["id"]
    assert review("callback.html", *stated[:4], "--against", run, "--state", state) == 0
    assert review("callback.html", *stated[:4], "--against", "20010101-nothing", "--state", state) == 2


def test_a_scan_of_the_declared_place_knows_its_columns(work: Path) -> None:
    (work / "derbes.yml").write_text(
        "version: 1\npolicy: hosting-pro\nplaces:\n  - id: lead\n    target: sqlite:///crm.sqlite\n"
        "    kind: database\n    owner: sales\n    purposes: [reply]\n    retention: {keep: P1Y}\n",
        encoding="utf-8",
    )
    with sqlite3.connect("crm.sqlite") as connection:
        connection.execute("CREATE TABLE lead (birth_date text, iin text)")
        connection.executemany("INSERT INTO lead VALUES (?, '')", [(f"19{year}-05-17",) for year in range(60, 90)])
    with pytest.raises(SystemExit):
        main(["scan", "--state", "none", "-q", "-o", "json:scan.json"])
    (work / "m.sql").write_text("CREATE TABLE lead (birth_date text, iin text);", encoding="utf-8")
    _, found = report("m.sql", "--against", "scan.json")
    assert {v["path"]: v["state"] for v in found["violations"]} == {
        "m.sql#lead.birth_date": "known",
        "m.sql#lead.iin": "new",
    }


def test_a_scan_names_the_fields_that_appeared_without_a_review(work: Path) -> None:
    (work / "derbes.yml").write_text(
        "version: 1\npolicy: hosting-pro\nplaces:\n  - id: crm\n    target: sqlite:///crm.sqlite\n"
        "    kind: database\n    owner: sales\n    purposes: [reply]\n    retention: {keep: P1Y}\n",
        encoding="utf-8",
    )
    (work / "m.sql").write_text("CREATE TABLE lead (name text, email text, iin text);", encoding="utf-8")
    assert review("m.sql", "--place", "crm", "--save-expected") == 1
    assert not (work / "derbes-expected.yml").exists()  # what did not pass is not expected
    (work / "m.sql").write_text("CREATE TABLE lead (name text, email text);", encoding="utf-8")
    assert review("m.sql", "--place", "crm", "--save-expected") == 0
    mails = [(f"client.{number}@mail{number}.kz", f"s{number}@post{number}.kz") for number in range(30)]
    with sqlite3.connect("crm.sqlite") as connection:
        connection.execute("CREATE TABLE Lead (Email text, mail2 text)")
        connection.executemany("INSERT INTO Lead VALUES (?, ?)", mails)
        connection.execute("CREATE TABLE partner (email text)")
        connection.executemany("INSERT INTO partner VALUES (?)", [(mail,) for mail, _ in mails])
    (work / "crm.sqlite").chmod(0o600)
    with pytest.raises(SystemExit) as stop:
        main(["check", "--state", "none", "-q", "-o", "json:scan.json"])
    found = json.loads((work / "scan.json").read_text(encoding="utf-8"))
    assert {(v["rule"], v["path"]) for v in found["violations"]} == {
        ("unreviewed-field", "Lead.mail2"),
        ("unreviewed-field", "partner.email"),
    }
    assert stop.value.code == 1
    (work / "m2.sql").write_text(
        "ALTER TABLE lead ADD COLUMN mail2 text; CREATE TABLE partner (email text);", encoding="utf-8"
    )
    assert review("m2.sql", "--place", "crm", "--save-expected") == 0
    with pytest.raises(SystemExit) as stop:
        main(["check", "--state", "none", "-q"])
    assert stop.value.code == 0


def test_a_wrong_file_of_expected_fields_is_an_error(work: Path) -> None:
    (work / "derbes-expected.yml").write_text("version: 1\nreviewd: []\n", encoding="utf-8")
    (work / "a.csv").write_text("phone\n+77011112233\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["check", "a.csv", "--state", "none", "-q"])
    assert stop.value.code == 2


PLACES = """version: 1
policy: hosting-pro
places:
  - {id: clients, target: a.sqlite, kind: database, owner: crm, purposes: [services], retention: {keep: P5Y},
     access: {roles: [billing]}}
  - {id: report, target: b.sqlite, kind: database, owner: bi, purposes: [services], retention: {keep: P5Y},
     access: {roles: [billing, analyst]}}
"""


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW report AS\nSELECT c.id, lower(c.phone) AS tel FROM clients c;",
        "CREATE TABLE report AS\nSELECT id, phone AS tel FROM clients;",
        "INSERT INTO report (id, tel)\nSELECT c.id, c.phone FROM shop.clients c JOIN x ON x.id = c.id;",
        "CREATE TABLE clients (id int, tel text);\nCREATE VIEW report AS SELECT * FROM clients;",
    ],
)
def test_a_column_copied_to_where_more_people_read_it(work: Path, statement: str) -> None:
    (work / "derbes.yml").write_text(PLACES, encoding="utf-8")
    (work / "m.sql").write_text(statement, encoding="utf-8")
    code, found = report("m.sql")
    assert code == 1
    [violation] = found["violations"]
    assert (violation["rule"], violation["path"]) == ("access-too-wide", "m.sql#report.tel")
    assert "5.1" in violation["clauses"]
    assert "analyst" in violation["message"]
    assert violation["locations"][0]["unit"] == 2
    (work / "derbes.yml").write_text(PLACES.replace("[billing]", "[billing, analyst]"), encoding="utf-8")
    assert review("m.sql") == 0


def test_a_view_granted_to_a_role_that_may_not_read_the_table(work: Path) -> None:
    (work / "m.sql").write_text(
        "CREATE TABLE c (email text);\nGRANT SELECT ON c TO billing;\n"
        "CREATE VIEW v AS SELECT email FROM c;\nGRANT SELECT ON v TO billing, support;",
        encoding="utf-8",
    )
    _, found = report("m.sql", "--purpose", "services", "--retain", "P5Y")
    assert [(v["rule"], v["path"]) for v in found["violations"]] == [("access-too-wide", "v.email")]
    assert "support" in found["violations"][0]["message"]
    assert "billing" not in found["violations"][0]["message"]


def git(*arguments: str) -> None:
    """Git in the current folder, whoever the user is."""
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.kz", *arguments], check=True, capture_output=True
    )


def test_since_a_branch_judges_what_it_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    (tmp_path / "clients.sql").write_text("CREATE TABLE clients (\n iin text,\n phone text\n);", encoding="utf-8")
    (tmp_path / "view.py").write_text('log.info("%s", client.phone)\n', encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "feature")
    (tmp_path / "clients.sql").write_text(
        "CREATE TABLE clients (\n iin text,\n phone text,\n birth_date date\n);", encoding="utf-8"
    )
    (tmp_path / "view.py").write_text('log.info("%s", client.phone)\nlog.info("%s", client.email)\n', encoding="utf-8")
    (tmp_path / "new.html").write_text(WITH_IIN, encoding="utf-8")
    code, found = report(".", "--since", "main", "--purpose", "reply", "--retain", "P1Y")
    assert code == 1
    assert {v["path"] for v in found["violations"]} == {"clients.birth_date", "log.email", "callback.iin"}
    assert review(".", "--since", "no-such-ref") == 2
    assert review(".", "--since", "--output=x") == 2


def test_a_live_schema_is_read_by_its_names(work: Path) -> None:
    connection = sqlite3.connect("staging.sqlite")
    connection.execute("CREATE TABLE clients (id integer, iin text)")
    connection.close()
    code, found = report("sqlite:///staging.sqlite", "--purpose", "reply", "--retain", "P1Y")
    assert code == 1
    assert [v["path"] for v in found["violations"]] == ["clients.iin"]


def test_the_sheet_cannot_be_made_to_act(work: Path) -> None:
    (work / "m.sql").write_text('CREATE TABLE "<script>alert(1)</script>|x" (phone text);', encoding="utf-8")
    review("m.sql", "-o", "sheet.html", "-o", "sheet.md", "-o", "html:full.html")
    page = (work / "sheet.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Лист согласования" in page
    assert "Подпись" in page
    assert "<script" not in (work / "sheet.md").read_text(encoding="utf-8")
    assert "Лист согласования" not in (work / "full.html").read_text(encoding="utf-8")


def test_a_pull_request_that_adds_iin_to_a_callback_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of a change: it fails with clause and line, loses the field, is answered for, and passes."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0041.sql").write_text("CREATE TABLE clients (id int, iin char(12), email text);")
    (tmp_path / "callback.html").write_text(FORM, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "what there was")
    git("checkout", "-q", "-b", "callback")
    migration = "CREATE TABLE callback_request (\n  fio text,\n  phone text,\n  iin char(12)\n);\n"
    (tmp_path / "migrations/0042.sql").write_text(migration, encoding="utf-8")
    (tmp_path / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "ask for the IIN")
    stated = ("--purpose", "reply", "--retain", "P1Y")
    code, found = report(".", "--since", "main", *stated, "-o", "review.sarif", "-o", "sheet.md")
    assert code == 1
    assert {(v["place"], v["path"], v["locations"][0]["unit"]) for v in found["violations"]} == {
        ("callback.html", "callback.iin", 5),
        ("migrations/0042.sql", "callback_request.iin", 4),
    }
    assert all("3.4" in violation["clauses"] for violation in found["violations"])
    [run] = json.loads((tmp_path / "review.sarif").read_text(encoding="utf-8"))["runs"]
    physical = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in physical} == {
        ("callback.html", 5),
        ("migrations/0042.sql", 4),
    }
    (tmp_path / "callback.html").write_text(FORM, encoding="utf-8")
    (tmp_path / "migrations/0042.sql").write_text(migration.replace(",\n  iin char(12)", ""), encoding="utf-8")
    git("commit", "-q", "-a", "-m", "do without")
    assert review(".", "--since", "main") == 3  # nobody said what for and how long
    answered = "-- derbes: purpose=reply retain=P1Y owner=support\n" + migration.replace(",\n  iin char(12)", "")
    (tmp_path / "migrations/0042.sql").write_text(answered, encoding="utf-8")
    assert review(".", "--since", "main") == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.sql", "-- {}\nCREATE TABLE c (phone text);"),
        ("m.html", "<!-- {} -->\n<form id=c method=post><input name=phone></form>"),
        ("m.py", "# {}\nclass C(models.Model):\n    phone = models.TextField()"),
        ("m.php", "<?php // {}\nSchema::create('c', function ($t) {{ $t->string('phone'); }});"),
        ("m.js", "/* {} */ const c = sequelize.define('c', {{ phone: DataTypes.STRING }});"),
        ("m.rb", "# {}\ncreate_table :c do |t|\n  t.string :phone\nend"),
        ("m.blade.php", "{{{{-- {} --}}}}\n<form id=c method=post><input name=phone></form>"),
        ("m.yaml", "# {}\nopenapi: 3.0.0\ncomponents: {{schemas: {{C: {{properties: {{phone: {{type: string}}}}}}}}}}"),
    ],
)
def test_answers_stand_in_comments_of_every_language(work: Path, name: str, text: str) -> None:
    (work / name).write_text(text.format("derbes: purpose=reply retain=P1Y owner=sales"), encoding="utf-8")
    code, found = report(name)
    assert (code, found["places"][0]["owner"]) == (0, "sales")
    assert [row["category"] for row in found["fields"]] == ["phone"]


def test_what_is_mended_alike_is_one_condition(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "m.sql").write_text("CREATE TABLE c (\n phone text,\n diagnosis text,\n photo bytea\n);", encoding="utf-8")
    assert review("m.sql", "--purpose", "reply", "--retain", "P1Y") == 1
    out = capsys.readouterr().out
    assert "c.diagnosis, c.photo" in out
    assert "m.sql:3, :4" in out
    assert "сведения о здоровье" in out


@pytest.mark.parametrize("target", ["forms", "forms/*.html"])
def test_every_format_points_to_the_definition_whoever_declares_it(work: Path, target: str) -> None:
    (work / "derbes.yml").write_text(
        f"version: 1\npolicy: hosting-pro\nplaces:\n  - {{id: web, target: '{target}', kind: form, owner: sales,\n"
        "     purposes: [reply], retention: {keep: P1Y}}\n"
        "  - {id: lead, target: crm.sqlite, kind: database, owner: sales, purposes: [reply], retention: {keep: P1Y}}\n",
        encoding="utf-8",
    )
    (work / "forms").mkdir()
    (work / "forms/call.html").write_text(WITH_IIN, encoding="utf-8")
    (work / "m.sql").write_text("CREATE TABLE lead (\n phone text,\n iin text\n);", encoding="utf-8")
    files = ("review.sarif", "code.gitlab.json", "sheet.md")
    assert review("forms", "m.sql", *(part for file in files for part in ("-o", file))) == 1
    [run] = json.loads((work / "review.sarif").read_text(encoding="utf-8"))["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    expected = {("forms/call.html", 5), ("m.sql", 3)}
    assert {(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places} == expected
    quality = json.loads((work / "code.gitlab.json").read_text(encoding="utf-8"))
    assert {(q["location"]["path"], q["location"]["lines"]["begin"]) for q in quality} == expected
    assert "forms&#47;call.html&#58;5" in (work / "sheet.md").read_text(encoding="utf-8")


def test_without_a_purpose_nothing_gets_a_tick(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "callback.html").write_text(WITH_IIN, encoding="utf-8")
    assert review("callback.html") == 3
    out = capsys.readouterr().out
    assert "?  callback.iin" in out
    assert "✓" not in out
