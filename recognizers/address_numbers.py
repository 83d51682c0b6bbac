"""Numbers of houses, flats and floors beside their markers or bare."""

from __future__ import annotations

from derbes.recognizers.address_looks import CLOSING, NUMBERED, Looker
from derbes.recognizers.address_words import SUFFIX_FIRST, Marker, words

LETTERED = frozenset(
    {"корп", "корпус", "к", "лит", "литер", "литера", "блок", "секция", "стр", "строение", "block", "blok", "подъезд"}
)


class NumberReader(Looker):
    """Reads what follows a street: «д. 10», «22-үй», «12/1-45», «корпус Б», «кв. (офис) 45»."""

    def _numbered(self, at: int, marker: Marker) -> tuple[int, int] | None:
        right, left = self._number_right(at), self._number_left(at)
        if right is not None and left is not None:
            right = None if marker.side == SUFFIX_FIRST or self._is("-", at - 1) else right
        if right is not None:
            return at, right
        return None if left is None else (left, at)

    def _number_right(self, at: int) -> int | None:
        to = self._skip(at + 1, ".:№#-")
        for _ in range(2):  # кв. (офис) 45, КВ ОФИС КАБ. 38
            inner = to + self._is("(", to)
            other = self._get(inner)
            if other is None or other.marker is None or other.marker.kind != "flat":
                break
            to = self._skip(inner + 1, ".:№#)")
        token = self._get(to)
        if token is None:
            return None
        gap = self.text[self.tokens[to - 1].end : token.start]
        if len(gap) > 2 or "\n" in gap:
            return None
        if token.type == "n" and self.is_house_number(to):
            return self.with_letter(to)
        if self._without_number(to):
            return to + 2
        if token.type != "w":
            return self._quoted(to, 2) if self.tokens[at].low in LETTERED else None
        if (
            len(token.text) == 1
            and self.tokens[at].low in LETTERED
            and not self._is(".", to + 1)
            and not self._letter_is_marker(to)
        ):
            return to
        number = to + 1 + self._is("-", to + 1)
        if (
            len(token.text) <= 2
            and token.text.isupper()
            and self._type(number) == "n"
            and self.tokens[number].start - token.end <= 1
        ):
            return number
        return None

    def _number_left(self, at: int) -> int | None:
        before = at - 1 - self._is("-", at - 1)
        if before < self.limit or self._type(before) != "n" or self.tokens[at].start - self.tokens[before].end > 2:
            return None
        return before if len(self.tokens[before].text) <= 8 else None

    def _bare_house(self, to: int) -> None:
        if self._is(".", to) and (self._type(to + 1) == "n" or self._is(",", to + 1)):
            to += 1
        comma = self._is(",", to)
        number = to + comma + self._is("№", to + comma)
        if self._without_number(number):
            self._add("house", number, number + 2)
            return
        if not self.is_house_number(number) or self.tokens[number].start - self.tokens[to - 1].end > 4:
            return
        marker_at = number + 1 + self._is("-", number + 1)
        follows = self._get(marker_at)
        if follows and follows.marker and self._near(marker_at) and not self._letter_is_house(number + 1):
            kind, side = follows.marker.kind, follows.marker.side
            suffix = side == SUFFIX_FIRST or self._is("-", number + 1) or not self._number_after(marker_at)
            if kind in NUMBERED and suffix:
                if kind == "house":
                    self._add("house", number, marker_at)
                return
            if kind in ("micro", "street") and (follows.start - self.tokens[number].end <= 1):
                return
        last = self.with_letter(number)
        self._add("house", number, last, marked=False)
        if self._is(",", last + 1) and self.is_house_number(last + 2) and self._closes(last + 3):  # 167/2, 18
            self._add("flat", last + 2, last + 2, marked=False)

    def _without_number(self, at: int) -> bool:
        """«б/н»: a house without a number."""
        return "".join(token.low for token in self.tokens[at : at + 3]) == "б/н"

    def _number_after(self, at: int) -> bool:
        return self._type(self._skip(at + 1, ".№")) == "n"

    def _house_follows(self, to: int) -> bool:
        """A house stands at ``to``, so the number before it belonged to the name: «Самал 2, 33», «Жулдыз 1, д. 14»."""
        to += self._is(",", to)
        token = self._get(to)
        if token is None:
            return False
        return token.type == "n" or bool(token.marker and token.marker.kind == "house" and self._number_after(to))

    def is_house_number(self, at: int) -> bool:
        """The token at ``at`` can be the number of a house or flat: no date, time, decimal, count."""
        token = self._get(at)
        if token is None or token.type != "n":
            return False
        digits = "".join(c if c.isdigit() else " " for c in token.text).split()
        if len(token.text) > 14 or max(map(len, digits)) > 4:
            return False
        after, behind = self._get(at + 1), self._get(at + 2)
        if after is None:
            return True
        glued = after.start == token.end
        if glued and after.text in ".:" and behind and behind.type == "n" and behind.start == after.end:
            return False
        if glued and after.text in "%@_=":
            return False
        return not (after.type == "w" and after.low in words().counts and not (after.marker and len(after.low) == 1))

    def with_letter(self, at: int) -> int:
        """``at`` or the token of a single letter behind the number: «10 А», «10 «А»»."""
        if self._letter_is_house(at + 1):
            return at + 1
        token = self._get(at + 1)
        if (
            token
            and token.text in "«\"“'"
            and self._get(at + 3)
            and len(self.tokens[at + 2].text) == 1
            and self.tokens[at + 2].type == "w"
            and self.tokens[at + 3].text in CLOSING
        ):
            return at + 3
        return at

    def _letter_is_house(self, at: int) -> bool:
        token = self._get(at)
        if token is None or token.type != "w" or len(token.text) != 1 or not self._near(at):
            return False
        return not (self._is(".", at + 1) or self._letter_is_marker(at)) and token.low in "абвгдежзиклмнabcdefgh"

    def _letter_is_marker(self, at: int) -> bool:
        return self.tokens[at].marker is not None and self._type(self._skip(at + 1, ".№")) == "n"
