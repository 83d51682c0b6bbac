"""``derbes breach``: what a breach of one place exposes, of whom, whom to tell and by when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derbes.reports.i18n import language
from derbes.scanner.commands.common import language_option, policy_options

if TYPE_CHECKING:
    from derbes.reports.breach import BreachSheet


@click.command(short_help="утечка из места: что, чьё, кого и когда уведомить")
@click.argument("place")
@click.option("--path", "paths", multiple=True, metavar="GLOB", help="только эти поля места; можно повторять")
@click.option(
    "--found-at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), metavar="TIME",
    help="когда обнаружено, ГГГГ-ММ-ДДTчч:мм (по умолчанию сейчас): от этого считаются сроки",
)  # fmt: skip
@click.option("--run", metavar="RUN", help="проверка или JSON-отчёт (по умолчанию последняя, где есть это место)")
@click.option("-o", "--output", multiple=True, metavar="FILE", help="записать .md, .html или .json; можно повторять")
@click.option("--state", metavar="URL", help="история проверок")
@policy_options
@language_option
def breach(
    place: str,
    paths: tuple[str, ...],
    found_at: datetime | None,
    run: str | None,
    output: tuple[str, ...],
    state: str | None,
    config: str | None,
    policy: str | None,
    lang: str,
) -> None:
    """Что раскрыла утечка из PLACE, чьи это данные, кого и до какого часа уведомить; черновики уведомлений."""
    from derbes.reports.breach import BreachSheet
    from derbes.reports.exposure import exposure
    from derbes.reports.view import View
    from derbes.scanner.commands.run import load, write_private
    from derbes.scanner.commands.runs import former_of_place
    from derbes.scanner.errors import UsageError

    setup = load(config, policy)
    outcome = former_of_place(place, run, state)
    exposed = exposure(outcome, place, paths)
    clause = setup.policy.breach.clause if setup.policy.breach else ""
    view = View(outcome, language())
    view.policy = setup.policy.ref()
    sheet = BreachSheet(view, exposed, clause, (found_at or datetime.now()).astimezone())
    for name in output:
        if Path(name).suffix.lower() not in FORMATS:
            raise UsageError(
                "output-format", "по имени {file} не понять, какой нужен отчёт", ".md, .html, .json", file=name
            )
    for name in output:
        write_private(Path(name), FORMATS[Path(name).suffix.lower()](sheet))
    if not output:
        click.echo(sheet.text(), nl=False)


def _json(sheet: BreachSheet) -> bytes:
    return (json.dumps(sheet.document(), ensure_ascii=False, indent=1) + "\n").encode()


FORMATS: dict[str, Callable[[BreachSheet], bytes]] = {
    ".html": lambda sheet: sheet.html(),
    ".json": _json,
    ".md": lambda sheet: sheet.markdown(),
}
