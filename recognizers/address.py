"""Addresses as one span, from postcode or country to flat or office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, NamedTuple

from derbes.recognizers.address_anchors import ANCHORS
from derbes.recognizers.address_fields import key_value_addresses
from derbes.recognizers.address_parts import PLACES, Part, PartFinder
from derbes.recognizers.address_words import tokens, words
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.bytes_of import gate
from derbes.recognizers.places import fold, places

NATURAL, LEGAL = "natural-person", "legal"
_GAP = re.compile(r"[\s,.;:()«»\"'/|–—-]{0,8}")
_LINK = re.compile(r"[\s,]{1,3}(?:по|на|уг|угол|в|район|р-н|мен)\.?\s{1,2}", re.IGNORECASE)
_PAIR = re.compile(r"\d{1,3}[А-Яа-я]?(?:/\d{1,3})?-\d{1,3}")
_AROUND = 150
_MOST = 24  # parts in one chain: what is longer is no address
_FULL_WORDS = frozenset({"үй", "дом", "блок", "офис", "этаж", "село", "аул", "қала", "кент", "үйі", "street", "city"})
_UNIQUE = frozenset({"index", "newindex", "country", "region", "city", "street"})


class Chain(NamedTuple):
    """Parts that stand side by side: a candidate."""

    parts: list[Part]

    @property
    def kinds(self) -> set[str]:
        return {part.kind for part in self.parts}


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
        if not _gate().search(text.encode("utf-8", "surrogatepass")):
            return
        for start, end in key_value_addresses(text):
            yield Match(start, end, "ADDRESS", 0.75, tag=_tag(text, start, end))
        finder = PartFinder(text, tokens(text))
        for chain in chains(finder):
            match = _judge(finder, chain)
            if match is not None:
                yield match


@cache
def _gate() -> Any:
    """The anchors themselves, so that the promise of ``ANCHOR`` holds by construction."""
    return gate(ANCHORS)


def chains(finder: PartFinder) -> list[Chain]:
    """Group parts that stand side by side, unmarked names between them included."""
    found: list[Chain] = []
    current: list[Part] = []
    for part in finder.find():
        if current and part.first <= current[-1].last:
            continue
        bridge = _bridge(finder, current, part) if current else None
        if bridge is None:
            if current:
                found.append(_finish(finder, current))
            current = [part]
        else:
            current += [*bridge, part]
    return [*found, _finish(finder, current)] if current else found


def _finish(finder: PartFinder, parts: list[Part]) -> Chain:
    """Add a settlement without a marker in front and a street without one behind; drop what cannot end an address."""
    parts = [*_leading(finder, parts[0]), *parts]
    if not {"street", "house"} & {part.kind for part in parts} and parts[-1].kind in PLACES | {
        "index",
        "newindex",
        "country",
    }:
        parts = parts + (_segment(finder, parts[-1].last + 1, len(finder.tokens), open_end=True) or [])
    while parts and parts[-1].kind == "name":
        parts = parts[:-1]
    return Chain(parts)


def _bridge(finder: PartFinder, chain: list[Part], part: Part) -> list[Part] | None:
    """What stands between a chain and the next part: nothing ([]), unmarked names, or something else (None)."""
    last = chain[-1]
    gap = finder.text[last.end : part.start]
    kinds = {p.kind for p in chain}
    if _starts_anew(chain, kinds, part, gap):
        return None
    if _GAP.fullmatch(gap) or _LINK.fullmatch(gap):
        return []
    if len(gap) > 60 or last.kind not in PLACES | {"index", "newindex", "country", "street", "micro"}:
        return None
    return _segment(finder, last.last + 1, part.first, open_end=False, before=part.kind)


def _starts_anew(chain: list[Part], kinds: set[str], part: Part, gap: str) -> bool:
    settled = "house" in kinds or "flat" in kinds
    if len(chain) >= _MOST:
        return True
    if part.kind == "street" and re.search(r"\bуг", gap):
        return False
    if settled and (part.kind in kinds & _UNIQUE or ";" in gap or gap.count("\n") > 1):
        return True
    if settled and "\n" in gap and "," not in gap and part.kind not in ("flat", "floor", "building", "house"):
        return True
    return part.kind in ("index", "newindex") and part.kind in kinds


def _segment(finder: PartFinder, first: int, to: int, *, open_end: bool, before: str = "") -> list[Part] | None:
    """Unmarked names in ``tokens[first:to]``, each between commas: «Мангилик Ел 20» is a street and a house."""
    parts: list[Part] = []
    at = first
    while at < to and len(parts) < 4:
        token = finder.tokens[at]
        if token.low in ("угол", "уг"):
            at += 1
            continue
        if token.type == "p":
            if token.text not in ",.-–—:":
                return None
            at += 1
            continue
        end = at
        while end < to and _name_word(finder, at, end):
            end += 1
        joined = end + 1 < to and finder.is_joined_number(end)  # Самал-2
        end += 2 * joined
        if not at < end <= at + 6:
            return parts if open_end else None
        number = end + (end < to and finder.tokens[end].text == "," and (joined or not open_end))
        if (
            number < to
            and finder.tokens[number].type == "n"
            and finder.is_house_number(number)
            and _is_end(finder, number)
        ):
            last = finder.with_letter(number)
            parts += [
                finder.part("street", at, end - 1, marked=False),
                finder.part("house", number, last, marked=False),
            ]
            return parts if open_end or last + 1 >= to or _only_signs(finder, last + 1, to) else None
        if open_end:
            return parts
        kind = "street" if before == "house" and _only_signs(finder, end, to) else "name"
        parts.append(finder.part(kind, at, end - 1, marked=False))
        at = end
    return parts


def _name_word(finder: PartFinder, first: int, at: int) -> bool:
    token = finder.tokens[at]
    if token.type != "w" or (at > first and finder.text[finder.tokens[at - 1].end : token.start] != " "):
        return False
    if at > first and token.low in words().particles:
        return True
    return finder.is_name(token) and (token.marker is None or len(token.text) > 3)


def _only_signs(finder: PartFinder, first: int, to: int) -> bool:
    return all(token.type == "p" and token.text in ",.-–—:;()" for token in finder.tokens[first:to])


def _is_end(finder: PartFinder, number: int) -> bool:
    """Nothing of a sentence goes on behind the number."""
    at = finder.with_letter(number) + 1
    if at >= len(finder.tokens):
        return True
    token = finder.tokens[at]
    return token.type == "p" or token.marker is not None or "\n" in finder.text[finder.tokens[at - 1].end : token.start]


def _leading(finder: PartFinder, part: Part) -> list[Part]:
    """What stands unmarked before the first part, alone between separators: «Косшы, ул. Абая 5» (a settlement),
    «Мангилик Ел 20, офис 304» (street and house)."""
    at = part.first - 1
    if at < 1 or finder.tokens[at].text != ",":
        return []
    number = at - 1 if finder.tokens[at - 1].type == "n" and part.kind in ("flat", "building") else at
    first = number
    while first > 0 and number - first < 4 and _name_word(finder, first - 1, first - 1):
        first -= 1
    if first == number or not _begins(finder, first):
        return []
    if number < at:
        street = finder.part("street", first, number - 1, marked=False)
        return [street, finder.part("house", number, number, marked=False)] if finder.is_house_number(number) else []
    key = " ".join(fold(token.low) for token in finder.tokens[first:at])
    return [finder.part("village", first, at - 1, marked=False)] if key in places() else []


def _begins(finder: PartFinder, first: int) -> bool:
    """A separator, a line break or nothing stands before the token."""
    if first == 0 or finder.tokens[first - 1].text in ",:;(=\"'«":
        return True
    return "\n" in finder.text[finder.tokens[first - 1].end : finder.tokens[first].start]


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
    total = weigh(parts) + labelled + _is_pair(text, parts)
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
    guess = _segment(finder, 0, len(finder.tokens), open_end=True) if finder.tokens else None
    if guess and guess[-1].end >= len(value) - 1:
        return 0.5
    return 0.2 if kinds & PLACES else 0.0
