"""The development set of columns stays where it is: a change of weights or words that loses some is seen."""

from __future__ import annotations

from tests.bench.columns_dev import Score, by_name, with_values


def _f1(score: Score) -> float:
    right, lost, extra = (sum(c.values()) for c in (score.right, score.missed, score.wrong))
    return 2 * right / (2 * right + lost + extra)


def test_by_name() -> None:
    for held in (False, True):
        score = by_name(held)
        assert _f1(score) >= 0.97, score.errors
        assert score.flagged <= 0.01 * score.negatives, score.errors


def test_with_values() -> None:
    score = with_values()
    assert _f1(score) >= 0.99, score.errors
    assert score.flagged == 0, score.errors
