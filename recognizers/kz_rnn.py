"""РНН (СТН, RNN): old taxpayer numbers in text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.twelve import anchors, judge


class KzRnnRecognizer(TextRecognizer):
    """Taxpayer number of Kazakhstan until 2013 (``numbers.rnn``): only beside its label, since its check says little.

    A number of a natural person (fifth digit not 0) carries the tag ``natural-person``.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("KZ_RNN",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = anchors("rnn")[1:]
    CONTEXT: ClassVar[list[str]] = ["РНН", "СТН", "RNN"]

    def find(self, text: str) -> Iterator[Match]:
        return (match for match in judge(text) if match.entity == "KZ_RNN")
