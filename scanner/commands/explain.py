"""``derbes explain``: one violation, rule or clause: why, where, how to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta

import click

from derbes.reports.i18n import decimal, integer, language, tr
from derbes.reports.json_report import words
from derbes.reports.safe import printable
from derbes.reports.text import GLYPHS, severity_word
from derbes.scanner.commands.common import language_option, policy_options
from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.inventory import Classification, Reason
from derbes.scanner.policy.exceptions import FREE_DAYS
from derbes.scanner.policy.explain import Clause, ClauseCard, Finding, RuleCard


@click.command(short_help="разобрать нарушение, правило или пункт политики")
@click.argument("id_", metavar="ID")
@click.option("--run", metavar="RUN", help="проверка или JSON-отчёт (по умолчанию последняя)")
@click.option("--state", metavar="URL", help="история проверок")
@policy_options
@language_option
def explain(id_: str, run: str | None, state: str | None, config: str | None, policy: str | None, lang: str) -> None:
    """ID — нарушение (DRB-…), правило (personal-data-in-log) или пункт политики (2.3)."""
    from derbes.scanner.commands.run import load
    from derbes.scanner.commands.runs import former_with
    from derbes.scanner.policy.explain import explain as look_up

    outcome: Outcome | None = None
    if run is not None:
        outcome = former_with(id_, run, state)
    else:
        with suppress(UsageError):  # no history yet: rules and clauses can be explained all the same
            outcome = former_with(id_, None, state)
    card = look_up(id_, load(config, policy).policy, outcome)
    click.echo("\n".join(_lines(card)))


def _lines(card: Finding | RuleCard | ClauseCard) -> Iterator[str]:
    if isinstance(card, Finding):
        return _finding(card)
    return _rule(card) if isinstance(card, RuleCard) else _clause(card)


def _finding(card: Finding) -> Iterator[str]:
    violation = card.violation
    where = printable(violation.place) + (f" · {printable(violation.path)}" if violation.path else "")
    yield f"{GLYPHS[violation.severity]} {violation.id} · {severity_word(violation.severity, language())} · {where}"
    yield f"  {printable(words(violation.message, language()))}"
    yield ""
    yield from _quotes(card.clauses)
    yield f"{tr('Правило'):<11} {violation.rule}: {_in_language(card.title)}"
    if card.place is not None and card.place.place.owner:
        yield f"{tr('Владелец'):<11} {printable(card.place.place.owner)}"
    for row in card.evidence:
        yield ""
        yield from _evidence(row)
    yield ""
    yield f"{tr('Исправить'):<11} {printable(words(violation.remedy, language()))}"
    reason = tr("причина")
    until = date.today() + timedelta(days=FREE_DAYS)  # the longest term that nobody has to approve
    yield f'{tr("Если это ошибка")}: derbes accept {violation.id} --reason "{reason}" --until {until}'


def _evidence(row: Classification) -> Iterator[str]:
    units = integer(row.units_with)
    sampled = ""
    if row.sampled and row.interval and row.units_total is not None:
        low, high = (integer(bound) for bound in row.interval)
        sampled = tr(" прочитанных; всего {low}–{high} при доверии 95 %", low=low, high=high)
    number = tr("{units} из {read}", units=units, read=integer(row.units_read))
    yield f"{tr('Сколько'):<11} {printable(row.path)}: {number}{sampled}"
    for entity in row.entities:
        checked = tr(", прошли собственную проверку {n}", n=integer(entity.validated)) if entity.validated else ""
        yield f"  {entity.entity}: {integer(entity.units)}{checked}"
    for title, reasons in (
        (tr("За"), [reason for reason in row.reasons if reason.weight > 0]),
        (tr("Против"), [reason for reason in row.reasons if reason.weight < 0]),
        (tr("Выборка"), [reason for reason in row.reasons if not reason.weight]),
    ):
        for n, reason in enumerate(reasons):
            yield f"{'' if n else title:<11} {_weighed(reason)}".rstrip()
    yield f"{tr('Итог'):<11} {tr('уверенность')} {decimal(row.confidence, 2)}"
    if row.examples:
        yield f"  {tr('пример')}  {', '.join(printable(example) for example in row.examples)}"
    if row.locations:
        places = ", ".join(str(where.unit) for where in row.locations[:5])
        yield f"  {tr('первые записи')}: {places}"


def _weighed(reason: Reason) -> str:
    """The reason in words, and its weight: log-odds, so that +0.7 doubles the odds and −2.3 leaves a tenth of them."""
    params = {key: integer(value) if isinstance(value, int) else value for key, value in reason.params.items()}
    text = printable(tr(reason.text, **params))
    if not reason.weight:
        return text
    return f"{text:<58} {'+' if reason.weight > 0 else '−'}{decimal(abs(reason.weight), 1)}"


def _rule(card: RuleCard) -> Iterator[str]:
    yield f"{card.id} · {_in_language(card.title)}"
    yield f"  {_in_language(card.message)}"
    yield f"  {tr('исправить')}: {_in_language(card.remedy)}"
    if card.severity:
        yield f"  {tr('важность')}: {severity_word(card.severity, language())}"
    yield ""
    yield from _quotes(card.clauses)


def _clause(card: ClauseCard) -> Iterator[str]:
    yield from _quotes([card.clause])
    for title, names in (
        (tr("Правила"), card.rules),
        (tr("Категории"), card.categories),
        (tr("Цели"), card.purposes),
        (tr("Субъекты"), card.subjects),
    ):
        if names:
            yield f"{title:<11} {', '.join(names)}"


def _quotes(clauses: Iterable[Clause]) -> Iterator[str]:
    for clause in clauses:
        yield f"{tr('Политика'):<11} {tr('п.')} {clause.number} «{clause.text}»"


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get(language()) or texts.get("ru", "")
