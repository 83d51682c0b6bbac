"""``--against``: what a former review (or scan) knew is ``known``, and only what is new fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from derbes.reports.reading import outcome_of
from derbes.scanner.commands.runs import LOOK_BACK, former
from derbes.scanner.history import History
from derbes.scanner.model.findings import Outcome, Violation

LAST = "last"
Key = tuple[str, str, str, str]


def former_review(name: str, state: str | None) -> Outcome | None:
    """A report in a file, a run of the history by its id, or with ``last`` the newest review there (``None`` before
    the first). Raises ``UsageError`` for what is none of these."""
    if name != LAST or Path(name).is_file():
        return former(name, state)
    if state == "none":
        return None
    history = History(state)
    for run in history.runs()[:LOOK_BACK]:
        document = history.load(run)
        if document and document["command"] == "review":
            return outcome_of(document, run)
    return None


def separated(outcome: Outcome, before: Outcome | None) -> Outcome:
    """``outcome`` with the violations that ``before`` had marked as known."""
    if before is None:
        return outcome
    known = {key for violation in before.violations if violation.state != "accepted" for key in _keys(violation)}
    marked = tuple(
        replace(violation, state="known") if violation.state == "new" and known & {*_keys(violation)} else violation
        for violation in outcome.violations
    )
    return replace(outcome, violations=marked)


def _keys(violation: Violation) -> Iterable[Key]:
    """A field keeps its name wherever it is defined: the file of the definition does not count in a declared place,
    so a scan of the database knows it too."""
    yield (violation.rule, violation.place, violation.category, violation.path)
    if "#" in violation.path:
        yield (violation.rule, violation.place, violation.category, violation.path.rpartition("#")[2])
