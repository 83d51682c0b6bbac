"""The trend of the HTML report: open violations of the last runs as bars, readable without colour and by ear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from derbes.reports.i18n import day, integer, period
from derbes.reports.view import View
from derbes.scanner.model.findings import Violation
from derbes.scanner.model.trend import Point

STEP, WIDTH, HEIGHT, TOP = 38, 26, 92, 18
_DAYS_IN_MONTH = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: the bar of all open violations and, in it, that of the critical ones; numbers are SVG units."""

    x: int
    y: float
    height: float
    critical_y: float
    critical_height: float
    total: str
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """``width`` of the picture; ``label`` says it in words."""

    bars: tuple[Bar, ...]
    width: int
    label: str


def trend(view: View, points: Sequence[Point]) -> Trend | None:
    """``None`` where there is nothing to compare."""
    if len(points) < 2:
        return None
    most = max(point.total for point in points) or 1
    bars = []
    for number, point in enumerate(points):
        high, grave = (round(HEIGHT * count / most, 1) for count in (point.total, point.critical))
        bars.append(
            Bar(
                x=4 + STEP * number,
                y=round(TOP + HEIGHT - high, 1),
                height=high,
                critical_y=round(TOP + HEIGHT - grave, 1),
                critical_height=grave,
                total=integer(point.total, view.lang),
                label=day(point.finished_at, view.lang)[:5] if view.lang != "en" else point.finished_at[5:10],
            )
        )
    words = (
        view.tr(
            "{date}: нарушений {total}, из них критических {critical}, существенных {major}, незначительных {minor}",
            date=day(point.finished_at, view.lang), total=point.total, critical=point.critical, major=point.major,
            minor=point.minor,
        )
        for point in (points[0], points[-1])
    )  # fmt: skip
    return Trend(tuple(bars), STEP * len(points), "; ".join(words))


def age(view: View, violation: Violation) -> str:
    """``обнаружено 01.11.2026, 3 недели назад``; nothing where there is no history."""
    if not violation.first_seen:
        return ""
    try:
        first, now = (datetime.fromisoformat(text) for text in (violation.first_seen, view.run.started_at))
        days = (now.date() - first.date()).days
    except ValueError:
        return ""
    if violation.first_seen == view.run.started_at or days < 0:
        return view.tr("обнаружено этой проверкой")
    months = days // _DAYS_IN_MONTH
    text = period(f"P{months}M" if months >= 2 else f"P{days}D", view.lang) if days else ""
    if not text:
        return view.tr("обнаружено {date}", date=day(violation.first_seen, view.lang))
    return view.tr("обнаружено {date}, {age} назад", date=day(violation.first_seen, view.lang), age=text)
