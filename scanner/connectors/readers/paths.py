"""Nested values as columns: every scalar under the path of its keys.

Paths are dotted keys with ``[]`` for arrays inside a row. A key that looks like data (an address, a number) is itself a
value: its segment is ``{}``, so that no personal value gets into a path, and the keys are the values of ``….{key}``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from derbes.scanner.connectors.readers.base import Cells

MAX_DEPTH = 1000
MAX_PATHS = 5000
_DATA_KEY = re.compile(r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d\D{0,2}\d|@|[^\W_]\s+[^\W_].*\s|^https?:")


class Pairs:
    """An object with all its keys, repeated ones too."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


@lru_cache(maxsize=4096)
def segment(key: str) -> str:
    """A key as a path segment; ``{}`` when it looks like data."""
    return "{}" if len(key) > 80 or _DATA_KEY.search(key) else " ".join(key.split()) or "{}"


class Flattened(Exception):
    """Too deep to be opened into paths."""


def flatten(cells: Cells, root: Any, row: int, at: str = "") -> None:
    """Put every scalar in ``root`` (as ``loads`` gives it) into its column. Iterative: depth costs no stack."""
    stack: list[tuple[str, Any, int]] = [(at, root, 0)]
    while stack:
        path, value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise Flattened
        if isinstance(value, Pairs):
            containers = []
            for key, item in value.pairs:
                name = segment(key)
                inner = f"{path}.{name}" if path else name
                if name == "{}":
                    cells.add(known(cells, f"{path}.{{key}}" if path else "{key}"), row, key)
                if isinstance(item, Pairs | list):
                    containers.append((inner, item, depth + 1))
                else:
                    cells.add(known(cells, inner), row, None if item is None else scalar(item))
            stack.extend(reversed(containers))
        elif isinstance(value, list):
            stack.extend((f"{path}[]", item, depth + 1) for item in reversed(value))
        else:
            cells.add(known(cells, path or "value"), row, None if value is None else scalar(value))


def known(cells: Cells, path: str) -> str:
    """``path``, or a common one when a document has more different paths than a table has columns."""
    return path if path in cells.columns or len(cells.columns) < MAX_PATHS else "{}"


def scalar(value: Any) -> str:
    """A JSON scalar as it would be written."""
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
