"""What a connector is: it lists units cheaply, reads one unit, and says what it knows of the fields and the place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from derbes.scanner.model.data import Batch, Dataset, Unit
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place


@dataclass(frozen=True, slots=True)
class Options:
    """Limits and wishes of a run; every limit is a flag, and reaching one is reported as ``Unscanned``."""

    sample_rows: int | None = None
    full: bool = False
    timeout: float = 30.0  # seconds a statement or one archive may take
    lock_timeout: float = 5.0
    connect_timeout: float = 10.0
    max_file_size: int | None = None
    max_depth: int = 10  # archives inside archives
    max_members: int = 100_000
    max_ratio: float = 200.0  # unpacked : packed, judged above 100 MB
    max_unpacked: int | None = None  # bytes out of one archive; see ``Budget.most`` for what stands instead
    max_rows_per_second: int | None = None
    encoding: str | None = None
    follow_links: bool = False
    foreign_tables: bool = False
    unit_bytes: int = 32 << 20
    unit_rows: int = 500_000
    seed: int = 0


class Source(ABC):
    """One open place. ``units`` and ``datasets`` run in the main process, ``read`` in a worker.

    Errors travel beside results: a thing that cannot be read is yielded as ``Unscanned`` and never costs its
    neighbours. A ``Source`` is built from a ``Place`` and ``Options`` alone, so that a worker can build it again.
    """

    def __init__(self, place: Place, options: Options) -> None:
        self.place = place
        self.options = options

    @abstractmethod
    def units(self) -> Iterator[Unit | Unscanned]:
        """List the work: cheap, deterministic, ids stable across runs over the same data."""

    @abstractmethod
    def read(self, unit: Unit) -> Iterator[Batch | Unscanned]:
        """Read one unit in bounded memory. Batches carry their ``Dataset``."""

    def datasets(self) -> Iterator[Dataset]:
        """Datasets with their declared fields, as far as known without reading data."""
        yield from ()

    def facts(self) -> Iterator[Facts]:
        """Modes, grants, transport, dates: what the access, channel, copy and retention rules look at."""
        yield from ()

    def close(self) -> None:
        """Let go of connections; safe to call twice."""
