"""derbes.yml: what it says, where it is found, and several mistakes at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Budget, Retention
from derbes.scanner.policy.config import find_config, load_config, load_setup
from derbes.scanner.policy.durations import before, parse_period, parse_seconds
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.problems import PolicyErrors

FILES = Path(__file__).parents[2] / "policy_files" / "valid"


def test_a_full_place() -> None:
    config = load_config(FILES / "config-full.yml")
    billing, logs = config.places
    assert billing.declared and billing.declared_at is not None and billing.declared_at.line == 5
    assert "${PASSWORD}" in billing.target
    assert billing.location == "postgresql://db.example.kz/billing?sslmode=require"
    assert billing.budget == Budget(5_000_000, 600.0)
    assert billing.retention == Retention("P5Y", "closed_at")
    assert billing.roles == ("billing_app", "support")
    assert billing.field_purposes == {"tickets.body": ("reply",)}
    assert (billing.transfer, billing.consent, billing.encoding) == ("third-party", True, "cp1251")
    assert (logs.kind, logs.roles, logs.purposes) == ("log", None, ())
    assert config.technical == "personal"
    assert config.exceptions_path == FILES / "derbes-exceptions.yml"


def test_all_mistakes_of_both_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text("version: 1\nid: a\ntitle: b\nextends: hosting-pro\nretenshion: []\n")
    (tmp_path / "derbes.yml").write_text(
        "version: 1\npolicy: policy.yml\nplaces:\n"
        "  - {id: a, taget: x, purposes: [services]}\n  - {id: a, target: y, kind: lg}\n"
    )
    with pytest.raises(PolicyErrors) as caught:
        load_setup(tmp_path / "derbes.yml")
    found = [(Path(p.file).name, p.line, p.slug) for p in caught.value.problems]
    assert found == [
        ("derbes.yml", 4, "policy-key"),
        ("derbes.yml", 5, "policy-duplicate"),
        ("derbes.yml", 5, "policy-value"),
        ("policy.yml", 5, "policy-key"),
    ]


def test_discovery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DERBES_CONFIG", raising=False)
    inner = tmp_path / "repo" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "derbes.yml").write_text("version: 1\n")
    assert find_config(start=inner) in {None, Path("/etc/derbes/derbes.yml")}, "stops at the git root"
    (tmp_path / "repo" / "derbes.yml").write_text("version: 1\n")
    assert find_config(start=inner) == tmp_path / "repo" / "derbes.yml"
    monkeypatch.setenv("DERBES_CONFIG", str(tmp_path / "derbes.yml"))
    assert find_config(start=inner) == tmp_path / "derbes.yml"
    assert find_config(str(FILES / "config-full.yml"), inner) == FILES / "config-full.yml"
    with pytest.raises(UsageError) as caught:
        find_config(str(tmp_path / "nowhere.yml"))
    assert caught.value.slug == "config-missing"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("PT10M", 600), (45, 45), ("45", 45)],
)
def test_seconds(text: object, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1y", "P1H", "P1.5Y", "P0Y", "-P1Y", 365, None, "P1Y ", "P" + "9" * 10**6]
)
def test_bad_periods(text: object) -> None:
    with pytest.raises(ValueError, match="8601"):
        parse_period(text)


@pytest.mark.parametrize(
    ("today", "period", "day"),
    [
        (date(2026, 11, 22), "P1Y", date(2025, 11, 22)),
        (date(2024, 2, 29), "P1Y", date(2023, 2, 28)),
        (date(2026, 3, 31), "P1M", date(2026, 2, 28)),
        (date(2026, 1, 10), "P2M10D", date(2025, 10, 31)),
        (date(2026, 1, 10), "P9999Y", date.min),
    ],
)
def test_before(today: date, period: str, day: date) -> None:
    assert before(today, period) == day


def test_policy_by_id_and_by_near_miss() -> None:
    assert load_policy("hosting-pro") is load_policy()
    with pytest.raises(PolicyErrors) as caught:
        load_policy("hosting-por")
    assert caught.value.problems[0].params["suggestion"] == "hosting-pro"
    with pytest.raises(PolicyErrors) as caught:
        load_policy("nowhere/policy.yml")
    assert caught.value.problems[0].slug == "policy-file"


def test_extending_policy() -> None:
    policy = load_policy(FILES / "policy-extends.yml")
    assert policy.technical.judged_as == "personal" and "COOKIE" in policy.technical.entities
    assert policy.clauses["4.1"] == "Обращения хранятся один год."
    assert len(policy.clauses) == 27
    assert {term.purpose: term.keep for term in policy.retention}["reply"] == "P1Y"
    assert "transfer-without-consent" not in policy.rule_by_id
    assert policy.rule_by_id["personal-data-in-log"].severity == "critical"
    assert policy.rule_by_id["iin-in-free-text"].clauses == ("5.3", "{category}")


def test_another_policy_cites_only_its_own_clauses() -> None:
    policy = load_policy(FILES / "policy-small.yml")
    for rule in policy.active_rules:
        assert all(clause.startswith("{") or clause in policy.clauses for clause in rule.clauses)
    assert policy.category_by_entity["IP_ADDRESS"] == "technical"
    assert policy.severity("phone") == "major"


def test_what_the_command_line_imports_at_once_is_light() -> None:
    code = (
        "import sys, derbes.scanner.policy.config, derbes.scanner.policy.exceptions, derbes.scanner.verdict\n"
        "sys.exit(any(name in sys.modules for name in ('pydantic', 'yaml', 'sqlalchemy', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
