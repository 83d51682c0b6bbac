"""A baseline is any former JSON report: what it knew is ``known``, and only what is new fails the gate."""

from __future__ import annotations

import json
from pathlib import Path

from derbes.scanner.errors import UsageError

SCHEMA = "derbes/report/"


def load_baseline(path: Path) -> dict[str, frozenset[tuple[str, str]]]:
    """Violations of a former report and what each covered. What it had accepted stays with the exceptions file.

    Raises :class:`UsageError` when the file is not such a report.
    """
    try:
        report = json.loads(path.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError("baseline-file", "{file} не читается: {reason}", file=str(path), reason=reason) from None
    except (ValueError, RecursionError):
        raise _not_a_report(path) from None
    if not isinstance(report, dict) or not str(report.get("schema", "")).startswith(SCHEMA):
        raise _not_a_report(path)
    violations = report.get("violations", [])
    if not isinstance(violations, list) or not all(
        isinstance(v, dict) and isinstance(v.get("id"), str) for v in violations
    ):
        raise _not_a_report(path)
    return {
        violation["id"]: frozenset(
            (str(part.get("path")), str(part.get("category")))
            for part in violation.get("covers") or ()
            if isinstance(part, dict)
        )
        for violation in violations
        if violation.get("state") != "accepted"
    }


def _not_a_report(path: Path) -> UsageError:
    hint = "основой служит прежний отчёт: derbes check … -o baseline.json"
    return UsageError("baseline-file", "{file} не похож на отчёт derbes в JSON", hint, file=str(path))
