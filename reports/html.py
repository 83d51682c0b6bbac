"""The report for people: one self-contained HTML file that asks nothing of the network and reads without JavaScript.

Style and script stand in the file and are allowed by their hashes alone (``default-src 'none'``), so that nothing that
came out of somebody's data could run even if it got past the escaping.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from derbes import __version__
from derbes.reports.base import Report
from derbes.reports.html_map import heat_map
from derbes.reports.html_sections import (
    MANY_CARDS,
    MAX_ROWS,
    cards,
    changes,
    cited,
    coverage,
    quotes_whole,
    register,
    todo,
)
from derbes.reports.html_trend import trend
from derbes.reports.i18n import count, day, integer
from derbes.reports.page import content_policy
from derbes.reports.safe import encodable, folded, printable
from derbes.reports.view import GLYPHS, View
from derbes.scanner.model.findings import SEVERITIES, Outcome

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


class HtmlReport(Report):
    """Verdict, what to do first, the map of the data, violations, register, exceptions, coverage."""

    name: ClassVar[str] = "html"
    suffixes: ClassVar[tuple[str, ...]] = (".html", ".htm")

    def render(self, outcome: Outcome, previous: Outcome | None = None) -> bytes:
        """``previous``, where given, adds what has changed since."""
        previous = previous or self.previous
        view = View(outcome, self.lang)
        style, script = _asset("report.css"), _asset("report.js")
        anchors = {record.place.id: f"place-{number}" for number, record in enumerate(outcome.inventory.places, 1)}
        shown = cards(view)
        ids = {card.violation.id for card in shown}
        html = (
            _environment()
            .get_template("report.html.j2")
            .render(
                view=view,
                _=view.tr,
                lang=self.lang,
                count=lambda number, one, few, many: count(number, one, few, many, self.lang),
                integer=lambda number: integer(number, self.lang),
                day=lambda iso: day(iso, self.lang),
                clause=view.clause,
                printable=printable,
                style=style,
                script=script,
                policy_of_content=content_policy(style, script),
                version=__version__,
                title=folded(outcome.policy.title),
                when=_when(outcome, self.lang),
                verdict=verdict(view),
                tone=_tone(view),
                counts=view.counts(),
                severities=SEVERITIES,
                glyphs=GLYPHS,
                ids=ids,
                todo=todo(view, ids),
                map=heat_map(view, anchors),
                cards=shown,
                hidden=len(view.open) - len(shown),
                cited=cited(view),
                whole=quotes_whole(view),
                many=len(shown) > MANY_CARDS,
                trend=trend(view, self.trend),
                register=register(view, anchors),
                previous=previous,
                changes=list(changes(view, previous, ids)) if previous else [],
                exemptions=outcome.exemptions,
                coverage=coverage(view),
                unscanned=outcome.inventory.unscanned[:MAX_ROWS],
                more_unscanned=max(len(outcome.inventory.unscanned) - MAX_ROWS, 0),
            )
        )
        return str(encodable(html)).encode()


def verdict(view: View) -> str:
    """The result in one sentence; nothing read is never «clean»."""
    read = any(record.status in ("scanned", "partial") for record in view.outcome.inventory.places)
    if not read:
        return view.tr("Ничего не проверено: выводов сделать нельзя")
    number = len(view.open)
    if not number:
        clean = view.tr("Нарушений Политики в прочитанном не найдено")
        return clean if view.complete() else clean + view.tr(", но прочитано не всё")
    critical = view.counts()["critical"]
    text = count(number, "нарушение Политики", "нарушения Политики", "нарушений Политики", view.lang)
    return text + (view.tr(", из них критических: {critical}", critical=critical) if critical else "")


def _tone(view: View) -> str:
    if view.counts()["critical"]:
        return "bad"
    return "warn" if view.open or not view.complete() else "good"


def _when(outcome: Outcome, lang: str) -> str:
    """``22.11.2026, 03:00–03:41 (UTC+05:00)``."""
    run = outcome.inventory.run
    started, finished = datetime.fromisoformat(run.started_at), datetime.fromisoformat(run.finished_at)
    until = (
        f"{finished:%H:%M}" if started.date() == finished.date() else f"{day(run.finished_at, lang)} {finished:%H:%M}"
    )
    zone = f"{started:%z}"
    offset = f" (UTC{zone[:3]}:{zone[3:5]})" if zone else ""
    return f"{day(run.started_at, lang)}, {started:%H:%M}–{until}{offset}"


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8").strip()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
