"""Small files with one mistake each: the slug, the line, the column and the suggestion that a person gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from derbes.scanner.policy.config import load_config
from derbes.scanner.policy.exceptions import load_exceptions
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.problems import PolicyErrors

FILES = Path(__file__).parents[2] / "policy_files"


def load(path: Path) -> object:
    kind = path.name.partition("-")[0]
    return {"policy": load_policy, "config": load_config, "exceptions": load_exceptions}[kind](path)


@pytest.mark.parametrize("path", sorted((FILES / "invalid").glob("*.yml")), ids=lambda path: path.stem)
def test_invalid(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(PolicyErrors) as caught:
        load(path)
    found = [
        " ".join(filter(None, [p.slug, f"{p.line}:{p.column}", p.params.get("suggestion")]))
        for p in caught.value.problems
    ]
    assert found == [expected]
    text = str(caught.value)
    line, column = map(int, expected.split()[1].split(":"))
    assert f"{path}:{line}:{column}" in text


@pytest.mark.parametrize("path", sorted((FILES / "valid").glob("*.yml")), ids=lambda path: path.stem)
def test_valid(path: Path) -> None:
    assert load(path)
