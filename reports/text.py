"""The outcome on a terminal: the result first, words instead of codes, a clause and a remedy with every violation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from derbes.reports.base import Report
from derbes.reports.i18n import count, day, decimal, integer, short, tr
from derbes.reports.json_report import words
from derbes.reports.safe import printable
from derbes.reports.view import EXEMPTIONS, GLYPHS, SEVERITY_FORMS
from derbes.scanner.compare import compare
from derbes.scanner.model.findings import Outcome, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord

__all__ = ["GLYPHS", "TextReport", "seconds", "severity_word"]

_COLORS = {"◆": "31;1", "▲": "33", "●": "36", "✓": "32", "✗": "31"}
_MAX_PLACES = 60
_MAX_VIOLATIONS = 40


def severity_word(severity: str, lang: str) -> str:
    """The name of a severity, as the report prints it."""
    return tr(SEVERITY_FORMS[severity][0], lang)


class TextReport(Report):
    """``scan`` shows places, then violations; ``check`` shows violations alone."""

    name: ClassVar[str] = "text"
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def render(self, outcome: Outcome) -> bytes:
        """The text without colours, as a file."""
        return self.lines(outcome).encode()

    def lines(
        self,
        outcome: Outcome,
        *,
        files: Sequence[str] = (),
        verdict: tuple[int, str] | None = None,
        color: bool = False,
        hints: bool = False,
    ) -> str:
        """The whole text; ``verdict`` is (exit code, reason), ``files`` the reports that were written."""
        parts = [*self._body(outcome), *self._end(outcome, files, verdict, hints)]
        text = "\n".join(parts) + "\n"
        return _colored(text) if color else text

    def _body(self, outcome: Outcome) -> Iterator[str]:
        if outcome.inventory.run.command == "scan":
            yield self._headline(outcome)
            yield ""
            yield from self._places(outcome)
            yield ""
        open_ones = [v for v in outcome.violations if v.state != "accepted"]
        for violation in open_ones[:_MAX_VIOLATIONS]:
            if outcome.inventory.run.command == "scan":
                yield self._line(violation)
            else:
                yield from self._violation(violation, outcome)
                yield ""
        if len(open_ones) > _MAX_VIOLATIONS:
            rest = len(open_ones) - _MAX_VIOLATIONS
            yield tr("… и ещё {rest}: все нарушения в отчёте (-o report.html)", self.lang, rest=rest)
        if open_ones and outcome.inventory.run.command == "scan":
            yield ""
        yield from self._unscanned(outcome)
        yield from self._accepted(outcome)

    def _headline(self, outcome: Outcome) -> str:
        policy = outcome.policy
        dated = f" {tr('от', self.lang)} {day(policy.effective, self.lang)}" if policy.effective else ""
        places = count(len(outcome.inventory.places), "место", "места", "мест", self.lang)
        return f"{tr('Политика', self.lang)} {policy.id}{dated} ({policy.sha256[:8]}) · {places}"

    # Places

    def _places(self, outcome: Outcome) -> Iterator[str]:
        rows: dict[str, list[Classification]] = {}
        for row in outcome.inventory.fields:
            rows.setdefault(row.place, []).append(row)
        worst = _worst(outcome)
        records = sorted(outcome.inventory.places, key=lambda r: (r.place.id not in rows, r.place.id))
        named = [r for r in records if rows.get(r.place.id) or r.status != "scanned" or len(records) <= _MAX_PLACES]
        width = min(max([len(printable(r.place.id)) for r in named[:_MAX_PLACES]], default=5), 48)
        yield f"   {tr('Место', self.lang):<{width}}  {tr('Прочитано', self.lang):>10}  {tr('Найдено', self.lang)}"
        for record in named[:_MAX_PLACES]:
            yield from self._place(record, rows.get(record.place.id, []), worst, width, outcome)
        rest = len(records) - len(named[:_MAX_PLACES])
        if rest:
            yield f"·  {tr('ещё', self.lang)} {count(rest, 'место', 'места', 'мест', self.lang)}"
        if left := sum(record.names_left for record in records):
            message = (
                "Строк, где имя возможно, но не очевидно, модель имён не читала: {count}; все читают --full и check"
            )
            yield f"·  {tr(message, self.lang, count=integer(left, self.lang))}"
        carried = [record for record in records if record.carried]
        if carried:
            units = short(sum(record.carried for record in carried), self.lang)
            oldest = min(record.carried_from for record in carried)[:10]
            message = "Не менялись и взяты из проверок с {date}: записей {units}; прочитать всё: --full"
            yield f"·  {tr(message, self.lang, date=oldest, units=units)}"

    def _place(
        self,
        record: PlaceRecord,
        rows: list[Classification],
        worst: dict[str, str],
        width: int,
        outcome: Outcome,
    ) -> Iterator[str]:
        name = _fit(printable(record.place.id), width)
        glyph = "✗" if record.status in ("skipped", "failed") else worst.get(record.place.id, "✓" if rows else "·")
        read = short(record.units_read, self.lang)
        if record.status in ("skipped", "failed"):
            yield f"{glyph}  {name:<{width}}  {'?':>10}  {tr('не проверено', self.lang)}"
            return
        found = self._categories(rows, outcome) or tr("не найдено", self.lang)
        partial = f" · {tr('прочитано не всё', self.lang)}" if record.status == "partial" else ""
        yield f"{glyph}  {name:<{width}}  {read:>10}  {found}{partial}"

    def _categories(self, rows: list[Classification], outcome: Outcome) -> str:
        order = list(outcome.policy.categories)
        met = {row.category for row in rows}
        ordered = [c for c in order if c in met and c != "technical"] + sorted(met - {*order, "technical"})
        titles = [self._title(outcome, category) for category in ordered]
        return ", ".join(titles) or (tr("только технические данные", self.lang) if "technical" in met else "")

    def _title(self, outcome: Outcome, category: str) -> str:
        titles = outcome.policy.categories.get(category, {})
        return titles.get(self.lang) or titles.get("ru") or category

    # Violations

    def _line(self, violation: Violation) -> str:
        """One violation of an inventory: grave or not, where, what, by which clause."""
        where = printable(violation.place) + (f" · {printable(violation.path)}" if violation.path else "")
        clauses = ", ".join(f"{tr('п.', self.lang)} {clause}" for clause in violation.clauses)
        message = _shorten(printable(words(violation.message, self.lang)), 110)
        return f"{GLYPHS[violation.severity]} {violation.id}  {_fit(where, 44):<44}  {clauses}\n   {message}"

    def _violation(self, violation: Violation, outcome: Outcome) -> Iterator[str]:
        where = printable(violation.place) + (f" · {printable(violation.path)}" if violation.path else "")
        state = f"  {tr('известно', self.lang)}" if violation.state == "known" else ""
        yield f"{GLYPHS[violation.severity]} {violation.id}  {where}{state}"
        clauses = ", ".join(f"{tr('п.', self.lang)} {clause}" for clause in violation.clauses)
        message = printable(words(violation.message, self.lang))
        yield f"  {message}" + (f" ({clauses})" if clauses else "")
        for clause in violation.clauses[:1]:
            if text := outcome.policy.clauses.get(clause):
                yield f"  «{_shorten(text, 160)}»"
        if violation.examples:
            yield f"  {tr('пример', self.lang)}  {', '.join(printable(e) for e in violation.examples[:2])}"
        yield f"  {tr('исправить', self.lang)}: {printable(words(violation.remedy, self.lang))}"

    # The end

    def _unscanned(self, outcome: Outcome) -> Iterator[str]:
        missed = outcome.inventory.unscanned
        for one in missed[:20]:
            where = printable(one.place) + (f" · {printable(one.path)}" if one.path else "")
            message = printable(tr(one.message, self.lang, **one.params))
            yield f"{tr('пропуск', self.lang)} {one.code}: {where}, {message}"
            if one.hint:
                yield f"  {printable(tr(one.hint, self.lang, **one.params))}"
        if len(missed) > 20:
            yield tr("… и ещё пропусков: {rest}; все в отчёте", self.lang, rest=len(missed) - 20)
        if missed:
            yield ""

    def _accepted(self, outcome: Outcome) -> Iterator[str]:
        hidden = [v for v in outcome.violations if v.state == "accepted"]
        if hidden:
            number = count(len(hidden), "нарушение скрыто", "нарушения скрыты", "нарушений скрыто", self.lang)
            yield f"{number} {tr('исключениями', self.lang)}: " + ", ".join(v.id for v in hidden[:8])
        for exemption in outcome.exemptions:
            if exemption.status != "active":
                status = tr(EXEMPTIONS[exemption.status], self.lang)
                until = printable(day(exemption.until, self.lang))
                yield f"{tr('исключение', self.lang)} {printable(exemption.id)}: {status} ({until})"

    def _end(
        self, outcome: Outcome, files: Sequence[str], verdict: tuple[int, str] | None, hints: bool
    ) -> Iterator[str]:
        records = outcome.inventory.places
        personal = {row.place for row in outcome.inventory.fields if row.category != "technical"}
        read = [r for r in records if r.status in ("scanned", "partial")]
        missed = len(records) - len(read)
        yield tr(
            "Мест с персональными данными: {personal} из {read} проверенных{missed}",
            self.lang,
            personal=len(personal),
            read=len(read),
            missed=", " + tr("не проверено {missed}", self.lang, missed=missed) if missed else "",
        )
        yield self._violation_counts(outcome) + self._changes(outcome)
        if files:
            yield f"{tr('Отчёт', self.lang)}: " + ", ".join(printable(file) for file in files)
        if verdict is not None:
            yield verdict[1]
        first = next((v for v in outcome.violations if v.state != "accepted"), None)
        if hints and first is not None:
            yield ""
            yield f"{tr('Дальше', self.lang)}: derbes explain {first.id}"

    def _violation_counts(self, outcome: Outcome) -> str:
        open_ones = [v for v in outcome.violations if v.state != "accepted"]
        total = count(len(open_ones), "нарушение", "нарушения", "нарушений", self.lang)
        if not open_ones:
            return tr("Нарушений нет", self.lang)
        parts = [
            count(sum(v.severity == severity for v in open_ones), *SEVERITY_FORMS[severity], self.lang)
            for severity in GLYPHS
            if any(v.severity == severity for v in open_ones)
        ]
        return f"{total}: {', '.join(parts)}"

    def _changes(self, outcome: Outcome) -> str:
        """``(прошлый раз 12: +2 −5)``: how many there were, came and went since the run before."""
        if self.previous is None:
            return ""
        found = compare(self.previous, outcome)
        before = len([v for v in self.previous.violations if v.state != "accepted"])
        text = tr("прошлый раз {before}: +{new} −{gone}", self.lang, before=before, new=len(found.new),
                  gone=len(found.gone))  # fmt: skip
        return f"  ({text})"


def _worst(outcome: Outcome) -> dict[str, str]:
    worst: dict[str, str] = {}
    for violation in outcome.violations:  # sorted, gravest first
        if violation.state != "accepted":
            worst.setdefault(violation.place, GLYPHS[violation.severity])
    return worst


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else "…" + text[-(width - 1) :]


def _shorten(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


def _colored(text: str) -> str:
    def paint(match: re.Match[str]) -> str:
        return f"\x1b[{_COLORS[match.group()]}m{match.group()}\x1b[0m"

    return re.sub(r"(?m)^[◆▲●✓✗]", paint, text)


def seconds(outcome: Outcome, lang: str) -> str:
    """How long the run took, as people say it."""
    from datetime import datetime

    run: Any = outcome.inventory.run
    took = datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)
    return f"{decimal(took.total_seconds(), 1, lang)} {tr('с', lang)}"
