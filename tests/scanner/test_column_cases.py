"""``tests/cases/columns*.yaml``: what columns are, in words that need no programmer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from derbes.scanner.classify import classify, classify_schema
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.data import Dataset, Field, TableBatch
from derbes.scanner.policy.load import load_policy
from tests.bench import columns_styles
from tests.bench.columns_values import GENERATORS, seed

POLICY = load_policy("hosting-pro")
CASES = Path(__file__).parents[1] / "cases"
ROWS = 40
KEYS = {"column", "table", "values", "made", "beside", "comment", "is", "perhaps", "why"}


def _cases() -> list[Any]:
    found: list[Any] = []
    for path in sorted(CASES.glob("columns*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            assert case.keys() <= KEYS, case
            found.append(pytest.param(case, id=f"{case['column']}: {case['why']}"))
    return found


@pytest.fixture(scope="module")
def detector() -> Detector:
    columns_styles.register()
    return Detector(Settings(key=b"cases"))


def _field(table: str, said: str, comment: str = "") -> Field:
    name, _, declared = said.partition(" ")
    return Field(f"{table}.{name}", name, declared, None, comment)


@pytest.mark.parametrize("case", _cases())
def test_column(case: dict[str, Any], detector: Detector) -> None:
    table = case.get("table", "t")
    column = _field(table, case["column"], case.get("comment", ""))
    fields = (column, *(_field(table, other) for other in case.get("beside", ())))
    dataset = Dataset("", table, "database", "row", "sql", fields, ROWS)
    if "made" in case:
        seed(case["made"])
        values = GENERATORS[case["made"]]()[:ROWS]
    else:
        values = (case.get("values", []) * ROWS)[:ROWS]
    if values:
        batch = TableBatch(dataset, {column.path: pd.Series(values, index=range(1, ROWS + 1), dtype=object)}, ROWS)
        rows = classify(dataset, list(detector.detect(batch)), POLICY)
    else:
        rows = classify_schema(dataset, POLICY)
    found = {row.category for row in rows if row.path == column.path and row.confidence >= ENOUGH}
    assert found - {*case.get("perhaps", ())} == {*case["is"]} - {*case.get("perhaps", ())}, case["why"]
