"""``derbes report``: any report again, from history or from a JSON report."""

from __future__ import annotations

from collections.abc import Iterator

import click

from derbes.reports.i18n import integer, tr
from derbes.scanner.commands.common import console, language_option
from derbes.scanner.model.trend import Point

_TREND = 20


@click.command(short_help="любой отчёт ещё раз из истории или JSON")
@click.argument("run", required=False)
@click.option("-o", "--output", multiple=True, metavar="[FORMAT:]FILE", help="записать отчёт; можно повторять")
@click.option("-f", "--format", "format_", default="text", help="что печатать в stdout, если нет -o")
@click.option("--state", metavar="URL", help="история проверок")
@click.option("--list", "list_", is_flag=True, help="какие проверки есть в истории")
@click.option("--trend", "trend_", is_flag=True, help="последние проверки: места и нарушения по дням")
@click.option("-q", "--quiet", is_flag=True, expose_value=False, help="без хода работы и подсказок")  # as everywhere
@language_option
def report(
    run: str | None,
    output: tuple[str, ...],
    format_: str,
    state: str | None,
    list_: bool,
    trend_: bool,
    lang: str,
) -> None:
    """RUN — номер проверки (достаточно начала) или JSON-отчёт; без него последняя проверка."""
    from derbes.scanner.commands.runs import former, previous, trend
    from derbes.scanner.commands.scan import outputs_of, publish, tells_changes
    from derbes.scanner.history import History
    from derbes.scanner.verdict import gate

    if list_:
        for name in History(state).runs():
            click.echo(name)
        return
    if trend_:
        click.echo("\n".join(_table(History(state).trend(limit=_TREND))))
        return
    outputs = outputs_of(output)
    if run is None and any(name.startswith("register") for name, _ in outputs):
        # A register of what a gate or a review happened to look at last would lose every other place.
        run = next((point.run for point in History(state).trend(command="scan", limit=1)), None)
    outcome = former(run, state)
    verdict = gate(outcome)
    speaker = console(quiet=True, no_color=False)
    before = previous(outcome, state) if tells_changes(outputs, format_) else None
    points = trend(outcome, state) if before is not None else ()
    publish(outcome, outputs, format_, speaker, (verdict.exit, tr(verdict.reason, **verdict.params)), before, points)


def _table(points: list[Point]) -> Iterator[str]:
    """A line a run, oldest first."""
    heads = (tr("Проверка"), tr("Команда"), tr("Мест"), tr("С данными"), tr("Нарушений"), "◆", "▲", "●")
    rows = [heads, *(_row(point) for point in points)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths, strict=False)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        yield "  ".join([*left, *right]).rstrip()


def _row(point: Point) -> tuple[str, ...]:
    numbers = (point.places, point.personal, point.total, point.critical, point.major, point.minor)
    return (point.run, point.command, *map(integer, numbers))
