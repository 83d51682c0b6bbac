"""An outcome in words: what every document for people says in the same way. Text from outside is harmless here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from derbes.reports.i18n import count, period, tr
from derbes.reports.json_report import words
from derbes.reports.safe import folded, printable
from derbes.scanner.codes import NOTES
from derbes.scanner.model.findings import SEVERITIES, Outcome, Severity, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned
from derbes.scanner.model.places import PlaceKind, Status, UnitKind

GLYPHS: Mapping[str, str] = {"critical": "◆", "major": "▲", "minor": "●"}
SEVERITY_FORMS: Mapping[str, tuple[str, str, str]] = {
    "critical": ("критическое", "критических", "критических"),
    "major": ("существенное", "существенных", "существенных"),
    "minor": ("незначительное", "незначительных", "незначительных"),
}
_UNITS: Mapping[UnitKind, tuple[str, str, str]] = {
    "row": ("строка", "строки", "строк"),
    "line": ("строка", "строки", "строк"),
    "message": ("письмо", "письма", "писем"),
    "document": ("документ", "документа", "документов"),
}
_KINDS: Mapping[PlaceKind, str] = {
    "database": "база данных",
    "log": "журнал",
    "form": "форма",
    "file": "файл",
    "mail": "почта",
    "schema": "схема",
}
_STATUS: Mapping[Status, str] = {
    "scanned": "проверено",
    "partial": "прочитано не всё",
    "skipped": "не проверено",
    "failed": "не проверено",
}
EXEMPTIONS: Mapping[str, str] = {
    "active": "действует",
    "expiring": "скоро истекает",
    "expired": "срок истёк, не действует",
    "unused": "ничего не скрывает",
    "unapproved": "ждёт согласования, не действует",
    "outgrown": "нарушение выросло, не действует",
}


class View:
    """Lookups and phrases over one outcome in one language. Every string it returns is free of active characters."""

    def __init__(self, outcome: Outcome, lang: str) -> None:
        self.outcome = outcome
        self.lang = lang
        self.policy = outcome.policy
        self.run = outcome.inventory.run
        self.records = {record.place.id: record for record in outcome.inventory.places}
        self.open = tuple(v for v in outcome.violations if v.state != "accepted")
        self.accepted = tuple(v for v in outcome.violations if v.state == "accepted")

    def tr(self, message: str, /, **params: object) -> str:
        """Translate a Russian template."""
        return tr(message, self.lang, **params)

    # Names

    def category(self, category: str) -> str:
        """What the policy calls a category."""
        return printable(self._titled(self.policy.categories.get(category, {}), category))

    def categories(self, ids: Iterable[str]) -> list[str]:
        """Ids in the policy's order; what it does not know comes last."""
        order = {name: rank for rank, name in enumerate(self.policy.categories)}
        return sorted(set(ids), key=lambda name: (order.get(name, len(order)), name))

    def rule(self, rule: str) -> str:
        """What a rule is called."""
        return folded(self._titled(self.policy.rules.get(rule, {}), rule))

    def subject(self, subject: str) -> str:
        """A kind of people."""
        return printable(self._titled(self.policy.subjects.get(subject, {}), subject))

    def purpose(self, purpose: str) -> str:
        """A purpose with its clause, which is the ground of the processing."""
        known = self.policy.purposes.get(purpose)
        if known is None:
            return printable(purpose)
        return f"{self.clause(known.clause)} {printable(self._titled(known.titles, purpose))}"

    def retention(self, record: PlaceRecord) -> str:
        """How long data of a place may be kept: its own term, else those of its purposes."""
        place = record.place
        if place.retention is not None and place.retention.keep:
            return printable(period(place.retention.keep, self.lang))
        known = (self.policy.purposes.get(purpose) for purpose in place.purposes)
        terms = [period(purpose.keep, self.lang) for purpose in known if purpose is not None and purpose.keep]
        return printable(", ".join(dict.fromkeys(terms)))

    def kind(self, record: PlaceRecord) -> str:
        """What kind of place it is."""
        return self.tr(_KINDS[record.place.kind or "file"])

    def status(self, record: PlaceRecord) -> str:
        """Whether it was read."""
        return self.tr(_STATUS[record.status])

    def exemption(self, status: str) -> str:
        """What became of an exception."""
        return self.tr(EXEMPTIONS[status])

    def clause(self, number: str) -> str:
        """``п. 2.3``."""
        return f"{self.tr('п.')} {printable(number)}"

    def clauses(self, violation: Violation) -> str:
        """All clauses of a violation."""
        return ", ".join(self.clause(number) for number in violation.clauses)

    # Violations

    def severity(self, severity: Severity) -> str:
        """The severity as a word."""
        return self.tr(SEVERITY_FORMS[severity][0])

    def severities(self, severity: Severity, number: int) -> str:
        """``3 критических``."""
        return count(number, *SEVERITY_FORMS[severity], self.lang)

    def where(self, violation: Violation | Unscanned | Classification) -> str:
        """The place and the path in it."""
        path = f" · {printable(violation.path)}" if violation.path else ""
        return printable(violation.place) + path

    def message(self, violation: Violation) -> str:
        """What is wrong."""
        return _sentence(folded(words(violation.message, self.lang)))

    def remedy(self, violation: Violation) -> str:
        """What to do about it."""
        return _sentence(folded(words(violation.remedy, self.lang)))

    def unit(self, place: str) -> UnitKind:
        """What the units of a place are."""
        record = self.records.get(place)
        return record.unit if record else "row"

    def units(self, number: int, place: str) -> str:
        """``18 420 строк``."""
        return count(number, *_UNITS[self.unit(place)], self.lang)

    def missed(self, one: Unscanned) -> str:
        """Why something was not read."""
        return folded(self.tr(one.message, **one.params))

    def hint(self, one: Unscanned) -> str:
        """What would help."""
        return folded(self.tr(one.hint, **one.params))

    # The whole

    def counts(self) -> dict[Severity, int]:
        """Open violations by severity."""
        return {severity: sum(v.severity == severity for v in self.open) for severity in SEVERITIES}

    def totals(self) -> str:
        """``9 нарушений: 3 критических, 6 существенных``; «нарушений нет» counts only what was read."""
        if not self.open:
            return self.tr("Нарушений нет")
        parts = [self.severities(severity, number) for severity, number in self.counts().items() if number]
        return f"{count(len(self.open), 'нарушение', 'нарушения', 'нарушений', self.lang)}: {', '.join(parts)}"

    def coverage(self) -> str:
        """Where personal data are, of how many places, and what was not read."""
        records = self.outcome.inventory.places
        personal = {row.place for row in self.outcome.inventory.fields if row.category != "technical"}
        read = sum(record.status in ("scanned", "partial") for record in records)
        text = self.tr("Мест с персональными данными: {found} из {read} проверенных", found=len(personal), read=read)
        missed = len(records) - read
        return text + (f"; {self.tr('не проверено: {missed}', missed=missed)}" if missed else "")

    def complete(self) -> bool:
        """Whether all that was named has been read."""
        return self.run.complete and not any(one.code not in NOTES for one in self.outcome.inventory.unscanned)

    def _titled(self, titles: Mapping[str, str], name: str) -> str:
        return titles.get(self.lang) or titles.get("ru") or name


_WORD = re.compile(r"[^\W\d_]+(?=[ ,;:)]|$)")


def _sentence(text: str) -> str:
    """With a capital, unless the first word is a name (of a file, a table, a command)."""
    return text[:1].upper() + text[1:] if _WORD.match(text) else text
