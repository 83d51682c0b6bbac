# ruff: noqa: E501  # statements of SQL read best whole
"""Who may read: a PostgreSQL and a MariaDB with roles, membership, PUBLIC, views and column grants set up for real, judged
from the command line against ``access.roles``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.servers import PASSWORD, Server
from tests.test_end_to_end import people, quoted
from tests.world import derbes

SOON = (date.today() + timedelta(days=40)).isoformat()
TABLES = ("clients", "members", "open_to_all", "seen", "columns", "closed")
CONFIG = """\
version: 1
places:
  - {{id: billing, target: "${{BILLING_URL}}", kind: database, owner: billing, purposes: [services], access: {{roles: {roles}}}}}
exceptions: derbes-exceptions.yml
"""


@pytest.fixture(scope="module")
def postgres(postgresql_server: Server) -> Iterator[Server]:
    server = postgresql_server
    rows = people(40)
    values = ", ".join(quoted((f"{r[0]} {r[1]}", r[3], r[4], f"тариф {n % 3}")) for n, r in enumerate(rows))
    # The server is the whole session's, and so are its roles: names of our own.
    roles = (
        "access_gate_reader",
        "access_billing_app",
        "access_analyst",
        "access_team",
        "access_intern",
        "access_partner",
    )
    server.execute("DROP DATABASE IF EXISTS access_gate")
    for role in roles:
        server.execute(f"DROP ROLE IF EXISTS {role}", f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    server.execute("CREATE DATABASE access_gate")
    server.execute(
        *(f"CREATE TABLE {name} (fio text, phone text, iin text, tariff text)" for name in TABLES),
        *(f"INSERT INTO {name} VALUES {values}" for name in TABLES),
        "CREATE TABLE tariffs (tariff text)", "INSERT INTO tariffs VALUES ('Старт'), ('Бизнес')",
        *(f"GRANT SELECT ON {name} TO access_gate_reader" for name in (*TABLES, "tariffs")),
        "GRANT SELECT ON clients, closed TO access_billing_app",
        "GRANT access_team TO access_analyst", "GRANT SELECT ON members TO access_team",  # through membership
        "GRANT SELECT ON open_to_all, tariffs TO PUBLIC",
        "CREATE VIEW v_seen AS SELECT phone, tariff FROM seen", "GRANT SELECT ON v_seen TO access_partner, access_gate_reader",  # a view opens it
        "GRANT SELECT (phone) ON columns TO access_intern", "GRANT SELECT (tariff) ON columns TO access_partner",  # one column protected, one not
        database="access_gate",
    )  # fmt: skip
    yield server
    server.execute(
        "DROP DATABASE access_gate WITH (FORCE)",
        *(f"DROP OWNED BY {role}" for role in roles),
        *(f"DROP ROLE {role}" for role in roles),
    )


@pytest.fixture(scope="module")
def mariadb(mariadb_server: Server) -> Iterator[Server]:
    server = mariadb_server
    rows = people(40)
    values = ", ".join(quoted((f"{r[0]} {r[1]}", r[3], r[4], f"тариф {n % 3}")) for n, r in enumerate(rows))
    users = ("access_gate_reader", "access_billing_app", "access_analyst", "access_intern", "access_partner")
    server.execute("DROP DATABASE IF EXISTS access_gate", "CREATE DATABASE access_gate CHARACTER SET utf8mb4")
    server.execute(
        *(f"CREATE OR REPLACE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'" for user in users),
        "CREATE OR REPLACE ROLE access_team",
    )
    server.execute(
        *(f"CREATE TABLE {name} (fio text, phone text, iin text, tariff text)" for name in TABLES),
        *(f"INSERT INTO {name} VALUES {values}" for name in TABLES),
        "CREATE TABLE tariffs (tariff text)", "INSERT INTO tariffs VALUES ('Старт'), ('Бизнес')",
        "GRANT SELECT ON access_gate.* TO access_gate_reader@'%'", "GRANT SELECT ON mysql.* TO access_gate_reader@'%'",
        "GRANT SELECT ON clients TO access_billing_app@'%'", "GRANT SELECT ON closed TO access_billing_app@'%'",
        "GRANT SELECT ON members TO access_team", "GRANT access_team TO access_analyst@'%'",
        "GRANT SELECT ON open_to_all TO PUBLIC",
        "CREATE SQL SECURITY DEFINER VIEW v_seen AS SELECT phone, tariff FROM seen", "GRANT SELECT ON v_seen TO access_partner@'%'",
        "GRANT SHOW VIEW ON access_gate.* TO access_gate_reader@'%'",
        "GRANT SELECT (phone) ON columns TO access_intern@'%'", "GRANT SELECT (tariff) ON columns TO access_partner@'%'",
        database="access_gate",
    )  # fmt: skip
    yield server
    server.execute("DROP DATABASE access_gate", *(f"DROP USER {user}@'%'" for user in users), "DROP ROLE access_team")


def gate(server: Server, roles: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, Any]]:
    monkeypatch.setenv("BILLING_URL", server.url("access_gate_reader", "access_gate"))
    Path("derbes.yml").write_text(CONFIG.format(roles=roles))
    ran = derbes("check", "billing", "-o", "report.json", "--state", "state/h.sqlite", "-q")
    assert "Traceback" not in ran.err
    assert PASSWORD not in ran.out + ran.err + Path("report.json").read_text("utf-8")
    return ran.code, json.loads(Path("report.json").read_bytes())


def opened(report: dict[str, Any]) -> dict[str, str]:
    """The tables and columns that are open, without their schema, and to whom."""
    return {
        violation["path"].removeprefix("public.").removeprefix("access_gate."): violation["message"].partition(": ")[2]
        for violation in report["violations"]
        if violation["rule"] == "access-too-wide"
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_postgresql(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    code, report = gate(postgres, "[access_gate_reader, access_billing_app]", monkeypatch)
    assert code == 1
    found = opened(report)
    assert set(found) >= {"members", "open_to_all", "columns.phone"}
    assert "access_analyst" in found["members"]  # a person, through a role
    assert "PUBLIC" in found["open_to_all"]
    assert "access_intern" in found["columns.phone"]
    assert any("access_partner" in how for path, how in found.items() if "seen" in path)
    assert not set(found) & {"clients", "closed", "tariffs", "columns", "columns.tariff"}
    assert {clause for v in report["violations"] for clause in v["clauses"]} == {"5.1"}
    # those whose duties need it are named: only PUBLIC is left
    everybody = "[access_gate_reader, access_billing_app, access_analyst, access_team, access_intern, access_partner]"
    code, report = gate(postgres, everybody, monkeypatch)
    assert (code, list(opened(report))) == (1, ["open_to_all"])
    postgres.execute("REVOKE SELECT ON open_to_all FROM PUBLIC", database="access_gate")
    try:
        assert gate(postgres, everybody, monkeypatch)[0] == 0
    finally:
        postgres.execute("GRANT SELECT ON open_to_all TO PUBLIC", database="access_gate")


def test_mariadb(mariadb: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    code, report = gate(mariadb, "[access_gate_reader, access_billing_app, admin]", monkeypatch)
    assert code == 1
    found = opened(report)
    assert "access_analyst" in found["members"]
    assert "PUBLIC" in found["open_to_all"]
    assert "access_intern" in found["columns.phone"]
    assert any("access_partner" in how for path, how in found.items() if "seen" in path)
    assert not set(found) & {"clients", "closed", "tariffs", "columns", "columns.tariff"}
    assert {clause for v in report["violations"] for clause in v["clauses"]} == {"5.1"}


def test_accepted_and_open_again_when_a_column_gets_a_category(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = "[access_gate_reader, access_billing_app]"
    _, report = gate(postgres, roles, monkeypatch)
    for violation in report["violations"]:
        ran = derbes("accept", violation["id"], "--reason", "отзываем до пятницы", "--until", SOON, "--by", "dba@example.kz",
                     "--state", "state/h.sqlite")  # fmt: skip
        assert ran.code == 0, ran.err
    assert gate(postgres, roles, monkeypatch)[0] == 0
    postgres.execute("UPDATE members SET tariff = 'client' || length(fio) || fio || '@mail.kz'",
                     "UPDATE members SET tariff = 'client' || length(fio) || ascii(fio) || '@mail.kz'", database="access_gate")  # fmt: skip
    code, report = gate(postgres, roles, monkeypatch)
    assert code == 1
    (again,) = [v for v in report["violations"] if v["state"] == "new"]
    assert again["path"].endswith("members")
    assert {"email", "phone"} <= {part["category"] for part in again["covers"]}
