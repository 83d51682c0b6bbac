"""Where the columns of a query come from, as far as its text says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def sources_of(query: Any) -> dict[str, str]:
    """Alias (or name) -> table, for every table that the query reads."""
    from sqlglot import exp

    return {
        table.alias_or_name: ".".join(part.name for part in table.parts)
        for table in query.find_all(exp.Table)
        if table.name
    }


def origins_of(selected: Any, query: Any) -> Iterator[str]:
    """``table.column`` of each column within one selected expression; without a table where just one is read."""
    from sqlglot import exp

    sources = sources_of(query)
    alone = next(iter(sources.values())) if len(sources) == 1 else ""
    for column in selected.find_all(exp.Column):
        if table := sources.get(column.table, "" if column.table else alone):
            yield f"{table}.{column.name}"
