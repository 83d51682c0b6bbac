"""What every document of a review shows: lines, decision, conditions, questions. No report decides anything else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derbes.reports.i18n import count, tr
from derbes.reports.json_report import words
from derbes.reports.repo import definition_file
from derbes.reports.safe import folded, printable
from derbes.reports.text import GLYPHS
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.evaluate.questions import HOW, WORDS, Question, Topic, questions
from derbes.scanner.model.findings import Outcome, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord, Unscanned
from derbes.scanner.policy.scalars import UNDECLARED


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: ``where`` is ``file:line`` of the definition."""

    glyph: str
    what: str
    category: str
    basis: str
    where: str = ""


class ReviewView:
    """An outcome of ``review``, made readable in one language."""

    def __init__(self, outcome: Outcome, lang: str) -> None:
        self.outcome = outcome
        self.lang = lang
        self.records = {record.place.id: record for record in outcome.inventory.places}
        self.open = [v for v in outcome.violations if v.state != "accepted"]
        self.new = [v for v in self.open if v.state == "new"]
        self.questions = questions(outcome.inventory, outcome.policy)
        self.unread = [one for one in outcome.inventory.unscanned if one.code != "unanswered"]

    # What was read

    def headline(self) -> str:
        """``Изменения: 1 таблица, 4 столбца, 1 форма (7 полей)``."""
        sets = [dataset for record in self.records.values() for dataset in record.datasets if dataset.fields]
        tables = [d for d in sets if d.kind not in ("form", "log") and d.format != "openapi"]
        forms = [d for d in sets if d.kind == "form"]
        calls = [d for d in sets if d.format == "openapi"]
        logs = [d for d in sets if d.kind == "log"]
        parts = []
        if tables:
            columns = sum(len(d.fields) for d in tables)
            parts.append(count(len(tables), "таблица", "таблицы", "таблиц", self.lang))
            parts.append(count(columns, "столбец", "столбца", "столбцов", self.lang))
        for found, forms_of_word in (
            (forms, ("форма", "формы", "форм")),
            (calls, ("описание API", "описания API", "описаний API")),
        ):
            if found:
                fields = count(sum(len(d.fields) for d in found), "поле", "поля", "полей", self.lang)
                parts.append(f"{count(len(found), *forms_of_word, self.lang)} ({fields})")
        if logs:
            fields = count(sum(len(d.fields) for d in logs), "поле", "поля", "полей", self.lang)
            parts.append(f"{tr('записи в журнал', self.lang)} ({fields})")
        return f"{tr('Изменения', self.lang)}: " + (", ".join(parts) or tr("определений полей нет", self.lang))

    # The table

    def lines(self) -> list[Line]:
        """Personal fields with their basis, then what concerns forms, logs and places, then what nobody stated."""
        rows = [self._field(row) for row in self.outcome.inventory.fields if row.confidence >= ENOUGH]
        shown = {(row.place, row.path) for row in self.outcome.inventory.fields}
        rows += [self._other(v) for v in self.open if (v.place, v.path) not in shown]
        rows += [
            Line("?", printable(q.path or q.place), "", f"{tr(WORDS[q.topic], self.lang)}")
            for q in self.questions
            if q.needed
        ]
        return rows

    def _field(self, row: Classification) -> Line:
        own = [v for v in self.open if (v.place, v.path, v.category) == (row.place, row.path, row.category)]
        glyph = GLYPHS[own[0].severity] if own else self._unblamed(row)
        basis = self._said(own[0]) if own else self._basis(row)
        line = row.locations[0].unit if row.locations else 0
        kind = self.category(row.category)
        if own and row.category == UNDECLARED:  # which it is, the rule says before its colon
            kind = printable(folded(words(own[0].message, self.lang)).partition(": ")[0])
        return Line(glyph, printable(row.path), kind, basis, self.place(row.place, row.path, line))

    def _unblamed(self, row: Classification) -> str:
        """Without a purpose nothing was judged: a tick would read as consent."""
        if row.category == "technical":
            return "·"
        record = self.records.get(row.place)
        return "✓" if record and record.place.purposes else "?"

    def _other(self, violation: Violation) -> Line:
        record = self.records.get(violation.place)
        what = violation.path or violation.place
        for facts in record.facts if record else ():
            if violation.rule == "unencrypted-channel" and facts.part == violation.path and facts.forms:
                method, action, _ = facts.forms[0]
                what = f"{what} → {method} {action}".rstrip()
        glyph = GLYPHS[violation.severity]
        return Line(
            glyph, printable(what), self.category(violation.category), self._said(violation), self.where(violation)
        )

    def _basis(self, row: Classification) -> str:
        record = self.records.get(row.place)
        if row.category == "technical":
            clause = self.outcome.policy.category_clauses.get(row.category, "")
            return tr("не персональные данные (п. {clause})", self.lang, clause=clause)
        purposes = record.place.purposes if record else ()
        if not purposes:
            return tr("цель не указана", self.lang)
        found = [self.outcome.policy.purposes[name] for name in purposes if name in self.outcome.policy.purposes]
        titles = [f"{p.titles.get(self.lang) or p.titles.get('ru', '')} ({p.clause})".strip() for p in found]
        return f"{tr('цель', self.lang)}: " + ", ".join(titles)

    def _said(self, violation: Violation) -> str:
        clauses = ", ".join(f"{tr('п.', self.lang)} {clause}" for clause in violation.clauses)
        # The category has its own column; what the rule says after the colon is what is wrong with it.
        message = folded(words(violation.message, self.lang))
        message = message.partition(": ")[2] or message
        known = f" · {tr('известно', self.lang)}" if violation.state == "known" else ""
        return (f"{message} ({clauses})" if clauses else message) + known

    def category(self, name: str) -> str:
        """The title of a category."""
        titles = self.outcome.policy.categories.get(name, {})
        return titles.get(self.lang) or titles.get("ru") or name

    # Where it is defined

    def where(self, violation: Violation) -> str:
        """``migrations/0042.sql:7``: the file and the line of the definition."""
        line = violation.locations[0].unit if violation.locations else 0
        return self.place(violation.place, violation.path, line)

    def place(self, place: str, path: str, line: int) -> str:
        """The file of a definition: in front of ``#`` for a declared place, else the place itself."""
        record = self.records.get(place)
        file = definition_file(record, path) if record else place
        return printable(f"{file}:{line}" if line else file)

    # The decision

    def decision(self) -> str:
        """One sentence."""
        if self.new:
            return tr("запуск не рекомендуется. Чтобы получить согласование:", self.lang)
        if any(question.needed for question in self.questions):
            return tr("судить не по чему. Чтобы получить согласование:", self.lang)
        if self.unread:
            return tr("часть определений не прочитана, решения нет", self.lang)
        return tr("препятствий к запуску не найдено", self.lang)

    def conditions(self) -> list[str]:
        """What has to be done before it may launch: one line for all that is mended alike in one place."""
        alike: dict[tuple[str, str, str], list[Violation]] = {}
        for violation in self.new:
            key = words(replace(violation.remedy, params={**violation.remedy.params, "path": ""}), self.lang)
            alike.setdefault((violation.rule, violation.place, key), []).append(violation)
        found = [self._mended(group) for group in alike.values()]
        topics: dict[Topic, list[str]] = {}
        for question in self.questions:
            if question.needed:
                topics.setdefault(question.topic, []).append(printable(question.place))
        found += [
            f"{tr(WORDS[topic], self.lang)} ({', '.join(places)}): {tr(HOW[topic], self.lang)}"
            for topic, places in topics.items()
        ]
        return found

    def _mended(self, group: list[Violation]) -> str:
        """One remedy for several fields, with the lines where they stand."""
        first = group[0]
        group = sorted(group, key=lambda v: (v.locations[:1], v.path))
        paths = ", ".join(dict.fromkeys(v.path or v.place for v in group))
        said = folded(words(replace(first.remedy, params={**first.remedy.params, "path": paths}), self.lang))
        files: dict[str, list[str]] = {}
        for violation in group:
            file, _, line = (
                self.where(violation).rpartition(":") if violation.locations else (self.where(violation), "", "")
            )
            if line not in files.setdefault(file, []):
                files[file].append(line)
        where = "; ".join(f"{file}:{', :'.join(lines)}" if any(lines) else file for file, lines in files.items())
        return f"{said} ({where})"

    def other_questions(self) -> list[str]:
        """Questions that hold nothing up, each with the one to ask."""
        return [self.asked(q) for q in self.questions if not q.needed]

    def asked(self, question: Question) -> str:
        """One question with the person it goes to."""
        whom = question.owner or tr("владельцу (не назван)", self.lang)
        about = printable(question.path or question.place)
        return f"{about}: {tr(WORDS[question.topic], self.lang)} → {printable(whom)}"

    def skipped(self, one: Unscanned) -> str:
        """What was not read, in one line."""
        return f"{one.code}: {printable(one.place)}, {printable(tr(one.message, self.lang, **one.params))}"

    def record(self, place: str) -> PlaceRecord | None:
        """The record of a place."""
        return self.records.get(place)
