"""Machine-readable zones of identity documents in text, as scanned or typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.numbers import mrz

_START = re.compile(r"(?<![A-Z0-9<])(?:[PV][A-Z<][A-Z<]{3}[A-Z]{1,30}<|[IAC][A-Z<][A-Z]{3}[A-Z0-9<]{9}[0-9<])")
_SIGNS = re.compile(r"[A-Z0-9<«\s]{40,180}")
_SECOND_LINE = re.compile(r"(?<![A-Z0-9<])[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MF<][0-9]{7}[A-Z0-9<]{16}(?![A-Z0-9<])")


class MrzRecognizer(TextRecognizer):
    """Machine-readable zone (``numbers.mrz``), TD1, TD2 or TD3: 1.0 when two of its check digits are right.

    Spaces, missing line breaks and ``«`` for ``<<`` are read through. A zone whose check digits fail scores 0.60; the
    second line of a passport alone 0.90 when all of its digits are right.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("MRZ",)
    COUNTRY_CODE: ClassVar[str | None] = None
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"[PV][A-Z<][A-Z<]{3}[A-Z]{1,30}<",
        rb"[IAC][A-Z<][A-Z]{3}[A-Z0-9<]{9}[0-9<]",
        rb"[0-9][A-Z<]{3}[0-9]{7}[MF<][0-9]{7}",
    )

    def find(self, text: str) -> Iterator[Match]:
        done = 0
        for start in _START.finditer(text):
            if start.start() < done:
                continue
            signs = _SIGNS.match(text, start.start())
            if signs and (found := _zone(text, start.start(), signs.end())):
                end, score = found
                done = end
                yield Match(start.start(), end, "MRZ", score, score == 1.0)
        for line in _SECOND_LINE.finditer(text):
            fields = ((0, 9), (13, 19), (21, 27))
            right = all(line[0][end] == str(mrz.check_digit(line[0][start:end])) for start, end in fields)
            if line.start() >= done and right:
                yield Match(line.start(), line.end(), "MRZ", 0.9, True)


def _zone(text: str, start: int, stop: int) -> tuple[int, float] | None:
    """End and score of the zone that begins at ``start``."""
    ends = _ends(text, start, stop)
    best: tuple[int, float] | None = None
    for length in (90, 88, 72):
        if len(ends) < length:
            continue
        end = ends[length - 1]
        zone = mrz.compact(text[start:end])
        if len(zone) == length and mrz.checks_passed(zone) >= 2:
            return end, 1.0
        if zone.count("<") >= 10 and len(ends) == length and "<<" in zone:
            best = best or (end, 0.6)
    return best


def _ends(text: str, start: int, stop: int) -> list[int]:
    """Offset behind each sign of the zone; ``«`` counts twice, white space not at all."""
    ends: list[int] = []
    for index in range(start, stop):
        if not text[index].isspace():
            ends.extend([index + 1] * (2 if text[index] == "«" else 1))
    return ends
