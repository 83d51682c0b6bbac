"""Addresses in named pieces: ``street=Tole bi 59; city=Almaty``, JSON objects, query strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from derbes.recognizers.address_words import words

_NEAR = 6  # signs between a value and the next key: quotes, comma, semicolon, line break, indent


@cache
def _pair() -> re.Pattern[str]:
    keys = "|".join(re.escape(key).replace(r"\ ", "[ _]") for key in sorted(words().keys, key=len, reverse=True))
    return re.compile(
        rf"(?<![^\W_])(?P<key>{keys})[\"']?\s{{0,2}}[=:]\s{{0,2}}"
        r"(?:\"(?P<quoted>[^\"\n]{1,80})\"|'(?P<single>[^'\n]{1,80})'|(?P<bare>[^\s\"'=&;,{}:|][^\"'=&;,{}:|\n]{0,60}))",
        re.IGNORECASE,
    )


def key_value_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Spans from the first value to the last of neighbouring pairs that make up an address."""
    if "=" not in text and ":" not in text:
        return
    run: list[tuple[str, int, int]] = []
    for match in _pair().finditer(text):
        group = match.lastgroup or "bare"
        start, end = match.span(group)
        end = start + len(text[start:end].rstrip())
        if run and match.start() - run[-1][2] > _NEAR + text[run[-1][2] : match.start()].count(" "):
            yield from _span(text, run)
            run = []
        run.append(
            (
                words().keys[match["key"].lower().replace(" ", "_")]
                if match["key"].lower().replace(" ", "_") in words().keys
                else words().keys[match["key"].lower()],
                start,
                end,
            )
        )
    yield from _span(text, run)


def _span(text: str, run: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    """A run counts with a street, a number in it or beside it, and a town or postcode: or town, house and flat."""
    kinds = {kind for kind, _, _ in run}
    street = [text[start:end] for kind, start, end in run if kind == "street"]
    house = "house" in kinds or any(
        any(c.isdigit() for c in value) and any(c.isalpha() for c in value) for value in street
    )
    if len(run) >= 2 and house and ((street and len(kinds) >= 2) or {"city", "house", "flat"} <= kinds):
        yield min(start for _, start, _ in run), max(end for _, _, end in run)
