"""What stands beside a number: the words that name it, say that it is something else, or count it.

Context is judged on the raw text on both sides. A word is whole on its left («каБИНет» is no БИН) and may carry a
case ending on its right (``ЖСН-і``, ``БИНом``). Glued labels of code count too: ``user_iin=``, ``clientIIN``,
``IIN100930650032``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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


class LabelPattern:
    """Finds the words of some groups. Case is folded by hand: a pattern of plain literals is several times faster."""

    def __init__(self, groups: Iterable[str]) -> None:
        entries = {group: sorted(set(words(group)), key=lambda word: (-len(word), word)) for group in groups}
        plain = (f"(?P<{group}>{_by_first_letter(map(str.lower, entries[group]))})" for group in entries)
        camel = (f"(?P<{group}>{'|'.join(_camel(entries[group])) or '(?!)'})" for group in entries)
        self._plain = re.compile(rf"(?<![{LETTER}])(?:{'|'.join(plain)})")
        self._camel = re.compile(rf"(?<=[a-z])(?:{'|'.join(camel)})(?![a-z])")

    def last(self, text: str, start: int, end: int) -> tuple[str, int, int] | None:
        """Group, start and end of the last word that lies within ``text[start:end]`` (its left edge inside, too)."""
        start = max(0, start - 1)
        window = text[start:end]
        if not _HAS_LETTER.search(window):
            return None
        found = None
        for found in self._plain.finditer(_lower(window)):  # noqa: B007
            pass
        if _HAS_CAMEL.search(window):
            for camel in self._camel.finditer(window):
                found = camel if found is None or camel.start() > found.start() else found
        if found is None or (start and found.start() == 0):
            return None
        return found.lastgroup or "", start + found.start(), start + found.end()

    def at(self, text: str, start: int, end: int) -> tuple[str, int, int] | None:
        """The same for a word that begins at ``start``."""
        found = self._plain.match(_lower(text[start:end]))
        return (found.lastgroup or "", start, start + found.end()) if found else None


_HAS_LETTER = re.compile(f"[{LETTER}]")
_HAS_CAMEL = re.compile("[a-z][A-Z]")


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@cache
def label_pattern(*groups: str) -> LabelPattern:
    """The words of ``groups``; the first group wins where two list the same word."""
    return LabelPattern(groups)


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


def label_before(pattern: LabelPattern, text: str, start: int, reach: int = REACH) -> Label | None:
    """The word of ``pattern`` nearest before ``start``."""
    found = pattern.last(text, max(0, start - reach), start)
    return Label(found[0], text[found[2] : start], text[found[1] : found[2]]) if found else None


def label_after(pattern: LabelPattern, text: str, end: int, reach: int = REACH_AFTER) -> Label | None:
    """A word of ``pattern`` close behind ``end`` that does not name a number of its own."""
    opening = _OPENING.match(text, end)
    found = pattern.at(text, opening.end(), end + reach) if opening else None
    if opening is None or found is None or _ANOTHER.match(text, found[2]):
        return None
    return Label(found[0], opening[0], text[found[1] : found[2]])


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
# A comma parts the fields of a table: it is glue only where it may part the digits of one number.
_GLUE_BEFORE = re.compile(
    rf"(?:[{LETTER}_/\\+#@%&*~^]|[0-9{LETTER}_][-.:]|(?<![0-9./:-])[0-9]{{1,3}},|[0-9]\s?[×*+])\Z"
)
_GLUE_AFTER = re.compile(rf"[{LETTER}_\\@%*#]|[-./:+][0-9{LETTER}]|,[0-9]{{1,3}}(?![0-9])")


def is_glued_before(text: str, start: int) -> bool:
    """Is something before ``start`` that makes the number a part of another token?"""
    return _GLUE_BEFORE.search(text, max(0, start - 5), start) is not None


def is_glued_after(text: str, end: int) -> bool:
    """Is something behind ``end`` that makes the number a part of another token?"""
    return _GLUE_AFTER.match(text, end) is not None


def label_anchor(groups: Iterable[str], tail: bytes = b"", *, before: bytes = b"") -> bytes:
    """A byte pattern: ``before``, a word of ``groups`` in any case, then ``tail``.

    Of words that begin alike only the shortest is taken: ``tail`` must leave room for the rest of a longer one.
    """
    edge = _EDGE.replace(b"^|", b"") if before else _EDGE  # Hyperscan knows ``^`` at the beginning alone
    every = {word.lower() for group in groups for word in words(group)}
    shortest = [word for word in every if not any(word != other and word.startswith(other) for other in every)]
    short = sorted(word for word in shortest if len(word) <= _SHORT)
    heads = sorted(_any_spelling(word) for word in shortest if len(word) > _SHORT)
    if short:
        heads.append(edge + b"(?:" + b"|".join(map(_any_spelling, short)) + b")")
    if camel := [form.encode() for form in _camel(short)]:
        heads.append(b"[a-z](?:" + b"|".join(camel) + b")")
    return before + b"(?:" + b"|".join(heads) + b")" + tail


# The last byte(s) of a character that is no letter of ``LETTER``, or the beginning of the text.
_EDGE = (
    rb"(?:^|[\x00-@\[-`{-\x7f]|[\xc2\xca-\xcf\xd4-\xdf][\x80-\xbf]|\xc9[\x90-\xbf]"
    rb"|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3})"
)


_SHORT = 3  # such words fire inside of longer ones too often: only at an edge, or where camelCase has one


def _any_spelling(word: str) -> bytes:
    return rb"[\s_.-]{0,3}".join(map(either_case, word.split("_")))


def _by_first_letter(entries: Iterable[str]) -> str:
    """An alternation that the engine leaves at the first letter."""
    by_letter: dict[str, list[str]] = {}
    for entry in entries:
        by_letter.setdefault(entry[0], []).append(_word(entry))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_letter.items())


def _word(entry: str) -> str:
    """The pattern of a lower-case word behind its first letter."""
    body = re.escape(entry[1:]).replace("_", r"[\s_.-]{0,3}").replace(r"\ ", r"\s?")
    if not entry[-1].isalpha():
        return body
    ending = "s?" if entry.isascii() else _ENDING
    return f"{body}{ending}(?![{LETTER}])"


def _camel(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        plain = entry.replace("_", "")
        if plain.isascii() and plain.isalnum() and len(plain) > 2:
            yield re.escape(plain[0].upper() + plain[1:].lower())
            yield re.escape(plain.upper())
