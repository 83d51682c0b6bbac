"""Exceptions that a reader must know of, in every report: those that hold for good are the only silent ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derbes.reports.i18n import day
from derbes.reports.safe import folded, printable
from derbes.reports.view import View
from derbes.scanner.model.findings import Exemption

FILE = "derbes-exceptions.yml"  # where a line of a repository is wanted; the outcome does not say what it was called


class Notable(NamedTuple):
    """An exception that expires soon or does not hold, a stable name of what it is, and that in words."""

    entry: Exemption
    code: str
    text: str


def notable(view: View) -> Iterator[Notable]:
    """Everything but what is in force for longer, in the order of the days."""
    for entry in view.outcome.exemptions:
        if entry.status != "active":
            until = printable(day(entry.until, view.lang))
            text = view.tr(
                "исключение {id}: {status} ({until}): {reason}",
                id=printable(entry.id),
                status=view.exemption(entry.status),
                until=until,
                reason=folded(entry.reason)[:300],
            )
            yield Notable(entry, f"exception-{entry.status}", text)
