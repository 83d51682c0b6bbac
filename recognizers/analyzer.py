"""All recognizers as one: sieve, views, recognizers, overlaps. What ``derbes`` uses where others use AnalyzerEngine.

``analyze_everything`` is the definition (every recognizer over every view); ``analyze`` and ``analyze_many`` give the
same result and let the sieve choose. A property test holds them to it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.sieve import Sieve
from derbes.recognizers.text import View
from derbes.recognizers.views import VIEW_ANCHOR, views

MIN_SCORE = 0.5

# Who wins where spans overlap: what proves itself first, what contains others before what is contained.
_RANK = {
    entity: rank
    for rank, entity in enumerate(
        (
            "MRZ",
            "EMAIL_ADDRESS",
            "KZ_IBAN",
            "CREDIT_CARD",
            "KZ_IIN",
            "KZ_BIN",
            "KZ_RNN",
            "RU_PASSPORT",
            "KZ_PASSPORT",
            "KZ_ID_CARD",
            "KZ_RESIDENCE_PERMIT",
            "IDENTITY_DOCUMENT",
            "KZ_BIC",
            "DATE_OF_BIRTH",
            "PHONE_NUMBER",
            "COOKIE",
            "USER_AGENT",
            "ADDRESS",
            "ORGANIZATION",
            "PERSON",
            "IP_ADDRESS",
            "MAC_ADDRESS",
        )
    )
}


def resolve(matches: Iterable[Match]) -> list[Match]:
    """Drop what overlaps something better; the result is sorted by position."""
    kept: list[Match] = []  # by position, disjoint
    for match in sorted(matches, key=_precedence):
        at = bisect_left(kept, match.start, key=_start)
        after_previous = at == 0 or kept[at - 1].end <= match.start
        before_next = at == len(kept) or match.end <= kept[at].start
        if after_previous and before_next:
            kept.insert(at, match)
    return kept


def _start(match: Match) -> int:
    return match.start


def _precedence(match: Match) -> tuple[Any, ...]:
    rank: float = _RANK.get(match.entity, len(_RANK))
    if match.entity == "ORGANIZATION" and match.tag == "natural-person":
        rank = _RANK["PERSON"] + 0.5  # «ИП Сагындыкова А.К.»: the person is what counts
    labelled_or_proven = match.validated or match.labelled or rank >= _RANK["ADDRESS"]
    return (not labelled_or_proven, rank, match.start - match.end, -match.score, match.start)


class Analyzer:
    """``recognizers`` share one sieve. ``min_score`` drops weaker matches before overlaps are resolved.
    ``sieve``: that of another analyzer whose recognizers have the same anchors, in the same order."""

    def __init__(
        self,
        recognizers: Sequence[TextRecognizer],
        *,
        min_score: float = MIN_SCORE,
        engine: str = "auto",
        sieve: Sieve | None = None,
    ) -> None:
        self.recognizers = list(recognizers)
        if blind := [type(r).__name__ for r in self.recognizers if not r.ANCHOR]:
            raise ValueError(f"without an anchor the sieve never calls: {', '.join(blind)}")
        self.min_score = min_score
        words = {n: gate for n, r in enumerate(self.recognizers, 1) if (gate := getattr(r, "words", None)) is not None}
        self.sieve = sieve or Sieve([VIEW_ANCHOR, *(r.ANCHOR for r in self.recognizers)], engine, words)

    def analyze(self, text: str, label: str = "") -> list[Match]:
        """Matches in one text. ``label`` is a word that names the text (a column's name); it is no part of it."""
        return self.analyze_many([(text, None)], label)[0]

    def analyze_many(self, texts: Sequence[tuple[str, int | None]], label: str = "") -> list[list[Match]]:
        """Matches of several texts; each comes with its sieve bits, or ``None`` to let the sieve look."""
        prefix = f"{label}: " if label else ""
        plans = [self._plan(prefix + text, bits) for text, bits in texts]
        found = self._run(plans)
        return [self._finish(matches, len(prefix)) for matches in found]

    def analyze_everything(self, text: str, label: str = "") -> list[Match]:
        """The definition: no sieve, every recognizer over every view."""
        prefix = f"{label}: " if label else ""
        every = (1 << len(self.recognizers)) - 1
        plans = [[(view, every) for view in views(prefix + text)]]
        return self._finish(self._run(plans)[0], len(prefix))

    def _plan(self, text: str, bits: int | None) -> list[tuple[View, int]]:
        """Which recognizers (bit i: recognizer i) must read which view of a text."""
        if bits is None:
            bits = self.sieve.mask(text)
        if not bits & 1:  # no view anchor: the text reads as it stands
            return [(View(text), bits >> 1)] if bits else []
        return [(view, mask) for view in views(text) if (mask := self.sieve.mask(view.text) >> 1)]

    def _run(self, plans: Sequence[Sequence[tuple[View, int]]]) -> list[list[Match]]:
        """Rules text by text; then recognizers that read in batches (the model), once, over what is theirs."""
        found: list[list[Match]] = [[] for _ in plans]
        for index, recognizer in enumerate(self.recognizers):
            bit = 1 << index
            jobs = [(n, view) for n, plan in enumerate(plans) for view, mask in plan if mask & bit]
            if not jobs:
                continue
            batch = getattr(recognizer, "find_many", None)
            results: Iterable[Iterable[Match]]
            if batch is not None:
                results = batch([view.text for _, view in jobs])
            else:
                results = (recognizer.find(view.text) for _, view in jobs)
            for (n, view), matches in zip(jobs, results, strict=True):
                for match in matches:
                    if view.starts is not None:
                        start, end = view.span(match.start, match.end)
                        match = replace(match, start=start, end=end)
                    found[n].append(match)
        return found

    def _finish(self, matches: list[Match], shift: int) -> list[Match]:
        if not matches:
            return []
        strong = [m for m in matches if m.score >= self.min_score and m.start >= shift]
        if shift:
            strong = [replace(m, start=m.start - shift, end=m.end - shift) for m in strong]
        return resolve(strong)
