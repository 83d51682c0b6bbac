"""``derbes report``: any report again, from history or from a JSON report."""

from __future__ import annotations

import click

from derbes.reports.i18n import tr
from derbes.scanner.commands.common import console, language_option


@click.command(short_help="любой отчёт ещё раз из истории или JSON")
@click.argument("run", required=False)
@click.option("-o", "--output", multiple=True, metavar="[FORMAT:]FILE", help="записать отчёт; можно повторять")
@click.option("-f", "--format", "format_", default="text", help="что печатать в stdout, если нет -o")
@click.option("--state", metavar="URL", help="история проверок")
@click.option("--list", "list_", is_flag=True, help="какие проверки есть в истории")
@language_option
def report(run: str | None, output: tuple[str, ...], format_: str, state: str | None, list_: bool, lang: str) -> None:
    """RUN — номер проверки (достаточно начала) или JSON-отчёт; без него последняя проверка."""
    from derbes.scanner.commands.runs import former, previous
    from derbes.scanner.commands.scan import outputs_of, publish, tells_changes
    from derbes.scanner.history import History
    from derbes.scanner.verdict import gate

    if list_:
        for name in History(state).runs():
            click.echo(name)
        return
    outputs = outputs_of(output)
    outcome = former(run, state)
    verdict = gate(outcome)
    speaker = console(quiet=True, no_color=False)
    before = previous(outcome, state) if tells_changes(outputs, format_) else None
    publish(outcome, outputs, format_, speaker, (verdict.exit, tr(verdict.reason, **verdict.params)), before)
