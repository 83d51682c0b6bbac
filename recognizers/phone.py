"""Telephone numbers in text: Kazakhstan and Russia in every way of writing, other countries with ``+``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import (
    LETTER,
    Label,
    is_glued_after,
    is_glued_before,
    is_money,
    label_anchor,
    label_before,
    label_pattern,
)
from derbes.recognizers.numbers import phone
from derbes.recognizers.numbers.exceptions import ValidationError
from derbes.recognizers.text import byte_pattern

_S = "[ .()–-]{0,3}"
_CANDIDATE = re.compile(
    rf"(?<![0-9])(?:"
    rf"(?P<seven>\+ ?\(?7(?:{_S}[0-9]){{10}}(?![0-9]))"
    rf"|(?P<plus>\+ ?\(?[0-9](?:{_S}[0-9]){{6,14}}(?![0-9]))"
    rf"|(?<![0-9][.-])(?P<trunk>\(?[78](?:{_S}[0-9]){{10}}(?![0-9]))"
    rf"|(?<![0-9][.-])(?P<ten>\(?[0-9](?:{_S}[0-9]){{9}}(?![0-9]))"
    rf"|(?<![0-9][.-])(?P<local>[0-9]{{2,3}}[ -][0-9]{{2}}[ -][0-9]{{2}}(?![0-9])|[0-9]{{6,7}}(?![0-9])))"
)
_EXTENSION = re.compile(
    r"\s?[,;(]?\s?(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|ішкі|ext(?:ension)?|#)"
    r"\s?[.:=]?\s?(?:номер|нөмір|№)?\s?[:.№]?\s?[0-9]{1,6}(?![0-9])",
    re.IGNORECASE,
)
# Country digit, then a code of three to five digits: no sum of money, no date is grouped so.
_SHAPE = re.compile(
    r"\(?[78]\)?[ .–-]{0,2}\(?[0-9]{3,5}\)?[ .–-]{1,3}[0-9][0-9 –.-]{3,12}[0-9]|[78]\(?[0-9]{3,5}\)[0-9 .–-]{5,12}"
)
_FOUR_BYTES = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
# As dialled in another country: «телефон: 0525836940».
_ABROAD = re.compile("0[1-9][0-9]{8}")
# Who wrote a letter: «Исп. Досмағамбетов А., 74-98-11».
_CLERK = re.compile(r"(?:исп|орынд)(?:\.|\.?:|олнитель:?|аушы:?) ?[^\W\d_][^\d\n]{2,50}$", re.IGNORECASE)
_LABEL_BEHIND = re.compile(r" ?[ ,(] ?(?:тел|моб|whatsapp|tel)[.)]")
_CLERK_BYTES = (
    b"(?:" + b"|".join(b"".join(byte_pattern(c + c.upper()) for c in word) for word in ("исп", "орынд")) + b")"
)
_LOCAL_BYTES = rb"[0-9]{2,3}[ -][0-9]{2}[ -][0-9]{2}"
_NAMES = ("phone", "call")
_OTHER = ("not_phone", "iin", "bin", "rnn")
_DASH = rb"(?:[ .-]|\xe2\x80\x93)"
_SB = rb"(?:[ .()-]|\xe2\x80\x93){0,3}"


class PhoneNumberRecognizer(TextRecognizer):
    """Telephone number (``numbers.phone``), with its extension.

    ``+7`` or a label (тел, байланыс, phone, wa.me …): 0.90; formatted with 8 or 7: 0.75; eleven digits in a row: 0.60
    when libphonenumber knows the code; ten digits and local numbers (``250-50-50``) count only beside a label. Other
    countries need ``+`` and libphonenumber's consent. Not read: toll-free and paid lines, numbers behind «заказ»,
    «счёт №», ``id``, sums of money, IP addresses, versions, parts of longer tokens.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("PHONE_NUMBER",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"\+ ?\(?[0-9](?:" + _SB + rb"[0-9]){6}",
        rb"(?:^|[^0-9])[78][0-9]{10}(?:[^0-9]|$)",
        # the ways of ``_SHAPE``
        rb"(?:^|[^0-9])[78]\)?"
        + _DASH
        + rb"{0,2}\(?[0-9]{3,5}\)?"
        + _DASH
        + rb"{1,3}[0-9](?:[0-9]|"
        + _DASH
        + rb"){3,12}[0-9]",
        rb"(?:^|[^0-9])[78]\(?[0-9]{3,5}\)(?:[0-9]|" + _DASH + rb"){5,12}",
        label_anchor(("phone",), rb"[^0-9]*[0-9][0-9 .()\xe2\x80\x93-]{4}"),
        _LOCAL_BYTES + rb" ?[ ,(] ?(?:\xd1\x82\xd0\xb5\xd0\xbb|\xd0\xbc\xd0\xbe\xd0\xb1|whatsapp|tel)",
        _CLERK_BYTES + rb"[^0-9\n]*" + _LOCAL_BYTES,
    )
    CONTEXT: ClassVar[list[str]] = ["тел", "телефон", "моб", "байланыс", "ұялы", "phone", "mobile", "whatsapp"]

    def find(self, text: str) -> Iterator[Match]:
        position = 0
        while candidate := _CANDIDATE.search(text, position):
            match = self._judge(text, candidate)
            if match:
                yield match
                position = match.end
            else:  # a wrong beginning may hide a number: go on behind its first group of digits
                position = _next_group(text, candidate)

    def _judge(self, text: str, candidate: re.Match[str]) -> Match | None:
        start, end, form = candidate.start(), candidate.end(), candidate.lastgroup or ""
        raw = candidate[0]
        if raw[0] == "(" and ")" not in raw:
            start, raw = start + 1, raw[1:]
        if form == "trunk" and not (raw.isdigit() or _is_formatted(raw)):
            return None
        label = _label(text, start)
        labelled = label is not None and label.group in _NAMES
        if form in ("ten", "local"):
            announced = label and label.group == "phone" and len(label.gap) <= 15 and label.is_direct
            if not announced and not (form == "local" and not raw.isdigit() and _is_told_otherwise(text, start, end)):
                return None
            if announced and _ABROAD.fullmatch(raw):
                return Match(start, end, "PHONE_NUMBER", 0.6, False, True)
        if form == "plus":
            return _foreign(text, start, end, labelled)
        number = _number(raw, form)
        if number is None or (number and phone.is_service(number)):
            return None
        if _is_part(text, start, end, label) or is_money(text, end):
            return None
        if form in ("trunk", "ten", "local") and label and not labelled:
            return None if raw.isdigit() or len(label.gap) <= 3 else Match(start, end, "PHONE_NUMBER", 0.6, True)
        if form == "trunk" and not labelled and not (_is_known(number) or (number[2] == "7" and not raw.isdigit())):
            return None
        score = _score(form, raw, labelled)
        tail = _EXTENSION.match(text, end)
        return Match(start, tail.end() if tail else end, "PHONE_NUMBER", score, form != "local", labelled)


def _is_told_otherwise(text: str, start: int, end: int) -> bool:
    """A label behind a local number, or the clerk of a letter before it."""
    return bool(_LABEL_BEHIND.match(text, end)) or bool(_CLERK.search(text, max(0, start - 62), start))


def _score(form: str, raw: str, labelled: bool) -> float:
    if form == "seven" or (labelled and form == "trunk"):
        return 0.9
    if form == "ten":
        return 0.8
    if form == "local":
        return 0.5 if raw.isdigit() else 0.6
    return 0.6 if raw.isdigit() else 0.75


def _number(raw: str, form: str) -> str | None:
    """E.164 of a right number, an empty string for a local one, ``None`` for a wrong one."""
    if form == "local":
        return "" if raw[0] not in "0" and len(set(raw)) > 2 else None
    try:
        return phone.validate(raw)
    except ValidationError:
        return None


def _foreign(text: str, start: int, end: int, labelled: bool) -> Match | None:
    """``+`` and a number of any country; digits behind it may be another number, so groups are tried off the end."""
    if is_glued_before(text, start) or re.search(f"[0-9{LETTER}]$", text[max(0, start - 1) : start]):
        return None
    raw = text[start:end]
    stops = [len(raw), *(m.start() for m in reversed(list(re.finditer(r"[ .()–-]+", raw))) if m.start() > 7)]
    for stop in stops:
        digits = re.sub("[^0-9]", "", raw[:stop])
        number = "+7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else "+" + digits
        if (number[1] == "7" and phone.is_valid(number)) or (number[1] != "7" and phone.is_international(number)):
            if is_glued_after(text, start + stop) or is_money(text, start + stop):
                return None
            return Match(start, start + stop, "PHONE_NUMBER", 0.85, True, labelled)
    return None


def _is_formatted(raw: str) -> bool:
    return _SHAPE.fullmatch(raw) is not None and not _FOUR_BYTES.fullmatch(raw)


def _label(text: str, start: int) -> Label | None:
    label = label_before(label_pattern(*_NAMES, *_OTHER), text, start, 32)
    if label is None or re.search("[0-9]{4}|\n\\s*\n", label.gap):
        return None
    if label.group in _NAMES:
        return label if len(re.findall("[:=]", label.gap)) < 2 else None
    return label if len(label.gap) <= 12 and label.is_direct else None


def _is_part(text: str, start: int, end: int, label: Label | None) -> bool:
    """Is the number a part of a longer token? A label's own glue (``wa.me/7…``, ``тел7…``) is none."""
    if re.match(f"[{LETTER}_@%]|[-.:][0-9]", text[end : end + 2]) and not _EXTENSION.match(text, end):
        return True
    if label is not None and label.gap in ("", "/", "//", ":", "=", "_"):
        return False
    return is_glued_before(text, start)


def _is_known(number: str) -> bool:
    """A code that libphonenumber knows: what a bare row of digits must have."""
    return number[2] == "9" or phone.is_international(number)


def _next_group(text: str, candidate: re.Match[str]) -> int:
    position = candidate.start() + 1
    while position < candidate.end() and (text[position].isdigit() or text[position] in "+("):
        position += 1
    return max(position, candidate.start() + 1)
