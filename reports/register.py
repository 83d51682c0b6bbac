"""The register of personal data that an operator keeps: one row a place. What a person wrote into it is kept.

Columns that a person adds to a register file, with their cells, survive the next export: they are found again by the
place. A row whose place is gone stays as long as such cells have something in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from derbes.reports.i18n import LANGUAGES, day, tr
from derbes.reports.safe import inert
from derbes.reports.view import View
from derbes.scanner.model.inventory import PlaceRecord
from derbes.scanner.policy.scalars import TECHNICAL, UNDECLARED
from derbes.scanner.policy.words import entity_title

Cell = str | int | None

COLUMNS = (
    "Место", "Вид", "Расположение", "Категории", "Вне перечня политики", "Субъекты", "Цель и основание",
    "Правовое основание", "Срок хранения", "Кто имеет доступ", "Передача", "Согласие", "Защита", "Владелец",
    "Объявлено в derbes.yml", "Состояние проверки", "Прочитано записей", "Последняя проверка",
)  # fmt: skip
STATUS = COLUMNS.index("Состояние проверки")


@dataclass(frozen=True, slots=True)
class Kept:
    """What people added to a register: headings of their columns, and their cells by place (as the file names it)."""

    heads: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Register:
    """Headings and rows, ours first, then those of people. Texts are harmless in a spreadsheet."""

    heads: tuple[str, ...]
    own: int  # how many columns are ours
    rows: tuple[tuple[Any, ...], ...]


def heading(text: str, lang: str, between: str = "\n") -> str:
    """In Russian and Kazakh, the languages of the law that asks for the register; in English with ``en``."""
    if lang == "en":
        return tr(text, "en")
    return between.join(dict.fromkeys((text, tr(text, "kk"))))


def is_own(head: str) -> bool:
    """Is it one of our headings, in any language?"""
    return _flat(head) in _own_heads()


def register(view: View, kept: Kept, between: str = "\n") -> Register:
    """The register of one run, with what ``kept`` knows."""
    rows = []
    left = dict(kept.cells)
    for cells in entries(view):
        shown = tuple(inert(cell) if isinstance(cell, str) else cell for cell in cells)
        theirs = left.pop(str(shown[0]), {})
        rows.append((*shown, *(theirs.get(head) for head in kept.heads)))
    for place, theirs in sorted(left.items()):
        if any(cell not in (None, "") for cell in theirs.values()):
            blank: list[Any] = [None] * len(COLUMNS)
            blank[0], blank[STATUS] = place, view.tr("нет в этой проверке")
            rows.append((*blank, *(theirs.get(head) for head in kept.heads)))
    heads = tuple(heading(text, view.lang, between) for text in COLUMNS)
    return Register((*heads, *kept.heads), len(COLUMNS), tuple(rows))


def entries(view: View) -> Iterator[list[Cell]]:
    """Places with personal data, and declared ones without; declared ones first. Columns as in ``COLUMNS``."""
    met: dict[str, set[str]] = {}
    outside: dict[str, set[str]] = {}
    for row in view.outcome.inventory.fields:
        if row.category != TECHNICAL:
            met.setdefault(row.place, set()).add(row.category)
        if row.category == UNDECLARED:
            outside.setdefault(row.place, set()).update(count.entity for count in row.entities)
    records = [r for r in view.outcome.inventory.places if r.place.id in met or r.place.declared]
    for record in sorted(records, key=lambda r: (not r.place.declared, r.place.id)):
        name = record.place.id
        yield _entry(view, record, met.get(name, set()), sorted(outside.get(name, ())))


def _entry(view: View, record: PlaceRecord, met: set[str], outside: Sequence[str]) -> list[Cell]:
    place = record.place
    yes, no = view.tr("да"), view.tr("нет")
    known = [view.policy.purposes[name] for name in place.purposes if name in view.policy.purposes]
    return [
        place.id,
        view.kind(record),
        place.location,
        "; ".join(view.category(name) for name in view.categories(met) if name != UNDECLARED),
        "; ".join(entity_title(entity, view.lang) for entity in outside) or (yes if UNDECLARED in met else no),
        ", ".join(view.subject(subject) for subject in place.subjects),
        "; ".join(view.purpose(purpose) for purpose in place.purposes),
        ", ".join(dict.fromkeys(view.clause(purpose.clause) for purpose in known)),
        view.retention(record),
        ", ".join(place.roles or ()),
        place.transfer or no,
        yes if place.consent else "",
        "; ".join(protection(view, record)),
        place.owner,
        yes if place.declared else no,
        view.status(record),
        record.units_read,
        day(view.run.finished_at, view.lang) if record.status in ("scanned", "partial") else "",
    ]


def protection(view: View, record: PlaceRecord) -> Iterator[str]:
    """What the run saw of how a place is guarded; what it could not see is not claimed."""
    database = record.place.kind == "database"
    encrypted = {facts.encrypted for facts in record.facts} - {None}
    if database and any(facts.remote for facts in record.facts):
        yield view.tr("соединение не шифруется") if encrypted != {True} else view.tr("соединение шифруется")
    elif database and record.facts:
        yield view.tr("база на этой же машине")
    elif encrypted == {True}:
        yield view.tr("файлы зашифрованы")
    modes = [facts.mode for facts in record.facts if facts.mode is not None]
    if modes:
        widest = 0
        for mode in modes:
            widest |= mode
        yield view.tr("права на файлы {mode}", mode=f"{widest:04o}")


def _flat(head: str) -> str:
    return " ".join(head.replace("/", " ").split()).casefold()


def _own_heads() -> frozenset[str]:
    texts = [[text, *(tr(text, lang) for lang in LANGUAGES if lang != "ru")] for text in COLUMNS]
    both = [f"{forms[0]} {forms[1]}" for forms in texts]
    return frozenset(_flat(text) for forms in (*texts, both) for text in forms)
