"""Spans that do not overlap, kept by position so that a question about a place takes logarithmic time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class HasSpan(Protocol):
    """Anything with a first character and one behind the last."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=HasSpan)


class Disjoint(Generic[S]):
    """Spans none of which overlaps another."""

    def __init__(self, spans: Iterable[S] = ()) -> None:
        self._spans = sorted(spans, key=_start)

    def __iter__(self) -> Iterator[S]:
        return iter(self._spans)

    def over(self, start: int, end: int) -> list[S]:
        """Those that overlap ``start:end``."""
        first = bisect_right(self._spans, start, key=_end)
        return self._spans[first : bisect_left(self._spans, end, lo=first, key=_start)]

    def add(self, span: S) -> None:
        """One more, which overlaps none."""
        insort(self._spans, span, key=_start)

    def replace(self, old: S, new: S) -> None:
        """``new`` in the place of ``old``, which it covers exactly."""
        self._spans[bisect_left(self._spans, old.start, key=_start)] = new


def _start(span: HasSpan) -> int:
    return span.start


def _end(span: HasSpan) -> int:
    return span.end
