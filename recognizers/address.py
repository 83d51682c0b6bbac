"""Addresses as one span, from postcode or country to flat or office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from derbes.recognizers.address_anchors import ANCHORS
from derbes.recognizers.address_chains import Chain, chains, segment
from derbes.recognizers.address_fields import key_value_addresses
from derbes.recognizers.address_parts import PLACES, Part, PartFinder
from derbes.recognizers.address_words import tokens, words
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.bytes_of import gate

NATURAL, LEGAL = "natural-person", "legal"
_PAIR = re.compile(r"\d{1,3}[А-Яа-я]?(?:/\d{1,3})?-\d{1,3}")
_AROUND = 150
_DIGIT = re.compile(r"\d")
_FULL_WORDS = frozenset({"үй", "дом", "блок", "офис", "этаж", "село", "аул", "қала", "кент", "үйі", "street", "city"})


class AddressRecognizer(TextRecognizer):
    """Postal addresses in Russian, Kazakh (Cyrillic, Latin of 2018 and 2021, ASCII) and English.

    Parts are found by their markers on either side («ул. Абая», «Абай көшесі», ``Abay ave``), by lists (towns and
    settlements of the state classifier) and by shape (postcodes); parts that stand side by side make a chain, and a
    chain is reported when its parts add up: street and house, or house and flat or town, or a new postcode. A town or a
    region alone is no address. Source: address rules of the national operator, UPU S42, state classifier KATO.
    Tags: ``natural-person`` beside words of residence, ``legal`` beside words of a company's seat.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("ADDRESS",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = ANCHORS

    def find(self, text: str) -> Iterator[Match]:
        """Yield addresses; linear in the length of ``text``."""
        if not _may_add_up(text):
            return
        for start, end in key_value_addresses(text):
            yield Match(start, end, "ADDRESS", 0.75, tag=_tag(text, start, end))
        finder = PartFinder(text, tokens(text))
        for chain in chains(finder):
            match = _judge(finder, chain)
            if match is not None:
                yield match


def _may_add_up(text: str) -> bool:
    """Something of an address is there; without a number it takes two things: a street and its town, at least."""
    encoded = text.encode("utf-8", "surrogatepass")
    first = _gate().search(encoded)
    return first is not None and (_DIGIT.search(text) or _gate().search(encoded, first.start() + 1)) is not None


@cache
def _gate() -> Any:
    """The anchors themselves, so that the promise of ``ANCHOR`` holds by construction."""
    return gate(ANCHORS)


def _is_whole_line(text: str, start: int, end: int) -> bool:
    """Nothing but signs stands beside the span in its line."""
    line = max(text.rfind("\n", max(0, start - 40), start) + 1, 0, start - 40)
    to = text.find("\n", end, end + 40)
    rest = text[line:start] + text[end : to if to >= 0 else end + 40]
    return not any(c.isalnum() for c in rest)


def _judge(finder: PartFinder, chain: Chain) -> Match | None:
    text = finder.text
    parts, kinds = chain.parts, chain.kinds
    if len(parts) < 2:
        return None
    start, end = parts[0].start, _close(finder, parts[0].start, parts[-1])
    before = text[max(0, start - _AROUND) : start]
    labelled = bool(words().address.search(before[-60:]) or words().address.search(text[end : end + 40]))
    total = weigh(parts) + labelled + (_is_pair(text, parts) or _is_told(parts))
    whole = _is_whole_line(text, start, end)
    if not _adds_up(finder, parts, kinds, total, labelled, whole):
        return None
    tag = _tag(text, start, end)
    score = 0.85 if total >= 5 else 0.75 if total == 4 else 0.6
    return Match(start, end, "ADDRESS", min(1.0, score + (0.1 if tag == NATURAL else 0)), labelled=labelled, tag=tag)


def _is_pair(text: str, parts: list[Part]) -> bool:
    """House and flat as one number: «мкр. Аксай-4, 67-15»."""
    if any(part.kind == "flat" for part in parts):
        return False
    return any(part.kind == "house" and _PAIR.fullmatch(text, part.start, part.end) for part in parts)


def _is_told(parts: list[Part]) -> bool:
    """A word names the street or microdistrict, and another the house: «мкр. Самал-2, д. 33»."""
    return {"house"} < {part.kind for part in parts if part.marked and part.kind in ("street", "micro", "house")}


def weigh(parts: list[Part]) -> int:
    """One point a kind of part, two for a new postcode; at most three for places."""
    kinds = {part.kind for part in parts}
    place = len(kinds & PLACES) + ("country" in kinds)
    street = bool(kinds & {"street", "micro"})
    flat = bool(kinds & {"flat", "building"})
    return min(3, place) + street + ("house" in kinds) + flat + ("index" in kinds) + 2 * ("newindex" in kinds)


def _adds_up(finder: PartFinder, parts: list[Part], kinds: set[str], total: int, labelled: bool, whole: bool) -> bool:
    street, house, flat = bool(kinds & {"street", "micro"}), "house" in kinds, bool(kinds & {"flat", "building"})
    place = bool(kinds & PLACES)
    houses = [finder.text[part.start : part.end] for part in parts if part.kind == "house"]
    guessed = not any(part.marked for part in parts if part.kind in ("street", "micro"))
    if street and house:
        double = any("/" in text for text in houses)
        unsure = guessed and not (double or flat or whole or labelled or total >= 4 or "index" in kinds)
        return total >= 3 and not unsure
    if house and (flat or place):
        return total >= 3 and (place or street)
    if total >= 3 and "newindex" in kinds:
        return True
    if street and place:  # villages have streets without numbers
        return total >= 4 or (total >= 3 and (flat or whole or labelled))
    return place and total >= 3 and (whole or labelled) and bool(kinds & {"village", "city", "flat"})


def _close(finder: PartFinder, start: int, last: Part) -> int:
    """Where the span ends: a bracket or quote it opened and the dot of an abbreviation («5 кв.») belong to it."""
    text, end = finder.text, last.end
    span, sign = text[start:end], text[end : end + 1]
    if (sign == ")" and span.count("(") > span.count(")")) or (sign == "»" and span.count("«") > span.count("»")):
        return end + 1
    token = finder.tokens[last.last]
    if sign == "." and token.marker is not None and len(token.text) <= 4 and token.low not in _FULL_WORDS:
        return end + 1
    return end


def _tag(text: str, start: int, end: int) -> str:
    around = text[max(0, start - _AROUND) : start] + "\n" + text[end : end + 40]
    if words().residence.search(around):
        return NATURAL
    return LEGAL if words().legal.search(around + text[start:end]) else ""


def looks_like_address(value: str) -> float:
    """How much the whole of ``value`` reads like an address, 0..1: for columns, where «Абая 10-5» is one."""
    value = value.strip()
    if not 4 <= len(value) <= 300:
        return 0.0
    matches = [m for m in AddressRecognizer().find(value) if m.end - m.start >= 0.7 * len(value)]
    if matches:
        return max(0.85, *(match.score for match in matches))
    finder = PartFinder(value, tokens(value))
    kinds = {part.kind for part in finder.find()}
    if kinds & {"street", "micro"}:
        return 0.8 if "house" in kinds else 0.5
    guess = segment(finder, 0, len(finder.tokens), open_end=True) if finder.tokens else None
    if guess and guess[-1].end >= len(value) - 1:
        return 0.5
    return 0.2 if kinds & PLACES else 0.0
