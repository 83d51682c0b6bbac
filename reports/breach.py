"""The breach sheet: what was exposed, of whom, whom to tell and by when, and the notices as drafts."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from derbes import __version__
from derbes.reports.exposure import Exposed, Exposure
from derbes.reports.i18n import count, day, integer
from derbes.reports.markdown import plain
from derbes.reports.page import page
from derbes.reports.safe import encodable, folded, printable
from derbes.reports.view import View
from derbes.scanner.policy.breach import Duty, breach_law
from derbes.scanner.policy.scalars import UNDECLARED, Words
from derbes.scanner.policy.words import entity_titles

_MAX_FIELDS = 12


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, a table of pairs, and a draft to copy."""

    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    draft: str = ""


class BreachSheet:
    """``clause``: number of the policy's clause on breaches, empty when it has none."""

    def __init__(self, view: View, exposed: Exposure, clause: str, found_at: datetime) -> None:
        self.view = view
        self.exposed = exposed
        self.clause = clause
        self.found_at = found_at
        self.law = breach_law()

    def title(self) -> str:
        """Names the place."""
        return self.view.tr("Утечка: {place}", place=printable(self.exposed.record.place.id))

    def sections(self) -> Iterator[Section]:
        """In the order in which a person needs them."""
        tr = self.view.tr
        yield Section(tr("Когда и кого уведомить"), tuple(self._clause()), tuple(self._duties()))
        yield Section(tr("Что раскрыто"), tuple(self._remarks()), tuple(self._categories()))
        yield Section(tr("Скольких людей это касается"), (self._people(), tr(
            "Нижняя граница: записи самой полной таблицы, в которой строка описывает одного человека. Верхняя: все "
            "записи, как если бы люди не повторялись."
        )))  # fmt: skip
        yield Section(tr("Как с ними связаться"), tuple(self._channels()))
        for duty in self.law.duties:
            if duty.id in self.law.drafts:
                yield Section(tr("Черновик: {title}", title=self._said(duty.title)), draft=self._draft(duty.id))

    # Parts

    def _said(self, words: Words) -> str:
        return words.by_language().get(self.view.lang) or words.ru

    def _clause(self) -> Iterator[str]:
        text = self.view.policy.clauses.get(self.clause)
        if text:
            yield f"{self.view.clause(self.clause)}: «{folded(text)}»"
        else:
            yield self.view.tr("Политика не говорит об утечках: в policy.yml нет breach.")

    def _duties(self) -> Iterator[tuple[str, str]]:
        for duty in self.law.duties:
            check = "" if duty.verified else f" [{self.view.tr('проверить у юриста')}]"
            yield (
                self._said(duty.title),
                f"{self._term(duty)}{self._said(duty.says)} ({self._said(duty.source)}){check}",
            )

    def _term(self, duty: Duty) -> str:
        due = duty.due(self.found_at)
        if due is None or duty.within_working_days is None:
            return ""
        days = count(duty.within_working_days, "рабочего дня", "рабочих дней", "рабочих дней", self.view.lang)
        until = f"{day(due.isoformat(), self.view.lang)} {due:%H:%M}"
        return self.view.tr("до {until} (в течение {days}, праздники не учтены), ", until=until, days=days)

    def _remarks(self) -> Iterator[str]:
        view, run = self.view, self.view.run
        yield view.tr(
            "По проверке {run} от {date}; после неё данные могли измениться.",
            run=printable(run.id), date=day(run.finished_at, view.lang),
        )  # fmt: skip
        if not self.exposed.categories:
            yield view.tr("Персональных данных в прочитанном не найдено.")
        if self.exposed.technical:
            yield view.tr("Есть и техническая информация: {title}.", title=view.category("technical"))
        if self.exposed.record.status != "scanned" or self.exposed.unread:
            yield view.tr("Место прочитано не всё: раскрыто может быть больше.")

    def _categories(self) -> Iterator[tuple[str, str]]:
        for one in self.exposed.categories:
            fields = ", ".join(printable(path) for path in one.fields[:_MAX_FIELDS])
            more = len(one.fields) - _MAX_FIELDS
            yield (
                self._named(one),
                f"{self._records(one)}: {fields}" + (f" … +{more}" if more > 0 else ""),
            )

    def _named(self, one: Exposed) -> str:
        """The category; what the policy's list does not name, by what it is."""
        if one.category != UNDECLARED:
            return self.view.category(one.category)
        known = entity_titles()
        titles = [known[name].get(self.view.lang) or name for name in one.entities if name in known]
        return ", ".join(titles) or self.view.category(one.category)

    def _records(self, one: Exposed) -> str:
        if one.low == one.high:
            return count(one.low, "запись", "записи", "записей", self.view.lang)
        return f"{integer(one.low, self.view.lang)} – {count(one.high, 'запись', 'записи', 'записей', self.view.lang)}"

    def _people(self) -> str:
        low, high, lang = self.exposed.low, self.exposed.high, self.view.lang
        whose = ", ".join(self.view.subject(subject) for subject in self.exposed.record.place.subjects)
        number = integer(high, lang) if low == high else f"{integer(low, lang)} – {integer(high, lang)}"
        return f"{number} ({whose})" if whose else f"{number} ({self.view.tr('чьи данные, в derbes.yml не сказано')})"

    def _channels(self) -> Iterator[str]:
        view = self.view
        for one in self.exposed.channels:
            yield f"{view.category(one.category)}: {self._records(one)}"
        if not any(one.category in ("email", "phone") for one in self.exposed.channels):
            yield view.tr("В этом месте нет ни адресов электронной почты, ни телефонов.")
        if self.exposed.elsewhere:
            names = ", ".join(printable(name) for name in self.exposed.elsewhere[:_MAX_FIELDS])
            yield view.tr("Контакты есть и в других местах: {names}.", names=names)

    def _draft(self, name: str) -> str:
        risks = [
            self._said(self.law.risks[c.category]) for c in self.exposed.categories if c.category in self.law.risks
        ]
        place = self.exposed.record.place
        return self._said(self.law.drafts[name]).format(
            found_at=f"{day(self.found_at.isoformat(), self.view.lang)} {self.found_at:%H:%M}",
            place=printable(place.id),
            categories=", ".join(map(self._named, self.exposed.categories)) or "—",
            subjects=self._people(),
            risks="; ".join(risks) or "—",
            advice=self._said(self.law.advice),
            clause=self.view.clause(self.clause) if self.clause else "[…]",
        )

    # Documents

    def document(self) -> dict[str, Any]:
        """Plain data, schema ``derbes/breach/1``."""
        exposed = self.exposed
        duties = []
        for duty in self.law.duties:
            due = duty.due(self.found_at)
            duties.append(
                {"id": duty.id, "due": due.isoformat(timespec="minutes") if due else None, "verified": duty.verified}
            )
        return {
            "schema": "derbes/breach/1",
            "place": exposed.record.place.id,
            "run": self.view.run.id,
            "found_at": self.found_at.isoformat(timespec="minutes"),
            "categories": [
                {"category": c.category, "records": [c.low, c.high], "fields": list(c.fields)}
                for c in exposed.categories
            ],
            "subjects": {"kinds": list(exposed.record.place.subjects), "interval": [exposed.low, exposed.high]},
            "channels": [{"category": c.category, "records": [c.low, c.high]} for c in exposed.channels],
            "contacts_elsewhere": list(exposed.elsewhere),
            "clause": self.clause or None,
            "duties": duties,
            "complete": exposed.record.status == "scanned" and not exposed.unread,
        }

    def markdown(self) -> bytes:
        """For a ticket or an editor."""
        lines = [f"# {plain(self.title())}", ""]
        for section in self.sections():
            lines += [f"## {plain(section.title)}", ""]
            lines += [f"{_long(text)}\n" for text in section.paragraphs]
            lines += [f"- **{plain(name)}**: {_long(text)}" for name, text in section.rows]
            if section.draft:
                lines += [f"> {_long(line)}<br>" if line else "> <br>" for line in section.draft.splitlines()]
            lines.append("")
        return (str(encodable("\n".join([*lines, f"<sub>derbes {__version__}</sub>"]))) + "\n").encode()

    def text(self) -> str:
        """For a terminal."""
        lines = [self.title(), ""]
        for section in self.sections():
            lines += [section.title, *(f"  {text}" for text in section.paragraphs)]
            lines += [f"  {name}: {text}" for name, text in section.rows]
            lines += [f"  │ {line}".rstrip() for line in section.draft.splitlines()]
            lines.append("")
        return "\n".join(lines)

    def html(self) -> bytes:
        """One self-contained page that prints."""
        return page(self.view.lang, self.title(), _STYLE, "".join(map(_html, self.sections())))


def _long(text: str) -> str:
    """``plain`` without its limit of length: what a person signs must not be cut."""
    return "".join(plain(text[start : start + 250]) for start in range(0, len(text), 250))


def _html(section: Section) -> str:
    escape = html.escape
    parts = [f"<section><h2>{escape(section.title)}</h2>"]
    parts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
    if section.rows:
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in section.rows)
        parts.append(f"<dl>{rows}</dl>")
    if section.draft:
        parts.append(f"<pre>{escape(section.draft)}</pre>")
    return "".join([*parts, "</section>"])


_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin:1.6em 0 .4em}dt{font-weight:600;margin-top:.6em}dd{margin:0 0 0 1em;"
    "overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid;border-radius:6px;"
    "padding:1em;font:inherit}p,h1{overflow-wrap:anywhere}footer{margin-top:2em;font-size:.85em}"
    "@media print{body{margin:0;max-width:none}section{break-inside:avoid}@page{size:A4;margin:18mm}}"
)
