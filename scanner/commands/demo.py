"""``derbes demo``: writes an invented hosting company, scans it on two days, and shows what was found."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import click

from derbes.reports.i18n import language, tr
from derbes.scanner.commands.common import console, language_option
from derbes.scanner.commands.progress import Quiet, open_progress

MARKER = "derbes.yml"


@click.command(short_help="вымышленная хостинговая компания: пример за минуту")
@click.argument("folder", default="derbes-demo", metavar="[DIR]")
@click.option("--no-open", is_flag=True, help="не открывать отчёт в браузере")
@click.option("-q", "--quiet", is_flag=True, help="без хода работы")
@click.option("--no-color", is_flag=True, help="без цвета")
@language_option
def demo(folder: str, no_open: bool, quiet: bool, no_color: bool, lang: str) -> None:
    """Написать в DIR вымышленные данные, проверить их и показать отчёт. Настоящих людей и номеров в них нет."""
    from derbes.reports.html import HtmlReport
    from derbes.reports.text import TextReport
    from derbes.scanner.commands.run import Request, run, write_private
    from derbes.scanner.commands.runs import aged, trend
    from derbes.scanner.commands.scan import remember, write_reports
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.demo.world import build, next_day
    from derbes.scanner.errors import UsageError

    root = Path(folder)
    if root.exists() and any(root.iterdir()) and not (root / MARKER).exists():
        raise UsageError("demo-folder", "папка {folder} не пуста", "derbes demo ДРУГАЯ_ПАПКА", folder=folder)
    today = date.today()
    build(root, today)
    click.echo(
        tr("Демонстрация: вымышленные данные в {folder} (SQLite, два журнала, форма, дамп)", folder=folder) + "\n"
    )
    state = f"sqlite:///{(root / '.derbes' / 'history.sqlite').absolute()}"
    speaker = console(quiet, no_color)
    os.chdir(root)
    request = Request("scan", ("billing", "web-logs", "feedback", "dumps", "backups"), Options(), config=MARKER)
    before = run(request, Quiet())
    remember(before, state)
    next_day(Path(), today)
    again = Request("scan", (*request.targets, "exports"), Options(), config=MARKER)
    outcome = aged(run(again, open_progress(speaker.quiet, speaker.terminal)), state)
    remember(outcome, state)
    write_reports(outcome, [("json", Path("report.json"))])
    page = HtmlReport(language())
    page.trend = trend(outcome, state)
    write_private(Path("report.html"), page.render(outcome, before))
    click.echo(TextReport(language()).lines(outcome, color=speaker.color), nl=False)
    report = (root if root.is_absolute() else Path(folder)) / "report.html"
    click.echo(f"\n{tr('Дальше')}: cd {folder}; derbes explain {outcome.violations[0].id} --state {state}")
    click.echo(f"        derbes diff --state {state}")
    click.echo(f"{tr('Отчёт')}:  {report}")
    if not no_open and sys.stdout.isatty() and not os.environ.get("CI"):
        click.launch(str(Path("report.html").absolute()))
