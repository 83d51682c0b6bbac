"""The verdict: one function decides the exit code and the sentence that says why, for every command and format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from derbes.scanner.codes import NOTES
from derbes.scanner.exits import Exit
from derbes.scanner.model.findings import SEVERITIES, Outcome, Violation

FailOn = Literal["critical", "major", "minor", "never"]
FAIL_ON: Mapping[str, FailOn] = {"scan": "never", "check": "major", "review": "major"}

# The target itself could not be reached: when nothing else was read, nothing was judged.
UNREACHED = frozenset({"dsn-auth", "dsn-connect", "dsn-parse", "missing-extra"})
# The name led to nothing.
UNMATCHED = frozenset({"target-missing"})


_FAILED: Mapping[FailOn, str] = {
    "critical": "Нарушений {count}, порог: критическое. Проверка не пройдена (код 1)",
    "major": "Нарушений {count}, порог: существенное. Проверка не пройдена (код 1)",
    "minor": "Нарушений {count}, порог: незначительное. Проверка не пройдена (код 1)",
}
_PASSED: Mapping[FailOn, str] = {
    "critical": "Проверка пройдена, порог: критическое",
    "major": "Проверка пройдена, порог: существенное",
    "minor": "Проверка пройдена, порог: незначительное",
    "never": "Проверка завершена",
}


class Verdict(NamedTuple):
    """An exit code and its reason, a Russian template with ``params``."""

    exit: Exit
    reason: str
    params: Mapping[str, Any]


def gate(outcome: Outcome, fail_on: FailOn | None = None) -> Verdict:
    """Judge a whole run. ``fail_on``: the gravest severity that still passes is below it; by default the command's.

    Precedence: nothing judged (2), violations (1), incomplete (3), nothing to scan (4). Known and accepted
    violations do not fail.
    """
    threshold = fail_on or FAIL_ON.get(outcome.inventory.run.command, "never")
    failing = [violation for violation in outcome.violations if fails(violation, threshold)]
    missed = [problem for problem in outcome.inventory.unscanned if problem.code not in NOTES]
    params = {"count": len(failing), "missed": len(missed)}
    if not _read(outcome) and any(problem.code in UNREACHED for problem in missed):
        return Verdict(Exit.ERROR, "Ничего не проверено: ни одно место не открылось (код 2)", params)
    if failing:
        return Verdict(Exit.VIOLATIONS, _FAILED[threshold], params)
    if not _read(outcome) and all(problem.code in UNMATCHED for problem in missed):
        return Verdict(Exit.NOTHING, "Проверять нечего: по названным адресам ничего не найдено (код 4)", params)
    if missed or not outcome.inventory.run.complete:
        if outcome.incomplete_allowed:
            return Verdict(
                Exit.OK, "Проверка неполная, пропусков: {missed}; это разрешено (--allow-incomplete)", params
            )
        reason = "Проверка неполная, пропусков: {missed} (код 3); --allow-incomplete разрешает"
        return Verdict(Exit.INCOMPLETE, reason, params)
    return Verdict(Exit.OK, _PASSED[threshold], params)


def fails(violation: Violation, threshold: FailOn) -> bool:
    """Whether one violation fails the gate."""
    if threshold == "never" or violation.state != "new":
        return False
    return SEVERITIES.index(violation.severity) <= SEVERITIES.index(threshold)


def _read(outcome: Outcome) -> bool:
    """Whether anything at all was looked at."""
    return any(record.datasets for record in outcome.inventory.places)
