"""Columns with an inside: JSON, arrays and hstore opened into paths, each value with the number of its row.

A key of a JSON object becomes part of a path, and paths stand in reports. Some people keep objects by phone number
or by e-mail address; such a key is a value, so the path says ``*`` and the key is read as data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from derbes.scanner.connectors.sql.values import Cells

Opened = dict[str, tuple[list[int], list[str]]]

MAX_PATHS = 2_000  # per column and batch; further ones share the path ``*``
MAX_NESTING = 64
_NAME = re.compile(r"[^\W\d][\w $:/-]{0,63}")
_DIGITS = re.compile(r"\d")


def json_column(cells: Cells, units: Sequence[int], path: str, declared: bool) -> tuple[Cells, Opened]:
    """Open the JSON values of a column; the cells that stay text keep their place, opened ones become missing.

    In a column that is not ``declared`` JSON only objects and lists of objects are opened, value by value, so that
    the outcome does not depend on how the table was cut.
    """
    opened: Opened = {}
    rest: Cells = list(cells)
    for row, cell in enumerate(cells):
        if not cell or not (declared or cell[0] in "{["):
            continue
        try:
            value = json.loads(cell, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            continue
        if declared or _is_record(value):
            for where, text in _leaves(value, path):
                _put(opened, where, path, units[row], text)
            rest[row] = None
    return rest, opened


def may_hold_json(cells: Cells) -> bool:
    """Whether any cell begins like a JSON object or list; at the speed of ``str.join``."""
    joined = "\n".join(filter(None, cells))
    return joined.startswith(("{", "[")) or "\n{" in joined or "\n[" in joined


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    )


def _put(opened: Opened, where: str, root: str, unit: int, text: str) -> None:
    if where not in opened and len(opened) >= MAX_PATHS:
        where = f"{root}.*"
    units, texts = opened.setdefault(where, ([], []))
    units.append(unit)
    texts.append(text)


def _leaves(value: Any, root: str) -> Iterator[tuple[str, str]]:
    # A stack of our own: depth is bounded by memory, not by the interpreter, and order is that of the document.
    stack: list[tuple[Any, str, int]] = [(value, root, 0)]
    while stack:
        value, path, depth = stack.pop()
        if depth > MAX_NESTING:
            path, depth = f"{root}.*", 1
        if isinstance(value, dict):
            inner = []
            for key, item in value.items():
                if is_name(key):
                    inner.append((item, f"{path}.{key}", depth + 1))
                else:
                    yield f"{path}.*", key
                    inner.append((item, f"{path}.*", depth + 1))
            stack.extend(reversed(inner))
        elif isinstance(value, list):
            stack.extend((item, f"{path}[]", depth + 1) for item in reversed(value))
        elif value is not None:
            yield path, value if isinstance(value, str) else str(value).lower()


def is_name(key: str) -> bool:
    """Whether an object's key is the name of a field and not a datum: a short word with few digits."""
    return bool(_NAME.fullmatch(key)) and len(_DIGITS.findall(key)) < 5


def array_column(cells: Cells, units: Sequence[int], path: str) -> tuple[Cells, Opened]:
    """Open PostgreSQL array literals (``{a,"b c",NULL}``, nested ones too) into ``path[]``."""
    opened: Opened = {}
    for row, cell in enumerate(cells):
        for text in _array_items(cell) if cell else ():
            _put(opened, f"{path}[]", path, units[row], text)
    return [None] * len(cells), opened


_ITEM = re.compile(r'"((?:[^"\\]|\\.)*+)"|([^{},"]++)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _array_items(literal: str) -> Iterator[str]:
    start = literal.find("{")  # an array with bounds of its own begins [2:3]={…}
    for quoted, plain in _ITEM.findall(literal[max(start, 0) :]):
        if quoted:
            yield _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted
        elif plain and plain.upper() != "NULL":
            yield plain


_PAIR = re.compile(r'"((?:[^"\\]|\\.)*+)"=>(?:"((?:[^"\\]|\\.)*+)"|NULL)', re.DOTALL)


def hstore_column(cells: Cells, units: Sequence[int], path: str) -> tuple[Cells, Opened]:
    """Open PostgreSQL hstore literals (``"key"=>"value", …``) into ``path.key``."""
    opened: Opened = {}
    for row, cell in enumerate(cells):
        for key, text in _PAIR.findall(cell) if cell else ():
            key, text = _ESCAPED.sub(r"\1", key), _ESCAPED.sub(r"\1", text)
            if not is_name(key):
                _put(opened, f"{path}.*", path, units[row], key)
            if text:
                _put(opened, f"{path}.{key}" if is_name(key) else f"{path}.*", path, units[row], text)
    return [None] * len(cells), opened
