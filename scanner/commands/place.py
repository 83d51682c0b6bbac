"""``derbes place list|test``: the declared places, and whether they open."""

from __future__ import annotations

import sys

import click

from derbes.reports.i18n import count, tr
from derbes.reports.safe import printable
from derbes.scanner.commands.common import language_option, policy_options
from derbes.scanner.exits import Exit


@click.group(short_help="места из derbes.yml: список, соединение и права")
@language_option
def place(lang: str) -> None:
    """Места, объявленные в derbes.yml."""


@place.command("list")
@policy_options
@language_option
def list_(config: str | None, policy: str | None, lang: str) -> None:
    """Места, их адреса, владельцы и цели."""
    from derbes.scanner.commands.run import load
    from derbes.scanner.commands.targets import places_of

    for one in places_of((), load(config, policy).config):
        purposes = ", ".join(one.purposes) or tr("цель не указана")
        click.echo(f"{one.id:<20} {one.kind or '?':<9} {printable(one.location)}")
        click.echo(f"{'':<20} {one.owner or tr('владелец не указан')} · {purposes}")


@place.command("test")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@policy_options
@language_option
def test(ids: tuple[str, ...], config: str | None, policy: str | None, lang: str) -> None:
    """Открыть места, перечислить, что в них есть, данных не читать. Код 2, если что-то не открылось."""
    from derbes.scanner.commands.messages import error_text
    from derbes.scanner.commands.run import load
    from derbes.scanner.commands.targets import places_of
    from derbes.scanner.connectors import open_source
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.errors import DerbesError
    from derbes.scanner.model.inventory import Unscanned

    failed = False
    for one in places_of(ids, load(config, policy).config):
        try:
            source = open_source(one, Options())
            units = list(source.units())
            datasets = list(source.datasets())
            source.close()
        except DerbesError as error:
            failed = True
            click.echo(f"✗ {one.id}\n{error_text(error)}")
            continue
        missed = [unit for unit in units if isinstance(unit, Unscanned)]
        failed |= bool(missed)
        parts = count(len(datasets) or len(units) - len(missed), "часть", "части", "частей")
        click.echo(f"{'✗' if missed else '✓'} {one.id:<20} {printable(one.location)} · {parts}")
        for problem in missed:
            message = printable(tr(problem.message, **problem.params))
            click.echo(f"  {tr('пропуск')} {problem.code}: {printable(problem.path)} {message}")
    sys.exit(Exit.ERROR if failed else Exit.OK)
