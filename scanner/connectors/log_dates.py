"""Dates as logs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_MONTH = r"(?P<name>[A-Z][a-z]{2})"
_CLOCK = r"\d\d:\d\d:\d\d"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)(?!\d)",
        rf"(?P<day>\d\d)[-/ ]{_MONTH}[-/ ](?P<year>\d{{4}})(?!\d)",  # 22/Nov/2026, 22-Nov-2026
        rf"{_MONTH} {{1,2}}(?P<day>\d{{1,2}}) {_CLOCK}(?:\.\d{{1,9}})? (?P<year>\d{{4}})(?!\d)",  # Nov 22 10:00:00 2026
        r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})(?!\d)",
        rf"{_MONTH} {{1,2}}(?P<day>\d{{1,2}}),? {_CLOCK}",  # Nov 22 10:00:00, as syslog has it
        r"(?P<epoch>1\d{9})(?:\d{3}|\d{6})?(?:\.\d{1,9})?(?!\d)",
    )
)


def parse_date(text: str, reference: date | None = None) -> date | None:
    """The date in a time stamp. Where no year is written it is the last one that is not after ``reference``
    (the day the file was changed; today when not known)."""
    for pattern in _DATES:
        found = pattern.search(text[:80])
        if found:
            return _date(found.groupdict(), reference or datetime.now(tz=UTC).date())
    return None


def _date(parts: dict[str, str | None], reference: date) -> date | None:
    try:
        if epoch := parts.get("epoch"):
            return datetime.fromtimestamp(int(epoch), tz=UTC).date()
        month = int(parts.get("month") or _MONTHS[(parts.get("name") or "").lower()])
        day = int(parts["day"] or 0)
        if year := parts.get("year"):
            return date(int(year), month, day)
        return _latest(month, day, reference + timedelta(days=1))  # a day of slack for time zones
    except (KeyError, ValueError, OverflowError):
        return None


def _latest(month: int, day: int, limit: date) -> date | None:
    for year in range(limit.year, limit.year - 9, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue  # 29 February
        if candidate <= limit:
            return candidate
    return None
