"""The tables of the HTML report as plain data: what to do, violations, register, changes, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from derbes.reports.html_trend import age
from derbes.reports.i18n import day, integer, short
from derbes.reports.safe import folded, printable
from derbes.reports.view import GLYPHS, View
from derbes.scanner.codes import NOTES
from derbes.scanner.compare import Difference, compare
from derbes.scanner.model.findings import SEVERITIES, Outcome, Violation
from derbes.scanner.model.inventory import PlaceRecord

MAX_VIOLATIONS = 500
MAX_ROWS = 300
_MAX_TODO = 8
_WHOLE_QUOTES = 60  # with more violations than this, clauses are quoted shortened and in full at the end
_QUOTE = 70
_MAX_MOVED = 60
MANY_CARDS = 6  # with more than this, the printed page quotes each clause once, at its end


class Link(NamedTuple):
    """An anchor of this page and its text."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do first."""

    text: str
    where: str
    links: tuple[Link, ...] = ()
    owner: str = ""
    due: str = ""
    needs_owner: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One violation, ready to print."""

    violation: Violation
    glyph: str
    severity: str
    title: str
    message: str
    where: str
    clauses: str
    quotes: tuple[tuple[str, str, str], ...]  # number, label, text
    number: str
    of: str
    estimate: str
    examples: tuple[str, ...]
    locations: str
    remedy: str
    owner: str
    age: str
    rank: int = field(default=0)


def todo(view: View, shown: set[str]) -> list[Todo]:
    """By falling risk: the gravest violations by place and rule, exceptions that run out, what could not be read."""
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in view.open:
        if violation.state == "new" or violation.severity != "minor":
            groups.setdefault((violation.place, violation.rule), []).append(violation)
    ordered = sorted(groups.values(), key=lambda found: (SEVERITIES.index(found[0].severity), -len(found)))
    things = [_task(view, found, shown) for found in ordered[: _MAX_TODO - 2]]
    expiring = [e for e in view.outcome.exemptions if e.status in ("expiring", "unapproved", "outgrown")]
    things += (
        Todo(
            view.tr("Продлить или снять исключение {id}", id=printable(exemption.id)),
            view.exemption(exemption.status),
            owner=printable(exemption.by),
            due=view.tr("до {date}", date=day(printable(exemption.until), view.lang)),
        )
        for exemption in expiring[:2]
    )
    missed = [one for one in view.outcome.inventory.unscanned if one.code not in NOTES]
    if missed:
        text = view.tr("Дать прочитать то, что не прочитано: {number}", number=integer(len(missed), view.lang))
        things.append(Todo(text, view.where(missed[0]), (Link("coverage", view.tr("Полнота проверки")),)))
    return things


def _task(view: View, found: list[Violation], shown: set[str]) -> Todo:
    first = found[0]
    owner = printable(first.owner or "")
    links = tuple(Link(v.id if v.id in shown else "violations", v.id) for v in found[:3])
    return Todo(view.remedy(first), view.where(first), links, owner, needs_owner=not owner)


def cards(view: View) -> list[Card]:
    """The gravest open violations, as many as a page can bear."""
    whole = quotes_whole(view)
    ordered = sorted(view.open, key=lambda v: SEVERITIES.index(v.severity))
    return [_card(view, violation, rank, whole) for rank, violation in enumerate(ordered[:MAX_VIOLATIONS])]


def quotes_whole(view: View) -> bool:
    """Whether each violation quotes its clauses in full."""
    return len(view.open) <= _WHOLE_QUOTES


def _card(view: View, v: Violation, rank: int, whole: bool) -> Card:
    estimate, number = "", integer(v.units, view.lang)
    if v.interval:
        low, high = (integer(bound, view.lang) for bound in v.interval)
        estimate = view.tr("Оценка по выборке: {low} – {high} при доверии 95 %", low=low, high=high)
        number = f"≈\u202f{short(sum(v.interval) // 2, view.lang)}"
    places = ", ".join(integer(where.unit, view.lang) for where in v.locations[:8])
    return Card(
        violation=v,
        glyph=GLYPHS[v.severity],
        severity=view.severity(v.severity),
        title=view.rule(v.rule),
        message=view.message(v),
        where=view.where(v),
        clauses=view.clauses(v),
        quotes=tuple(_quote(view, clause, whole) for clause in v.clauses if clause in view.policy.clauses),
        number=number,
        of=view.units(v.units, v.place).rpartition(" ")[2],
        estimate=estimate,
        examples=tuple(printable(example) for example in v.examples),
        locations=places + (" …" if len(v.locations) > 8 else ""),
        remedy=view.remedy(v),
        owner=printable(v.owner or ""),
        age=age(view, v),
        rank=rank,
    )


def _quote(view: View, clause: str, whole: bool) -> tuple[str, str, str]:
    text = folded(view.policy.clauses[clause])
    if not whole and len(text) > _QUOTE:
        text = text[:_QUOTE].rsplit(" ", 1)[0] + "…"
    return clause, view.clause(clause), text


def cited(view: View) -> list[tuple[str, str, str]]:
    """Clauses in full: where the violations quote them shortened, and at the end of what is printed."""
    numbers = dict.fromkeys(clause for v in view.open for clause in v.clauses if clause in view.policy.clauses)
    return [_quote(view, clause, True) for clause in numbers]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register of places."""

    anchor: str
    name: str
    location: str
    kind: str
    categories: tuple[str, ...]
    outside: bool
    subjects: str
    purposes: str
    retention: str
    access: str
    transfer: str
    owner: str
    units: str
    count: int
    declared: bool


def register(view: View, anchors: dict[str, str]) -> list[Entry]:
    """Places with personal data, and declared ones without."""
    met: dict[str, set[str]] = {}
    for row in view.outcome.inventory.fields:
        if row.category != "technical":
            met.setdefault(row.place, set()).add(row.category)
    records = [r for r in view.outcome.inventory.places if r.place.id in met or r.place.declared]
    records.sort(key=lambda r: (not r.place.declared, r.place.id))
    return [_entry(view, record, met.get(record.place.id, set()), anchors) for record in records[:MAX_ROWS]]


def _entry(view: View, record: PlaceRecord, met: set[str], anchors: dict[str, str]) -> Entry:
    place = record.place
    return Entry(
        anchor=anchors[place.id],
        name=printable(place.id),
        location=printable(place.location) if place.location != place.id else "",
        kind=view.kind(record),
        categories=tuple(view.category(name) for name in view.categories(met) if name != "undeclared"),
        outside="undeclared" in met,
        subjects=", ".join(view.subject(subject) for subject in place.subjects),
        purposes="; ".join(view.purpose(purpose) for purpose in place.purposes),
        retention=view.retention(record),
        access=", ".join(printable(role) for role in place.roles or ()),
        transfer=printable(place.transfer or ""),
        owner=printable(place.owner or ""),
        units=short(record.units_read, view.lang),
        count=record.units_read,
        declared=place.declared,
    )


class Line(NamedTuple):
    """A line of what has changed: sign, word, class, violation, whether the page has its card, text."""

    sign: str
    word: str
    css: str
    id: str
    link: bool
    text: str


def changes(view: View, previous: Outcome, shown: set[str]) -> Iterator[Line]:
    """Violations that came, went or grew since the run before; ``link`` when the page has them."""
    found = compare(previous, view.outcome)
    for violations, sign, word, css in (
        (found.new, "+", view.tr("новое"), "up"),
        (found.gone, "−", view.tr("устранено"), "down"),
        (found.unseen, "?", view.tr("не проверено"), "warn"),
        (found.unreviewed, "!", view.tr("принято без согласования"), "warn"),
    ):
        for v in violations[:MAX_ROWS]:
            yield Line(sign, word, css, v.id, v.id in shown, f"{view.rule(v.rule)} · {view.where(v)}")
    for change in found.changed[:MAX_ROWS]:
        if change.real:
            grown = change.after.units > change.before.units
            figures = f"{integer(change.before.units, view.lang)} → {integer(change.after.units, view.lang)}"
            text = f"{view.rule(change.after.rule)} · {view.where(change.after)} · {figures}"
            name = change.after.id
            yield Line("≠", view.tr("изменилось"), "up" if grown else "down", name, name in shown, text)
    yield from _places_and_fields(view, found)


def _places_and_fields(view: View, found: Difference) -> Iterator[Line]:
    """Places and fields with personal data that came or went; of a place that moved its fields need no saying."""
    moved = {*found.places_new, *found.places_gone}
    for sign, word, places, fields in (
        ("+", view.tr("появилось"), found.places_new, found.fields_new),
        ("−", view.tr("больше нет"), found.places_gone, found.fields_gone),
    ):
        for place in places[:_MAX_MOVED]:
            yield Line(sign, word, "mu", "", False, f"{view.tr('место')} {printable(place)}")
        for field_ in [one for one in fields if one.place not in moved][:_MAX_MOVED]:
            where = f"{printable(field_.place)} · {printable(field_.path)}"
            yield Line(sign, word, "mu", "", False, f"{where}: {view.category(field_.category)}")


class Figure(NamedTuple):
    """A line of the coverage table."""

    label: str
    number: str
    bad: bool = False


def coverage(view: View) -> list[Figure]:
    """How much of what was named has been read."""
    records = view.outcome.inventory.places
    sampled = {row.place for row in view.outcome.inventory.fields if row.sampled and row.category != "technical"}
    total = sum(record.units_total or record.units_read for record in records)
    read = sum(record.units_read for record in records)
    by_status = {status: sum(r.status == status for r in records) for status in ("scanned", "partial")}
    missed = len(records) - sum(by_status.values())
    open_end = any(record.units_total is None for record in records)
    said = (
        (view.tr("Из них не менялись и взяты из прежних проверок"), sum(record.carried for record in records)),
        (view.tr("Строк, где имя возможно, не прочитано моделью имён"), sum(record.names_left for record in records)),
    )
    return [
        Figure(view.tr("Мест названо и найдено"), integer(len(records), view.lang)),
        Figure(view.tr("Проверено целиком"), integer(by_status["scanned"], view.lang)),
        Figure(view.tr("Прочитано не всё"), integer(by_status["partial"], view.lang), by_status["partial"] > 0),
        Figure(view.tr("Проверено по выборке"), integer(len(sampled), view.lang)),
        Figure(view.tr("Не проверено"), integer(missed, view.lang), missed > 0),
        Figure(
            view.tr("Прочитано записей"),
            short(read, view.lang) if open_end else f"{short(read, view.lang)} / {short(max(read, total), view.lang)}",
        ),
        *(Figure(label, short(number, view.lang)) for label, number in said if number),
    ]
