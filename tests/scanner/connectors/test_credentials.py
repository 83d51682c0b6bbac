"""Addresses: what is filled in, what may be printed, and what an error shows of an address it could not parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from derbes.scanner.connectors.credentials import expand, named, parse_url, resolve
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Place, SourceLine

SECRET = "hunter2"


def place(target: str, **more: object) -> Place:
    return Place(id="billing", target=target, location="", **more)  # type: ignore[arg-type]


def test_variables_and_secret_files_are_filled_in(tmp_path: Path) -> None:
    secret = tmp_path / "pw"
    secret.write_text(SECRET + "\n")
    text = f"mysql://${{WHO}}:${{file:{secret}}}@db/shop"
    assert expand(text, {"WHO": "bob"}) == f"mysql://bob:{SECRET}@db/shop"


def test_a_missing_variable_and_file_are_named() -> None:
    with pytest.raises(UsageError, match="NOT_SET") as caught:
        expand("mysql://${NOT_SET}@db", {})
    assert caught.value.slug == "dsn-variable"
    with pytest.raises(UsageError, match="/nowhere/pw"):
        expand("${file:/nowhere/pw}", {})


def test_the_environment_overrides_a_declared_place_alone() -> None:
    environ = {"DERBES_DSN_BILLING": "mysql://other/db"}
    assert resolve(place("sqlite:///x", declared=True), environ) == "mysql://other/db"
    assert resolve(place("sqlite:///x"), environ) == "sqlite:///x"


@pytest.mark.parametrize(
    "target",
    [
        f"mysql+pymysql://reader:a@{SECRET}@db1.int/billing",
        f"mysql+pymysql://reader:{SECRET}@x@db1.int/billing",
        f"postgresql://reader:{SECRET}@db:{SECRET}/x",
        f"postgresql://reader:{SECRET}",
        f"postgresql://{SECRET}@h:{SECRET}",
        f"reader:{SECRET}@db",
        f"://{SECRET}",
    ],
)
def test_an_address_that_does_not_parse_is_never_printed(target: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_url(target, place(target))
    error = caught.value
    assert error.slug == "dsn-parse"
    shown = str(error) + error.hint.format(**error.params) + repr(error)
    assert SECRET not in shown
    assert error.__cause__ is None and error.__suppress_context__


def test_the_caret_stands_under_the_first_at_sign() -> None:
    target = "mysql+pymysql://pd_reader:pa@ss@db1.int/billing"
    where = SourceLine("derbes.yml", 12)
    with pytest.raises(UsageError) as caught:
        parse_url(target, place(target, declared=True, declared_at=where))
    first, address, caret = str(caught.value).splitlines()
    assert "billing (derbes.yml:12)" in first
    assert address == "  mysql+pymysql://pd_reader:•••@•••@db1.int/billing"
    assert caret.index("^") == address.index("@")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgresql_goes_through_psycopg(scheme: str) -> None:
    assert parse_url(f"{scheme}://u:p@h/d", place("")).drivername == "postgresql+psycopg"


def test_an_undeclared_place_is_named_by_its_safe_location() -> None:
    assert SECRET not in named(Place(id=f"mysql://u:{SECRET}@db/x", target="", location=""))
