"""Find the parts of addresses in a text: index, country, places, street, house, flat, each with its span."""

from __future__ import annotations

from derbes.recognizers.address_looks import NUMBERED, PLACES, Part
from derbes.recognizers.address_names import NameReader
from derbes.recognizers.address_words import ALONE, Marker
from derbes.recognizers.places import cities, fold

__all__ = ["PLACES", "Part", "PartFinder"]


class PartFinder(NameReader):
    """One pass over the tokens of a text."""

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

    def _unmarked(self) -> list[Part]:
        found: list[Part] = []
        taken = bytearray(len(self.tokens) + 1)
        for part in self.parts:
            taken[part.first : part.last + 1] = b"\x01" * (part.last + 1 - part.first)
        at = 0
        while at < len(self.tokens):
            guess = None if taken[at] else self._unmarked_at(at, taken)
            if guess is not None:
                found.append(guess)
                at = guess.last
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
