"""A live schema, for example of a staging database: names and types from its catalogue, no row is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derbes.scanner.connectors import open_source
from derbes.scanner.connectors.base import Options
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.places import Place


def live_datasets(place: Place) -> Iterator[Dataset]:
    """Tables with their columns. Raises ``UsageError`` when the database cannot be reached."""
    source = open_source(place, Options())
    try:
        for dataset in source.datasets():
            yield replace(dataset, part=dataset.name, kind="schema", format="database", rows_total=None)
    finally:
        source.close()
