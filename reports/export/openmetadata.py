"""OpenMetadata: a classification with a tag for each category, and the tags that columns of known tables get.

Tables are changed by JSON patch against what the server has (``scanner.catalogues``), for a whole table put there
again would lose its other columns. Every tag is suggested, not confirmed: a person decides.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from derbes.reports.export.base import Call, Export, as_json
from derbes.reports.export.catalogue import Column, System, Table
from derbes.reports.safe import encodable, printable
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome

CLASSIFICATION = "DerbesPersonalData"
_MAX_TAG = 64
_NOT_IN_TAG = re.compile(r"[^\w-]+")


class OpenMetadataExport(Export):
    """One JSON object: ``classification``, ``tags``, ``tables`` with the tags of their columns."""

    name: ClassVar[str] = "openmetadata"
    file: ClassVar[str] = "openmetadata.json"
    databases_only: ClassVar[bool] = True

    def render(self, outcome: Outcome) -> bytes:
        return as_json(self.document(outcome))

    def calls(self, outcome: Outcome) -> list[Call]:
        """Requests that need no answer of the server; those for tables are made by ``table_patch``."""
        document = self.document(outcome)
        return [
            Call("PUT", "/api/v1/classifications", document["classification"]),
            *(Call("PUT", "/api/v1/tags", tag) for tag in document["tags"]),
        ]

    def document(self, outcome: Outcome) -> dict[str, Any]:
        """Plain data, in the shapes of OpenMetadata's own requests."""
        view = View(outcome, self.lang)
        found = self.systems(outcome)
        used = {name for s in found for t in s.tables for column in t.columns for name in column.personal}
        return {
            "classification": {
                "name": CLASSIFICATION,
                "description": printable(view.policy.title),
                "mutuallyExclusive": False,
            },
            "tags": [
                {
                    "classification": CLASSIFICATION,
                    "name": tag_name(name),
                    "displayName": view.category(name),
                    "description": view.clause(view.policy.category_clauses.get(name, "")),
                }
                for name in view.categories(used)
            ],
            "tables": [
                {
                    "fullyQualifiedName": self.fqn(system, table),
                    "columns": [
                        {"name": column.name, "tags": [label(view, column, name) for name in column.personal]}
                        for column in table.columns
                        if column.personal
                    ],
                }
                for system in found
                for table in system.tables
                if any(column.personal for column in table.columns)
            ],
        }

    def fqn(self, system: System, table: Table) -> str:
        """``service.database.schema.table``; MySQL's databases are schemas of ``default``."""
        address = system.address
        scheme, database = (address.scheme, address.database) if address else ("", "")
        parts = [self.names.get(system.id, system.id)]
        if scheme == "sqlite":
            parts += ["default", "main"]
        elif table.schema:
            parts += [database or "default", table.schema]
        else:
            parts += ["default", database or "default"]
        return ".".join(map(_quoted, [*parts, table.name]))


def label(view: View, column: Column, category: str) -> dict[str, Any]:
    """A tag label of OpenMetadata."""
    row = next(row for row in column.rows if row.category == category)
    return {
        "tagFQN": f"{CLASSIFICATION}.{tag_name(category)}",
        "source": "Classification",
        "labelType": "Automated",
        "state": "Suggested",
        "reason": f"derbes {view.run.id}: {row.units_with} / {row.units_read}, {row.confidence:.2f}",
    }


def table_patch(wanted: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """JSON patch that adds the labels of ``wanted`` to a table as the server has it; what is there stays."""
    operations = []
    labels = {column["name"]: column["tags"] for column in wanted["columns"]}
    for number, column in enumerate(known.get("columns") or ()):
        present = {tag.get("tagFQN") for tag in column.get("tags") or ()}
        missing = [tag for tag in labels.get(column.get("name"), ()) if tag["tagFQN"] not in present]
        if missing and "tags" not in column:
            operations.append({"op": "add", "path": f"/columns/{number}/tags", "value": missing})
        else:
            operations += [{"op": "add", "path": f"/columns/{number}/tags/-", "value": tag} for tag in missing]
    return operations


def tag_name(category: str) -> str:
    """A category id as the name of a tag, within OpenMetadata's limits."""
    return _NOT_IN_TAG.sub("_", category)[:_MAX_TAG]


def _quoted(name: str) -> str:
    """A part of a fully qualified name; dots and quotes need quoting."""
    text = str(encodable(name))
    return '"' + text.replace('"', '\\"') + '"' if "." in text or '"' in text else text
