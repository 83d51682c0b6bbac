"""A JSON report read back into an ``Outcome``, so that any report of an old run can be made again.

What a report does not say (declared types, grants) is not made up: fields and facts of old runs are empty.
"""

from __future__ import annotations

from typing import Any

from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import Location
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.findings import Exemption, Outcome, PolicyRef, PurposeRef, Text, Violation
from derbes.scanner.model.inventory import (
    Classification,
    EntityCount,
    Inventory,
    PlaceRecord,
    Reason,
    Run,
    Unscanned,
)
from derbes.scanner.model.places import Place, Retention, SourceLine

SCHEMA = "derbes/report/1"


def outcome_of(document: Any, source: str) -> Outcome:
    """Raises ``UsageError`` when ``document`` (read from ``source``) is no report of this version."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError("report-file", "{file} не отчёт derbes в JSON", file=source)
    try:
        return _outcome(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError("report-file", "{file}: отчёт повреждён", file=source) from None


def _outcome(document: dict[str, Any]) -> Outcome:
    run, policy = document["run"], document["policy"]
    return Outcome(
        inventory=Inventory(
            run=Run(command=document["command"], **run),
            places=tuple(_place(one) for one in document["places"]),
            fields=tuple(_field(one) for one in document["fields"]),
            unscanned=tuple(_unscanned(one) for one in document["unscanned"]),
        ),
        policy=PolicyRef(
            policy["id"],
            policy["title"],
            policy["effective"],
            policy["sha256"],
            policy.get("clauses", {}),
            policy.get("categories", {}),
            policy.get("category_clauses", {}),
            policy.get("subjects", {}),
            {name: PurposeRef(**purpose) for name, purpose in policy.get("purposes", {}).items()},
            policy.get("rules", {}),
            policy.get("fideslang", {}),
        ),
        violations=tuple(_violation(one) for one in document["violations"]),
        exemptions=tuple(Exemption(**one) for one in document.get("exceptions", [])),
        declared_only=document.get("config", False),
        incomplete_allowed=document["summary"].get("incomplete_allowed", False),
    )


def _place(one: dict[str, Any]) -> PlaceRecord:
    place = Place(
        id=one["id"],
        target=one["location"],
        location=one["location"],
        kind=one["kind"],
        declared=one["declared"],
        owner=one["owner"],
        subjects=tuple(one["subjects"]),
        purposes=tuple(one["purposes"]),
        roles=tuple(one["roles"]) if one.get("roles") is not None else None,
        retention=Retention(**one["retention"]) if one.get("retention") else None,
        transfer=one.get("transfer"),
        consent=one.get("consent", False),
        declared_at=SourceLine(**one["declared_at"]) if one.get("declared_at") else None,
    )
    return PlaceRecord(
        place=place,
        status=one["status"],
        unit=one["unit"],
        units_read=one["units_read"],
        units_total=one["units_total"],
        bytes_read=one["bytes_read"],
        facts=_facts(one.get("protection")),
        datasets=tuple(
            Dataset(d["part"], d["name"], d["kind"], d["unit"], d["format"], rows_total=d["rows"])
            for d in one.get("datasets", ())
        ),
        names_left=one.get("names_left", 0),
        carried=one.get("units_carried", 0),
        carried_from=one.get("carried_from") or "",
    )


def _facts(one: dict[str, Any] | None) -> tuple[Facts, ...]:
    if one is None:
        return ()
    mode = int(one["mode"], 8) if one["mode"] else None
    return (Facts(mode=mode, remote=one["remote"], encrypted=one["encrypted"]),)


def _field(one: dict[str, Any]) -> Classification:
    return Classification(
        place=one["place"],
        part=one.get("part", ""),
        dataset=one.get("dataset", ""),
        path=one["path"],
        category=one["category"],
        confidence=one["confidence"],
        role=one.get("role", "mention"),
        units_with=one["units_with"],
        units_read=one["units_read"],
        units_total=one.get("units_total"),
        sampled=one["sampled"],
        interval=_pair(one["interval"]),
        entities=tuple(EntityCount(e["entity"], e["units"], e["validated"]) for e in one["entities"]),
        reasons=tuple(
            Reason(r["kind"], r["weight"], r.get("template", r["text"]), r.get("params", {}))
            for r in one.get("evidence", [])
        ),
        examples=tuple(one["examples"]),
    )


def _violation(one: dict[str, Any]) -> Violation:
    words = one.get("words") or {"ru": {"message": one["message"], "remedy": one["remedy"]}}
    return Violation(
        id=one["id"],
        rule=one["rule"],
        severity=one["severity"],
        clauses=tuple(one["clauses"]),
        place=one["place"],
        path=one["path"],
        category=one["category"],
        entities=tuple(one["entities"]),
        units=one["units"],
        locations=tuple(Location(where["unit"], where["column"]) for where in one["locations"]),
        message=Text({lang: text["message"] for lang, text in words.items()}),
        remedy=Text({lang: text["remedy"] for lang, text in words.items()}),
        state=one["state"],
        owner=one["owner"],
        first_seen=one.get("first_seen"),
        interval=_pair(one.get("interval")),
        examples=tuple(one.get("examples", ())),
        covers=tuple((part["path"], part["category"]) for part in one.get("covers", ())),
    )


def _unscanned(one: dict[str, Any]) -> Unscanned:
    template = one.get("template") or {"message": one["message"], "hint": "", "params": {}}
    return Unscanned(one["place"], one["path"], one["code"], template["message"], template["params"], template["hint"])


def _pair(value: Any) -> tuple[int, int] | None:
    return (int(value[0]), int(value[1])) if value else None
