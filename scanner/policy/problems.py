"""What is wrong in a file that people edit: one value a mistake, with its place; all of them in one error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from derbes.scanner.errors import UsageError

SUGGESTION = "возможно, вы имели в виду {suggestion}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``message`` is a template with ``params``; ``line`` and ``column`` are 1-based, 0 if unknown.

    ``lines`` are the numbered lines to show, the last of them being the one that ``column`` and ``length`` mark.
    ``params["suggestion"]``, when there, is the nearest name that would have been right.
    """

    slug: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def where(self) -> str:
        """``file:line:column``, as far as known."""
        return ":".join([self.file, str(self.line), str(self.column)]) if self.line else self.file


class PolicyErrors(UsageError):
    """All mistakes of policy.yml, derbes.yml and the exceptions file at once (exit code 2)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.slug, first.message, **first.params)

    def __reduce__(self) -> tuple[Any, ...]:
        return PolicyErrors, (list(self.problems),)

    def __str__(self) -> str:
        return render(self.problems)


def nearest(name: object, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name most like ``name``, or ``None`` when none is near."""
    found = get_close_matches(str(name)[:200], sorted(known), n=1, cutoff=likeness)
    return found[0] if found else None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line, as one would mend them; files in the order in which they were first met."""
    problems = list(problems)
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda each: (files.index(each.file), each.line, each.column))


def render(problems: Iterable[Problem], translate: Callable[[str], str] = str) -> str:
    """The text of all problems, as a terminal shows it; ``translate`` maps the Russian templates."""
    return "\n\n".join(_render_one(problem, translate) for problem in problems)


def _render_one(problem: Problem, translate: Callable[[str], str]) -> str:
    message = shown(translate(problem.message).format(**problem.params))
    suggestion = problem.params.get("suggestion")
    hint = translate(SUGGESTION).format(suggestion=suggestion) if suggestion else ""
    out = [f"{translate('ошибка')} {problem.slug}: {message}", f"  {shown(problem.where)}"]
    width = len(str(problem.line))
    out += [f"  {number:>{width}} │ {shown(text)}".rstrip() for number, text in problem.lines]
    if problem.lines and problem.column and shown(problem.lines[-1][1]) == problem.lines[-1][1].replace("\t", " "):
        caret = " " * (problem.column - 1) + "^" * problem.length
        out.append(f"  {'':>{width}} │ {caret} {shown(hint)}".rstrip())
    elif hint:
        out.append(f"  {shown(hint)}")
    return "\n".join(out)


_SECRETS = (
    re.compile(r"(?<=://)\S*(?=@)"),
    re.compile(r"(?i)((?:password|passwd|pwd|secret|token|пароль)[\w-]{0,20}[\"']?\s{0,5}[:=]\s{0,5})\S.*"),
)


def shown(text: str) -> str:
    """A line of somebody's file, fit for a terminal: no control acts, no password shows, tabs keep their one column."""
    text = text[:2000]
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: (found[1] if found.re.groups else "") + "•••", text)
    return "".join(" " if c == "\t" else c if c.isprintable() else "�" for c in text[:160])
