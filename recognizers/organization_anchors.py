"""Where an organisation can be at all: byte patterns for the sieve, made from the same lists as the parser."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from derbes.recognizers.bytes_of import EDGE_AFTER, EDGE_BEFORE, any_of, chunks, exactly
from derbes.recognizers.legal_forms import LOOKALIKES, kinds
from derbes.recognizers.places import read_yaml

_QUOTE = rb"(?:[\"']|\xc2[\xab\xbb]|\xe2\x80[\x9c-\x9f])"
_CAPITAL = rb"(?:[A-Z0-9]|\xd0[\x81\x86\x90-\xaf]|\xd2[\x92\x9a\xa2\xae\xb0\xba]|\xd3[\x98\xa8])"
_NAME_END = rb"(?:[A-Za-z0-9.)\"']|[\xd0-\xd3][\x80-\xbf]|\xc2\xbb|\xe2\x80[\x9c-\x9f]),?\s{1,3}"


def anchors() -> tuple[bytes, ...]:
    """Patterns over UTF-8 bytes, as ``TextRecognizer.ANCHOR`` wants them."""
    by_kind: dict[str, list[str]] = {}
    latin_right: list[str] = []
    for kind, side, forms in kinds(read_yaml("organization.yaml")):
        target = latin_right if kind == "latin" and side == "before" else by_kind.setdefault(kind, [])
        target += map(str, forms)
    long = [
        form.partition("*")[0] if form.isascii() else _first_words(form)
        for form in [*by_kind["long"], *by_kind["descriptive"]]
    ]
    short = [*by_kind["shy"], *by_kind["person"]]
    lower = [form.lower() for form in [*by_kind["clear"], *by_kind["person"]]]
    return (
        EDGE_BEFORE + exactly(_glyphs(by_kind["clear"])) + EDGE_AFTER,
        EDGE_BEFORE + exactly(lower) + rb"\s?" + _QUOTE,
        EDGE_BEFORE + exactly(_glyphs([*short, *latin_right])) + rb"[: ]{0,2}(?:" + _QUOTE + rb"|" + _CAPITAL + rb")",
        _NAME_END + exactly(_glyphs(short)) + EDGE_AFTER,
        _NAME_END + exactly(_glyphs(by_kind["latin"])) + EDGE_AFTER,
        EDGE_BEFORE + exactly(by_kind["latin"]) + rb"\s?" + _QUOTE,
        _NAME_END + exactly(by_kind["foreign"]) + EDGE_AFTER,
        *(EDGE_BEFORE + any_of(some) for some in chunks(long)),
    )


def _first_words(form: str) -> str:
    """The beginning of a long form up to its first ending."""
    return form.partition("*")[0]


def _glyphs(forms: Iterable[str]) -> list[str]:
    """All spellings with look-alike letters mixed, of forms short enough to have few."""
    spelled: list[str] = []
    for form in forms:
        letters = [LOOKALIKES.get(char, char) for char in form]
        spelled += ["".join(some) for some in product(*letters)] if len(form) <= 5 else [form]
    return spelled


ANCHORS = anchors()
