"""``derbes recognizers``: what is recognized, and by which category of the policy it is judged."""

from __future__ import annotations

import json

import click

from derbes.scanner.commands.common import language_option, policy_options


@click.command(short_help="что умеет распознавать derbes")
@click.option("--json", "as_json", is_flag=True, help="для программ")
@policy_options
@language_option
def recognizers(as_json: bool, config: str | None, policy: str | None, lang: str) -> None:
    """Распознаватели, их сущности и категории политики."""
    from derbes.recognizers.registry import load_recognizers
    from derbes.scanner.commands.run import load

    categories = load(config, policy).policy.category_by_entity
    rows = [
        {
            "name": recognizer.name,
            "entities": list(recognizer.ENTITIES),
            "categories": sorted({categories.get(entity, "undeclared") for entity in recognizer.ENTITIES}),
            "country": recognizer.COUNTRY_CODE,
            "about": (type(recognizer).__doc__ or "").strip().splitlines()[0],
        }
        for recognizer in load_recognizers()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['name']:<28} {', '.join(row['entities'])}")
        click.echo(f"{'':<28} {', '.join(row['categories'])}: {row['about']}")
