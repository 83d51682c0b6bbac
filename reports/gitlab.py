"""GitLab Code Quality: one issue a violation, with a fingerprint that nothing else has (equal ones hide each other)."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

from derbes.reports.base import Report
from derbes.reports.exceptions import FILE, notable
from derbes.reports.repo import CONFIG, code_line, fingerprint, hostless
from derbes.reports.safe import encodable
from derbes.reports.view import View
from derbes.scanner.codes import NOTES
from derbes.scanner.model.findings import Outcome


class GitlabReport(Report):
    """Open violations; what was not read and exceptions to look at as ``info``."""

    name: ClassVar[str] = "gitlab"
    suffixes: ClassVar[tuple[str, ...]] = (".gitlab.json",)

    def render(self, outcome: Outcome) -> bytes:
        """A JSON array."""
        view = View(outcome, self.lang)
        issues: list[dict[str, Any]] = []
        for v in view.open:
            at = code_line(view, v)
            text = f"{hostless(view.where(v))}: {hostless(view.message(v))} ({view.clauses(v)}). {v.id}"
            issues.append(_issue(text, v.rule, fingerprint(v), v.severity, at.path, at.line))
        for one in outcome.inventory.unscanned:
            if one.code not in NOTES:
                text = f"{hostless(view.where(one))}: {hostless(view.missed(one))}"
                mark = hashlib.sha256(f"{one.place}\0{one.path}\0{one.code}".encode("utf-8", "surrogatepass"))
                issues.append(_issue(text, one.code, mark.hexdigest(), "info", CONFIG, 1))
        for each in notable(view):
            mark = hashlib.sha256(f"{each.code}\0{each.entry.id}".encode("utf-8", "surrogatepass"))
            issues.append(_issue(hostless(each.text), each.code, mark.hexdigest(), "info", FILE, 1))
        unique = {issue["fingerprint"]: issue for issue in reversed(issues)}
        return (json.dumps(encodable(list(reversed(unique.values()))), ensure_ascii=False, indent=1) + "\n").encode()


def _issue(text: str, check: str, mark: str, severity: str, path: str, line: int) -> dict[str, Any]:
    return {
        "description": text,
        "check_name": check,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
