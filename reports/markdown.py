"""Markdown for a comment on a merge request or a job summary. Names from outside cannot mention, link or break out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from derbes.reports.base import Report
from derbes.reports.exceptions import notable
from derbes.reports.html import verdict
from derbes.reports.i18n import integer
from derbes.reports.safe import encodable
from derbes.reports.view import GLYPHS, View
from derbes.scanner.codes import NOTES
from derbes.scanner.model.findings import SEVERITIES, Outcome, Violation

MAX_ROWS = 50
MAX_QUOTES = 8
MAX_CELL = 300


class MarkdownReport(Report):
    """The verdict, the gravest violations with clause and remedy, what was not read."""

    name: ClassVar[str] = "markdown"
    suffixes: ClassVar[tuple[str, ...]] = (".md",)

    def render(self, outcome: Outcome) -> bytes:
        """At most some 60,000 characters: what a comment may hold."""
        view = View(outcome, self.lang)
        return (str(encodable("\n".join(_lines(view)))) + "\n").encode()


def plain(text: str) -> str:
    """Prose without any power: entities for marks, and a comment that keeps ``@`` and ``#`` from linking."""
    out = []
    shown = text[:MAX_CELL] + ("…" if len(text) > MAX_CELL else "")
    for c, following in zip(shown, f"{shown[1:]} ", strict=False):
        if c == ":" and following == " ":
            out.append(c)
        elif c in "@#":
            out.append(f"&#{ord(c)};<!-- -->")
        elif c in "\\`*_{}[]<>&!|~:/+=$^" or (c == "." and out and out[-1] == "w"):
            out.append(f"&#{ord(c)};")
        else:
            out.append(c)
    return "".join(out)


def code(text: str) -> str:
    """A name as code; HTML, since a backtick in the name would end a Markdown span."""
    return f"<code>{plain(text)}</code>" if text else ""


def _lines(view: View) -> Iterator[str]:
    yield f"### derbes: {plain(verdict(view))}"
    yield ""
    yield f"{plain(view.totals())}. {plain(view.coverage())}."
    if not view.complete():
        yield f"**{view.tr('Проверка неполная: часть названного не прочитана.')}**"
    ordered = sorted(view.open, key=lambda v: (v.state != "new", SEVERITIES.index(v.severity)))
    if ordered:
        yield ""
        heads = (
            "",
            view.tr("Нарушение"),
            view.tr("Где"),
            view.tr("Пункт"),
            view.tr("Записей"),
            view.tr("Как исправить"),
        )
        yield f"| {' | '.join(heads)} |"
        yield "|---|---|---|---|--:|---|"
        yield from (_row(view, v) for v in ordered[:MAX_ROWS])
        if len(ordered) > MAX_ROWS:
            yield ""
            yield view.tr("… и ещё нарушений: {rest}", rest=integer(len(ordered) - MAX_ROWS, view.lang))
        yield from _quotes(view, ordered)
    missed = [one for one in view.outcome.inventory.unscanned if one.code not in NOTES]
    if missed:
        yield ""
        yield f"**{view.tr('Не прочитано')}**"
        yield ""
        for one in missed[:MAX_ROWS]:
            yield f"- {code(view.where(one))}: {plain(view.missed(one))}"
        if len(missed) > MAX_ROWS:
            yield f"- {view.tr('… и ещё пропусков: {rest}', rest=integer(len(missed) - MAX_ROWS, view.lang))}"
    hidden = len(view.accepted)
    if hidden:
        yield ""
        yield view.tr("Скрыто исключениями: {hidden}", hidden=hidden)
    excuses = list(notable(view))
    if excuses:
        yield ""
        yield from (f"- {plain(each.text)}" for each in excuses[:MAX_ROWS])
    policy = f"{plain(view.policy.id)} {view.policy.sha256[:12]}"
    yield ""
    yield f"<sub>derbes · {view.tr('проверка')} {plain(view.run.id)} · {view.tr('Политика')} {policy}</sub>"


def _row(view: View, v: Violation) -> str:
    known = f" ({view.tr('известно')})" if v.state == "known" else ""
    cells = (
        f"{GLYPHS[v.severity]}",
        f"{plain(view.message(v))}{known}<br><sub>{v.id}</sub>",
        code(view.where(v)),
        plain(", ".join(v.clauses)),
        integer(v.units, view.lang),
        plain(view.remedy(v)),
    )
    return f"| {' | '.join(cells)} |"


def _quotes(view: View, violations: list[Violation]) -> Iterator[str]:
    cited = list(dict.fromkeys(c for v in violations for c in v.clauses if c in view.policy.clauses))[:MAX_QUOTES]
    if not cited:
        return
    yield ""
    yield f"<details><summary>{view.tr('Пункты Политики')}</summary>"
    yield ""
    for number in cited:
        words = " ".join(view.policy.clauses[number].split())
        yield f"- **{plain(view.clause(number))}** {plain(words)}"
    yield ""
    yield "</details>"
