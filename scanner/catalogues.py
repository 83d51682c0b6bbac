"""Catalogues whose tables are changed by what their server already has: OpenMetadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

import click

from derbes.reports.export.base import Export
from derbes.reports.export.openmetadata import OpenMetadataExport, table_patch
from derbes.reports.safe import printable
from derbes.scanner.delivery import request
from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Outcome

PATCH = {"Content-Type": "application/json-patch+json"}


def push_tables(
    export: Export, outcome: Outcome, base: str, headers: Mapping[str, str], dry_run: bool
) -> tuple[int, list[str]]:
    """Add suggested tags to the columns of tables that the server knows: how many were changed, and which it lacks.

    A dry run asks the server nothing: it prints what the columns are to get.
    """
    if not isinstance(export, OpenMetadataExport):
        return 0, []
    patched, missing = 0, []
    for table in export.document(outcome)["tables"]:
        url = f"{base}/api/v1/tables/name/{quote(table['fullyQualifiedName'], safe='')}"
        if dry_run:
            click.echo(f"PATCH {printable(url)}")
            click.echo(printable(json.dumps(table["columns"], ensure_ascii=False, sort_keys=True)))
            continue
        try:
            known = request("GET", f"{url}?fields=columns,tags", None, headers)
        except UsageError as error:
            if error.params.get("reason") != "HTTP 404":
                raise
            missing.append(table["fullyQualifiedName"])
            continue
        operations = table_patch(table, known or {})
        if operations:
            request("PATCH", f"{base}/api/v1/tables/{known['id']}", operations, {**headers, **PATCH})
            patched += 1
    return patched, missing
