"""Terms and times as people write them: ``P1Y``, ``P18M``, ``90s``, ``10m``."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Any

_PERIOD = re.compile(r"^P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?$")
_TIME = re.compile(r"^(?:PT)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8}(?:\.[0-9]{1,3})?)s?)?$", re.IGNORECASE)


def parse_period(text: Any) -> tuple[int, int]:
    """Months and days of an ISO 8601 duration of years, months, weeks and days. Raises ``ValueError``."""
    found = _PERIOD.match(text) if isinstance(text, str) else None
    years, months, weeks, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    if not (years or months or weeks or days):
        raise ValueError("срок пишется по ISO 8601: P1Y (год), P6M (шесть месяцев), P90D (90 дней)")
    return 12 * years + months, 7 * weeks + days


def parse_seconds(value: Any) -> float:
    """Seconds from ``600``, ``90s``, ``10m``, ``1h30m`` or ``PT10M``. Raises ``ValueError``."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    found = _TIME.match(value) if isinstance(value, str) else None
    hours, minutes, seconds = (float(part or 0) for part in found.groups()) if found else (0.0, 0.0, 0.0)
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        raise ValueError("время пишется так: 90s, 10m, 2h или числом секунд")
    return total


def before(today: date, period: str) -> date:
    """The day that lies ``period`` before ``today``; the last day of a month stays within its month."""
    months, days = parse_period(period)
    total = today.year * 12 + today.month - 1 - months
    if total < 12:
        return date.min
    year, month = total // 12, total % 12 + 1
    shifted = date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    return shifted - timedelta(days=days) if days < shifted.toordinal() else date.min
