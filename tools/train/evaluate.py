"""Precision, recall and F1 of spans: exact, and by overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derbes.recognizers import nlp as pipeline
from tools.train.corpus import Text

Interval = tuple[int, int]


@dataclass(frozen=True)
class Score:
    """Counts over a set: found and gold spans, and how many of each the other side has."""

    found: int
    gold: int
    right: int
    recalled: int

    @property
    def precision(self) -> float:
        """Share of found spans that are right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of gold spans that were found."""
        return self.recalled / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def compare(pairs: Iterable[tuple[Sequence[Interval], Sequence[Interval]]], overlap: bool) -> Score:
    """Score of (found, gold) spans a text; with ``overlap`` one shared character is enough."""
    found = gold = right = recalled = 0
    for one, two in pairs:
        found, gold = found + len(one), gold + len(two)
        right += sum(any(_same(a, b, overlap) for b in two) for a in one)
        recalled += sum(any(_same(a, b, overlap) for b in one) for a in two)
    return Score(found, gold, right, recalled)


def _same(one: Interval, two: Interval, overlap: bool) -> bool:
    return one[0] < two[1] and two[0] < one[1] if overlap else one == two


def score(nlp: Any, texts: Sequence[Text]) -> dict[str, Score]:
    """Model alone on ``texts``: exact and overlap for persons, overlap for places and organisations."""
    found = list(pipeline.entities(nlp, (text.text for text in texts)))

    def pairs(label: str) -> list[tuple[list[Interval], list[Interval]]]:
        return [
            ([(s, e) for s, e, x in spans if x == label], [(s, e) for s, e, x in text.spans if x == label])
            for spans, text in zip(found, texts, strict=True)
        ]

    return {
        "PERSON exact": compare(pairs("PERSON"), overlap=False),
        "PERSON overlap": compare(pairs("PERSON"), overlap=True),
        "LOC": compare(pairs("LOC"), overlap=True),
        "ORG": compare(pairs("ORG"), overlap=True),
    }


def report(figures: Mapping[str, Mapping[str, Score]]) -> str:
    """One line."""
    return " | ".join(
        f"{name}: " + ", ".join(f"{k} {s.f1:.3f} (P {s.precision:.3f} R {s.recall:.3f})" for k, s in scores.items())
        for name, scores in figures.items()
    )
