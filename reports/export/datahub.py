"""DataHub: metadata change proposals. Tags are added by patch, so that what people wrote there stays."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar
from urllib.parse import quote

from derbes.reports.export.base import Call, Export, as_json
from derbes.reports.export.catalogue import System, Table
from derbes.reports.export.openlineage import dataset_name
from derbes.reports.safe import encodable
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome

_PLATFORMS = {"postgresql": "postgres", "": "file"}
_RESERVED = re.compile(r"[%(),\u241f\s]")  # what a URN keeps for itself, as DataHub's own encoder
_REST = {"X-RestLi-Protocol-Version": "2.0.0"}


class DatahubExport(Export):
    """A file for DataHub's ``file`` source, or requests to ``/aspects?action=ingestProposal``."""

    name: ClassVar[str] = "datahub"
    file: ClassVar[str] = "datahub_mcps.json"

    def render(self, outcome: Outcome) -> bytes:
        return as_json(self.proposals(outcome))

    def calls(self, outcome: Outcome) -> list[Call]:
        return [
            Call("POST", "/aspects?action=ingestProposal", {"proposal": one}, _REST) for one in self.proposals(outcome)
        ]

    def proposals(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Tags first, then what is tagged."""
        view = View(outcome, self.lang)
        found = self.systems(outcome)
        used = {name for s in found for t in s.tables for column in t.columns for name in column.personal}
        tags = [
            _proposal("tag", tag_urn(name), "UPSERT", "tagProperties", {
                "name": view.category(name),
                "description": view.clause(view.policy.category_clauses.get(name, "")),
            })
            for name in view.categories(used)
        ]  # fmt: skip
        return tags + [p for system in found for table in system.tables for p in self._of_table(system, table)]

    def _of_table(self, system: System, table: Table) -> list[dict[str, Any]]:
        urn = self._urn(system, table)
        names = dict.fromkeys(name for column in table.columns for name in column.personal)
        if not names:
            return []
        of_table = [_add(f"/tags/{tag_urn(name)}", name) for name in names]
        of_fields = [
            _add(f"/editableSchemaFieldInfo/{_pointer(column.name)}/globalTags/tags/{tag_urn(name)}", name)
            for column in table.columns
            for name in column.personal
        ]
        return [
            _proposal("dataset", urn, "PATCH", "globalTags", of_table),
            _proposal("dataset", urn, "PATCH", "editableSchemaMetadata", of_fields),
        ]

    def _urn(self, system: System, table: Table) -> str:
        address = system.address
        scheme = address.scheme if address is not None else ""
        name = dataset_name(system, table)[1]
        if instance := self.names.get(system.id):
            name = f"{instance}.{name}"
        name = _RESERVED.sub(lambda found: quote(found.group()), str(encodable(name)))
        return f"urn:li:dataset:(urn:li:dataPlatform:{_PLATFORMS.get(scheme, scheme)},{name},{self.env})"


def tag_urn(category: str) -> str:
    """``urn:li:tag:derbes.phone``."""
    return f"urn:li:tag:derbes.{quote(str(encodable(category)), safe='._-')}"


def _add(path: str, category: str) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": {"tag": tag_urn(category)}}


def _pointer(text: str) -> str:
    """A name as one step of a JSON pointer."""
    return text.replace("~", "~0").replace("/", "~1")


def _proposal(entity: str, urn: str, change: str, aspect: str, value: Any) -> dict[str, Any]:
    kind = "application/json-patch+json" if change == "PATCH" else "application/json"
    return {
        "entityType": entity,
        "entityUrn": urn,
        "changeType": change,
        "aspectName": aspect,
        "aspect": {"value": json.dumps(encodable(value)), "contentType": kind},
    }
