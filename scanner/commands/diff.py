"""``derbes diff``: two inventories, new, gone and changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from derbes.reports.i18n import day, integer, tr
from derbes.reports.safe import printable
from derbes.reports.text import GLYPHS
from derbes.scanner.commands.common import language_option
from derbes.scanner.compare import Difference, Field, compare
from derbes.scanner.model.findings import Outcome, Violation


@click.command(short_help="что изменилось между двумя описями")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--state", metavar="URL", help="история проверок")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text")
@language_option
def diff(old: str | None, new: str | None, state: str | None, format_: str, lang: str) -> None:
    """OLD и NEW — проверки или JSON-отчёты; без них две последние, с одним — он и последняя."""
    from derbes.scanner.commands.runs import former

    before = former(old, state) if old else former(None, state, back=1)
    after = former(new, state)
    found = compare(before, after)
    if format_ == "json":
        click.echo(json.dumps(_document(before, after, found), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_lines(before, after, found)))


def _lines(before: Outcome, after: Outcome, found: Difference) -> Iterator[str]:
    yield f"{_name(before)} → {_name(after)}"
    yield ""
    for sign, word, violations in (
        ("+", tr("новое"), found.new),
        ("?", tr("не проверено"), found.unseen),
        ("−", tr("устранено"), found.gone),
        ("!", tr("принято без согласования"), found.unreviewed),
    ):
        for violation in violations:
            yield f"{sign} {word:<13} {_line(violation)}"
    for change in found.changed:
        figures = f"{integer(change.before.units)} → {integer(change.after.units)}"
        within = "" if change.real else "  " + tr("в пределах погрешности")
        yield f"{'≠' if change.real else '≈'} {tr('изменилось'):<13} {_line(change.after)}  {figures}{within}"
    yield ""
    for title, added, removed in (
        (tr("Места"), found.places_new, found.places_gone),
        (tr("Поля"), [_field(f) for f in found.fields_new], [_field(f) for f in found.fields_gone]),
    ):
        for sign, names in (("+", added), ("−", removed)):
            for name in names:
                yield f"{title}: {sign} {printable(name)}"
    total = f"{len(before.violations)} → {len(after.violations)}"
    yield f"{tr('Итог')}: {tr('нарушений')} {total}"


def _field(field: Field) -> str:
    return f"{field.place} · {field.path} ({field.category})"


def _name(outcome: Outcome) -> str:
    run = outcome.inventory.run
    return f"{run.id} ({day(run.finished_at)})"


def _line(violation: Violation) -> str:
    where = printable(violation.place) + (f" · {printable(violation.path)}" if violation.path else "")
    clauses = ", ".join(f"{tr('п.')} {clause}" for clause in violation.clauses[:2])
    return f"{violation.id} {GLYPHS[violation.severity]} {where}  {violation.rule}  {clauses}"


def _document(before: Outcome, after: Outcome, found: Difference) -> dict[str, object]:
    return {
        "schema": "derbes/diff/1",
        "old": before.inventory.run.id,
        "new": after.inventory.run.id,
        "violations": {
            "new": [v.id for v in found.new],
            "gone": [v.id for v in found.gone],
            "unseen": [v.id for v in found.unseen],
            "accepted_without_review": [v.id for v in found.unreviewed],
            "changed": [
                {"id": c.after.id, "before": c.before.units, "after": c.after.units, "real": c.real}
                for c in found.changed
            ],
        },
        "places": {"new": list(found.places_new), "gone": list(found.places_gone)},
        "fields": {
            "new": [{"place": f.place, "path": f.path, "category": f.category} for f in found.fields_new],
            "gone": [{"place": f.place, "path": f.path, "category": f.category} for f in found.fields_gone],
        },
    }
