"""``derbes init``: commented files to begin with; asks little, and nothing without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derbes.reports.i18n import tr
from derbes.scanner.commands.common import language_option

if TYPE_CHECKING:
    from derbes.scanner.policy.starter import StarterPlace


@click.command(short_help="создать derbes.yml и policy.yml с пояснениями")
@click.argument("folder", default=".", metavar="[DIR]")
@click.option("--built-in", is_flag=True, help="судить по встроенной политике hosting-pro, свою не заводить")
@click.option("--force", is_flag=True, help="заменить файлы, которые уже есть")
@click.option("-y", "--yes", is_flag=True, help="ничего не спрашивать")
@language_option
def init(folder: str, built_in: bool, force: bool, yes: bool, lang: str) -> None:
    """Создать в DIR derbes.yml (где что лежит) и policy.yml (пункты политики) с пояснениями."""
    from derbes.scanner.policy.starter import CONFIG, Answers, write_starter

    places = () if yes or not sys.stdin.isatty() else tuple(_asked())
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = write_starter(Path(folder), Answers(places=places, built_in=built_in), overwrite=force)
    for path in written:
        click.echo(tr("Записан {file}", file=str(path)))
    config = Path(folder) / CONFIG
    here = "" if folder == "." else f"cd {folder}; "
    if places:
        click.echo(f"{tr('Дальше')}: {here}derbes policy check; derbes place test; derbes scan")
    else:
        steps = tr("впишите места в {file} (places, пример там же) или проверьте сразу папку", file=str(config))
        click.echo(f"{tr('Дальше')}: {steps}: {here}derbes scan .")


def _asked() -> Iterator[StarterPlace]:
    from derbes.scanner.policy.starter import StarterPlace

    click.echo(tr("Какие места проверять? Пустой ответ заканчивает список."))
    while target := click.prompt(
        tr("База, файл или папка (postgresql://reader@db/billing, logs/*.log)"), default="", show_default=False
    ):
        name = click.prompt(tr("Короткое имя"), default=f"place{target.count('/') + 1}")
        owner = click.prompt(tr("Кто отвечает за эти данные"), default="", show_default=False)
        yield StarterPlace(id=name, target=target, owner=owner or None)
