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
from typing import Any, NamedTuple

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


def modules_with(calls: frozenset[str]) -> dict[str, set[str]]:
    """Name of a pattern -> modules that make one of these calls on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in ("scanner", "recognizers", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            module = "derbes." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in calls and isinstance(node.value, ast.Name):
                    found[node.value.id].add(module)
    return found


class Used(NamedTuple):
    """A pattern, and how the code uses it beside matching it at a place."""

    pattern: re.Pattern[Any]
    searched: bool
    whole: bool


def patterns() -> dict[str, Used]:
    """Where a pattern stands -> the pattern and its use."""
    searched, whole = modules_with(SEARCHES), modules_with(frozenset({"fullmatch"}))
    found: dict[str, Used] = {}
    for name in modules():
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            for index, pattern in enumerate(_inside(value)):
                if pattern not in (known.pattern for known in found.values()):
                    uses = (name in where[key] or bool(where[key] and key[0] != "_") for where in (searched, whole))
                    found[f"{name}.{key}[{index}]"] = Used(pattern, *uses)
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


def _spent(used: Used, unit: str, size: int) -> float:
    text: Any = unit * (size // len(unit))
    spoilt: Any = text + "\x00"  # what matches but for its end is where a whole match goes back and back
    if isinstance(used.pattern.pattern, bytes):
        text, spoilt = text.encode(), spoilt.encode()
    started = time.process_time()
    used.pattern.match(text)
    if used.whole:
        used.pattern.fullmatch(spoilt)
    if used.searched:
        for _ in used.pattern.finditer(text):
            pass
    return time.process_time() - started


@pytest.mark.slow
def test_every_pattern_is_linear() -> None:
    """A quadratic pattern is told by a short text first: on the long one it would take hours."""
    slow = []
    all_patterns = patterns()
    assert len(all_patterns) > 150
    for place, used in all_patterns.items():
        for unit in UNITS:
            small = _spent(used, unit, SMALL)
            middle = _spent(used, unit, SMALL * 8)
            # Eight times the text: eight times the work, not sixty-four. Bounded repeats show it on long texts alone.
            if middle > 0.05 and middle > 24 * small and _spent(used, unit, SMALL * 24) > 6 * middle:
                slow.append((place, unit, round(small, 3), round(middle, 3)))
                break
    assert not slow, slow


@pytest.mark.soak
def test_every_pattern_stands_a_million() -> None:
    slow = []
    for place, used in patterns().items():
        for unit in UNITS:
            spent = _spent(used, unit, LARGE)
            if spent > SECONDS:
                slow.append((place, unit, round(spent, 1)))
                break
    assert not slow, slow
