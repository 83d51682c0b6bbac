"""What a file may use up, whatever is nested in it: bytes, members, depth, time. Reaching a limit is a result."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from derbes.scanner.connectors.base import Options

RATIO_FROM = 100 << 20  # below it a high ratio is only a very regular text
UNPACKED = 1 << 30  # bytes that any archive may hold; a large one fifty times its own size, as logs do at most
UNPACKED_RATIO = 50
PACE = 1 << 20  # bytes of input that earn a reader a further second

T = TypeVar("T")


class LimitReached(Exception):
    """A limit of the run ended the reading of an archive or stream; ``code`` is the reason to report. ``whole``: it is
    a limit of the archive, and no member of it is read any more."""

    def __init__(self, code: str, limit: float, whole: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit
        self.whole = whole


@dataclass(slots=True)
class Budget:
    """What one file of the place may use up, whatever is nested in it. Time runs only while a reader works.

    ``packed`` is the size of the file, 0 where it is not known.
    """

    options: Options
    packed: int = 0
    unpacked: Counter[int] = field(default_factory=Counter)  # by depth: what is packed twice is not counted twice
    members: int = 0
    spent: float = 0.0
    since: float | None = None

    @property
    def most(self) -> int:
        """How many bytes may be unpacked at any depth: ``max_unpacked`` if given, else what suits the size."""
        wanted = self.options.max_unpacked
        return max(UNPACKED, UNPACKED_RATIO * self.packed) if wanted is None else wanted

    def unpack(self, count: int, depth: int) -> None:
        """Count bytes unpacked at ``depth``; raises ``LimitReached``."""
        self.unpacked[depth] += count
        if self.unpacked[depth] > self.most:
            raise LimitReached("limit-size", self.most)
        if self.packed and self.unpacked[depth] > max(RATIO_FROM, self.options.max_ratio * self.packed):
            raise LimitReached("limit-ratio", self.options.max_ratio)  # members that share their bytes
        self.check_time()

    def member(self) -> None:
        """Count one member; raises ``LimitReached``."""
        self.members += 1
        if self.members > self.options.max_members:
            raise LimitReached("limit-members", self.options.max_members)
        self.check_time()

    def check_time(self) -> None:
        """Raise ``LimitReached`` when the readers have worked longer than ``options.timeout``, and a second more for
        each ``PACE`` bytes of input: a large file may take its time, a small one that does is a trap."""
        running = time.monotonic() - self.since if self.since is not None else 0.0
        allowed = self.options.timeout + (self.packed or max(self.unpacked.values(), default=0) // 100) / PACE
        if self.spent + running > allowed:
            raise LimitReached("limit-time", round(allowed))

    def timed(self, items: Iterable[T]) -> Iterator[T]:
        """Pass ``items`` on; the time their consumer takes between two of them does not count."""
        self.since = time.monotonic()
        for item in items:
            self.spent += time.monotonic() - self.since
            self.since = None
            yield item
            self.since = time.monotonic()


LIMIT_MESSAGES = {
    "limit-size": "распаковано больше {limit} байт, остальное не прочитано",
    "limit-ratio": "распакованное больше сжатого в {limit} раз, остальное не прочитано",
    "limit-members": "в архиве больше {limit} файлов, остальные не прочитаны",
    "limit-depth": "вложенность больше {limit} уровней",
    "limit-time": "чтение заняло больше {limit} с, остальное не прочитано",
    "limit-memory": "для чтения нужно больше памяти, чем разрешено",
}
LIMIT_HINTS = {
    "limit-size": "предел меняет --max-unpacked",
    "limit-ratio": "предел меняет --max-ratio",
    "limit-members": "предел меняет --max-members",
    "limit-depth": "предел меняет --max-depth",
    "limit-time": "предел меняет --timeout",
    "limit-memory": "",
}
