"""``report.json``, schema ``derbes/report/1``: the only source of every other report made later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from derbes import __version__
from derbes.reports.base import Report
from derbes.reports.i18n import day, integer, period, tr
from derbes.reports.safe import encodable
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.findings import SEVERITIES, Outcome, Text, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned

SCHEMA = "derbes/report/1"


class JsonReport(Report):
    """The whole outcome as one JSON object."""

    name: ClassVar[str] = "json"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def render(self, outcome: Outcome) -> bytes:
        """Deterministic: sorted where order has no meaning, UTF-8, one trailing newline."""
        return (json.dumps(document(outcome, self.lang), ensure_ascii=False, indent=1) + "\n").encode()


def document(outcome: Outcome, lang: str) -> dict[str, Any]:
    """The report as plain data."""
    inventory = outcome.inventory
    run = inventory.run
    report: dict[str, Any] = encodable(
        {
            "schema": SCHEMA,
            "tool": {"name": "derbes", "version": __version__},
            "command": run.command,
            "run": {
                "id": run.id,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
                "complete": run.complete,
                "executor": run.executor,
            },
            "policy": {
                "id": outcome.policy.id,
                "title": outcome.policy.title,
                "effective": outcome.policy.effective,
                "sha256": outcome.policy.sha256,
                "clauses": dict(outcome.policy.clauses),
                "categories": {name: dict(titles) for name, titles in outcome.policy.categories.items()},
                "category_clauses": dict(outcome.policy.category_clauses),
                "subjects": {name: dict(titles) for name, titles in outcome.policy.subjects.items()},
                "purposes": {
                    name: {"clause": purpose.clause, "titles": dict(purpose.titles), "keep": purpose.keep}
                    for name, purpose in outcome.policy.purposes.items()
                },
                "rules": {name: dict(titles) for name, titles in outcome.policy.rules.items()},
                "fideslang": dict(outcome.policy.fideslang),
            },
            "config": outcome.declared_only,
            "places": [_place(record) for record in inventory.places],
            "fields": [_field(row, outcome, lang) for row in inventory.fields],
            "violations": [_violation(violation, lang) for violation in outcome.violations],
            "exceptions": [
                {
                    "id": e.id,
                    "reason": e.reason,
                    "by": e.by,
                    "until": e.until,
                    "approved_by": e.approved_by,
                    "status": e.status,
                }
                for e in outcome.exemptions
            ],
            "unscanned": [_unscanned(one, lang) for one in inventory.unscanned],
            "summary": summary(outcome),
        }
    )
    return report


def summary(outcome: Outcome) -> dict[str, Any]:
    """Counts that the first lines of every report show."""
    records, fields = outcome.inventory.places, outcome.inventory.fields
    personal = {row.place for row in fields if row.category != "technical"}
    open_ones = [v for v in outcome.violations if v.state != "accepted"]
    return {
        "places": {
            "total": len(records),
            **{status: sum(r.status == status for r in records) for status in _STATUSES},
            "with_personal_data": len(personal),
        },
        "fields": dict(sorted(Counter(row.category for row in fields).items())),
        "violations": {
            "total": len(open_ones),
            **{severity: sum(v.severity == severity for v in open_ones) for severity in SEVERITIES},
            "new": sum(v.state == "new" for v in open_ones),
            "accepted": len(outcome.violations) - len(open_ones),
        },
        "unscanned": len(outcome.inventory.unscanned),
        "units_read": sum(r.units_read for r in records),
        "bytes_read": sum(r.bytes_read for r in records),
        "complete": outcome.inventory.run.complete,
        "incomplete_allowed": outcome.incomplete_allowed,
    }


_STATUSES = ("scanned", "partial", "skipped", "failed")


def _place(record: PlaceRecord) -> dict[str, Any]:
    place = record.place
    return {
        "id": place.id,
        "kind": place.kind or "file",
        "location": place.location,
        "declared": place.declared,
        "owner": place.owner,
        "subjects": list(place.subjects),
        "purposes": list(place.purposes),
        "status": record.status,
        "unit": record.unit,
        "units_read": record.units_read,
        "units_total": record.units_total,
        "bytes_read": record.bytes_read,
        "names_left": record.names_left,
        "units_carried": record.carried,
        "carried_from": record.carried_from or None,
        "declared_at": {"file": place.declared_at.file, "line": place.declared_at.line} if place.declared_at else None,
        "roles": list(place.roles) if place.roles is not None else None,
        "retention": {"keep": place.retention.keep, "column": place.retention.column} if place.retention else None,
        "protection": _protection(record.facts),
        "transfer": place.transfer,
        "consent": place.consent,
        "datasets": [
            {"part": d.part, "name": d.name, "kind": d.kind, "unit": d.unit, "format": d.format, "rows": d.rows_total}
            for d in record.datasets
        ],
    }


def _protection(facts: Sequence[Facts]) -> dict[str, Any] | None:
    """How a place is guarded, as far as seen: the weakest of its parts."""
    if not facts:
        return None
    modes = [one.mode for one in facts if one.mode is not None]
    encrypted = [one.encrypted for one in facts if one.encrypted is not None]
    widest = 0
    for mode in modes:
        widest |= mode
    return {
        "remote": any(one.remote for one in facts),
        "encrypted": all(encrypted) if encrypted else None,
        "mode": f"{widest:04o}" if modes else None,
    }


def _field(row: Classification, outcome: Outcome, lang: str) -> dict[str, Any]:
    kinds = list(dict.fromkeys(reason.kind for reason in row.reasons))
    return {
        "place": row.place,
        "part": row.part,
        "dataset": row.dataset,
        "path": row.path,
        "category": row.category,
        "clause": outcome.policy.category_clauses.get(row.category),
        "role": row.role,
        "confidence": round(row.confidence, 3),
        "sampled": row.sampled,
        "units_with": row.units_with,
        "units_read": row.units_read,
        "units_total": row.units_total,
        "interval": list(row.interval) if row.interval else None,
        "entities": [{"entity": e.entity, "units": e.units, "validated": e.validated} for e in row.entities],
        "reasons": kinds,
        "evidence": [
            {
                "kind": reason.kind,
                "weight": round(reason.weight, 2),
                "text": tr(reason.text, lang, **reason.params),
                "template": reason.text,
                "params": dict(reason.params),
            }
            for reason in row.reasons
        ],
        "examples": list(row.examples),
    }


def _violation(violation: Violation, lang: str) -> dict[str, Any]:
    return {
        "id": violation.id,
        "rule": violation.rule,
        "severity": violation.severity,
        "clauses": list(violation.clauses),
        "place": violation.place,
        "path": violation.path,
        "category": violation.category,
        "entities": list(violation.entities),
        "units": violation.units,
        "interval": list(violation.interval) if violation.interval else None,
        "locations": [{"unit": where.unit, "column": where.column} for where in violation.locations[:20]],
        "message": words(violation.message, lang),
        "remedy": words(violation.remedy, lang),
        "words": {
            each: {"message": words(violation.message, each), "remedy": words(violation.remedy, each)}
            for each in violation.message.words
        },
        "state": violation.state,
        "owner": violation.owner,
        "first_seen": violation.first_seen,
        "examples": list(violation.examples),
        "covers": [{"path": path, "category": category} for path, category in violation.covers],
    }


def _unscanned(one: Unscanned, lang: str) -> dict[str, Any]:
    return {
        "place": one.place,
        "path": one.path,
        "code": one.code,
        "message": tr(one.message, lang, **one.params),
        "hint": tr(one.hint, lang, **one.params),
        "template": {"message": one.message, "hint": one.hint, "params": dict(one.params)},
    }


def words(text: Text, lang: str) -> str:
    """A rule's sentence in one language, Russian standing in."""
    template = text.words.get(lang) or text.words.get("ru", "")
    params = {name: _SHOWN[name](value, lang) if name in _SHOWN else value for name, value in text.params.items()}
    return template.format(**params) if params else template


# Parameters that people read in their own way: a term, a day, a number of records.
_SHOWN: dict[str, Callable[[Any, str], str]] = {"keep": period, "cutoff": day, "units": integer}
