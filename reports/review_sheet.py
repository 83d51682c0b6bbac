"""The sheet that a privacy officer signs before a launch: one page, printable, and the same as Markdown.

Names come out of other people's code: both documents write them so that they cannot act.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from derbes import __version__
from derbes.reports.base import Report
from derbes.reports.i18n import day, tr
from derbes.reports.markdown import code, plain
from derbes.reports.page import content_policy
from derbes.reports.review_view import ReviewView
from derbes.reports.safe import encodable, folded
from derbes.scanner.model.findings import Outcome

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
body{color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.6rem}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}
.fields th:nth-child(2),.fields th:nth-child(5){width:24%}
.name{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
.decision{padding:.6rem .8rem;border-left:5px solid}
.no{border-color:#b3261e}.open{border-color:#8a5a00}.yes{border-color:#1b6e3c}
dt{font-weight:600}.sign td{height:2.4rem}footer{color:#555;font-size:.8rem;margin-top:2rem}
@page{size:A4;margin:15mm}
@media print{body{margin:0;max-width:none}thead{display:table-header-group}tr{break-inside:avoid}}
""".strip()


class ReviewSheet(Report):
    """Decision, conditions, what is added on what basis, questions, signatures."""

    name: ClassVar[str] = "review"

    def render(self, outcome: Outcome) -> bytes:
        """One self-contained page; no script, nothing from the network."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        view = ReviewView(outcome, self.lang)
        environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
        html = environment.get_template("review.html.j2").render(
            view=view,
            _=lambda text: tr(text, self.lang),
            lang=self.lang,
            lines=view.lines(),
            conditions=view.conditions(),
            questions=view.other_questions(),
            clauses=_clauses(outcome),
            title=folded(outcome.policy.title),
            run=outcome.inventory.run.id,
            when=day(outcome.inventory.run.started_at, self.lang),
            style=_STYLE,
            policy_of_content=content_policy(_STYLE),
            version=__version__,
            sha=outcome.policy.sha256[:8],
        )
        return (str(encodable(html)) + "\n").encode()


class ReviewMarkdown(Report):
    """The same for a comment on a merge request."""

    name: ClassVar[str] = "review-md"

    def render(self, outcome: Outcome) -> bytes:
        """Markdown that cannot mention, link or break out of its table."""
        return (str(encodable("\n".join(_markdown(ReviewView(outcome, self.lang), self.lang)))) + "\n").encode()


def _clauses(outcome: Outcome) -> list[tuple[str, str]]:
    """The clauses that the violations cite, with their text."""
    cited = dict.fromkeys(clause for violation in outcome.violations for clause in violation.clauses)
    return [(number, folded(outcome.policy.clauses[number])) for number in cited if number in outcome.policy.clauses]


def _markdown(view: ReviewView, lang: str) -> Iterator[str]:
    yield f"### {tr('Лист согласования', lang)}: {plain(view.decision())}"
    yield ""
    yield plain(view.headline())
    conditions, lines, questions = view.conditions(), view.lines(), view.other_questions()
    if conditions:
        yield ""
        yield from (f"{number}. {plain(one)}" for number, one in enumerate(conditions, start=1))
    if lines:
        yield ""
        heads = [tr(head, lang) for head in ("Что добавляется", "Категория", "Основание в политике", "Где")]
        yield "| | " + " | ".join(heads) + " |"
        yield "|---|---|---|---|---|"
        for line in lines:
            cells = (line.glyph, code(line.what), _cell(line.category), _cell(line.basis), code(line.where))
            yield "| " + " | ".join(cells) + " |"
    if questions:
        yield ""
        yield f"**{tr('Вопросы', lang)}**"
        yield ""
        yield from (f"- [ ] {plain(one)}" for one in questions)
    if view.unread:
        yield ""
        yield f"**{tr('Не прочитано', lang)}**"
        yield ""
        yield from (f"- {plain(view.skipped(one))}" for one in view.unread)


def _cell(text: str) -> str:
    return plain(text) if text else ""
