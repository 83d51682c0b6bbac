"""Payment card numbers in text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import is_glued_after, is_glued_before, label_anchor, label_before, label_pattern
from derbes.recognizers.numbers import card

_CANDIDATE = re.compile(
    r"(?<![0-9])(?<![0-9][ -])(?:"
    r"(?P<four>[2-6][0-9]{3}(?P<s>[ -])[0-9]{4}(?P=s)[0-9]{4}(?P=s)[0-9]{4})"
    r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}|[2-6][0-9]{12,18})(?![0-9]|[ -][0-9])"
)


class PaymentCardRecognizer(TextRecognizer):
    """Payment card number (``numbers.card``): four groups of four digits, or a label, with a right Luhn digit.

    A row of sixteen digits without a label is more often an order or a transaction, and is left alone. Beside a label
    a wrong number in four groups scores 0.50.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("CREDIT_CARD",)
    COUNTRY_CODE: ClassVar[str | None] = None
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"[2-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}",
        label_anchor(("card",), rb"[^0-9]*[2-6](?:[ -]?[0-9]){12}"),
    )
    CONTEXT: ClassVar[list[str]] = ["карта", "номер карты", "төлем картасы", "card", "visa", "mastercard"]

    def find(self, text: str) -> Iterator[Match]:
        for candidate in _CANDIDATE.finditer(text):
            start, end = candidate.span()
            label = label_before(label_pattern("other_number", "card"), text, start)
            labelled = label is not None and label.group == "card" and label.is_direct
            if label is not None and label.group != "card" and label.is_direct and len(label.gap) < 12:
                continue
            if (is_glued_before(text, start) and not (labelled and label and not label.gap)) or is_glued_after(
                text, end
            ):
                continue
            valid = card.is_valid(candidate[0])
            if valid and (labelled or candidate["four"]):
                yield Match(start, end, "CREDIT_CARD", 0.95 if labelled else 0.85, True, labelled)
            elif labelled and candidate["four"]:
                yield Match(start, end, "CREDIT_CARD", 0.5, False, True)
