"""Parts of an address that stand side by side, unmarked names between them included: the candidates."""

from __future__ import annotations

import re
from typing import NamedTuple

from derbes.recognizers.address_parts import PLACES, Part, PartFinder
from derbes.recognizers.address_words import words
from derbes.recognizers.places import fold, places

_GAP = re.compile(r"[\s,.;:()«»\"'/|–—-]{0,8}(?:<br ?/?>[\s,]{0,40})?")
_LINK = re.compile(r"[\s,]{1,3}(?:по|на|уг|угол|в|район|р-н|мен)\.?\s{1,2}", re.IGNORECASE)
_MOST = 24  # parts in one chain: what is longer is no address
_PREPOSITIONS = frozenset({"на", "по", "в", "до", "возле", "около"})
_UNIQUE = frozenset({"index", "newindex", "country", "region", "city", "street"})


class Chain(NamedTuple):
    """Parts that stand side by side: a candidate."""

    parts: list[Part]

    @property
    def kinds(self) -> set[str]:
        return {part.kind for part in self.parts}


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
        parts = parts + (segment(finder, parts[-1].last + 1, len(finder.tokens), open_end=True) or [])
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
    if last.kind in PLACES and part.kind == "house" and part.marked and _is_number_alone(finder, last.last, part.first):
        return [finder.part("micro", last.last + 2, last.last + 2, marked=False)]
    if len(gap) > 60 or last.kind not in PLACES | {"index", "newindex", "country", "street", "micro"}:
        return None
    return segment(finder, last.last + 1, part.first, open_end=False, before=part.kind)


def _is_number_alone(finder: PartFinder, last: int, first: int) -> bool:
    """«Ақтау қ., 32А, 6-үй»: towns whose microdistricts have a number for a name (a dot may follow the town)."""
    return (
        first - last == 4
        and finder.is_sign(",", last + 1)
        and finder.is_sign(",", last + 3)
        and finder.is_house_number(last + 2)
    )


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


def segment(finder: PartFinder, first: int, to: int, *, open_end: bool, before: str = "") -> list[Part] | None:
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
    «Мангилик Ел 20, офис 304» (street and house), «Самал-2, дом 33» (a microdistrict)."""
    behind = part.first - finder.is_sign(",", part.first - 1)  # the comma may be left out: «Абая 45 кв 12»
    number = behind - 1
    if number < 1:
        return []
    if part.kind in ("house", "flat") and finder.is_joined_number(number - 1):
        first = _first_name_word(finder, number - 1)
        return [finder.part("micro", first, number, marked=False)] if _begins(finder, first, part) else []
    if part.kind in ("flat", "building") and finder.tokens[number].type == "n":
        joined = finder.is_sign(",", number - 1) and finder.is_joined_number(number - 3)  # Аксай-4, 12, кв 5
        end = number - 3 if joined else number
        first = _first_name_word(finder, end)
        if first == end or not _begins(finder, first, part) or not finder.is_house_number(number):
            return []
        street = finder.part("street", first, number - 2 if joined else number - 1, marked=False)
        return [street, finder.part("house", number, number, marked=False)]
    first = _first_name_word(finder, behind)
    if behind in (part.first, first) or not _begins(finder, first, part):
        return []
    key = " ".join(fold(token.low) for token in finder.tokens[first:behind])
    return [finder.part("village", first, behind - 1, marked=False)] if key in places() else []


def _first_name_word(finder: PartFinder, end: int) -> int:
    """Where the name of up to four words that ends before token ``end`` begins; ``end`` when there is none."""
    first = end
    while first > 0 and end - first < 4 and _name_word(finder, first - 1, first - 1):
        first -= 1
    return first


def _begins(finder: PartFinder, first: int, part: Part) -> bool:
    """A separator, a line break or nothing stands before the token; before a flat «на», «по» will do as well."""
    if first == 0:
        return True
    before = finder.tokens[first - 1]
    if before.text in ",:;(=\"'«" or (part.kind == "flat" and before.text in _PREPOSITIONS):
        return True
    return "\n" in finder.text[before.end : finder.tokens[first].start]
