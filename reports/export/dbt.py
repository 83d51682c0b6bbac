"""dbt: ``sources`` with tags and meta of their columns, one source a schema of a database."""

from __future__ import annotations

from itertools import groupby
from typing import Any, ClassVar

from derbes.reports.export.base import Export, as_yaml
from derbes.reports.export.catalogue import Column, System, Table
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome


class DbtExport(Export):
    """Columns in which nothing was found are not listed: dbt merges, it does not forget them."""

    name: ClassVar[str] = "dbt"
    file: ClassVar[str] = "derbes_sources.yml"
    databases_only: ClassVar[bool] = True

    def render(self, outcome: Outcome) -> bytes:
        view = View(outcome, self.lang)
        found = [source for system in self.systems(outcome) for source in self._sources(view, system)]
        return as_yaml({"version": 2, "sources": found})

    def _sources(self, view: View, system: System) -> list[dict[str, Any]]:
        groups = groupby(sorted(system.tables, key=lambda table: table.schema), key=lambda table: table.schema)
        schemas = [(schema, list(tables)) for schema, tables in groups]
        name = self.names.get(system.id, system.id)
        return [
            {
                "name": f"{name}_{schema}" if schema and len(schemas) > 1 else name,
                **_where(system, schema),
                "config": {"meta": {"owner": system.record.place.owner or ""}},
                "tables": [_table(view, table) for table in tables],
            }
            for schema, tables in schemas
        ]


def _where(system: System, schema: str) -> dict[str, str]:
    address = system.address
    database = address.database if address is not None and address.scheme != "sqlite" else ""
    if not schema:  # MySQL: a database is what dbt calls a schema; SQLite has `main` alone
        return {"schema": database or "main"}
    return {"database": database, "schema": schema} if database else {"schema": schema}


def _table(view: View, table: Table) -> dict[str, Any]:
    return {"name": table.name, "columns": [_column(view, column) for column in table.columns]}


def _column(view: View, column: Column) -> dict[str, Any]:
    clauses = dict.fromkeys(view.policy.category_clauses.get(name, "") for name in column.categories)
    meta = {
        "personal_data": bool(column.personal),
        "categories": list(column.categories),
        "clauses": [clause for clause in clauses if clause],
        "fideslang": list(column.fides),
    }
    return {
        "name": column.name,
        "description": "; ".join(view.category(name) for name in column.categories),
        "config": {"meta": meta, "tags": ["pii", *column.personal] if column.personal else ["technical"]},
    }
