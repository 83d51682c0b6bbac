"""What a run says while it works, on stderr: a bar for a person, a line a place and a minute for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from derbes.reports.safe import printable
from derbes.scanner.model.inventory import PlaceRecord
from derbes.scanner.model.places import Place


class Quiet:
    """Says nothing."""

    def place_started(self, place: Place, units: int, weight: int) -> None:
        """A place was listed."""

    def unit_done(self, place: Place, weight: int) -> None:
        """A unit was read."""

    def place_done(self, place: Place, records: Sequence[PlaceRecord]) -> None:
        """A place is finished."""

    def close(self) -> None:
        """Take the bar away."""


class Lines(Quiet):
    """logfmt: one line for each place, and one every minute."""

    def __init__(self, every: float = 60.0) -> None:
        self.every = every
        self.said = time.monotonic()
        self.units: dict[str, tuple[int, int]] = {}

    def place_started(self, place: Place, units: int, weight: int) -> None:
        self.units[place.id] = (0, units)

    def unit_done(self, place: Place, weight: int) -> None:
        done, total = self.units.get(place.id, (0, 0))
        self.units[place.id] = (done + 1, total)
        if time.monotonic() - self.said > self.every:
            self.said = time.monotonic()
            self._say("progress", place=place.id, done=f"{done + 1}/{total}")

    def place_done(self, place: Place, records: Sequence[PlaceRecord]) -> None:
        missed = sum(record.status != "scanned" for record in records)
        units = sum(record.units_read for record in records)
        self._say("done", place=place.id, parts=len(records), units=units, skipped=missed)

    def _say(self, event: str, **facts: object) -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        pairs = " ".join(f"{key}={_quoted(printable(str(value)))}" for key, value in facts.items())
        print(f"{now} {event} {pairs}", file=sys.stderr, flush=True)  # noqa: T201


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"' if " " in text or '"' in text or not text else text


class Bar(Quiet):
    """A bar by bytes with rich; names of places are data, so no markup in them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self.progress = Progress(
            TextColumn("  {task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, markup=False, highlight=False),
            transient=True,
        )
        self.tasks: dict[str, Any] = {}
        self.progress.start()

    def place_started(self, place: Place, units: int, weight: int) -> None:
        name = printable(place.id)
        self.tasks[place.id] = self.progress.add_task(name[-48:], total=max(weight, units, 1))

    def unit_done(self, place: Place, weight: int) -> None:
        if place.id in self.tasks:
            self.progress.advance(self.tasks[place.id], max(weight, 1))

    def close(self) -> None:
        self.progress.stop()


def open_progress(quiet: bool, terminal: bool) -> Quiet:
    """A bar on a terminal, lines elsewhere, nothing when asked for quiet."""
    if quiet:
        return Quiet()
    return Bar() if terminal else Lines()
