"""Exports: one ``Outcome`` in, files for a data catalogue out. The table maps a name to its class."""

from __future__ import annotations

from importlib import import_module

from derbes.reports.export.base import Export

EXPORTS: dict[str, str] = {
    "datahub": "derbes.reports.export.datahub:DatahubExport",
    "dbt": "derbes.reports.export.dbt:DbtExport",
    "fides": "derbes.reports.export.fides:FidesExport",
    "odcs": "derbes.reports.export.odcs:OdcsExport",
    "openlineage": "derbes.reports.export.openlineage:OpenLineageExport",
    "openmetadata": "derbes.reports.export.openmetadata:OpenMetadataExport",
}


def open_export(name: str, lang: str, **given: object) -> Export:
    """An export by its name; ``given`` are the fields of ``Export``. Raises ``KeyError``."""
    module, _, attribute = EXPORTS[name].partition(":")
    export: Export = getattr(import_module(module), attribute)(lang, **given)
    return export
