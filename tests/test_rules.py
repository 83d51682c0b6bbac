"""Rules as engineers meet them: real files, a ``derbes.yml`` and a ``policy.yml`` of their own, the command line."""

from __future__ import annotations

import gzip
import json
import os
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.world import derbes

IIN = "870521300459"
SOON = (date.today() + timedelta(days=40)).isoformat()
LATE = (date.today() + timedelta(days=400)).isoformat()
OLD = time.mktime((2019, 3, 1, 12, 0, 0, 0, 0, 0))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str | bytes, changed: float | None = None, mode: int = 0o600) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    if changed:
        os.utime(path, (changed, changed))


def places(*lines: str, head: str = "") -> None:
    write("derbes.yml", f"version: 1\n{head}places:\n" + "".join(f"  - {{{line}}}\n" for line in lines))


def check(*targets: str) -> list[dict[str, Any]]:
    ran = derbes("check", *targets, "-o", "report.json", "--state", "none", "-q")
    assert ran.code in (0, 1), ran.err
    violations: list[dict[str, Any]] = json.loads(Path("report.json").read_bytes())["violations"]
    return violations


def rules(*targets: str) -> dict[str, int]:
    return {violation["rule"]: violation["units"] for violation in check(*targets)}


def clients(*closed: str) -> str:
    rows = "".join(f"client{n}@mail.kz,{day}\n" for n, day in enumerate(closed))
    return "email,closed_at\n" + rows


def test_retention_by_the_column_that_ends_a_relation_counts_what_is_over() -> None:
    write("out/clients.csv", clients("2019-01-15", "2019-02-15", "", "2099-01-01", "2020-03-01"))
    places("id: out, target: out, kind: file, purposes: [services], retention: {column: closed_at, keep: P3Y}")
    (violation,) = check("out")
    assert (violation["rule"], violation["units"], violation["clauses"]) == ("retention-exceeded", 3, ["4.1"])
    assert "дольше срока 3 года: старше " in violation["message"]
    assert "P3Y" not in violation["message"] + violation["remedy"]
    assert "longer than 3 years" in derbes("check", "out", "--state", "none", "-q", "--lang", "en").out
    assert "3 жыл" in derbes("check", "out", "--state", "none", "-q", "--lang", "kk").out
    places("id: out, target: out, kind: file, purposes: [services], retention: {column: closed_at, keep: P90Y}")
    assert check("out") == []


def test_retention_by_the_purpose_of_the_policy() -> None:
    write("forms/contact.csv", "email,sent_at\n" + "".join(f"a{n}@mail.kz,2020-0{n}-01\n" for n in range(1, 6)))
    write("policy.yml", "version: 1\nid: own\ntitle: Своя\nextends: hosting-pro\n"
          'retention:\n  - {purpose: reply, clause: "4.1", keep: P1Y}\n')  # fmt: skip
    places("id: forms, target: forms, kind: form, purposes: [reply]", head="policy: policy.yml\n")
    assert rules("forms") == {"retention-exceeded": 5}


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("forms/contact-2020-01.csv", "email\na@mail.kz\nb@mail.kz\n", None),  # by its name
        ("forms/contact.csv", "email\na@mail.kz\nb@mail.kz\n", OLD),  # by its time
    ],
)
def test_retention_of_files_without_dates_in_them(name: str, text: str, changed: float | None) -> None:
    write(name, text, changed)
    places("id: forms, target: forms, kind: form, purposes: [reply], retention: {keep: P1Y}")
    assert rules("forms") == {"retention-exceeded": 2}


def test_retention_of_logs_by_their_timestamps() -> None:
    lines = [
        "2019-05-01 10:00:00 INFO mail to client1@mail.kz sent",
        "2019-05-02 10:00:00 INFO mail to client2@mail.kz sent",
    ]
    write("logs/app.log", "\n".join(lines) + "\n")
    places("id: logs, target: logs, kind: log, purposes: [communication], retention: {keep: P6M}")
    assert set(rules("logs")) == {"retention-exceeded"}
    now = time.strftime("%Y-%m-%d")
    write("logs/app.log", "\n".join(line.replace(line[:10], now) for line in lines) + "\n")
    assert rules("logs") == {}


def test_copies_are_dumps_backups_exports_and_sheets_where_nobody_declared_them() -> None:
    row = f"INSERT INTO clients (fio, iin) VALUES ('Ахметов Ерлан', '{IIN}');\n"
    table = "CREATE TABLE clients (fio text, iin text);\n" + row
    write("a/dump.sql", table)
    write("b/base.sql.gz", gzip.compress(table.encode()))
    write("c/site.bak.csv", f"fio,iin\nАхметов Ерлан,{IIN}\n")
    write("d/people.csv", f"fio,iin\nАхметов Ерлан,{IIN}\n")  # no copy by its name
    copies = {violation["place"] for violation in check(".") if violation["rule"] == "unprotected-copy"}
    assert copies == {"a/dump.sql", "b/base.sql.gz", "c/site.bak.csv"}
    assert all(violation["clauses"] == ["6.2"] for violation in check("a"))


def test_transfer_needs_consent() -> None:
    write("partner/list.csv", "email\na@mail.kz\nb@mail.kz\n")
    line = "id: partner, target: partner, kind: file, purposes: [reply], transfer: third-party"
    places(line)
    (violation,) = check("partner")
    assert (violation["rule"], violation["clauses"]) == ("transfer-without-consent", ["5.4"])
    places(f"{line}, consent: true")
    assert check("partner") == []


def test_forms_by_get_and_to_http() -> None:
    write("site/get.html", '<form action="/c"><input name="phone"></form><p>Ким Анна, anna.kim@firma.kz</p>')
    write(
        "site/http.html", '<form method=post action="http://s.kz/c"><input name=phone></form><p>anna.kim@firma.kz</p>'
    )
    write(
        "site/good.html", '<form method=post action="https://s.kz/c"><input name=phone></form><p>anna.kim@firma.kz</p>'
    )
    found = {v["place"]: v["clauses"] for v in check("site") if v["rule"] == "unencrypted-channel"}
    assert found == {"site/get.html": ["6.3"], "site/http.html": ["6.3"]}


def test_technical_data_are_findings_at_one_switch() -> None:
    lines = "".join(f'10.0.0.{n} - - [22/Nov/2026:10:00:{n:02} +0500] "GET / HTTP/1.1" 200 5\n' for n in range(20))
    write("logs/access.log", lines)
    line = "id: logs, target: logs, kind: log"
    places(line)
    assert check("logs") == []
    places(line, head="technical: personal\n")
    (violation,) = check("logs")
    assert (violation["rule"], violation["category"], violation["units"]) == ("not-in-policy", "technical", 20)
    assert "IP_ADDRESS" in violation["entities"]


def test_own_rules_speak_their_own_words_and_built_in_ones_step_aside() -> None:
    write(
        "policy.yml",
        """\
version: 1
id: own
title: Своя
extends: hosting-pro
rules:
  personal-data-in-log: {enabled: false}
  iin-in-support-log:
    when: {entity: KZ_IIN, kind: log, owner: false}
    severity: critical
    clauses: ["5.3", "{category}"]
    message: {ru: "ИИН в журнале {place}", en: "IIN in the log {place}"}
    remedy: маскировать при записи
""",
    )
    write("logs/app.log", f"2026-11-22 10:00:00 INFO client iin={IIN}\n2026-11-22 10:00:01 INFO to a@mail.kz\n")
    places("id: logs, target: logs, kind: log", head="policy: policy.yml\n")
    (violation,) = check("logs")
    assert violation["rule"] == "iin-in-support-log"
    assert (violation["severity"], violation["clauses"]) == ("critical", ["5.3", "2.3"])
    assert (violation["message"], violation["remedy"]) == ("ИИН в журнале logs", "маскировать при записи")
    ran = derbes("check", "logs", "--state", "none", "-q", "--lang", "en")
    assert "IIN in the log logs" in ran.out
    assert "iin-in-support-log" in derbes("policy", "show").out
    places("id: logs, target: logs, kind: log, owner: ops", head="policy: policy.yml\n")
    assert check("logs") == []


def test_growth_beyond_a_quarter_opens_an_accepted_violation_again() -> None:
    line = "2026-11-22 10:00:00 INFO client iin=" + IIN + "\n"
    write("app.log", line * 20)
    derbes("check", "app.log", "--state", "h.sqlite", "-q", "-o", "report.json")
    (violation,) = json.loads(Path("report.json").read_bytes())["violations"]
    accept = ("accept", violation["id"], "--reason", "разбор", "--by", "a", "--state", "h.sqlite", "--until")
    assert derbes(*accept, SOON).code == 0
    for number, state in ((20, "accepted"), (25, "accepted"), (26, "new")):
        write("app.log", line * number)
        assert [v["state"] for v in check("app.log")] == [state], number
    ran = derbes("check", "app.log", "--state", "none", "-q")
    assert "нарушение выросло, не действует" in ran.out
    assert "не действует" in derbes(*accept, LATE).out  # longer than ninety days, and nobody approved
    assert [v["state"] for v in check("app.log")] == ["new"]
    derbes("check", "app.log", "--state", "h.sqlite", "-q")  # what is accepted is what the last run saw
    assert derbes(*accept, LATE, "--approved-by", "dpo@example.kz").code == 0
    assert [v["state"] for v in check("app.log")] == ["accepted"]
