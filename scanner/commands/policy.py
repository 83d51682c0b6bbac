"""``derbes policy check|show|schema``: what judges, looked at."""

from __future__ import annotations

import json
from typing import Literal

import click

from derbes.reports.i18n import language, tr
from derbes.reports.safe import printable
from derbes.reports.text import severity_word
from derbes.scanner.commands.common import language_option, policy_options

# What the clauses of a rule may hang on.
HANGS = {
    "category": "пункт категории",
    "purposes": "пункты целей",
    "subjects": "пункты субъектов",
    "retention": "пункты сроков",
    "technical": "пункт технических данных",
}


@click.group(short_help="проверить политику, показать её, схема файлов")
@language_option
def policy(lang: str) -> None:
    """Политика как данные: проверить файлы, показать пункты и правила, напечатать JSON Schema."""


@policy.command(short_help="все ошибки файлов сразу; код 2, если они есть")
@click.argument("files", nargs=-1, metavar="[FILE]…")
@policy_options
@language_option
def check(files: tuple[str, ...], config: str | None, policy: str | None, lang: str) -> None:
    """Все ошибки policy.yml, derbes.yml и файла исключений сразу; код 2, если они есть.

    FILE — политика, derbes.yml или файл исключений (что это, видно по ключам); без FILE всё, что действует здесь.
    """
    from derbes.scanner.commands.run import exceptions_file, load
    from derbes.scanner.policy.checking import check_files
    from derbes.scanner.policy.exceptions import load_exceptions

    if files:
        for checked in check_files(files):
            click.echo(f"✓ {printable(checked.file)}: {tr(checked.kind)} · {tr(checked.summary, **checked.params)}")
        return
    setup = load(config, policy)
    path = exceptions_file(None, setup)
    entries = load_exceptions(path) if path else ()
    places = len(setup.config.places) if setup.config else 0
    click.echo(
        tr(
            "✓ политика {id}: пунктов {clauses}, правил {rules}; мест {places}, исключений {exceptions}",
            id=setup.policy.id,
            clauses=len(setup.policy.clauses),
            rules=len(setup.policy.active_rules),
            places=places,
            exceptions=len(entries),
        )
    )


@policy.command(short_help="пункты → правила, правила → пункты")
@policy_options
@language_option
def show(config: str | None, policy: str | None, lang: str) -> None:
    """Пункты политики и правила, которые на них опираются; правила и их пункты."""
    from derbes.scanner.commands.run import load
    from derbes.scanner.policy.explain import overview

    view = overview(load(config, policy).policy)
    click.echo(f"{view.policy.title} ({view.policy.id}, {view.policy.sha256[:8]})\n")
    click.echo(tr("Пункты → правила"))
    for card in view.clauses:
        text = card.clause.text if len(card.clause.text) <= 88 else card.clause.text[:87] + "…"
        click.echo(f"  {card.clause.number:<6} {text}")
        if card.rules:
            click.echo(f"         → {', '.join(card.rules)}")
    click.echo("\n" + tr("Правила → пункты"))
    for rule in view.rules:
        title = rule.title.get(language()) or rule.title["ru"]
        clauses = ", ".join(clause.number for clause in rule.clauses)
        severity = f" · {severity_word(rule.severity, language())}" if rule.severity else ""
        hangs = ", ".join(tr(HANGS[name]) for name in rule.cites if name in HANGS)
        chosen = f"  ({tr('из них по случаю: {hangs}', hangs=hangs)})" if hangs else ""
        click.echo(f"  {rule.id:<26} {title}{severity}\n{'':29}→ {clauses}{chosen}")


@policy.command(short_help="JSON Schema файлов")
@click.argument("kind", type=click.Choice(["policy", "config", "exceptions"]), default="policy")
@language_option
def schema(kind: Literal["policy", "config", "exceptions"], lang: str) -> None:
    """JSON Schema файла: policy.yml, derbes.yml (config) или derbes-exceptions.yml (exceptions)."""
    from derbes.scanner.policy.jsonschema import schema as schema_of

    click.echo(json.dumps(schema_of(kind), ensure_ascii=False, indent=2))
