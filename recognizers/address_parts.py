"""Find the parts of addresses in a text: index, country, places, street, house, flat, each with its span."""

from __future__ import annotations

from typing import NamedTuple

from derbes.recognizers.address_words import ALONE, PREFIX_ONLY, SUFFIX_FIRST, Marker, Token, words
from derbes.recognizers.places import cities, fold, places

PLACES = frozenset({"region", "district", "city", "village", "okrug"})
NUMBERED = frozenset({"house", "flat", "floor"})
LETTERED = frozenset(
    {"корп", "корпус", "к", "лит", "литер", "литера", "блок", "секция", "стр", "строение", "block", "blok", "подъезд"}
)
ADJECTIVES = ("ский", "ская", "ской", "ского", "цкий", "цкая", "цкой", "ском", "ный", "ная", "ое", "ый")
OPENING, CLOSING = "«\"“„'(", "»\"”“'"
# What a word of an address name is not allowed to be in length: the rest is prose.
LONGEST_NAME = 6


class Part(NamedTuple):
    """One part: ``kind``, characters ``start:end``, tokens ``first..last``. ``marked``: a word names its kind."""

    kind: str
    start: int
    end: int
    first: int
    last: int
    marked: bool = True


class PartFinder:
    """One pass over the tokens of a text."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.shouting = text.isupper()
        self.limit = 0  # tokens before it belong to a part already
        self.parts: list[Part] = []

    def find(self) -> list[Part]:
        """All parts in order: first those that a marker names, then towns and postcodes that need none."""
        at = 0
        while at < len(self.tokens):
            marker = self.tokens[at].marker
            if marker is not None and self._mark(at, marker):
                at = self.limit
            else:
                at += 1
        return sorted([*self.parts, *self._unmarked()], key=lambda part: part.first)

    # -- marked parts

    def _mark(self, at: int, marker: Marker) -> bool:
        if marker.side == ALONE:
            following = self._get(at + 1)
            if (
                following and following.marker and following.marker.kind in ("region", "street")
            ):  # Батыс Қазақстан облысы
                return False
            return self._add(marker.kind, at, at)
        if marker.kind in NUMBERED:
            span = self._numbered(at, marker)
        elif marker.kind == "index":
            number = self._skip(at + 1, ".:№")
            span = (at, number) if self._is_index(number) else None
        else:
            span = self._named(at, marker)
        if span is None:
            return False
        first, last = span
        if marker.latin and marker.kind == "street" and self._type(first) == "n":  # 10 Abay Ave
            self._add("house", first, first)
            first += 1
        self._add(marker.kind, first, last)
        if marker.kind in ("street", "micro") or (
            marker.kind == "village" and self._is(",", last + 1) and self._closes(last + 3)
        ):
            self._bare_house(last + 1)
        return True

    def _add(self, kind: str, first: int, last: int, marked: bool = True) -> bool:
        self.parts.append(self.part(kind, first, last, marked))
        self.limit = last + 1
        return True

    def part(self, kind: str, first: int, last: int, marked: bool = True) -> Part:
        """A part over tokens ``first..last``."""
        return Part(kind, self.tokens[first].start, self.tokens[last].end, first, last, marked)

    def _numbered(self, at: int, marker: Marker) -> tuple[int, int] | None:
        right, left = self._number_right(at, marker), self._number_left(at)
        if right is not None and left is not None:
            right = None if marker.side == SUFFIX_FIRST or self._is("-", at - 1) else right
        if right is not None:
            return at, right
        return None if left is None else (left, at)

    def _number_right(self, at: int, marker: Marker) -> int | None:
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

    def _named(self, at: int, marker: Marker) -> tuple[int, int] | None:
        left = None if marker.side == PREFIX_ONLY else self._name_left(at, marker)
        if marker.side == SUFFIX_FIRST or (left is not None and self._left_is_better(at, left, marker)):
            right = None
        else:
            right = self.name_right(at, marker)
        if right is not None:
            return at, right
        return None if left is None else (left, at)

    def _left_is_better(self, at: int, left: int, marker: Marker) -> bool:
        before = self.tokens[at - 1]
        if marker.kind == "micro":
            following = self._get(at + 1)
            return before.type == "n" and not (following and following.type == "w" and self._is_name(following))
        return before.low.endswith(ADJECTIVES) and marker.kind != "building"

    def name_right(self, at: int, marker: Marker) -> int | None:
        """The last token of the name that follows the marker at ``at``."""
        to = self._skip(at + 1, ".:")
        token = self._get(to)
        if (
            token is None
            or "\n" in self.text[self.tokens[at].end : token.start]
            or token.start - self.tokens[at].end > 3
        ):
            return None
        if token.type == "p":
            return self._quoted(to, LONGEST_NAME) if token.text in OPENING or token.text == "№" else None
        if token.type == "n":
            return self._number_name(to, marker)
        return self._words_right(to, marker)

    def _number_name(self, to: int, marker: Marker) -> int | None:
        following = self._get(to + 1)
        if (
            following
            and following.text == "-"
            and (after := self._get(to + 2))
            and after.type == "w"
            and len(after.text) < 4
        ):
            following, to = self._get(to + 3), to + 2  # 12-я, 1-ші
        if following and following.type == "w" and marker.kind in ("street", "micro"):
            glued = following.start - self.tokens[to].end <= 1
            if glued and (following.low in words().particles or self._is_name(following)):
                return self._words_right(to + 1, marker) or to + 1
        if marker.kind == "micro" or (
            marker.kind == "street" and "-" in self.text[self.tokens[to].start : self.tokens[to].end]
        ):
            return to
        return None

    def _words_right(self, to: int, marker: Marker) -> int | None:
        last, count, key = None, 0, ""
        one_place = marker.kind in ("city", "village", "region", "district", "okrug")
        most = 3 if one_place or marker.kind == "building" else 5
        while (token := self._get(to)) is not None and count < most:
            if last is not None and not self._near(to):
                break
            if token.type == "w" and self._goes_on(to, count, marker):
                last = to
                count += 1
                key = f"{key} {fold(token.low)}".strip()
                if one_place and key in places() and not self._longer_place(key, to + 1):
                    break
            elif (
                token.text == "."
                and count == 1
                and len(self.tokens[to - 1].text) <= 2
                and self._is_name(self._get(to + 1))
            ):
                count = 0  # an initial
            elif token.text == "-" and self._tight(to) and self._type(to + 1) == "n":
                return to + 1
            elif token.type == "n" and marker.kind == "micro" and last is not None:
                return to if self._house_follows(to + 1) else last
            else:
                break
            to += 1
        return last

    def _goes_on(self, to: int, count: int, marker: Marker) -> bool:
        token = self.tokens[to]
        if self._is_name(token):
            return (
                token.marker is None
                or (count == 0 and len(token.text) <= 2 and self._is(".", to + 1))
                or self._name_anyway(to, count)
            )
        if count:
            return token.low in words().particles
        if token.marker or token.low in words().stop or not token.text[0].isalpha():
            return False
        if marker.kind in PLACES:  # г. алматы
            return fold(token.low) in cities()
        if marker.shy:
            return False
        # ул. абая 10, ул. абая, 10
        return (
            marker.kind == "street"
            and any(self._type(n) == "n" for n in (to + 1, to + 2))
            and self._type(to + 1) != "w"
        )

    def _name_anyway(self, to: int, count: int) -> bool:
        """A marker's word inside a name, as in «улица Площадь Победы» or «мкр. Аксай» (all caps «А»)."""
        token = self.tokens[to]
        following = self._get(to + 1)
        return (
            count == 0
            and not self.shouting
            and token.marker is not None
            and token.marker.kind in ("country", "building")
            and bool(following)
        )

    def _longer_place(self, key: str, to: int) -> bool:
        token = self._get(to)
        return token is not None and token.type == "w" and self._near(to) and f"{key} {fold(token.low)}" in places()

    def _name_left(self, at: int, marker: Marker) -> int | None:
        most = 5 if marker.kind in ("street", "micro") else 3
        first, count, before = None, 0, at - 1
        if self._is("-", before) and self._tight(before):
            before -= 1
        while before >= self.limit and count < most:
            token = self.tokens[before]
            gap = self.text[token.end : self.tokens[before + 1].start]
            if "\n" in gap or len(gap) > 2:
                break
            if token.type == "w" and not self._is_stop(before):
                if self._is_name(token) and not (marker.shy and self._looks_like_surname(before, at)):
                    first, count = before, count + 1
                elif token.low not in words().particles:
                    break
            elif token.type == "n" and marker.kind in ("street", "micro") and len(token.text) <= 5:
                first = before
                if not (marker.kind == "micro" and count == 0 and self._number_belongs(before)):
                    break
                if self._is("-", before - 1):
                    before -= 1
            elif token.text == "." and first is not None and self._is_initial(before - 1):
                pass
            elif token.text in CLOSING and count == 0:
                return self._opening(before)
            else:
                break
            before -= 1
        return self._without_city(first, at, marker)

    def _number_belongs(self, at: int) -> bool:
        """The number at ``at`` ends a name: Самал-2 мкр, Самал 2 мкр."""
        name = at - 2 if self._is("-", at - 1) and self._tight(at - 1) else at - 1
        return (
            name >= self.limit
            and self.tokens[name].type == "w"
            and self._is_name(self.tokens[name])
            and self.tokens[name].marker is None
        )

    def _without_city(self, first: int | None, at: int, marker: Marker) -> int | None:
        if first is None or marker.kind == "region":
            return first
        if marker.kind in PLACES:  # «Клиент Алматы қаласы»: the longest name that is known
            names = [
                " ".join(fold(token.low) for token in self.tokens[k:at] if token.type == "w") for k in range(first, at)
            ]
            return next((first + k for k, name in enumerate(names) if name in places()), first)
        if at - first >= 2 and fold(self.tokens[first].low) in cities() and self.tokens[first + 1].type == "w":
            return first + 1 if self._is_name(self.tokens[first + 1]) else first
        return first

    def _looks_like_surname(self, before: int, at: int) -> bool:
        return self.tokens[at].text.isupper() and not self.shouting

    def _is_stop(self, at: int) -> bool:
        token = self.tokens[at]
        if token.low in words().stop:
            return True
        if token.marker is None:
            return False
        return not (
            token.marker.kind == "country"
            or (token.marker.shy and len(token.text) == 1 and self._is(".", at + 1) and self._is_name(token))
        )

    def _is_initial(self, at: int) -> bool:
        token = self._get(at)
        return (
            at >= self.limit
            and token is not None
            and token.type == "w"
            and len(token.text) <= 2
            and token.text[0].isupper()
        )

    # -- houses

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

    def _closes(self, at: int) -> bool:
        """The line, the sentence or the cell ends before the token at ``at``."""
        token = self._get(at)
        return token is None or token.text in ';|"' or "\n" in self.text[self.tokens[at - 1].end : token.start]

    def _without_number(self, at: int) -> bool:
        """«б/н»: a house without a number."""
        return [token.low for token in self.tokens[at : at + 3]] == ["б", "/", "н"]

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

    # -- towns and postcodes

    def _unmarked(self) -> list[Part]:
        found: list[Part] = []
        taken = bytearray(len(self.tokens) + 1)
        for part in self.parts:
            taken[part.first : part.last + 1] = b"\x01" * (part.last + 1 - part.first)
        at = 0
        while at < len(self.tokens):
            part = None if taken[at] else self._unmarked_at(at, taken)
            if part is not None:
                found.append(part)
                at = part.last
            at += 1
        return found

    def _unmarked_at(self, at: int, taken: bytearray) -> Part | None:
        token = self.tokens[at]
        if token.type == "z":
            return self.part("newindex", at, at, marked=False)
        if token.type == "n":
            return self.part("index", at, at, marked=False) if self._is_index(at) else None
        if token.type != "w" or not token.text[0].isupper():
            return None
        key, best = fold(token.low), at if fold(token.low) in cities() else None
        for to in (at + 1, at + 2):
            following = self._get(to)
            if following is None or taken[to] or not self._near(to) or following.type not in "wp":
                break
            key += "." if following.text == "." else f" {fold(following.low)}"
            best = to if key in cities() else best
        return None if best is None else self.part("city", at, best, marked=False)

    def _is_index(self, at: int) -> bool:
        token = self._get(at)
        if token is None:
            return False
        return token.type == "z" or (
            token.type == "n" and len(token.text) == 6 and token.text.isdigit() and "01" <= token.text[:2] <= "69"
        )

    # -- small looks

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

    is_name = _is_name

    def _quoted(self, opening: int, most: int) -> int | None:
        for to in range(opening + 2, min(opening + 2 * most, len(self.tokens))):
            if self.tokens[to].text in CLOSING:
                return to if self.tokens[to].end - self.tokens[opening].start < 60 else None
        return None

    def _opening(self, closing: int) -> int | None:
        for at in range(closing - 1, max(self.limit, closing - 8) - 1, -1):
            if self.tokens[at].text in OPENING:
                return at
        return None
