"""Open Data Contract Standard 3.1: one contract a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from derbes.reports.export.base import Export, as_yaml
from derbes.reports.export.catalogue import Column, System, Table, keys
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome
from derbes.scanner.policy.scalars import TECHNICAL

VERSION = "v3.1.0"


class OdcsExport(Export):
    """Files for a folder are one contract each; as one file they are YAML documents one after another."""

    name: ClassVar[str] = "odcs"
    file: ClassVar[str] = "contracts.odcs.yaml"

    def render(self, outcome: Outcome) -> bytes:
        contracts = [contract for _, contract in self._contracts(outcome)]
        return as_yaml(*contracts) if contracts else b""

    def files(self, outcome: Outcome) -> dict[str, bytes]:
        return {f"{key}.odcs.yaml": as_yaml(contract) for key, contract in self._contracts(outcome)}

    def _contracts(self, outcome: Outcome) -> Iterator[tuple[str, dict[str, Any]]]:
        view = View(outcome, self.lang)
        found = self.systems(outcome)
        names = keys(system.id for system in found)
        for system in found:
            yield names[system.id], self._contract(view, system, names[system.id])

    def _contract(self, view: View, system: System, key: str) -> dict[str, Any]:
        place = system.record.place
        tables = keys(table.path for table in system.tables)
        contract: dict[str, Any] = {
            "apiVersion": VERSION,
            "kind": "DataContract",
            "id": f"derbes-{key}",
            "name": self.names.get(place.id, place.id),
            "version": "1.0.0",
            "status": "active",
            "description": {"purpose": "; ".join(view.purpose(purpose) for purpose in place.purposes)},
            "tags": ["derbes"],
            "schema": [_table(view, table, tables[table.path]) for table in system.tables],
            "customProperties": [
                {"property": "derbesRun", "value": view.run.id},
                {"property": "derbesPolicy", "value": view.policy.sha256},
            ],
        }
        if place.owner:
            contract["team"] = {"name": place.owner}
        if place.roles:
            contract["roles"] = [{"role": role, "access": "read"} for role in place.roles]
        if place.retention is not None and place.retention.keep:
            contract["slaProperties"] = [{"property": "retention", "value": place.retention.keep}]
        return contract


def _table(view: View, table: Table, key: str) -> dict[str, Any]:
    return {
        "id": key,
        "name": table.name,
        "physicalName": table.path,
        "logicalType": "object",
        "physicalType": "file" if table.part else "table",
        "properties": [_property(view, column) for column in table.columns],
    }


def _property(view: View, column: Column) -> dict[str, Any]:
    personal = bool(column.personal)
    clauses = sorted({view.policy.category_clauses.get(name, "") for name in column.categories} - {""})
    return {
        "name": column.name,
        "logicalType": "string",
        "description": "; ".join(view.category(name) for name in column.categories),
        "classification": "restricted" if personal else "internal",
        "tags": [*(["pii"] if personal else []), *(f"clause:{clause}" for clause in clauses)],
        "customProperties": [
            {"property": "derbesCategories", "value": list(column.categories)},
            {"property": "derbesFideslang", "value": list(column.fides)},
            {"property": "derbesShare", "value": _share(column)},
        ],
    }


def _share(column: Column) -> float:
    """The largest share of records that hold one of the categories, technical data aside where there is more."""
    rows = [row for row in column.rows if row.category != TECHNICAL] or column.rows
    return round(max(row.units_with / row.units_read if row.units_read else 0.0 for row in rows), 4)
