"""What stands beside a number: the words that name it, say that it is something else, or count it.

Context is judged on the raw text on both sides. A word is whole on its left («каБИНет» is no БИН) and may carry a
case ending on its right (``ЖСН-і``, ``БИНом``). Glued labels of code count too: ``user_iin=``, ``clientIIN``,
``IIN100930650032``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from derbes.recognizers.bytes_of import either_case

LETTER = "A-Za-zÀ-ɏЀ-ӿ"
# A case ending after a Cyrillic word, with or without a hyphen; a Latin word of code may go on as camelCase.
_ENDING = r"(?:-?[а-яёәғқңөұүһі]{1,5})?"
REACH = 44  # characters looked at before a number
REACH_AFTER = 24


def words(group: str) -> tuple[str, ...]:
    """A group of ``words/numbers.yaml``."""
    return _groups()[group]


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    text = resources.files("derbes.recognizers.words").joinpath("numbers.yaml").read_text(encoding="utf-8")
    return {group: tuple(map(str, entries)) for group, entries in yaml.safe_load(text).items()}


@cache
def label_pattern(*groups: str) -> re.Pattern[str]:
    """Matches a word of ``groups``; the name of the match's group (``lastgroup``) says of which."""
    parts = [f"(?P<{group}>{_alternatives(words(group))})" for group in groups]
    return re.compile(f"(?:{'|'.join(parts)})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside a number: its group, and what stands between the two."""

    group: str
    gap: str
    word: str = ""

    @property
    def is_direct(self) -> bool:
        """No other key, no other number in between; and no path (``/usr/bin/…``)."""
        gap = self.gap
        return (
            not (re.search("[0-9]", gap) or gap[:1] in ("/", "\\"))
            and len(re.findall("[:=]", gap)) < 2
            and ";" not in gap[1:]
        )


def label_before(pattern: re.Pattern[str], text: str, start: int, reach: int = REACH) -> Label | None:
    """The word of ``pattern`` nearest before ``start``."""
    found = list(pattern.finditer(text, max(0, start - reach), start))
    last = found[-1] if found else None
    return Label(last.lastgroup or "", text[last.end() : start], last[0]) if last else None


def label_after(pattern: re.Pattern[str], text: str, end: int, reach: int = REACH_AFTER) -> Label | None:
    """A word of ``pattern`` close behind ``end`` that does not name a number of its own."""
    opening = _OPENING.match(text, end)
    if opening is None:
        return None
    word = pattern.match(text, opening.end(), end + reach)
    if word is None or _ANOTHER.match(text, word.end()):
        return None
    return Label(word.lastgroup or "", opening[0], word[0])


_OPENING = re.compile(r"[\s\"'»)(,;|—–-]{1,4}")
_ANOTHER = re.compile(r"[^0-9\n]{0,20}[0-9]{4}|\s?[:=]")


@cache
def money_pattern() -> re.Pattern[str]:
    """Matches a currency or unit right behind a number."""
    return re.compile(rf"\s?(?:{'|'.join(map(re.escape, words('money')))})(?![{LETTER}])", re.IGNORECASE)


def is_money(text: str, end: int) -> bool:
    """Does a currency or a unit follow?"""
    return money_pattern().match(text, end, end + 16) is not None


# What may not touch a bare number: it is part of a word, a path, a UUID, a fraction, a hex string.
_GLUE_BEFORE = re.compile(rf"(?:[{LETTER}_/\\+#@%&*~^]|[0-9{LETTER}_][-.,:]|[0-9]\s?[×*+])$")
_GLUE_AFTER = re.compile(rf"[{LETTER}_\\@%*#]|[-./:+][0-9{LETTER}]|,[0-9]")


def is_glued_before(text: str, start: int) -> bool:
    """Is something before ``start`` that makes the number a part of another token?"""
    return _GLUE_BEFORE.search(text, max(0, start - 3), start) is not None


def is_glued_after(text: str, end: int) -> bool:
    """Is something behind ``end`` that makes the number a part of another token?"""
    return _GLUE_AFTER.match(text, end) is not None


def label_anchor(groups: Iterable[str], tail: bytes) -> tuple[bytes, ...]:
    """Byte patterns: a word of ``groups`` in any case, then ``tail``."""
    heads = sorted({_anchor_word(word) for group in groups for word in words(group)})
    return tuple(head + tail for head in heads)


def _anchor_word(word: str) -> bytes:
    # A space of the list is any of a few separators, so each part is enough on its own: the last one is the rarest.
    last = re.split("[_ ]", word)[-1].strip("()№.")
    return either_case(last)


def _alternatives(entries: Iterable[str]) -> str:
    ordered = sorted(set(entries), key=lambda entry: (-len(entry), entry))
    return "|".join(map(_word, ordered))


def _word(entry: str) -> str:
    body = re.escape(entry).replace("_", r"[\s_.-]{0,3}").replace(r"\ ", r"\s?")
    first, last = entry[0], entry[-1]
    if not first.isalnum():
        return body
    before = f"(?<![{LETTER}])"
    if not entry.isascii():
        return before + body + (_ENDING + f"(?![{LETTER}])" if last.isalpha() else "")
    camel = entry[0].upper() + entry[1:].replace("_", "")
    glued = rf"|(?-i:(?<=[a-z])(?:{re.escape(camel)}|{re.escape(entry.upper())})(?![a-z]))"
    after = rf"(?:[sS]?(?![{LETTER}])|(?-i:(?=[A-Z][a-z])))" if last.isalpha() else ""
    return before + body + after + (glued if entry.isalnum() and len(entry) > 2 else "")
