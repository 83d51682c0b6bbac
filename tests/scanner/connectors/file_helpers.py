"""Read a file through FilesSource and look at what came out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from derbes.scanner.codes import CODES
from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.files import FilesSource
from derbes.scanner.model.data import TableBatch, TextBatch
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place


def source(target: Path | str, *, declared: bool = False, encoding: str | None = None, **options: Any) -> FilesSource:
    place = Place(id="p", target=str(target), location=str(target), declared=declared, encoding=encoding)
    return FilesSource(place, Options(**options))


def read(target: Path | str, **wishes: Any) -> list[Any]:
    """Everything of a target; what was not read keeps its place in the order."""
    files = source(target, **wishes)
    items: list[Any] = []
    for unit in files.units():
        items += [unit] if isinstance(unit, Unscanned) else files.read(unit)
    assert all(item.code in CODES for item in items if isinstance(item, Unscanned))
    return items


def problems(items: Iterable[Any]) -> list[tuple[str, str]]:
    return [(item.path, item.code) for item in items if isinstance(item, Unscanned)]


def codes(items: Iterable[Any]) -> list[str]:
    return [code for _, code in problems(items)]


def columns(items: Iterable[Any]) -> dict[str, list[tuple[int, str]]]:
    """Values of all tables by path, with their row numbers; missing ones left out."""
    out: dict[str, list[tuple[int, str]]] = {}
    for item in items:
        if isinstance(item, TableBatch):
            for path, series in item.columns.items():
                values = out.setdefault(path, [])
                values += [(int(unit), value) for unit, value in series.items() if value is not None]
    return out


def values(items: Iterable[Any]) -> dict[str, list[str]]:
    return {path: [value for _, value in column] for path, column in columns(items).items()}


def lines(items: Iterable[Any]) -> dict[int, str]:
    """Lines of text by number; pieces of giant lines are put together."""
    out: dict[int, str] = {}
    for item in items:
        if not isinstance(item, TextBatch):
            continue
        text = item.buffer.decode("utf-8")
        if item.continued:
            before = out.get(item.first_unit, "")
            assert text.startswith(before[item.column :])
            out[item.first_unit] = before[: item.column] + text
            continue
        for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], item.first_unit):
            assert number not in out
            out[number] = line
    return {number: line.removesuffix("\n") for number, line in out.items()}


def rows_counted(items: Iterable[Any]) -> int:
    return sum(item.units for item in items if isinstance(item, TableBatch))
