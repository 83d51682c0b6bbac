"""Where an address can be at all: byte patterns for the sieve, made from the same word lists as the parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from derbes.recognizers.bytes_of import EDGE_AFTER, EDGE_BEFORE, any_of, chunks
from derbes.recognizers.places import fold, read_yaml

# Parts without which no chain adds up.
_KINDS = ("street", "micro", "flat", "house", "region", "district", "okrug", "city", "village", "country", "building")
_CAPITAL_OR_DIGIT = rb"(?:[0-9A-Z\"]|\xd0[\x81\x90-\xaf]|\xd2[\x92\x9a\xa2\xae\xb0\xba]|\xd3[\x98\xa8]|\xc2\xab)"
_NAME = rb"[A-Z][A-Za-z']{2,20} "
_AFTER_LATIN_TOWN = rb"(?:[,;]| ?[0-9(]| [qQcC])"


def anchors() -> tuple[bytes, ...]:
    """Patterns over UTF-8 bytes, as ``TextRecognizer.ANCHOR`` wants them."""
    raw = read_yaml("address.yaml")
    towns = {spelling for town in read_yaml("places.yaml")["cities"] for spelling in (str(town), fold(str(town)))}
    forms = set(_forms(raw["markers"], _KINDS))
    cyrillic = {form for form in forms if not form.isascii()}
    stems = {form for form in _forms(raw["markers"], _KINDS, starred=True) if not form.isascii() and len(form) > 2}
    latin = {form for form in _forms(raw["markers"], ("street", "micro")) if form.isascii()}
    telling = {form for form in latin if len(form) > 4 or form in ("mkr", "mcr", "kosh")}
    keys = [str(key) for kind in ("street", "city", "house") for key in raw["keys"][kind]]
    latin_street = any_of(latin - telling)
    return (
        EDGE_BEFORE
        + any_of(f for f in cyrillic if len(f) == 1)
        + rb"\.?[ :]{0,2}(?:\xe2\x84\x96 ?)?"
        + _CAPITAL_OR_DIGIT,
        EDGE_BEFORE + any_of(f for f in cyrillic if len(f) == 2) + EDGE_AFTER,
        *(EDGE_BEFORE + any_of(some) for some in chunks(_shortest(stems))),
        *(EDGE_BEFORE + any_of(some) + EDGE_AFTER for some in chunks(f for f in cyrillic - stems if len(f) > 2)),
        *(EDGE_BEFORE + any_of(some, loose=True) + EDGE_AFTER for some in chunks(telling)),
        EDGE_BEFORE + latin_street + rb"\.?,? ?(?:[Nn]o\.? ?)?[0-9]",
        rb"[0-9][A-Za-z]?,? " + _NAME + rb"(?:" + _NAME + rb")?" + latin_street + EDGE_AFTER,
        rb"[0-9][A-Za-z]?,? ?(?:[Kk][Vv]|[Aa]pt|[Ff]lat|[Oo]ffice|[Oo]fis)\.? ?[0-9]",  # Abay 45, apt 12
        *(EDGE_BEFORE + any_of(some) + EDGE_AFTER for some in chunks(t for t in towns if not t.isascii())),
        *(EDGE_BEFORE + any_of(some) + _AFTER_LATIN_TOWN for some in chunks(t for t in towns if t.isascii())),
        EDGE_BEFORE + rb"[A-HLMNPRSTXZ][0-9]{2} ?[A-Z][0-9][A-Z][0-9]" + EDGE_AFTER,
        EDGE_BEFORE + any_of(keys) + rb"[\"']?\s{0,2}[=:]",
    )


def _forms(markers: dict[str, Any], kinds: Iterable[str], *, starred: bool = False) -> Iterator[str]:
    """Stems of all markers (``starred``: of those that endings follow); an inflected form begins with its stem."""
    for kind in kinds:
        for forms in markers[kind].values():
            for form in forms:
                stem = str(form).rstrip("*")
                if starred and stem == form:
                    continue
                for spelling in {stem, fold(stem) if len(stem) > 2 else stem}:
                    yield spelling
                    if re.search(r"[./]", spelling):
                        yield re.sub(r"([./])", r"\1 ", spelling).strip()


def _shortest(words: Iterable[str]) -> list[str]:
    """Words that no other word begins."""
    kept: list[str] = []
    for word in sorted(set(words)):
        if not kept or not word.startswith(kept[-1]):
            kept.append(word)
    return kept


ANCHORS = anchors()
