"""БИН (БСН, BIN): business identification numbers in text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.twelve import anchors, judge


class KzBinRecognizer(TextRecognizer):
    """Business identification number of Kazakhstan (``numbers.bin_``), with the same rules as the IIN.

    Numbers of farms and of joint sole traders carry the tag ``natural-person``.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("KZ_BIN",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = anchors("either", "iin", "bin", "loose")
    CONTEXT: ClassVar[list[str]] = ["БИН", "БСН", "BIN", "BSN", "бизнес-сәйкестендіру нөмірі"]

    def find(self, text: str) -> Iterator[Match]:
        return (match for match in judge(text) if match.entity == "KZ_BIN")
