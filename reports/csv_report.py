"""Violations as CSV for spreadsheets: no cell can be a formula, no cell breaks a line."""

from __future__ import annotations

import csv
import io
from typing import ClassVar

from derbes.reports.base import Report
from derbes.reports.exceptions import notable
from derbes.reports.safe import encodable, inert
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome

COLUMNS = (
    "kind", "id", "severity", "state", "rule", "clauses", "place", "path", "category", "units", "low", "high",
    "owner", "message", "remedy",
)  # fmt: skip


class CsvReport(Report):
    """One line a violation (accepted ones too), one for each thing that was not read and each exception to look at.

    UTF-8 with a mark for Excel."""

    name: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)

    def render(self, outcome: Outcome) -> bytes:
        """Comma-separated, CRLF, column names in English: they are for programs, too."""
        view = View(outcome, self.lang)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for v in outcome.violations:
            low, high = v.interval or ("", "")
            cells = [
                "violation", v.id, v.severity, v.state, v.rule, " ".join(v.clauses), v.place, v.path, v.category,
                v.units, low, high, v.owner or "", view.message(v), view.remedy(v),
            ]  # fmt: skip
            writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in cells])
        for one in outcome.inventory.unscanned:
            rest = ["", "", "", "", "", view.missed(one), view.hint(one)]
            cells = ["unscanned", "", "", "", one.code, "", one.place, one.path, *rest]
            writer.writerow([inert(str(cell)) for cell in cells])
        for each in notable(view):
            rest = ["", "", each.entry.by, each.text, ""]
            cells = ["exception", each.entry.id, "", each.entry.status, each.code, "", "", "", "", "", *rest]
            writer.writerow([inert(str(cell)) for cell in cells])
        return str(encodable(text.getvalue())).encode("utf-8-sig")
