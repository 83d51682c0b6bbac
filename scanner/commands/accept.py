"""``derbes accept``: an exception with a reason and a day, written where the gate will read it."""

from __future__ import annotations

import getpass
import subprocess
from datetime import date, datetime
from pathlib import Path

import click

from derbes.reports.i18n import day, tr
from derbes.scanner.commands.common import language_option, policy_options


@click.command(short_help="записать исключение для нарушения")
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, help="почему это допустимо")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="до какого дня (ГГГГ-ММ-ДД)"
)
@click.option("--by", metavar="WHO", help="кто решил (по умолчанию git config user.email)")
@click.option("--approved-by", metavar="WHO", help="кто согласовал; нужно для сроков длиннее 90 дней")
@click.option("--exceptions", metavar="FILE", help="куда записать (по умолчанию derbes-exceptions.yml)")
@click.option("--run", metavar="RUN", help="проверка или JSON-отчёт, где это нарушение (по умолчанию последняя)")
@click.option("--state", metavar="URL", help="история проверок")
@policy_options
@language_option
def accept(
    id_: str,
    reason: str,
    until: datetime,
    by: str | None,
    approved_by: str | None,
    exceptions: str | None,
    run: str | None,
    state: str | None,
    config: str | None,
    policy: str | None,
    lang: str,
) -> None:
    """Записать исключение для нарушения ID последней проверки."""
    from derbes.scanner.commands.run import EXCEPTIONS, exceptions_file, load
    from derbes.scanner.commands.runs import former_with
    from derbes.scanner.errors import UsageError
    from derbes.scanner.policy.accept import add_exception

    outcome = former_with(id_, run, state)
    found = [violation for violation in outcome.violations if violation.id.startswith(id_.upper())]
    if len(found) != 1:
        raise UsageError("explain-unknown", "{name}: нет такого нарушения в последней проверке", name=id_)
    path = exceptions_file(exceptions, load(config, policy)) or Path(EXCEPTIONS)
    who = by or _who()
    written = add_exception(
        path, found[0], reason=reason, by=who, until=until.date(), today=date.today(), approved_by=approved_by
    )
    click.echo(
        tr("Исключение {id} до {until} записано в {file}", id=written.id, until=day(written.until), file=str(path))
    )
    click.echo(f"  reason: {written.reason}\n  by:     {written.by}")
    if written.status == "unapproved":
        click.echo(
            "  " + tr("Срок больше 90 дней требует approved_by ответственного лица. До этого запись не действует.")
        )


def _who() -> str:
    try:
        found = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, timeout=5, check=False)
    except OSError:
        return getpass.getuser()
    return found.stdout.strip() or getpass.getuser()
