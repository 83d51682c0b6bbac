"""Legal forms of organisations, and where in a text they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from derbes.recognizers.places import read_yaml

# Letters that look alike in both alphabets; typists mix them («LLС» with a Cyrillic С).
_PAIRS = "АAВBСCЕEНHКKМMОOРPТTХX"
LOOKALIKES = {c: _PAIRS[i & ~1 : (i & ~1) + 2] for i, c in enumerate(_PAIRS)}
_JOINT = re.compile(r"\s{1,2}(?:на\s{1,2})?")
_LETTER = r"[^\W\d_]"


class Form(NamedTuple):
    """A legal form at ``start:end``. ``side``: where its name stands first of all, ``before`` it or ``after``."""

    start: int
    end: int
    kind: str  # clear | shy | person | latin | foreign | long
    side: str  # "right": the name follows; "left": the name stands in front
    person: bool


@dataclass(frozen=True)
class Lists:
    """``words/organization.yaml`` ready for look-up."""

    form: re.Pattern[str]
    groups: dict[str, tuple[str, str, bool]]
    tail: frozenset[str]
    stop: frozenset[str]
    labels: frozenset[str]
    context: re.Pattern[str]
    trader: re.Pattern[str]


@cache
def lists() -> Lists:
    """The lists, read once."""
    raw = read_yaml("organization.yaml")
    groups: dict[str, tuple[str, str, bool]] = {}
    patterns: list[str] = []
    for kind, side, forms in kinds(raw):
        name = f"{kind}_{side}"
        groups[name] = (kind, "left" if side == "after" else "right", kind == "person" or side == "person")
        body = "|".join(_spell(str(form), kind) for form in sorted(map(str, forms), key=len, reverse=True))
        patterns.append(f"(?P<{name}>{body})")
    return Lists(
        form=re.compile(rf"(?<![^\W_])(?<!\w[.@/-])(?:{'|'.join(patterns)})(?![^\W_])(?!=|/\d)"),
        groups=groups,
        tail=frozenset(map(str, raw["tail"])),
        stop=frozenset(map(str, raw["stop"])),
        labels=frozenset(map(str, raw["labels"])),
        context=re.compile("|".join(map(re.escape, raw["context"])) + "|[а-яА-ЯәіңғүұқөһӘІҢҒҮҰҚӨҺ]{3}", re.IGNORECASE),
        trader=re.compile("|".join(map(re.escape, raw["trader"])) + "|[әіңғүұқөһӘІҢҒҮҰҚӨҺ]"),
    )


def kinds(raw: dict[str, object]) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Each list of forms with its kind and side; long forms first, for the longest wins."""
    for kind in ("long", "descriptive", "person", "latin", "clear", "foreign", "shy"):
        sides = raw[kind]
        if isinstance(sides, list):
            yield kind, "after", sides
        elif isinstance(sides, dict):
            yield from ((kind, side, forms) for side, forms in sides.items())


def _spell(form: str, kind: str) -> str:
    if kind in ("long", "descriptive"):
        spelled = re.escape(form).replace(r"\*", rf"{_LETTER}{{0,6}}").replace(r"\ ", r"\s{1,2}")
        return f"(?i:{spelled})"
    if kind == "foreign":
        return re.escape(form).replace(r"\ ", r"\s?")
    if kind == "latin" and form.isascii() and form in ("TOO", "OOO", "AO", "IP"):
        return form  # TOO is also an English word; with a Cyrillic letter in it, it is a form
    upper = "".join(_glyph(char) for char in form)
    return upper if kind in ("latin", "shy") else f'{upper}|{re.escape(form.lower())}(?=\\s?[«"“„])'


def _glyph(char: str) -> str:
    if char == " ":
        return r"\s{1,2}"
    pair = LOOKALIKES.get(char)
    return f"[{pair}]" if pair else re.escape(char)


def forms(text: str) -> Iterator[Form]:
    """Legal forms in order; forms that follow one another are one («Филиал АО», «РГП на ПХВ»)."""
    known = lists()
    pending: Form | None = None
    for match in known.form.finditer(text):
        kind, side, person = known.groups[match.lastgroup or ""]
        if kind in ("shy", "clear", "person") and match.group().isascii():
            continue  # MM, OO, HH: letters that only look like a form
        form = Form(match.start(), match.end(), kind, side, person)
        if pending is not None and _JOINT.fullmatch(text[pending.end : min(form.start, pending.end + 9)]):
            pending = _together(pending, form)
            continue
        if pending is not None:
            yield pending
        pending = form
    if pending is not None:
        yield pending


def _together(one: Form, two: Form) -> Form:
    order = ("clear", "long", "latin", "person", "foreign", "descriptive", "shy")
    kind = "clear" if "shy" in (one.kind, two.kind) else min(one.kind, two.kind, key=order.index)
    return Form(one.start, two.end, kind, one.side if one.kind != "shy" else two.side, one.person or two.person)
