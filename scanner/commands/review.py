"""``derbes review``: what a change will collect, judged before there is data."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from derbes.reports import open_report
from derbes.reports.i18n import language, tr
from derbes.scanner.commands.common import console, policy_options, report_options, stack
from derbes.scanner.commands.scan import FAIL_ON, outputs_of, remember, write_reports
from derbes.scanner.exits import Exit

answer_options = stack(
    click.option("--purpose", multiple=True, metavar="ID", help="цель обработки: id или пункт политики"),
    click.option("--subject", multiple=True, metavar="ID", help="чьи данные: id или пункт политики"),
    click.option("--retain", metavar="P1Y", help="сколько хранят (ISO 8601)"),
    click.option("--owner", metavar="NAME", help="кто отвечает"),
    click.option("--place", metavar="ID", help="место из derbes.yml, к которому всё это относится"),
)
change_options = stack(
    click.option("--since", metavar="GITREF", help="только то, что добавлено после ответвления от GITREF"),
    click.option(
        "--against",
        metavar="FILE.json|RUN|last",
        help="прежний отчёт, проверка из истории или последняя: их нарушения считаются известными",
    ),
    click.option("--fail-on", type=click.Choice(FAIL_ON), help="порог нарушений для кода 1"),
    click.option(
        "--save-expected", is_flag=True, help="записать поля в derbes-expected.yml: scan назовёт те, что появятся потом"
    ),
    click.option("--exceptions", metavar="FILE", help="derbes-exceptions.yml"),
    click.option("--allow-incomplete", is_flag=True, help="непрочитанное и неотвеченное не меняет код выхода"),
    click.option("--state", metavar="FILE|URL", help="история: файл SQLite или SQLAlchemy URL; none — не сохранять"),
)
# In a review a page or a Markdown file is the sheet that a person signs; `html:FILE` is the report of any command.
SHEETS = {"html": "review", "markdown": "review-md"}


@click.command(short_help="проверить схему, миграцию, форму или API до запуска")
@click.argument("paths", nargs=-1, required=True)
@policy_options
@answer_options
@change_options
@report_options
def review(**given: Any) -> None:
    """До запуска: что будет собирать новая схема, миграция, форма или API.

    PATH — файл или папка с определениями (SQL, миграции, модели, шаблоны форм, OpenAPI, GraphQL, Protobuf, Prisma,
    таблица полей) или адрес базы (SQLAlchemy URL, только имена).
    """
    sys.exit(carry_out(given))


def carry_out(given: dict[str, Any]) -> Exit:
    """Read, judge, report, and return the exit code."""
    from derbes.scanner.commands.review_known import former_review, separated
    from derbes.scanner.commands.run import Request, judge, load
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.verdict import gate

    outputs = [
        (name if target.startswith(f"{name}:") else SHEETS.get(name, name), path)
        for target, (name, path) in zip(given["output"], outputs_of(given["output"]), strict=True)
    ]
    speaker = console(given["quiet"], given["no_color"])
    setup = load(given["config"], given["policy"])
    request = Request(
        command="review",
        targets=given["paths"],
        options=Options(),
        exceptions=given["exceptions"],
        allow_incomplete=given["allow_incomplete"],
    )
    before = former_review(given["against"], given["state"]) if given["against"] else None
    outcome = separated(judge(_inventory(given, setup), setup, request), before)
    verdict = gate(outcome, given["fail_on"])
    reason = tr(verdict.reason, **verdict.params)
    write_reports(outcome, outputs)
    if given["format_"] == "text":
        from derbes.reports.review_text import ReviewText

        files = [str(path) for _, path in outputs]
        text = ReviewText(language()).lines(outcome, files=files, verdict=reason, color=speaker.color)
        click.echo(text, nl=False, color=speaker.color)
    else:
        sys.stdout.buffer.write(open_report(given["format_"], language()).render(outcome))
        sys.stdout.flush()
    remember(outcome, given["state"])
    if given["save_expected"]:
        _save(outcome, setup, verdict.exit)
    return verdict.exit


def _save(outcome: Any, setup: Any, code: Exit) -> None:
    from derbes.scanner.commands.run import expected_file
    from derbes.scanner.policy.expected import save_expected

    if code is not Exit.OK:
        click.echo(tr("проверка не пройдена: ожидаемые поля не сохранены"), err=True)
        return
    declared = {place.id for place in setup.config.places} if setup.config is not None else set()
    path = expected_file(setup)
    added = save_expected(path, outcome.inventory, declared)
    click.echo(tr("ожидаемые поля: {file}, новых {added}", file=str(path), added=added), err=True)


def _inventory(given: dict[str, Any], setup: Any) -> Any:
    from derbes.scanner.commands.reviewing import Review
    from derbes.scanner.commands.targets import places_of
    from derbes.scanner.connectors import is_database
    from derbes.scanner.connectors.schema.base import Answers
    from derbes.scanner.connectors.schema.files import find_files, read_file
    from derbes.scanner.model.inventory import Unscanned

    flags = Answers(given["purpose"], given["subject"], given["retain"] or "", given["owner"] or "")
    review_ = Review(setup, flags, given["place"])
    started = datetime.now().astimezone()
    paths = [path for path in given["paths"] if not is_database(path)]
    if given["since"]:
        from derbes.scanner.connectors.schema.changes import changed

        review_.take_all(changed(given["since"], paths))
    else:
        found = list(find_files(paths))
        review_.unscanned += [one for one in found if isinstance(one, Unscanned)]
        review_.take_all(read_file(one) for one in found if isinstance(one, str))
    urls = [path for path in given["paths"] if path not in paths]
    for place in places_of(urls, setup.config) if urls else ():
        review_.take_live(place)
    return review_.inventory(started)
