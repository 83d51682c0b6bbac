"""Other engines: the way through SQLAlchemy's inspector, tried on a database that everybody has."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.sql.source import ENGINES, SqlSource
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place
from tests.contracts.source import SourceContract, everything, values


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setitem(ENGINES, "sqlite", ENGINES["other"])
    connection = sqlite3.connect(tmp_path / "any.db")
    connection.executescript(
        """CREATE TABLE clients (id INTEGER PRIMARY KEY, "odd ""name%" TEXT, paid REAL, payload TEXT, photo BLOB);
        INSERT INTO clients VALUES (2, 'б', 1.5, '{"phone": "+7701"}', x'FF00'), (1, 'а', 2, NULL, NULL);
        CREATE VIEW names AS SELECT id FROM clients; CREATE VIEW broken AS SELECT x FROM nowhere"""
    )
    connection.close()
    return Place(id="any", target=f"sqlite:///{tmp_path}/any.db", location="any")


class TestContract(SourceContract):
    source = SqlSource

    def missing(self, unit: Unit) -> dict[str, Any]:
        return {"table": "gone"}


def test_rows_come_in_the_order_of_their_key(place: Place) -> None:
    given = values(SqlSource(place, Options()))
    assert ('clients.odd "name%', 1, "а") in given
    assert ("clients.payload.phone", 2, "+7701") in given
    assert ("names.id", 1, "1") in given


def test_what_was_not_read_is_listed(place: Place) -> None:
    source = SqlSource(place, Options())
    remarks = [item for item in (*source.units(), *everything(source)) if isinstance(item, Unscanned)]
    assert {(item.path, item.code) for item in remarks} == {
        ("broken", "query-failed"),
        ("clients.photo", "column-binary"),
    }


@pytest.mark.parametrize("scheme", ["nosuch", "oracle+cx_oracle"])
def test_a_driver_that_is_not_installed(scheme: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(SqlSource(Place(id="x", target=f"{scheme}://u:canary@h/d", location=""), Options()).units())
    assert caught.value.slug == "missing-driver"
    assert "canary" not in repr(caught.value) + str(caught.value)


def test_a_worker_without_the_variable_says_so() -> None:
    place = Place(id="x", target="${DERBES_NOT_SET_ANYWHERE}", location="")
    (remark,) = SqlSource(place, Options()).read(Unit("t", {"schema": None, "table": "t"}))
    assert isinstance(remark, Unscanned)
    assert remark.code == "dsn-parse"
