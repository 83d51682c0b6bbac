"""ИИН (ЖСН, IIN): individual identification numbers in text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.twelve import anchors, judge, masked


class KzIinRecognizer(TextRecognizer):
    """Individual identification number of Kazakhstan (``numbers.iin``).

    With a label, a right number scores 0.95, one with a right check digit alone 0.70, a wrong one 0.50–0.60: people's
    sample data and typing errors. Without a label everything must be right (check digit, date, century digit 3–6).
    Grouped (``870521 300459``) and damaged (``30214550672``, ``870521300459.0``) numbers count behind a label.
    Printed with signs hidden (``870521******``) a labelled number is a hint of 0.40, below what is reported.
    Not read: numbers glued to words, in paths, UUIDs, fractions, sums of money, behind «заказ», ``RRN``, ``order``.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("KZ_IIN",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = anchors("either", "iin", "bin", "loose")
    CONTEXT: ClassVar[list[str]] = ["ИИН", "ЖСН", "IIN", "JSN", "жеке сәйкестендіру нөмірі"]

    def find(self, text: str) -> Iterator[Match]:
        yield from (match for match in judge(text) if match.entity == "KZ_IIN")
        yield from masked(text)
