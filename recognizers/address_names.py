"""Names of places and streets on either side of their markers."""

from __future__ import annotations

from derbes.recognizers.address_looks import CLOSING, OPENING, PLACES
from derbes.recognizers.address_numbers import NumberReader
from derbes.recognizers.address_words import PREFIX_ONLY, SUFFIX_FIRST, Marker, words
from derbes.recognizers.places import cities, fold, places

ADJECTIVES = ("ский", "ская", "ской", "ского", "цкий", "цкая", "цкой", "ском", "ный", "ная", "ое", "ый")
LONGEST_NAME = 6


class NameReader(NumberReader):
    """Reads how far a name goes: «ул. 50 лет Октября», «Әлия Молдағұлова көшесі», «район имени Казыбек би»."""

    def _named(self, at: int, marker: Marker) -> tuple[int, int] | None:
        is_label = self._is(":", at + 1)  # «Registrant Street: Abay ave 52»
        left = None if marker.side == PREFIX_ONLY or is_label else self._name_left(at, marker)
        if marker.side == SUFFIX_FIRST or (left is not None and self._left_is_better(at, marker)):
            right = None
        else:
            right = self.name_right(at, marker)
        if right is not None:
            ordinal = marker.kind == "street" and self._type(at - 1) == "n" and at > self.limit and self._near(at)
            return at - ordinal, right  # 1 переулок Ниеткалиева
        return None if left is None else (left, at)

    def _left_is_better(self, at: int, marker: Marker) -> bool:
        before = self.tokens[at - 1]
        if marker.kind == "micro":
            following = self._get(at + 1)
            return before.type == "n" and not (following and following.type == "w" and self._is_name(following))
        return before.low.endswith(ADJECTIVES) and marker.kind != "building"

    def name_right(self, at: int, marker: Marker) -> int | None:
        """The last token of the name that follows the marker at ``at``."""
        to = self._skip(at + 1, ".:")
        if (word := self._get(to)) is not None and word.low in ("имени", "им") and self._near(to):
            to = self._skip(to + 1, ".")
        token = self._get(to)
        if token is None:
            return None
        gap = self.text[self.tokens[to - 1].end : token.start]
        if "\n" in gap or len(gap) > 2:
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
            if last is not None and (not self._near(to) or self._without_number(to)):
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
            return token.low in words().particles or self._ends_name(to, marker)
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

    def _ends_name(self, to: int, marker: Marker) -> bool:
        """A word in small letters that closes a name: «мкр. Лесная поляна, дом 22»."""
        token, following = self.tokens[to], self._get(to + 1)
        if token.marker or token.low in words().stop or len(token.text) < 4 or following is None:
            return False
        return marker.kind in ("street", "micro") and following.text == ","

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
                if self._is_name(token) and not (marker.shy and self._looks_like_surname(at)):
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

    def _looks_like_surname(self, at: int) -> bool:
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
