"""``derbes analyze``: text in, spans out; one JSON line for each input line, in order."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, cast

import click

from derbes.scanner.commands.common import language_option, policy_options

_LINES_AT_ONCE = 256


@click.command(short_help="найти персональные данные в тексте")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--jsonl", is_flag=True, help='строки вида {"text": "…", "field": "имя столбца"}')
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="наименьшая оценка")
@click.option("--entities", metavar="A,B", help="только эти сущности")
@policy_options
@language_option
def analyze(
    file: BinaryIO,
    jsonl: bool,
    min_score: float,
    entities: str | None,
    config: str | None,
    policy: str | None,
    lang: str,
) -> None:
    """Каждая строка FILE (или stdin) — отдельный текст. Значения не печатаются, только их места."""
    from derbes.recognizers.analyzer import Analyzer
    from derbes.recognizers.fields import label_for
    from derbes.recognizers.registry import load_recognizers, supported_entities
    from derbes.scanner.commands.run import load
    from derbes.scanner.errors import UsageError

    wanted = {name.strip() for name in entities.split(",")} if entities else None
    for unknown in sorted((wanted or set()) - set(supported_entities())):
        raise UsageError("entity", "неизвестная сущность {name}", name=unknown)
    categories = load(config, policy).policy.category_by_entity
    analyzer = Analyzer(load_recognizers(wanted), min_score=min_score)
    out = sys.stdout
    lines = iter(file)
    while batch := list(islice(_items(lines, jsonl), _LINES_AT_ONCE)):
        plain = [n for n, (_, field) in enumerate(batch) if not label_for(field)]
        found: dict[int, Any] = dict(
            zip(plain, analyzer.analyze_many([(batch[n][0], None) for n in plain]), strict=True)
        )
        for n, (text, field) in enumerate(batch):
            matches = found[n] if n in found else analyzer.analyze(text, label_for(field))
            spans = [
                {
                    "start": m.start,
                    "end": m.end,
                    "entity": m.entity,
                    "category": categories.get(m.entity, "undeclared"),
                    "score": round(m.score, 3),
                }
                for m in matches
                if wanted is None or m.entity in wanted
            ]
            out.write(json.dumps({"spans": spans}, ensure_ascii=False) + "\n")
        out.flush()


def _items(lines: Iterator[bytes], jsonl: bool) -> Iterator[tuple[str, str]]:
    """``(text, field name)`` of each line; a line that is no JSON object counts as an empty text."""
    for line in lines:
        text = line.rstrip(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
        if not jsonl:
            yield text, ""
            continue
        try:
            item = json.loads(text)
        except (ValueError, RecursionError):
            item = {}
        record = cast(dict[str, Any], item if isinstance(item, dict) else {"text": item})
        yield str(record.get("text") or ""), str(record.get("field") or "")
