"""Numbers of twelve digits: IIN, BIN and RNN look alike, so one judge reads them and each recognizer takes its own.

The digits decide what a right number is (the fifth parts IIN from BIN; a sole trader writes an IIN into a «БИН»
field); the label decides when the number is wrong, and whether a wrong one is reported at all. What exports do to
numbers is undone next to a label: lost leading zeros, ``221240039971.0``, ``9.01E+11``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from derbes.recognizers.base import Match
from derbes.recognizers.context import (
    Label,
    is_glued_after,
    is_glued_before,
    is_money,
    label_after,
    label_anchor,
    label_before,
    label_pattern,
)
from derbes.recognizers.numbers import bin_, iin, rnn

_CANDIDATE = re.compile(
    r"(?<![0-9])(?:"
    r"[0-9][.,][0-9]{1,11}[eE]\+?1[01](?![0-9])"
    r"|[0-9]{9,13}(?![0-9])"
    r"|[0-9]{6}[ -][0-9]{6}(?![0-9])"
    r"|[0-9]{3}(?:[ -][0-9]{3}){3}(?![ -]?[0-9])"
    r"|[0-9]{4}(?:[ -][0-9]{4}){2}(?![ -]?[0-9]))"
)
# Digits hidden by whoever printed the number: 870521******, 87****300459, ******300459.
_MASKED = re.compile(r"(?<![0-9*•#xXхХ])(?=[0-9*•#xXхХ]{12}(?![0-9*•#xXхХ]))[0-9]{0,8}([*•#xXхХ])\1{2,9}[0-9]{0,8}")
_FLOAT_TAIL = re.compile(r"\.0{1,2}(?![0-9])")
_TIMESTAMP = re.compile("20[0-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_STRICT = ("iin", "bin", "either", "rnn")
_ENTITY = {"iin": "KZ_IIN", "bin": "KZ_BIN", "rnn": "KZ_RNN"}

# Labels of damaged and grouped numbers are direct: no digit in between, and few characters.
# Without a label before it, a number glued to a letter or a sign is a part of something else (``_bare``).
ANCHOR_BARE = rb"(?:^|[^0-9A-Za-z_/\\+#@%&*~^])[0-9]{12}(?:[^0-9A-Za-z_\\@%*#]|$)"
_DIRECT = 25
_SHORT = 1000  # characters of a text that is remembered


def anchors(*groups: str) -> tuple[bytes, ...]:
    """Twelve digits, or a label with a number behind it."""
    return (ANCHOR_BARE, label_anchor(groups, rb"[^0-9]*[0-9]"))


def judge(text: str) -> Iterable[Match]:
    """IIN, BIN and RNN in ``text``. Three recognizers ask for the same lines one after another."""
    return _judge_again(text) if len(text) <= _SHORT else _judge(text)


@lru_cache(maxsize=1 << 12)
def _judge_again(text: str) -> tuple[Match, ...]:
    return tuple(_judge(text))


def _judge(text: str) -> Iterator[Match]:
    labels = label_pattern("either", "iin", "bin", "rnn", "loose", "other_number")
    for candidate in _CANDIDATE.finditer(text):
        start, end = candidate.span()
        raw = candidate[0]
        is_plain = len(raw) == 12 and raw.isdigit()
        before = label_before(labels, text, start)
        if before and not before.is_direct:
            before = None
        if not is_plain:
            yield from _damaged(text, start, end, before)
            continue
        tail = _FLOAT_TAIL.match(text, end)
        if is_money(text, end):
            continue
        if before and before.group in _STRICT:
            yield from _labelled(raw, start, tail.end() if tail else end, before.group)
            continue
        after = None if before else label_after(labels, text, end)
        if is_glued_before(text, start) or (is_glued_after(text, end) and not tail):
            continue
        if after and after.group in _STRICT:
            yield from _labelled(raw, start, end, after.group)
        elif not (before and before.group == "other_number"):
            yield from _bare(raw, start, tail.end() if tail else end, before)


def masked(text: str) -> Iterator[Match]:
    """Twelve signs behind a label of IIN, some of them hidden: part of a person still, but too little to report."""
    labels = label_pattern("either", "iin")
    for found in _MASKED.finditer(text):
        label = label_before(labels, text, found.start())
        if label and label.is_direct and len(found[0]) == 12 and any(char.isdigit() for char in found[0]):
            yield Match(*found.span(), "KZ_IIN", 0.4, False, True)


def _labelled(number: str, start: int, end: int, group: str) -> Iterator[Match]:
    """``number`` has twelve digits and a label that means it."""
    if group == "rnn":
        valid = rnn.is_valid(number)
        tag = "natural-person" if rnn.is_natural_person(number) else ""
        yield Match(start, end, "KZ_RNN", 0.9 if valid else 0.55, valid, True, tag)
    elif bin_.is_valid(number):
        yield Match(start, end, "KZ_BIN", 0.95, True, True, "natural-person" if bin_.is_farm(number) else "")
    elif iin.is_contemporary(number) and iin.check_digit_ok(number):
        yield Match(start, end, "KZ_IIN", 0.95, True, True)
    else:
        kind = group if group != "either" else iin.kind(number) or "iin"
        right = iin.check_digit_ok(number)
        shaped = iin.is_contemporary(number) if kind == "iin" else bin_.has_structure(number)
        yield Match(start, end, _ENTITY[kind], 0.7 if right else 0.6 if shaped else 0.55, False, True)


def _bare(number: str, start: int, end: int, loose: Label | None) -> Iterator[Match]:
    """No label that means it: the number has to be right in everything."""
    score = 0.9 if loose else 0.7
    if not iin.check_digit_ok(number) or _TIMESTAMP.fullmatch(number):
        return
    if iin.is_contemporary(number):
        yield Match(start, end, "KZ_IIN", score, True, bool(loose))
    elif bin_.is_valid(number) and _is_recent(number):
        yield Match(start, end, "KZ_BIN", score, True, bool(loose), "natural-person" if bin_.is_farm(number) else "")


def _is_recent(number: str) -> bool:
    """Registered since 1990: one random number in 1,900 that is a right BIN, not one in 530."""
    return number[0] == "9" or int(number[:2]) <= date.today().year % 100


def _damaged(text: str, start: int, end: int, label: Label | None) -> Iterator[Match]:
    """Another shape than twelve digits in a row: only right behind a label."""
    if label is None or label.group not in (*_STRICT, "loose") or len(label.gap) > _DIRECT or is_money(text, end):
        return
    strict = label.group in _STRICT
    raw = text[start:end]
    if tail := _FLOAT_TAIL.match(text, end):
        end = tail.end()
    elif is_glued_after(text, end):
        return
    number = restore(raw)
    if number is None:
        if strict and "e" in raw.lower():
            yield Match(start, end, _ENTITY.get(label.group, "KZ_IIN"), 0.5, False, True)
        return
    is_right = iin.is_valid(number) or bin_.is_valid(number)
    if re.search("[ -]", raw) or is_right:
        if strict or is_right:
            yield from _labelled(number, start, end, label.group if strict else "either")
    elif strict and len(raw) != 9:
        kind = label.group if label.group in _ENTITY else iin.kind(number) or "iin"
        yield Match(start, end, _ENTITY[kind], 0.5, False, True)


def restore(raw: str) -> str | None:
    """The twelve digits that a damaged number was; ``None`` when they are lost.

    >>> restore("60640009560"), restore("8.70521300459E+11"), restore("870521 300459"), restore("9.01E+11")
    ('060640009560', '870521300459', '870521300459', None)
    """
    if "e" in raw.lower():
        mantissa, _, exponent = raw.lower().replace(",", ".").partition("e")
        whole, _, fraction = mantissa.partition(".")
        power = int(exponent)
        return (whole + fraction).rjust(12, "0") if len(fraction) == power else None
    digits = re.sub("[ -]", "", raw)
    return digits.rjust(12, "0") if len(digits) <= 12 else digits[:12]
