"""Dates of birth: dates that a word beside them names so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import LETTER, label_after, label_anchor, label_before, label_pattern

_MONTHS = (
    "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел|"
    "jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
_YEAR = "(?:1[89]|20)[0-9]{2}"
_CANDIDATE = re.compile(
    r"(?<![0-9.])(?:"
    rf"(?P<d>[0-3]?[0-9])(?P<s>[./-])(?P<m>[01]?[0-9])(?P=s)(?P<y>{_YEAR}|[0-9]{{2}}(?![0-9]))"
    rf"|(?P<us_m>[01]?[0-9])/(?P<us_d>[0-3]?[0-9])/(?P<us_y>{_YEAR})"
    rf"|(?P<iso_y>{_YEAR})[-./](?P<iso_m>[01][0-9])[-./](?P<iso_d>[0-3][0-9])"
    rf"|(?P<in_d>[0-3]?[0-9])[ »\"-]{{1,3}}(?:{_MONTHS})[а-яәғқңөұүһіa-z]{{0,9}}\.?,? ?(?P<in_y>{_YEAR})"
    rf"|(?P<year>{_YEAR}))(?![0-9]|[./-][0-9])",
    re.IGNORECASE,
)
_YEAR_MARK = re.compile(r"\s?(?:года?|г\.?|жылы|жылғы|ж\.?)(?=\s)", re.IGNORECASE)
_OTHER_DATE = re.compile(
    r"дат[аыуе]|выда|issue|expir|действ|регистр|date|договор|берілген|берген|срок|мест[оа]|жер|place|;|\n\s*\n",
    re.IGNORECASE,
)
_GAP = 25


class DateOfBirthRecognizer(TextRecognizer):
    """Date of birth, in digits or words, only beside a label (дата рождения, г.р., туған күні, date of birth)."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("DATE_OF_BIRTH",)
    COUNTRY_CODE: ClassVar[str | None] = None
    ANCHOR: ClassVar[tuple[bytes, ...]] = (label_anchor(("birth",)),)
    CONTEXT: ClassVar[list[str]] = ["дата рождения", "д.р.", "г.р.", "туған күні", "date of birth", "dob"]

    def find(self, text: str) -> Iterator[Match]:
        labels = label_pattern("birth")
        for candidate in _CANDIDATE.finditer(text):
            start, end = candidate.span()
            if re.match(f"[{LETTER}]", text[max(0, start - 1) : start]) or not _is_past(candidate):
                continue
            before = label_before(labels, text, start, _GAP + 20)
            near = before and _is_about(before.gap)
            if not near:
                mark = _YEAR_MARK.match(text, end)
                near = label_after(labels, text, mark.end() if mark else end) or _glued(text, end)
            if near:
                yield Match(start, end, "DATE_OF_BIRTH", 0.7 if candidate["year"] else 0.9, True, True)


def _is_about(gap: str) -> bool:
    """Does the label before ``gap`` speak of the date behind it?"""
    return len(gap) <= _GAP and not (re.search("[0-9]", gap) or _OTHER_DATE.search(gap))


def _glued(text: str, end: int) -> bool:
    """``12.05.1987г.р.``: the label right behind."""
    return re.match(r"\s?(?:г\.\s?р\.|ж\.\s?т\.|г/р)", text[end : end + 8], re.IGNORECASE) is not None


def _is_past(candidate: re.Match[str]) -> bool:
    """A real date, not in the future."""
    parts = candidate.groupdict(default="")
    today = date.today()
    year = int(parts["year"] or parts["y"] or parts["us_y"] or parts["iso_y"] or parts["in_y"])
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    month = int(parts["m"] or parts["us_m"] or parts["iso_m"] or 1)
    day = int(parts["d"] or parts["us_d"] or parts["iso_d"] or parts["in_d"] or 1)
    try:
        return date(year, month, day) <= today
    except ValueError:
        return False
