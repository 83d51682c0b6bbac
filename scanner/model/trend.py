"""A point of the trend: what one run found, in a few counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One run. ``critical`` … ``minor`` count open violations; ``personal`` places with personal data."""

    run: str
    command: str
    finished_at: str
    complete: bool
    places: int
    personal: int
    critical: int
    major: int
    minor: int
    accepted: int

    @property
    def total(self) -> int:
        """All open violations."""
        return self.critical + self.major + self.minor
