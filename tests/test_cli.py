"""The command line as others rely on it: codes, shapes, start-up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import derbes, report_of

IIN = "870521300459"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from derbes.scanner.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'spacy', 'presidio_analyzer', 'sqlalchemy', 'pydantic', 'rich', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
    assert "scan" in ran.stdout


# Exit codes: a test a row of the table.


def test_0_scan_with_findings(folder: Path) -> None:
    write(folder / "clients.csv", f"fio,iin\nАхметов Ерлан,{IIN}\n")
    ran, report = report_of(folder, "scan", "clients.csv")
    assert ran.code == 0
    assert {row["category"] for row in report["fields"]} == {"full_name", "identity_document"}


def test_1_violation(folder: Path) -> None:
    write(folder / "app.log", f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    ran, report = report_of(folder, "check", "app.log")
    assert ran.code == 1
    assert [v["rule"] for v in report["violations"]] == ["personal-data-in-log"]
    assert report["violations"][0]["clauses"] == ["2.4"]
    assert report["violations"][0]["locations"] == [{"unit": 1, "column": 36}]


def test_1_only_at_the_threshold(folder: Path) -> None:
    write(folder / "app.log", "2026-11-22 10:00:00 INFO mail to a.nurlanova@firma.kz sent\n")
    assert derbes("check", "app.log", "--state", "none", "--fail-on", "critical").code == 0
    assert derbes("check", "app.log", "--state", "none", "--fail-on", "major").code == 1
    assert derbes("check", "app.log", "--state", "none", "--fail-on", "never").code == 0
    assert derbes("scan", "app.log", "--state", "none", "--fail-on", "major").code == 1


def test_2_usage_and_configuration(folder: Path) -> None:
    assert derbes("scan", "--fromat", "json").code == 2
    assert derbes("scan").code == 2
    write(folder / "derbes.yml", "version: 1\nplases: []\n")
    ran = derbes("scan")
    assert ran.code == 2
    assert "derbes.yml:2:1" in ran.err
    assert "places" in ran.err


def test_2_unknown_output_format_before_anything_is_read(folder: Path) -> None:
    ran = derbes("scan", ".", "-o", "report.nonsense")
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_3_incomplete_and_allowed(folder: Path) -> None:
    write(folder / "notes.txt", "ничего\n")
    (folder / "blob.bin").write_bytes(bytes(range(256)) * 64)
    ran, report = report_of(folder, "check", ".")
    assert ran.code == 3
    assert [u["code"] for u in report["unscanned"]] == ["file-binary"]
    assert derbes("check", ".", "--allow-incomplete", "--state", "none").code == 0


def test_4_nothing_to_scan(folder: Path) -> None:
    assert derbes("check", "no-such-folder/*.csv", "--state", "none").code == 4
    assert derbes("check", "mistyped.csv", "--state", "none").code == 4


def test_format_does_not_change_the_code(folder: Path) -> None:
    write(folder / "app.log", f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    for name in ("json", "text"):
        assert derbes("check", "app.log", "--state", "none", "-f", name).code == 1


# Shapes


def test_analyze_prints_a_line_for_each_line(folder: Path) -> None:
    write(folder / "texts", f"ИИН {IIN}\n\nТариф «Алтын»\n")
    ran = derbes("analyze", "texts")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [len(line["spans"]) for line in lines] == [1, 0, 0]
    assert lines[0]["spans"][0] | {"score": 0} == {
        "start": 4, "end": 16, "entity": "KZ_IIN", "category": "identity_document", "score": 0,
    }  # fmt: skip


def test_analyze_jsonl_reads_the_field_name(folder: Path) -> None:
    write(
        folder / "texts",
        '{"text": "7011234567", "field": "phone"}\n{"text": "7011234567", "field": "order_id"}\n{broken\n',
    )
    lines = [json.loads(line) for line in derbes("analyze", "--jsonl", "texts").out.splitlines()]
    assert [[span["entity"] for span in line["spans"]] for line in lines] == [["PHONE_NUMBER"], [], []]


def test_occurrences_point_into_the_line(folder: Path) -> None:
    line = '10.0.0.1 - - [22/Nov/2026:10:00:00 +0500] "GET /r?email=a.b%40mail.kz HTTP/1.1" 200 5 "-" "curl"'
    write(folder / "access.log", line + "\n")
    derbes("scan", "access.log", "--occurrences", "found.jsonl", "--state", "none")
    (found,) = [json.loads(row) for row in (folder / "found.jsonl").read_text("utf-8").splitlines()]
    assert line[found["start"] : found["end"]] == "a.b%40mail.kz"
    assert found["path"] == "request"
    assert found["masked"] == "a•••@•••.kz"


def test_declared_place_prefixes_paths_and_an_undeclared_file_is_its_own_place(folder: Path) -> None:
    (folder / "exports").mkdir()
    write(folder / "exports" / "a.csv", "phone\n+7 701 123 45 67\n")
    _, report = report_of(folder, "scan", "exports")
    assert [(row["place"], row["path"]) for row in report["fields"]] == [("exports/a.csv", "phone")]
    write(folder / "derbes.yml", "version: 1\nplaces:\n  - {id: out, target: exports, purposes: [services]}\n")
    _, report = report_of(folder, "scan", "out")
    assert [(row["place"], row["path"]) for row in report["fields"]] == [("out", "a.csv#phone")]


def test_report_again_from_json_is_the_same(folder: Path) -> None:
    write(folder / "app.log", f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    derbes("check", "app.log", "-o", "one.json", "--state", "none")
    derbes("report", "one.json", "-o", "two.json", "--state", "none")
    assert json.loads((folder / "one.json").read_bytes()) == json.loads((folder / "two.json").read_bytes())


def test_accept_hides_until_a_new_category_appears(folder: Path) -> None:
    state = f"sqlite:///{folder}/state.sqlite"
    log = write(folder / "app.log", f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    assert derbes("check", "app.log", "--state", state).code == 1
    _, report = report_of(folder, "check", "app.log")
    ran = derbes(
        "accept",
        report["violations"][0]["id"],
        "--reason",
        "разбор",
        "--until",
        "2026-12-20",
        "--by",
        "a",
        "--state",
        state,
    )
    assert ran.code == 0, ran.err
    assert derbes("check", "app.log", "--state", state).code == 0
    write(log, log.read_text("utf-8") + "2026-11-22 10:00:01 INFO call +7 701 123 45 67\n")
    assert derbes("check", "app.log", "--state", state).code == 1


def test_a_violation_is_found_though_other_targets_were_scanned_since(folder: Path) -> None:
    state = f"sqlite:///{folder}/state.sqlite"
    write(folder / "app.log", f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    write(folder / "notes.txt", "ничего\n")
    assert derbes("check", "app.log", "--state", state).code == 1
    assert derbes("scan", "notes.txt", "--state", state).code == 0
    _, report = report_of(folder, "check", "app.log")
    shown = report["violations"][0]["id"]
    assert shown in derbes("explain", shown, "--state", state).out
    accept = ("accept", shown, "--reason", "разбор", "--until", "2026-12-20", "--by", "a", "--state", state)
    assert derbes(*accept).code == 0
    assert derbes("explain", "DRB-00000000", "--state", state).code == 2


def test_an_unknown_entity_is_named(folder: Path) -> None:
    ran = derbes("analyze", "--entities", "KZ_IIN,KZ_INN", write(folder / "a.txt", "x\n"))
    assert ran.code == 2
    assert "KZ_INN" in ran.err
    assert "internal" not in ran.err


def test_a_reader_that_goes_away_is_no_violation(folder: Path) -> None:
    write(folder / "texts", f"ИИН {IIN}\n" * 5000)
    program = "from derbes.scanner.cli import main; main(['analyze', 'texts'])"
    started = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.readline()
    started.stdout.close()
    assert started.stderr.read() == b""
    assert started.wait(60) == 0
