"""Numbers, days and counted words as each language writes them."""

from __future__ import annotations

import pytest

from derbes.reports.i18n import count, day, decimal, integer, period, short

THIN = "\u202f"
LANGUAGES = ("ru", "kk", "en")


@pytest.mark.parametrize(
    ("number", "ru"),
    [
        (0, "0 нарушений"), (1, "1 нарушение"), (2, "2 нарушения"), (4, "4 нарушения"), (5, "5 нарушений"),
        (11, "11 нарушений"), (12, "12 нарушений"), (14, "14 нарушений"), (21, "21 нарушение"), (22, "22 нарушения"),
        (25, "25 нарушений"), (101, "101 нарушение"), (111, "111 нарушений"), (112, "112 нарушений"),
        (1001, f"1{THIN}001 нарушение"), (1_284_011, f"1{THIN}284{THIN}011 нарушений"),
    ],
)  # fmt: skip
def test_counted_words(number: int, ru: str) -> None:
    forms = ("нарушение", "нарушения", "нарушений")
    assert count(number, *forms, "ru") == ru
    english = count(number, *forms, "en")
    assert english == f"{number:,} violation{'' if number == 1 else 's'}"
    kazakh = count(number, *forms, "kk")  # the noun does not change after a numeral
    assert kazakh == f"{integer(number, 'kk')} бұзушылық"


@pytest.mark.parametrize(
    ("function", "value", "ru", "kk", "en"),
    [
        (integer, 7, "7", "7", "7"),
        (integer, 18_420, f"18{THIN}420", f"18{THIN}420", "18,420"),
        (integer, 1_284_000, f"1{THIN}284{THIN}000", f"1{THIN}284{THIN}000", "1,284,000"),
        (decimal, 4.06, "4,1", "4,1", "4.1"),
        (decimal, 0.25, "0,2", "0,2", "0.2"),
        (short, 99_999, f"99{THIN}999", f"99{THIN}999", "99,999"),
        (short, 400_400, f"400{THIN}тыс.", f"400{THIN}мың", f"400{THIN}k"),
        (short, 1_284_000, f"1,28{THIN}млн", f"1,28{THIN}млн", f"1.28{THIN}m"),
        (short, 41_200_000, f"41,2{THIN}млн", f"41,2{THIN}млн", f"41.2{THIN}m"),
        (day, "2026-11-02T03:00:00+05:00", "02.11.2026", "02.11.2026", "2026-11-02"),
        (day, None, "", "", ""),
        (period, "P1Y6M", "1 год 6 месяцев", "1 жыл 6 ай", "1 year 6 months"),
        (period, "P90D", "90 дней", "90 күн", "90 days"),
        (period, "P21D", "21 день", "21 күн", "21 days"),
        (period, "P1W", "1 неделя", "1 апта", "1 week"),
        (period, "вечно", "вечно", "вечно", "вечно"),
    ],
)
def test_numbers_days_and_terms(function, value, ru, kk, en) -> None:  # type: ignore[no-untyped-def]
    assert {lang: function(value, lang=lang) for lang in LANGUAGES} == {"ru": ru, "kk": kk, "en": en}
