"""OpenLineage: a dataset event a table, with tags for its fields (one JSON object a line, as its file transport)."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from derbes import __version__
from derbes.reports.export.base import PRODUCER, Call, Export, as_json
from derbes.reports.export.catalogue import Column, System, Table
from derbes.scanner.model.findings import Outcome, PolicyRef

SPEC = "https://openlineage.io/spec"
SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
TAGS = f"{SPEC}/facets/1-0-0/TagsDatasetFacet.json#/$defs/TagsDatasetFacet"
OWNERS = f"{SPEC}/facets/1-0-1/OwnershipDatasetFacet.json#/$defs/OwnershipDatasetFacet"
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql"}


class OpenLineageExport(Export):
    """Names follow the naming convention of OpenLineage, so that events meet those of other producers."""

    name: ClassVar[str] = "openlineage"
    file: ClassVar[str] = "openlineage.jsonl"

    def render(self, outcome: Outcome) -> bytes:
        return b"".join(as_json(event, None) for event in self.events(outcome))

    def calls(self, outcome: Outcome) -> list[Call]:
        return [Call("POST", "/api/v1/lineage", event) for event in self.events(outcome)]

    def events(self, outcome: Outcome) -> list[dict[str, Any]]:
        """One event a table."""
        return [
            _event(outcome, system, table, self.names.get(system.id))
            for system in self.systems(outcome)
            for table in system.tables
        ]


def _event(outcome: Outcome, system: System, table: Table, namespace: str | None) -> dict[str, Any]:
    producer = f"{PRODUCER}{__version__}"
    facets: dict[str, Any] = {
        "tags": {
            "_producer": producer,
            "_schemaURL": TAGS,
            "tags": [tag for column in table.columns for tag in _tags(column, outcome.policy)],
        }
    }
    if owner := system.record.place.owner:
        facets["ownership"] = {
            "_producer": producer,
            "_schemaURL": OWNERS,
            "owners": [{"name": f"team:{owner}", "type": "MAINTAINER"}],
        }
    where, name = dataset_name(system, table)
    return {
        "eventTime": outcome.inventory.run.finished_at,
        "producer": producer,
        "schemaURL": SCHEMA,
        "dataset": {"namespace": namespace or where, "name": name, "facets": facets},
    }


def _tags(column: Column, policy: PolicyRef) -> list[dict[str, str]]:
    pairs = [("pii", name) for name in column.personal]
    clauses = (policy.category_clauses.get(name) for name in column.categories)
    pairs += [("policy_clause", clause) for clause in dict.fromkeys(clauses) if clause]
    pairs += [("fides", key) for key in column.fides]
    return [{"key": key, "value": value, "source": "DERBES", "field": column.name} for key, value in pairs]


def dataset_name(system: System, table: Table) -> tuple[str, str]:
    """Namespace and name: ``postgres://host:5432`` and ``db.schema.table``; ``file`` and a path; ``s3://bucket``."""
    address = system.address
    if address is None:
        location = system.record.place.location
        path = _joined(location, table.part)
        scheme, separator, rest = path.partition("://")
        if separator and scheme:
            host = urlsplit(location).netloc
            return f"{scheme}://{host}", rest.removeprefix(host).lstrip("/")
        return "file", path
    parts = (name for name in (address.database, table.schema, table.name) if name)
    if address.scheme == "sqlite":
        return "file", f"{address.database}/{table.name}"
    port = address.port or _PORTS.get(address.scheme)
    scheme = _SCHEMES.get(address.scheme, address.scheme)
    return f"{scheme}://{address.host}" + (f":{port}" if port else ""), ".".join(parts)


def _joined(location: str, part: str) -> str:
    """The path of a part; what a glob matched stands under the folder before its first wildcard."""
    if not part or part == location:
        return location
    folder = location.split("*", 1)[0].split("?", 1)[0]
    if folder != location:
        folder = folder.rpartition("/")[0]
    return f"{folder.rstrip('/')}/{part}" if folder else part
