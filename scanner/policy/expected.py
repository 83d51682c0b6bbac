"""``derbes-expected.yml``: the fields that a review before launch let through. What a later scan finds beside them
appeared without a review.

A reviewed table is known by its name, within its place where ``derbes.yml`` names one. Columns of other tables in
such a place are unreviewed too; a table and a place that nobody reviewed are not judged by this file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from derbes.scanner.model.data import Dataset
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Classification, Inventory, PlaceRecord
from derbes.scanner.policy.saving import save_text
from derbes.scanner.policy.scalars import Day, Model

NAME = "derbes-expected.yml"
HEADER = "# Поля, проверенные до запуска (derbes review … --save-expected). Остальные scan назовёт непроверенными."


class Reviewed(Model):
    """A table, form or message whose fields were reviewed. ``place``: its id in derbes.yml; ``source``: its file."""

    table: str = Field(min_length=1)
    place: str | None = None
    source: str | None = None
    date: Day | None = None
    fields: tuple[str, ...] = ()


class ExpectedFile(Model):
    """``derbes-expected.yml``."""

    version: Literal[1] = 1
    reviewed: tuple[Reviewed, ...] = ()


def load_expected(path: Path) -> tuple[Reviewed, ...]:
    """Read the file; none at all means nothing was reviewed. Raises :class:`PolicyErrors` with every mistake in it."""
    from derbes.scanner.policy.decode import decode
    from derbes.scanner.policy.problems import PolicyErrors
    from derbes.scanner.policy.yamlmarks import read_document

    if not path.exists():
        return ()
    document = read_document(path)
    if document.data is None:
        return ()
    parsed, problems = decode(document, ExpectedFile)
    if parsed is None or problems:
        raise PolicyErrors(problems)
    return parsed.reviewed


def save_expected(path: Path, inventory: Inventory, declared: Collection[str]) -> int:
    """Add what ``inventory`` (of a review) defines to the file and return how many fields are new in it.

    ``declared``: the places that derbes.yml names. Raises :class:`UsageError` when it cannot be written.
    """
    known = {(entry.place, entry.table): entry for entry in load_expected(path)}
    before = sum(len(entry.fields) for entry in known.values())
    for entry in _reviewed(inventory, declared):
        old = known.get((entry.place, entry.table))
        fields = tuple(dict.fromkeys((*(old.fields if old else ()), *entry.fields)))
        known[entry.place, entry.table] = entry.model_copy(update={"fields": fields})
    entries = [entry.model_dump(mode="json", exclude_none=True) for entry in known.values()]
    text = yaml.safe_dump({"version": 1, "reviewed": entries}, allow_unicode=True, sort_keys=False, width=120)
    save_text(path, f"{HEADER}\n{text}")
    return sum(len(entry.fields) for entry in known.values()) - before


def _reviewed(inventory: Inventory, declared: Collection[str]) -> Iterator[Reviewed]:
    for record in inventory.places:
        for dataset in record.datasets:
            if dataset.kind == "log" or not dataset.fields:
                continue
            known = {
                "table": dataset.name,
                "place": record.place.id if record.place.id in declared else None,
                "source": record.place.location,
                "date": inventory.run.finished_at[:10],
                "fields": [_column(field.path, dataset.name) for field in dataset.fields],
            }
            yield Reviewed.model_validate(known)


def held_against(inventory: Inventory, entries: Iterable[Reviewed]) -> Inventory:
    """``inventory`` with the fact which of its fields were reviewed, where any were."""
    entries = tuple(entries)
    if not entries:
        return inventory
    rows: dict[str, list[Classification]] = {}
    for row in inventory.fields:
        rows.setdefault(row.place, []).append(row)
    places = tuple(_judged(record, rows.get(record.place.id, ()), entries) for record in inventory.places)
    return replace(inventory, places=places)


def _judged(record: PlaceRecord, rows: Iterable[Classification], entries: tuple[Reviewed, ...]) -> PlaceRecord:
    own = [entry for entry in entries if entry.place == record.place.id]
    datasets = {(dataset.part, dataset.name): dataset for dataset in record.datasets}
    reviewed: dict[str, bool] = {}
    for row in rows:
        known = _entries(row, datasets.get((row.part, row.dataset)), own, entries)
        if known:
            columns = {_plain(column) for entry in known for column in entry.fields}
            reviewed[row.path] = bool(columns & _names(row))
    if not reviewed:
        return record
    first, *others = record.facts or (Facts(),)
    return replace(record, facts=(replace(first, reviewed=reviewed), *others))


def _entries(
    row: Classification, dataset: Dataset | None, own: list[Reviewed], entries: tuple[Reviewed, ...]
) -> list[Reviewed]:
    """What was reviewed of the table in which the row was met (of a table that was not, no field); of the whole place
    for files, which have no tables. Nothing where nothing was reviewed."""
    if dataset is None or dataset.kind != "database":
        return own
    table = _plain(row.dataset.rpartition(".")[2])
    named = [entry for entry in entries if _plain(entry.table.rpartition(".")[2]) == table]
    mine = [entry for entry in named if entry.place in (None, row.place)]
    return mine or [entry.model_copy(update={"fields": ()}) for entry in own]


def _names(row: Classification) -> set[str]:
    column = _plain(_column(row.path.rpartition("#")[2], row.dataset))
    return {column, column.rpartition(".")[2]}


def _column(path: str, table: str) -> str:
    return path.rpartition("#")[2].removeprefix(f"{table}.")


def _plain(name: str) -> str:
    return name.lower().strip('"`').replace("[]", "")
