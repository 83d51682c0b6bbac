"""What stands at, before and behind a token: the small questions the address parser asks."""

from __future__ import annotations

from typing import NamedTuple

from derbes.recognizers.address_words import Token, words

PLACES = frozenset({"region", "district", "city", "village", "okrug"})
NUMBERED = frozenset({"house", "flat", "floor"})
OPENING, CLOSING = "«\"“„'(", "»\"”“'"


class Part(NamedTuple):
    """One part: ``kind``, characters ``start:end``, tokens ``first..last``. ``marked``: a word names its kind."""

    kind: str
    start: int
    end: int
    first: int
    last: int
    marked: bool = True


class Looker:
    """Tokens of a text and what is known of them so far."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.shouting = text.isupper()
        self.limit = 0  # tokens before it belong to a part already
        self.parts: list[Part] = []

    def _add(self, kind: str, first: int, last: int, marked: bool = True) -> bool:
        self.parts.append(self.part(kind, first, last, marked))
        self.limit = last + 1
        return True

    def part(self, kind: str, first: int, last: int, marked: bool = True) -> Part:
        """A part over tokens ``first..last``."""
        return Part(kind, self.tokens[first].start, self.tokens[last].end, first, last, marked)

    def _get(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _type(self, at: int) -> str:
        token = self._get(at)
        return token.type if token else ""

    def _is(self, text: str, at: int) -> bool:
        token = self._get(at)
        return token is not None and token.text == text

    def _skip(self, at: int, characters: str) -> int:
        for _ in range(3):
            token = self._get(at)
            if token is None or token.type != "p" or token.text not in characters:
                break
            at += 1
        return at

    def _near(self, at: int) -> bool:
        """No line break and at most two blanks before the token at ``at``."""
        gap = self.text[self.tokens[at - 1].end : self.tokens[at].start]
        return len(gap) <= 2 and "\n" not in gap

    def _tight(self, at: int) -> bool:
        """No blank on either side of the token at ``at``."""
        if not 0 < at < len(self.tokens) - 1:
            return False
        return self.tokens[at - 1].end == self.tokens[at].start and self.tokens[at].end == self.tokens[at + 1].start

    def _is_name(self, token: Token | None) -> bool:
        return token is not None and token.type == "w" and token.text[0].isupper() and token.low not in words().stop

    def is_joined_number(self, at: int) -> bool:
        """A hyphen at ``at`` ties a number to the word before it: Самал-2."""
        return self._is("-", at) and self._tight(at) and self._type(at + 1) == "n"

    def _quoted(self, opening: int, most: int) -> int | None:
        for to in range(opening + 2, min(opening + 2 * most, len(self.tokens))):
            if self.tokens[to].text in CLOSING:
                if all(token.type == "p" for token in self.tokens[opening:to]):
                    return None
                return to if self.tokens[to].end - self.tokens[opening].start < 60 else None
        return None

    def _opening(self, closing: int) -> int | None:
        for at in range(closing - 1, max(self.limit, closing - 8) - 1, -1):
            if self.tokens[at].text in OPENING:
                return at
        return None

    def _closes(self, at: int) -> bool:
        """The line, the sentence or the cell ends before the token at ``at``."""
        token = self._get(at)
        return token is None or token.text in ';|"' or "\n" in self.text[self.tokens[at - 1].end : token.start]

    is_name = _is_name
    is_sign = _is
