"""Former runs: from the history, or from a JSON report in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from derbes.reports.reading import outcome_of
from derbes.scanner.errors import UsageError
from derbes.scanner.history import History, is_off
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.trend import Point

LOOK_BACK = 50  # runs in which a violation is looked for
_READ = ("scanned", "partial")
_SECOND = len("20261122-030000")
NEARBY = 12  # runs among which the one before is looked for


def former(name: str | None, state: str | None, back: int = 0) -> Outcome:
    """The outcome of a run: a file, a run id (its beginning will do), or the newest but ``back``."""
    if name and Path(name).is_file():
        return outcome_of(_json(Path(name)), name)
    history = History(state)
    ids = history.runs()
    if name is None:
        if len(ids) <= back:
            raise UsageError("no-run", "в истории нет такой проверки", "сначала derbes scan")
        name = ids[back]
    found = [run for run in ids if run.startswith(name)]
    if len(found) != 1:
        raise UsageError("no-run", "нет ни файла, ни проверки {name}", "список: derbes report --list", name=name)
    return outcome_of(history.load(found[0]), found[0])


def previous(outcome: Outcome, state: str | None) -> Outcome | None:
    """The newest earlier run of the same command over much the same places; ``None`` when there is none.

    A run over other targets in between tells nothing of what has changed here.
    """
    inventory = outcome.inventory
    places = {record.place.id for record in inventory.places}
    try:
        history = History(state)
        earlier = _earlier(history.runs(), inventory.run.id)
        for document in map(history.load, earlier[:NEARBY]):
            if document and document["command"] == inventory.run.command:
                before = {place["id"] for place in document["places"]}
                if 2 * len(places & before) >= len(places | before):
                    return outcome_of(document, document["run"]["id"])
    except UsageError:
        pass  # no history, or one that cannot be read: then nothing is said of changes
    return None


def _earlier(ids: list[str], run: str) -> list[str]:
    """Runs before ``run``, newest first. Ids tell the second; of two runs of one second the history knows the order."""
    if run in ids:
        return ids[ids.index(run) + 1 :]
    return [known for known in ids if known[:_SECOND] <= run[:_SECOND]]


def aged(outcome: Outcome, state: str | None) -> Outcome:
    """The same outcome whose violations know when they were met for the first time, where there is a history."""
    if is_off(state):
        return outcome
    try:
        known = History(state).first_seen({violation.id for violation in outcome.violations})
    except UsageError:  # saving the run will say so
        return outcome
    now = outcome.inventory.run.started_at
    return replace(outcome, violations=tuple(replace(v, first_seen=known.get(v.id, now)) for v in outcome.violations))


def trend(outcome: Outcome, state: str | None, limit: int = 8) -> tuple[Point, ...]:
    """The last runs of the same command over much the same places, oldest first, the given one at the end."""
    from derbes.reports.json_report import summary

    run = outcome.inventory.run
    counts = summary(outcome)
    own = Point(
        run=run.id,
        command=run.command,
        finished_at=run.finished_at,
        complete=run.complete,
        places=counts["places"]["total"],
        personal=counts["places"]["with_personal_data"],
        **{name: counts["violations"][name] for name in ("critical", "major", "minor", "accepted")},
    )
    try:
        known = History(state).trend({r.place.id for r in outcome.inventory.places}, run.command, limit=2 * limit)
    except UsageError:
        known = []
    earlier = [point for point in known if point.finished_at <= run.finished_at and point.run != run.id]
    return (*earlier[1 - limit :], own)


def former_with(violation: str, name: str | None, state: str | None) -> Outcome:
    """The named run, or the newest that has the violation: since it was shown, other targets may have been scanned."""
    wanted = violation.upper()
    if name is None and wanted.startswith("DRB-"):
        history = History(state)
        for run in history.runs()[:LOOK_BACK]:
            document = history.load(run)
            if document and any(known["id"].startswith(wanted) for known in document["violations"]):
                return outcome_of(document, run)
    return former(name, state)


def former_of_place(place: str, name: str | None, state: str | None) -> Outcome:
    """The named run, or the newest in which ``place`` was read. Raises ``UsageError`` when there is none."""
    if name is None:
        history = History(state)
        for run in history.runs()[:LOOK_BACK]:
            document = history.load(run)
            if document and any(known["id"] == place and known["status"] in _READ for known in document["places"]):
                return outcome_of(document, run)
        raise UsageError("no-run", "место {place} ни разу не проверено", "сначала derbes scan", place=place)
    outcome = former(name, state)
    if all(record.place.id != place for record in outcome.inventory.places):
        raise UsageError("no-run", "в этой проверке нет места {place}", place=place)
    return outcome


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(
            "report-file", "{file} не читается: {reason}", file=str(path), reason=error.strerror or "OSError"
        ) from None
    except (ValueError, RecursionError):
        raise UsageError("report-file", "{file} не отчёт derbes в JSON", file=str(path)) from None
