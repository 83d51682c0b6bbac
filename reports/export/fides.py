"""Fides: datasets with collections and fields (``fides push``)."""

from __future__ import annotations

from typing import Any, ClassVar

from derbes.reports.export.base import Export, as_yaml
from derbes.reports.export.catalogue import Column, System, keys
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome


class FidesExport(Export):
    """One dataset a place. Keys of places that a fides key cannot hold are told apart by a digest."""

    name: ClassVar[str] = "fides"
    file: ClassVar[str] = "fides_dataset.yml"

    def render(self, outcome: Outcome) -> bytes:
        view = View(outcome, self.lang)
        found = self.systems(outcome)
        names = keys(self.names.get(system.id, system.id) for system in found)
        datasets = [self._dataset(view, system, names[self.names.get(system.id, system.id)]) for system in found]
        return as_yaml({"dataset": datasets})

    def _dataset(self, view: View, system: System, key: str) -> dict[str, Any]:
        place = system.record.place
        return {
            "fides_key": key,
            "organization_fides_key": "default_organization",
            "name": place.id,
            "description": f"derbes {view.run.id}",
            "meta": {"owner": place.owner or "", "location": place.location},
            "data_categories": [],
            "collections": [
                {"name": table.path, "fields": [_field(view, column) for column in table.columns]}
                for table in system.tables
            ],
        }


def _field(view: View, column: Column) -> dict[str, Any]:
    clauses = dict.fromkeys(view.policy.category_clauses.get(name, "") for name in column.categories)
    words = [view.category(name) for name in column.categories]
    return {
        "name": column.name,
        "description": "; ".join([*words, *(view.clause(clause) for clause in clauses if clause)]),
        "data_categories": list(column.fides),
    }
