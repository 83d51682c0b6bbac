"""SARIF 2.1.0 as GitHub code scanning accepts it.

Every result has a physical location (GitHub refuses the whole file otherwise), fingerprints of our own (the uploader
would compute them from source lines, which a database has not), no values and no host names. What was not read is a
notification, an exception a suppression. One result a column, never one a row.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from derbes import __version__
from derbes.reports.base import Report
from derbes.reports.exceptions import notable
from derbes.reports.repo import code_line, fingerprint, hostless
from derbes.reports.safe import encodable, folded, printable
from derbes.reports.view import View
from derbes.scanner.codes import MEANINGS, NOTES
from derbes.scanner.model.findings import SEVERITIES, ExemptionStatus, Outcome, Severity, Violation
from derbes.scanner.model.inventory import Unscanned

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 5000  # GitHub shows no more
MAX_NOTIFICATIONS = 1000
_LEVELS: dict[Severity, str] = {"critical": "error", "major": "warning", "minor": "note"}
_SCORES: dict[Severity, str] = {"critical": "9.0", "major": "6.0", "minor": "3.0"}
_TAGS = {"ru": "ru-RU", "kk": "kk-KZ", "en": "en-US"}


class SarifReport(Report):
    """One run with its rules, results and notifications."""

    name: ClassVar[str] = "sarif"
    suffixes: ClassVar[tuple[str, ...]] = (".sarif", ".sarif.json")

    def render(self, outcome: Outcome) -> bytes:
        """UTF-8 JSON."""
        return (json.dumps(sarif(outcome, self.lang), ensure_ascii=False, indent=1) + "\n").encode()


def sarif(outcome: Outcome, lang: str) -> dict[str, Any]:
    """The log file as plain data."""
    view = View(outcome, lang)
    ordered = sorted(outcome.violations, key=lambda v: (v.state == "accepted", SEVERITIES.index(v.severity)))
    kept = ordered[:MAX_RESULTS]
    rules = sorted({violation.rule for violation in kept})
    run = {
        "tool": {
            "driver": {
                "name": "derbes",
                "version": __version__,
                "semanticVersion": __version__,
                "language": _TAGS.get(lang, lang),
                "rules": [_rule(view, rule, [v for v in kept if v.rule == rule]) for rule in rules],
                "notifications": [
                    *(
                        _reason(view, code)
                        for code in sorted({one.code for one in outcome.inventory.unscanned} | {"limit-size"})
                    ),
                    *(_excuse(view, status) for status in sorted({each.entry.status for each in notable(view)})),
                ],
            }
        },
        "automationDetails": {"id": f"derbes/{printable(view.run.command)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": view.tr("Корень репозитория")}}},
        "invocations": [_invocation(view, len(ordered) - len(kept))],
        "results": [_result(view, violation, rules) for violation in kept],
        "properties": {"complete": view.complete(), "policy": outcome.policy.id, "policySha256": outcome.policy.sha256},
    }
    document: dict[str, Any] = encodable({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    return document


def _rule(view: View, rule: str, violations: list[Violation]) -> dict[str, Any]:
    """A rule with the clauses it cited in this run; as grave as the gravest of its results."""
    worst = min((v.severity for v in violations), key=SEVERITIES.index)
    clauses = list(dict.fromkeys(clause for v in violations for clause in v.clauses))
    title = view.rule(rule)
    quoted = [(view.clause(c), folded(view.policy.clauses[c])) for c in clauses if c in view.policy.clauses]
    command = view.tr("Подробнее: {command}", command=f"derbes explain {rule}")
    text = "\n".join([title, *(f"{label}: {words}" for label, words in quoted), command])
    marks = [f"* **{_plain(label)}**: {_plain(words)}" for label, words in quoted]
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": f"{title}. " + " ".join(f"{label}: {words}" for label, words in quoted)[:900]},
        "help": {"text": text, "markdown": "\n".join([f"**{_plain(title)}**", "", *marks, "", f"`{_code(command)}`"])},
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": {
            "security-severity": _SCORES[worst],
            "precision": "high",
            "tags": ["security", "privacy", *(f"policy/{clause}" for clause in clauses)][:20],
        },
    }


def _reason(view: View, code: str) -> dict[str, Any]:
    """A reason why something was not read. GitHub's rules (GH2012) want all three texts of every descriptor."""
    meaning = view.tr(MEANINGS.get(code, "часть названного не прочитана"))
    help_ = view.tr("Непрочитанное не значит чистое: {reason}.", reason=meaning)
    return {
        "id": code,
        "shortDescription": {"text": f"{meaning}."},
        "fullDescription": {"text": f"{meaning}."},
        "help": {"text": help_},
        "defaultConfiguration": {"level": "note" if code in NOTES else "warning"},
    }


def _excuse(view: View, status: ExemptionStatus) -> dict[str, Any]:
    meaning = view.tr("Исключение: {status}.", status=view.exemption(status))
    return {
        "id": f"exception-{status}",
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": meaning},
        "help": {"text": view.tr("Продлить: {command}", command="derbes accept ID --reason … --until …")},
        "defaultConfiguration": {"level": "note"},
    }


def _plain(text: str) -> str:
    """Prose in Markdown: no markup, no HTML."""
    return "".join(f"&#{ord(c)};" if c in "\\`*_[]<>&!|~" else c for c in text)


def _code(text: str) -> str:
    return text.replace("`", "'")


def _result(view: View, violation: Violation, rules: list[str]) -> dict[str, Any]:
    where = hostless(view.where(violation))
    at = code_line(view, violation)
    mark = fingerprint(violation)
    region = {"startLine": at.line, "startColumn": at.column}
    result: dict[str, Any] = {
        "ruleId": violation.rule,
        "ruleIndex": rules.index(violation.rule),
        "level": _LEVELS[violation.severity],
        "message": {
            "text": f"{where}: {hostless(view.message(violation))} ({view.clauses(violation)}). {violation.id}"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(at.path), "uriBaseId": "SRCROOT"},
                    "region": region,
                },
                "logicalLocations": [_logical(view, violation)],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark[:16]}:1", "derbes/v1": mark[:32]},
        "baselineState": "new" if violation.state == "new" else "unchanged",
        "properties": {
            "id": violation.id,
            "category": violation.category,
            "clauses": list(violation.clauses),
            "units": violation.units,
            "security-severity": _SCORES[violation.severity],
            "remedy": hostless(view.remedy(violation)),
        },
    }
    if violation.state == "accepted":
        result["suppressions"] = [_suppression(view, violation)]
    return result


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/-._~!$'()*+,;=@")


def _logical(view: View, violation: Violation) -> dict[str, str]:
    place, path = hostless(printable(violation.place)), printable(violation.path)
    kind = "column" if path and view.unit(violation.place) == "row" else "resource"
    return {"name": path or place, "fullyQualifiedName": f"{place}.{path}" if path else place, "kind": kind}


def _suppression(view: View, violation: Violation) -> dict[str, Any]:
    entry = next((e for e in view.outcome.exemptions if e.id == violation.id), None)
    if entry is None:
        return {"kind": "external", "status": "accepted"}
    return {
        "kind": "external",
        "status": "accepted",
        "justification": printable(entry.reason),
        "properties": {
            "until": entry.until,
            "by": printable(entry.by),
            "approvedBy": printable(entry.approved_by or ""),
        },
    }


def _invocation(view: View, cut: int) -> dict[str, Any]:
    missed = view.outcome.inventory.unscanned
    notes = [_notification(view, one) for one in missed[:MAX_NOTIFICATIONS]]
    rest = len(missed) - MAX_NOTIFICATIONS
    for number, text in ((rest, "… и ещё пропусков: {rest}"), (cut, "… и ещё нарушений: {rest}")):
        if number > 0:
            message = view.tr(text, rest=number)
            notes.append({"level": "warning", "message": {"text": message}, "descriptor": {"id": "limit-size"}})
    return {
        "executionSuccessful": True,
        "startTimeUtc": _utc(view.run.started_at),
        "endTimeUtc": _utc(view.run.finished_at),
        "toolExecutionNotifications": notes,
        "toolConfigurationNotifications": [
            {"level": "note", "message": {"text": hostless(each.text)}, "descriptor": {"id": each.code}}
            for each in notable(view)
        ][:MAX_NOTIFICATIONS],
    }


def _notification(view: View, one: Unscanned) -> dict[str, Any]:
    text = f"{hostless(view.where(one))}: {hostless(view.missed(one))}"
    hint = hostless(view.hint(one))
    return {
        "level": "note" if one.code in NOTES else "warning",
        "message": {"text": f"{text}. {hint}" if hint else text},
        "descriptor": {"id": one.code},
    }


def _utc(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment.tzinfo else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
