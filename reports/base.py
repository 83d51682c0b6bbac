"""What a report is: one ``Outcome`` in, one document out. No report decides anything; all show the same verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.trend import Point


class Report(ABC):
    """``name`` is what ``-f`` and ``FORMAT:FILE`` accept; ``suffixes`` what ``-o FILE`` is recognised by."""

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ()

    trend: tuple[Point, ...] = ()  # the last comparable runs, oldest first, this one at the end
    previous: Outcome | None = None  # the run before, for reports that say what has changed since

    def __init__(self, lang: str = "ru") -> None:
        self.lang = lang

    def beside(self, path: Path) -> None:
        """Look at the file that this report is about to replace; most reports have no use for it."""

    @abstractmethod
    def render(self, outcome: Outcome) -> bytes:
        """Return the whole document, UTF-8 where it is text. Same outcome, same bytes."""
