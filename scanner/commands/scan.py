"""``derbes scan`` and ``derbes check``: the same run; ``check`` gates."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derbes.reports import open_report, report_for
from derbes.reports.i18n import language, tr
from derbes.scanner.commands.common import console, policy_options, reading_options, report_options, stack
from derbes.scanner.commands.progress import open_progress
from derbes.scanner.errors import UsageError
from derbes.scanner.exits import Exit

if TYPE_CHECKING:
    from derbes.scanner.policy.config import Config

FAIL_ON = ("critical", "major", "minor", "never")

gate_options = stack(
    click.option("--fail-on", type=click.Choice(FAIL_ON), help="порог нарушений для кода 1"),
    click.option("--baseline", metavar="FILE.json", help="прежний отчёт: его нарушения считаются известными"),
    click.option("--exceptions", metavar="FILE", help="derbes-exceptions.yml"),
    click.option("--allow-incomplete", is_flag=True, help="непрочитанное не меняет код выхода"),
    click.option("--state", metavar="FILE|URL", help="история: файл SQLite или SQLAlchemy URL; none — не сохранять"),
    click.option("--resume", is_flag=True, help="продолжить прерванную проверку"),
)


@click.command(short_help="опись: где какие персональные данные лежат")
@click.argument("targets", nargs=-1)
@policy_options
@report_options
@reading_options
@gate_options
@click.option("--since", metavar="RUN|DATE", help="файлы, которые с тех пор не менялись, не читать")
def scan(**given: Any) -> None:
    """Опись: что где лежит.

    TARGET — место из derbes.yml, путь, папка, маска, «-» или адрес базы (SQLAlchemy URL). Без TARGET — все места.
    """
    sys.exit(carry_out("scan", given))


@click.command(short_help="проверить по политике; нарушения дают код 1")
@click.argument("targets", nargs=-1)
@policy_options
@report_options
@reading_options
@gate_options
def check(**given: Any) -> None:
    """Проверка для CI: читается всё, нарушения дают код 1.

    TARGET — место из derbes.yml, путь, папка, маска, «-» или адрес базы (SQLAlchemy URL). Без TARGET — все места.
    """
    sys.exit(carry_out("check", given))


def carry_out(command: str, given: dict[str, Any]) -> Exit:
    """Run, report, and return the exit code."""
    from derbes.scanner.commands.run import Request, load, run
    from derbes.scanner.commands.runs import aged, previous, trend
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.verdict import gate

    outputs = with_summary(command, outputs_of(given["output"]))
    speaker = console(given["quiet"], given["no_color"])
    options = Options(
        **{
            name: given[name]
            for name in (
                "sample_rows", "full", "timeout", "encoding", "max_file_size", "max_depth", "max_members", "max_ratio",
                "max_unpacked", "max_rows_per_second", "foreign_tables", "follow_links",
            )
        }
    )  # fmt: skip
    request = Request(
        command=command,
        targets=given["targets"],
        options=options,
        config=given["config"],
        policy=given["policy"],
        executor=given["executor"],
        jobs=given["jobs"],
        occurrences=given["occurrences"],
        baseline=given["baseline"],
        exceptions=given["exceptions"],
        allow_incomplete=given["allow_incomplete"],
        state=given["state"],
        resume=given["resume"],
        since=since(given.get("since"), given["state"]),
    )
    outcome = aged(run(request, open_progress(speaker.quiet, speaker.terminal)), given["state"])
    verdict = gate(outcome, given["fail_on"])
    reason = tr(verdict.reason, **verdict.params)
    before = previous(outcome, given["state"]) if tells_changes(outputs, given["format_"]) else None
    points = trend(outcome, given["state"]) if before is not None else ()
    publish(outcome, outputs, given["format_"], speaker, (verdict.exit, reason), before, points)
    config = load(given["config"], given["policy"]).config
    inform(outcome, config, given["state"])
    remember(outcome, given["state"], config)
    return verdict.exit


def inform(outcome: Any, config: Config | None, state: str | None) -> None:
    """Tell those whom ``derbes.yml`` names under ``notify``; what cannot be delivered is said, and changes nothing."""
    from derbes.scanner.commands.messages import error_text
    from derbes.scanner.commands.runs import previous

    if config is None or config.notify is None:
        return
    from derbes.scanner.notify import news_of, tell

    news = news_of(outcome, previous(outcome, state), config.notify.link)
    for error in tell(news, config.notify):
        click.echo(error_text(error), err=True)


def since(named: str | None, state: str | None) -> float | None:
    """``--since`` in seconds since 1970: a date, a time, or the beginning of a run in the history."""
    if named is None:
        return None
    try:
        return datetime.fromisoformat(named).timestamp()
    except ValueError:
        from derbes.scanner.history import History

        found = History(state).load(named)
    if found is None:
        hint = "дата: 2026-11-22; время: 2026-11-22T18:00; номера проверок: derbes report --list"
        raise UsageError("usage", "--since {named}: нет такой проверки и не дата", hint, named=named)
    return datetime.fromisoformat(found["run"]["started_at"]).timestamp()


def outputs_of(targets: tuple[str, ...]) -> list[tuple[str, Path]]:
    """``-o`` values as (report name, file); a name that says no format is a usage error before anything is read."""
    found = []
    for target in targets:
        known = report_for(target)
        if known is None:
            raise UsageError(
                "output-format", "по имени {file} не понять, какой нужен отчёт", "например -o json:out.txt",
                file=target,
            )  # fmt: skip
        found.append((known[0], Path(known[1])))
    return found


def with_summary(command: str, outputs: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """In a GitHub job a gate adds its verdict to the job's summary, unless a report goes there anyway."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if command == "scan" or not summary or any(is_summary(path) for _, path in outputs):
        return outputs
    return [*outputs, ("markdown", Path(summary))]


def tells_changes(outputs: list[tuple[str, Path]], format_: str) -> bool:
    """Whether one of the reports says what has changed: only then is the run before looked for."""
    return bool({"html", "text"} & {format_, *(name for name, _ in outputs)})


def write_reports(
    outcome: Any, outputs: list[tuple[str, Path]], before: Any = None, points: Sequence[Any] = ()
) -> None:
    """Every report file from the one outcome; the summary of a GitHub job is added to, other steps write there, too."""
    from derbes.scanner.commands.run import add_private, write_private

    for name, path in outputs:
        report = open_report(name, language())
        report.previous, report.trend = before, tuple(points)
        report.beside(path)
        write = add_private if is_summary(path) else write_private
        write(path, report.render(outcome))


def is_summary(path: Path) -> bool:
    """Whether ``path`` is where GitHub gathers the summaries of a job's steps."""
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(named) and path.absolute() == Path(str(named)).absolute()


def publish(
    outcome: Any,
    outputs: list[tuple[str, Path]],
    format_: str,
    speaker: Any,
    verdict: tuple[Exit, str],
    before: Any = None,
    points: Sequence[Any] = (),
) -> None:
    """Files first, stdout last."""
    write_reports(outcome, outputs, before, points)
    if format_ == "text":
        from derbes.reports.text import TextReport

        report = TextReport(language())
        report.previous = before
        text = report.lines(
            outcome,
            files=[str(path) for _, path in outputs if not is_summary(path)],
            verdict=verdict,
            color=speaker.color,
            hints=not speaker.quiet,
        )
        click.echo(text, nl=False, color=speaker.color)
        if os.environ.get("GITHUB_ACTIONS") == "true" and outcome.inventory.run.command != "scan":
            from derbes.reports.github import GithubReport

            click.echo("\n".join(GithubReport(language()).commands(outcome)))
    else:
        sys.stdout.buffer.write(open_report(format_, language()).render(outcome))
        sys.stdout.flush()


def remember(outcome: Any, state: str | None, config: Config | None = None) -> None:
    """Into the history; a history that cannot be written is said, and changes no verdict."""
    from derbes.reports.json_report import document
    from derbes.scanner.commands.messages import error_text
    from derbes.scanner.history import KEEP_RUNS, History, Keep, is_off

    if is_off(state):
        return
    keep = Keep((config and config.keep_runs) or KEEP_RUNS, config.keep_period if config else "")
    try:
        History(state).save(document(outcome, "ru"), keep)
    except UsageError as error:
        click.echo(error_text(error), err=True)
