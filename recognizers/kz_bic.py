"""БИК (kk: БСК), BIC: codes of Kazakhstan's banks in text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import label_before, label_pattern
from derbes.recognizers.numbers import bic

_CODE = re.compile("(?<![0-9A-Za-z])(?:" + "|".join(sorted(bic.known())) + ")(?:XXX)?(?![0-9A-Za-z])", re.IGNORECASE)
_ACCOUNT_NEARBY = re.compile("[KkКк][Zz][ -]?[0-9]{2}")


class KzBicRecognizer(TextRecognizer):
    """Bank identifier code from the list (``numbers.bic``); the shape ``XXXXKZXX`` alone is never enough."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("KZ_BIC",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = (rb"[A-Za-z]{4}[Kk][Zz][A-Za-z0-9]{2}", rb"[Ii][Nn][Ee][Aa][Rr][Uu][Mm][Mm]")
    CONTEXT: ClassVar[list[str]] = ["БИК", "БСК", "BIC", "SWIFT"]

    def find(self, text: str) -> Iterator[Match]:
        for code in _CODE.finditer(text):
            start, end = code.span()
            label = label_before(label_pattern("bic"), text, start)
            if code[0].islower() and label is None:
                continue  # part of a host or a login
            near = _ACCOUNT_NEARBY.search(text, max(0, start - 120), end + 120)
            yield Match(start, end, "KZ_BIC", 0.9 if label or near else 0.7, True, label is not None)
