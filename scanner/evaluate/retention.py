"""Which records are older than they may be (by months and dates alone; no record is looked at)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from derbes.scanner.model.inventory import Classification, PlaceRecord
from derbes.scanner.policy.durations import before, parse_period
from derbes.scanner.policy.scalars import UNDECLARED
from derbes.scanner.policy.types import Policy

# Columns that say when a record came to be or ended, for a term whose column nobody named.
RECORD_DATES = (
    *("*creat*", "*clos*", "*sent*", "*receiv*", "*submit*", "*updat*", "*modif*", "*finish*", "*end*", "*expir*"),
    *("date", "time", "timestamp", "ts", "datetime", "*_at", "*дата*", "*создан*", "*закрыт*", "*отправ*", "*күні*"),
)
_NAMED = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<mark>[-_.]?)(?P<month>0[1-9]|1[0-2])(?:(?P=mark)(?P<day>0[1-9]|[12]\d|3[01]))?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Late:
    """Records with personal data kept past their term. ``units``: how many are certainly older than ``cutoff``."""

    path: str
    fields: tuple[Classification, ...]
    units: int
    keep: str
    cutoff: date


def term_of(record: PlaceRecord, policy: Policy) -> str | None:
    """The place's own term, else the longest of its purposes' terms; ``None`` when any of them names none."""
    own = record.place.retention
    if own is not None and own.keep:
        return own.keep
    terms = {term.purpose: term.keep for term in policy.retention}
    keeps = [terms.get(purpose) for purpose in record.place.purposes]
    known = [keep for keep in keeps if keep is not None]
    if not known or len(known) < len(keeps):
        return None
    return max(known, key=_days)


def _days(keep: str) -> float:
    months, days = parse_period(keep)
    return months * 30.44 + days


def overdue(record: PlaceRecord, fields: tuple[Classification, ...], policy: Policy, today: date) -> Iterator[Late]:
    """What is kept too long in one place: by date columns where there are any, else by the dates of files and logs."""
    keep = term_of(record, policy)
    if keep is None:
        return
    cutoff = before(today, keep)
    judged: set[str] = set()
    for group, members in _datasets(fields).items():
        columns = _date_columns(record, group, members)
        counts = {path: _older(record.months[path], cutoff) for path in columns}
        if not counts:
            continue
        judged.add(group[0])
        path = min(counts, key=lambda path: (counts[path], path))  # in doubt, the column that accuses least
        if counts[path]:
            yield Late(path, members, counts[path], keep, cutoff)
    for part in sorted({found.part for found in fields} - judged):
        members = tuple(found for found in fields if found.part == part)
        path = part.removeprefix("!") if record.place.declared else ""
        if units := _older_file(record, part, members, cutoff):
            yield Late(path, members, units, keep, cutoff)


def _older_file(record: PlaceRecord, part: str, members: tuple[Classification, ...], cutoff: date) -> int:
    """Units of a file or log that are certainly older: all when its last change or the date in its name is, else one
    when its first record is."""
    facts = next((f for f in record.facts if f.part == part or part.startswith(f"{f.part}!")), None)
    newest = [named] if (named := _date_in_name(part or record.place.location)) and not _is_database(record) else []
    if facts is not None and facts.modified:
        newest.append(date.fromisoformat(facts.modified[:10]))
    if any(day < cutoff for day in newest):
        return max(found.units_with for found in members)
    counted_from_a_column = record.place.retention is not None and record.place.retention.column
    if facts is not None and facts.oldest and not counted_from_a_column:
        return int(date.fromisoformat(facts.oldest[:10]) < cutoff)
    return 0


def _is_database(record: PlaceRecord) -> bool:
    return record.place.kind == "database" or any(dataset.kind == "database" for dataset in record.datasets)


def _date_in_name(name: str) -> date | None:
    """The last date in a path (``2026-01``, ``2026-01-31``, ``20260131``); a month counts by its last day."""
    found = max(_NAMED.finditer(name[-1000:]), key=lambda each: each.start(), default=None)
    if found is None:
        return None
    year, month = int(found["year"]), int(found["month"])
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(int(found["day"] or last), last))


Group = tuple[str, str]


def _datasets(fields: tuple[Classification, ...]) -> dict[Group, tuple[Classification, ...]]:
    groups: dict[Group, tuple[Classification, ...]] = {}
    for found in fields:
        key = (found.part, found.dataset)
        groups[key] = (*groups.get(key, ()), found)
    return groups


def _date_columns(record: PlaceRecord, group: Group, members: tuple[Classification, ...]) -> list[str]:
    """Paths in ``record.months`` that belong to the dataset and date its records."""
    file, mark, _ = members[0].path.rpartition("#")
    prefix = file + mark + (f"{group[1]}." if group[1] else "")
    births = {f.path for f in members if f.category == UNDECLARED}
    wanted = record.place.retention.column if record.place.retention else None
    columns = []
    for path in sorted(record.months):
        name = path.removeprefix(prefix) if path.startswith(prefix) else None
        if name is None or path in births:
            continue
        name = name.rpartition(".")[2].lower()
        if wanted is not None:
            if wanted.lower() in {name, path.lower()} or path.lower().endswith(f".{wanted.lower()}"):
                columns.append(path)
        elif any(fnmatchcase(name, glob) for glob in RECORD_DATES):
            columns.append(path)
    return columns


def _older(months: Mapping[str, int], cutoff: date) -> int:
    """Rows of the months that ended before ``cutoff``: certainly too old."""
    limit = f"{cutoff.year:04d}-{cutoff.month:02d}"
    return sum(count for month, count in months.items() if month < limit)
