"""The table of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_promise_has_its_test() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/reliability.md").read_text("utf-8"))
    assert len(named) > 25
    for file, test in named:
        source = (ROOT / file).read_text("utf-8")
        assert not test or f"def {test}(" in source, f"{file}::{test}"


def test_the_number_of_inputs_is_the_one_that_is_told() -> None:
    from tests.torture.inputs import all_inputs

    told = re.search(r"(\d+) hostile inputs", (ROOT / "docs/reliability.md").read_text("utf-8"))
    assert told is not None
    assert int(told[1]) == len(all_inputs())


def test_the_table_tells_what_a_run_said() -> None:
    from tools.reliability import Ran, written

    page = "|\n| R1 | p | `tests/a.py::test_x` | f |\n| R2 | q | `tests/b.py` | g | o |\n| R3 | r | `tests/c.py` |h|\n"
    tests = [
        Ran("tests/a", "test_x", "passed", 1.2),
        Ran("tests/a", "test_y", "failed", 1),
        Ran("tests/b", "z", "failed", 1),
    ]
    rows = written(page, tests).splitlines()
    assert rows[1] == "| R1 | p | `tests/a.py::test_x` | f | 1 passed in 1 s |"
    assert rows[2] == "| R2 | q | `tests/b.py` | g | **broken**: 1 of 1 failed |"
    assert rows[3].endswith(" | not run |")
