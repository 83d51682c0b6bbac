"""Annotations of a GitHub job: workflow commands on stdout (``-f github``), one a violation.

GitHub shows ten errors and ten warnings of a step, so the gravest come first; the log keeps all. The job summary is
``-o markdown:$GITHUB_STEP_SUMMARY``. In a GitHub job ``check`` does both by itself.
"""

from __future__ import annotations

from typing import ClassVar

from derbes.reports.base import Report
from derbes.reports.exceptions import notable
from derbes.reports.repo import code_line, hostless
from derbes.reports.safe import encodable
from derbes.reports.view import View
from derbes.scanner.codes import NOTES
from derbes.scanner.model.findings import SEVERITIES, Outcome

_LEVELS = {"critical": "error", "major": "warning", "minor": "notice"}


class GithubReport(Report):
    """New violations at their files and lines, what was not read, and a last line in plain words."""

    name: ClassVar[str] = "github"

    def render(self, outcome: Outcome) -> bytes:
        """One line a command, then a line in plain words."""
        view = View(outcome, self.lang)
        last = f"derbes: {hostless(view.totals())}. {view.coverage()}."
        return str(encodable("\n".join([*self.commands(outcome), last]) + "\n")).encode()

    def commands(self, outcome: Outcome) -> list[str]:
        """The workflow commands, gravest first."""
        view = View(outcome, self.lang)
        lines = []
        for v in sorted(view.open, key=lambda v: SEVERITIES.index(v.severity)):
            if v.state != "new":
                continue
            at = code_line(view, v)
            remedy = f"{view.tr('Как исправить')}: {view.remedy(v)}"
            text = f"{view.where(v)}: {view.message(v)} ({view.clauses(v)}). {remedy}. derbes explain {v.id}"
            properties = f"file={_property(at.path)},line={at.line},title={_property(f'derbes {v.rule}')}"
            lines.append(f"::{_LEVELS[v.severity]} {properties}::{_data(text)}")
        for one in outcome.inventory.unscanned:
            if one.code not in NOTES:
                text = f"{view.where(one)}: {view.missed(one)}"
                lines.append(f"::warning title={_property(f'derbes {one.code}')}::{_data(text)}")
        lines += [f"::notice title={_property(f'derbes {e.code}')}::{_data(e.text)}" for e in notable(view)]
        return [str(encodable(line)) for line in lines]


def _data(text: str) -> str:
    return hostless(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
