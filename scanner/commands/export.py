"""``derbes export``: the inventory for a data catalogue, as files or as requests to its server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derbes.reports.export import EXPORTS
from derbes.reports.i18n import language, tr
from derbes.scanner.commands.common import language_option

if TYPE_CHECKING:
    from derbes.reports.export.base import Export
    from derbes.scanner.model.findings import Outcome


@click.command(short_help="опись для каталога данных: Fides, ODCS, DataHub и другие")
@click.argument("catalogue", type=click.Choice(sorted(EXPORTS)))
@click.argument("run", required=False)
@click.option("-o", "--output", metavar="FILE|DIR", help="файл или папка (имя папки кончается на /); иначе stdout")
@click.option("--only", multiple=True, metavar="PLACE", help="только это место; можно повторять")
@click.option("--name", multiple=True, metavar="PLACE=NAME", help="как место называется в каталоге; можно повторять")
@click.option("--env", default="PROD", show_default=True, metavar="ENV", help="среда DataHub: PROD, TEST …")
@click.option("--server", metavar="URL", help="послать серверу каталога; токен в DERBES_CATALOGUE_TOKEN")
@click.option("--dry-run", is_flag=True, help="показать запросы к серверу, ничего не посылая")
@click.option("--state", metavar="URL", help="история проверок")
@language_option
def export(
    catalogue: str,
    run: str | None,
    output: str | None,
    only: tuple[str, ...],
    name: tuple[str, ...],
    env: str,
    server: str | None,
    dry_run: bool,
    state: str | None,
    lang: str,
) -> None:
    """Опись проверки RUN (номер или JSON-отчёт; без него последняя) для каталога данных. Значений в ней нет."""
    from derbes.reports.export import open_export
    from derbes.scanner.commands.runs import former
    from derbes.scanner.errors import UsageError

    names = dict(pair.split("=", 1) for pair in name if "=" in pair)
    if len(names) != len(name):
        raise UsageError("usage", "--name пишется так: МЕСТО=ИМЯ")
    made = open_export(catalogue, language(), only=only, names=names, env=env)
    outcome = former(run, state)
    if unknown := sorted({*only, *names} - {record.place.id for record in outcome.inventory.places}):
        raise UsageError("usage", "в этой проверке нет места {place}", place=unknown[0])
    if server or dry_run:
        _send(made, outcome, server or "", dry_run)
    else:
        _write(made, outcome, output)
    if left := made.left_out(outcome):
        click.echo(
            tr("не вошло мест: {number}; {name} знает только базы данных", number=left, name=catalogue), err=True
        )


def _write(made: Export, outcome: Outcome, output: str | None) -> None:
    from derbes.scanner.commands.run import write_private

    if output is None:
        sys.stdout.buffer.write(made.render(outcome))
        sys.stdout.flush()
    elif output.endswith("/") or Path(output).is_dir():
        for file, content in made.files(outcome).items():
            write_private(Path(output) / file, content)
    else:
        write_private(Path(output), made.render(outcome))


def _send(made: Export, outcome: Outcome, server: str, dry_run: bool) -> None:
    """Every request in order; with ``dry_run`` as lines ``METHOD URL`` and JSON, sent nowhere."""
    from derbes.reports.safe import printable
    from derbes.scanner.catalogues import push_tables
    from derbes.scanner.delivery import request
    from derbes.scanner.errors import UsageError

    calls = made.calls(outcome)
    if calls is None:
        raise UsageError("usage", "{name} принимает только файлы", "без --server: -o ФАЙЛ", name=made.name)
    base = server.rstrip("/")
    token = os.environ.get("DERBES_CATALOGUE_TOKEN")
    secret = {"Authorization": f"Bearer {token}"} if token else {}
    for call in calls:
        if dry_run:
            click.echo(f"{call.method} {printable(base + call.path)}")
            click.echo(printable(json.dumps(call.body, ensure_ascii=False, sort_keys=True)))
        else:
            request(call.method, base + call.path, call.body, {**call.headers, **secret})
    patched, missing = push_tables(made, outcome, base, secret, dry_run)
    for table in missing:
        click.echo(tr("каталог не знает таблицы {table}", table=printable(table)), err=True)
    if not dry_run:
        click.echo(tr("послано запросов: {number}", number=len(calls) + patched))
