"""ИИК (kk: ЖСК), IBAN: bank accounts in text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import LETTER, label_before, label_pattern
from derbes.recognizers.numbers import bic, iban

_KZ = "[KkКк][Zz]"
# Cyrillic letters that look Latin may stand anywhere after the country.
_SIGN = "[0-9A-Za-zАВСЕНКМОРТХ]"
_CANDIDATE = re.compile(
    rf"(?<![0-9A-Za-z]){_KZ}[ -]?[0-9](?:[ -]?{_SIGN}){{17}}"
    r"|(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])"
)
_DAMAGED = re.compile(rf"(?<![0-9A-Za-z]){_KZ}[ -]?[0-9]{{2}}(?:[ -]?{_SIGN}){{10,20}}(?![0-9A-Za-z])")
_CURRENCY = re.compile("(?:KZT|USD|EUR|RUB)(?![0-9A-Za-z])")


class KzIbanRecognizer(TextRecognizer):
    """International bank account number (``numbers.iban``): Kazakhstani ones however written, foreign ones when right.

    A right Kazakhstani number scores 0.95, with the code of an unknown bank 0.75. A wrong one counts (0.55) only beside
    a label (ИИК, IBAN, ЖСК, счёт). Spaces, lower case, Cyrillic «К» and a currency glued behind are read through.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("KZ_IBAN",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"(?:[Kk]|\xd0[\x9a\xba])[Zz][ -]?[0-9]",
        rb"[A-Z]{2}[0-9]{2} ?[0-9A-Z]{4} ?[0-9A-Z]{4}",
    )
    CONTEXT: ClassVar[list[str]] = ["ИИК", "IBAN", "ЖСК", "счёт", "есепшот", "р/с"]

    def find(self, text: str) -> Iterator[Match]:
        done = -1
        for candidate in _CANDIDATE.finditer(text):
            start, end = _bounds(text, candidate)
            if iban.is_valid(text[start:end]):
                done = end
                score = 0.95 if _is_known(text[start:end]) else 0.75
                yield Match(start, end, "KZ_IBAN", score, True, _is_labelled(text, start))
        for candidate in _DAMAGED.finditer(text):
            start, end = candidate.span()
            if start < done or any(iban.is_valid(text[start:stop]) for stop in (end, _bounds(text, candidate)[1])):
                continue
            if _is_labelled(text, start) and not iban.is_valid(text[start : start + 20]):
                yield Match(start, _trim(text, start, end), "KZ_IBAN", 0.55, False, True)


def _bounds(text: str, candidate: re.Match[str]) -> tuple[int, int]:
    """A match of exactly twenty signs may have cut a longer word; a glued currency is no part of it."""
    start, end = candidate.span()
    if re.match(f"[{LETTER}0-9]", text[end : end + 1]) and not _CURRENCY.match(text, end):
        return start, start + 1
    return start, end


def _trim(text: str, start: int, end: int) -> int:
    """Words that follow a damaged number are not its groups: stop before a group without a digit."""
    for group in re.finditer("[ -]([A-Za-zА-Я]+)", text[start:end]):
        if group.start() > 4 and not any(char.isdigit() for char in group[1]):
            return start + group.start()
    return end


def _is_known(number: str) -> bool:
    code = iban.bank_code(iban.compact(number))
    return code is None or code in bic.BANKS or code in bic.FORMER


def _is_labelled(text: str, start: int) -> bool:
    label = label_before(label_pattern("iban"), text, start)
    return label is not None and not re.search("[0-9]{4}", label.gap)
