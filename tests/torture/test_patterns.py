"""Every pattern of ours runs in linear time: each as the code uses it, on a million of each class of character."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import derbes.recognizers
import derbes.reports
import derbes.scanner

ROOT = Path(__file__).parents[2]
UNITS = "1 a я А . , - + @ ( [ { < > / \\ \" ' = & % ; : _ # \n \r \t \x00 \u0301".split(" ")
UNITS += [" ", "a@", "a.", "1 2", "1-", "(1", "a=", "'a", "''", "\\'", "<a", "<!--", '{"']
UNITS += ["а ", "А. ", "\n ", " \n", "=?", "--", ";a"]
SMALL, LARGE = 1_000, 1_000_000
SECONDS = 5.0  # of the processor, for a million characters and a machine that others use as well
SEARCHES = frozenset({"search", "finditer", "findall", "sub", "subn", "split"})


def modules() -> Iterator[str]:
    """Names of all modules of ours."""
    for package in (derbes.recognizers, derbes.reports, derbes.scanner):
        yield package.__name__
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."))


def searched() -> dict[str, set[str]]:
    """Name of a pattern -> modules in which it is searched for, not only matched at a place."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in ("scanner", "recognizers", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            module = "derbes." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in SEARCHES and isinstance(node.value, ast.Name):
                    found[node.value.id].add(module)
    return found


def patterns() -> dict[str, tuple[Any, bool]]:
    """Where a pattern stands -> the pattern, and whether it is searched for."""
    used = searched()
    found: dict[str, tuple[Any, bool]] = {}
    for name in modules():
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            for index, pattern in enumerate(_inside(value)):
                if pattern not in (known for known, _ in found.values()):
                    found[f"{name}.{key}[{index}]"] = (
                        pattern,
                        name in used[key] or bool(used[key] and not key.startswith("_")),
                    )
    return found


def _inside(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | frozenset | set) and depth < 3:
        for one in value:
            yield from _inside(one, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        for one in value.values():
            yield from _inside(one, depth + 1)


def _spent(pattern: re.Pattern[Any], unit: str, size: int, search: bool) -> float:
    text: Any = unit * (size // len(unit))
    if isinstance(pattern.pattern, bytes):
        text = text.encode()
    started = time.process_time()
    pattern.match(text)
    if search:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - started


@pytest.mark.slow
def test_every_pattern_is_linear() -> None:
    """A quadratic pattern is told by a short text first: on the long one it would take hours."""
    slow = []
    all_patterns = patterns()
    assert len(all_patterns) > 150
    for place, (pattern, search) in all_patterns.items():
        for unit in UNITS:
            small = _spent(pattern, unit, SMALL, search)
            middle = _spent(pattern, unit, SMALL * 8, search)
            # Eight times the text: eight times the work, not sixty-four. Bounded repeats show it on long texts alone.
            if middle > 0.05 and middle > 24 * small and _spent(pattern, unit, SMALL * 24, search) > 6 * middle:
                slow.append((place, unit, round(small, 3), round(middle, 3)))
                break
    assert not slow, slow


@pytest.mark.soak
def test_every_pattern_stands_a_million() -> None:
    slow = []
    for place, (pattern, search) in patterns().items():
        for unit in UNITS:
            spent = _spent(pattern, unit, LARGE, search)
            if spent > SECONDS:
                slow.append((place, unit, round(spent, 1)))
                break
    assert not slow, slow
