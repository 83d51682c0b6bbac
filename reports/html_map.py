"""The heat map of the HTML report: parts of places by categories, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from derbes.reports.i18n import integer, short
from derbes.reports.safe import printable
from derbes.reports.view import GLYPHS, View
from derbes.scanner.model.findings import SEVERITIES, Severity, Violation
from derbes.scanner.model.inventory import Classification, PlaceRecord

MAX_ROWS = 150
_STEPS = (100, 1_000, 10_000, 100_000)  # limits of the shades
Key = tuple[str, str]  # place and the part of it


@dataclass(slots=True)
class Cell:
    """Records with one category in one part; ``estimate`` when they were extrapolated from a sample."""

    category: str
    units: int = 0
    estimate: bool = False
    violations: list[Violation] = field(default_factory=list)
    text: str = ""
    label: str = ""

    @property
    def shade(self) -> int:
        """1 to 5; 0 where nothing was found."""
        return 1 + sum(self.units >= step for step in _STEPS) if self.units else 0

    @property
    def worst(self) -> Severity | None:
        """The gravest violation in it."""
        return next((severity for severity in SEVERITIES if any(v.severity == severity for v in self.violations)), None)

    @property
    def glyph(self) -> str:
        """The shape of the gravest violation: never colour alone."""
        return GLYPHS[self.worst] if self.worst else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A table of a database, a file of a place, or a place as a whole."""

    place: str
    anchor: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading: the parts of one place, or places of one kind."""

    title: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """``columns``: category ids; ``totals``: places with each; ``hidden``: rows left out for the size of the file."""

    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    totals: tuple[int, ...]
    hidden: int


def part_of(row: Classification) -> str:
    """The part of its place that a field lies in: file and table, as far as the place has several."""
    file = row.part if row.part and row.path.startswith(f"{row.part}#") else ""
    return " · ".join(name for name in (file, row.dataset) if name)


def estimated(row: Classification) -> int:
    """Records with the category in the whole dataset: counted, or extrapolated when it was sampled."""
    if not row.sampled or not row.units_read or not row.units_total:
        return row.units_with
    return max(round(row.units_with / row.units_read * row.units_total), row.units_with)


def heat_map(view: View, anchors: dict[str, str]) -> HeatMap:
    """The map of everything that was found; places without findings stand in the register alone."""
    columns = tuple(view.categories({*view.policy.categories, *(r.category for r in view.outcome.inventory.fields)}))
    cells = _cells(view)
    keys = sorted(cells, key=lambda key: _order(view, key))
    shown = set(sorted(keys, key=lambda key: _weight(cells[key]))[:MAX_ROWS])
    rows = [_row(view, key, cells[key], columns, anchors) for key in keys if key in shown]
    totals = tuple(
        len({place for (place, _), found in cells.items() if category in found and found[category].units})
        for category in columns
    )
    return HeatMap(columns, tuple(_groups(view, rows)), totals, len(keys) - len(shown))


def _cells(view: View) -> dict[Key, dict[str, Cell]]:
    cells: dict[Key, dict[str, Cell]] = {}
    for row in view.outcome.inventory.fields:
        found = cells.setdefault((row.place, part_of(row)), {}).setdefault(row.category, Cell(row.category))
        units = estimated(row)
        if units > found.units:  # columns of one table describe the same records: the fullest one counts
            found.units, found.estimate = units, row.sampled
    parts = _Parts(view)
    held = {(key, category) for key, found in cells.items() for category in found}
    for violation in view.open:
        keys = list(parts.of(violation))
        # what is said of a place as a whole concerns those of its tables and files that hold the category
        for key in [key for key in keys if (key, violation.category) in held] or keys:
            found = cells.setdefault(key, {}).setdefault(violation.category, Cell(violation.category))
            found.violations.append(violation)
    return cells


class _Parts:
    """Which parts of a place a violation concerns, by its path."""

    def __init__(self, view: View) -> None:
        self.exact: dict[tuple[str, str], str] = {}
        self.by_place: dict[str, dict[str, str]] = {}  # place -> stem of a path -> part
        for row in view.outcome.inventory.fields:
            part = part_of(row)
            self.exact[row.place, row.path] = part
            stems = self.by_place.setdefault(row.place, {})
            stems[row.path.rsplit("#", 1)[0] if "#" in row.path else row.dataset] = part

    def of(self, violation: Violation) -> Iterator[Key]:
        """The part that holds the path; without a path all parts of the place; a new part where none is known."""
        place, path = violation.place, violation.path
        stems = self.by_place.get(place, {})
        if (place, path) in self.exact:
            yield place, self.exact[place, path]
        elif near := [s for s in stems if s and (path == s or path.startswith((f"{s}.", f"{s}#", f"{s}!")))]:
            yield place, stems[max(near, key=len)]
        elif not path and stems:
            yield from ((place, part) for part in dict.fromkeys(stems.values()))
        else:
            yield place, ""


def _weight(cells: dict[str, Cell]) -> tuple[int, int]:
    grave = min((SEVERITIES.index(cell.worst) for cell in cells.values() if cell.worst), default=len(SEVERITIES))
    return grave, -sum(cell.units for cell in cells.values())


def _order(view: View, key: Key) -> tuple[bool, str, str, str]:
    record = view.records.get(key[0])
    declared = record is not None and record.place.declared
    return not declared, "" if declared else _kind(record), key[0], key[1]


def _kind(record: PlaceRecord | None) -> str:
    return (record.place.kind if record else None) or "file"


def _row(view: View, key: Key, found: dict[str, Cell], columns: tuple[str, ...], anchors: dict[str, str]) -> Row:
    place, part = key
    name = printable(part or place)
    about_place = printable(place) + (f" · {printable(part)}" if part else "")
    cells = tuple(found.get(category) or Cell(category) for category in columns)
    for cell in cells:
        about = "≈\u202f" if cell.estimate else ""
        cell.text = about + short(cell.units, view.lang) if cell.units else ("!" if cell.violations else "·")
        ids = ", ".join(violation.id for violation in cell.violations[:5])
        number = f"{about}{integer(cell.units, view.lang)}" if cell.units else view.tr("не найдено")
        broken = f"; {view.tr('нарушение')}: {ids}" if ids else ""
        cell.label = f"{about_place}, {view.category(cell.category)}: {number}{broken}"
    return Row(place, anchors.get(place, ""), name, cells)


def _groups(view: View, rows: list[Row]) -> Iterator[Group]:
    """A declared place with several parts is a group; the others stand together, declared and undeclared apart."""
    several: list[Group] = []
    single: list[Row] = []
    for place, found in groupby(rows, key=lambda row: row.place):
        own = tuple(found)
        record = view.records.get(place)
        if len(own) > 1 and record is not None:
            several.append(Group(printable(place), f"{view.kind(record)} · {printable(record.place.location)}", own))
        else:  # the only row of its place goes by the place's name
            single += (replace(row, name=printable(place)) for row in own)
    yield from several
    for declared, title in ((True, view.tr("Прочие места")), (False, view.tr("Места вне derbes.yml"))):
        own = tuple(row for row in single if _declared(view, row) == declared)
        if own:
            plain = not view.outcome.declared_only
            yield Group(view.tr("Места") if plain else title, "", own)


def _declared(view: View, row: Row) -> bool:
    record = view.records.get(row.place)
    return record is not None and record.place.declared
