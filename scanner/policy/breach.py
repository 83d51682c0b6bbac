"""What the law asks after a breach, as data (``breach.yaml``): duties with their terms, risks, drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from derbes.scanner.policy.scalars import Model, Words

_SATURDAY = 5


class Duty(Model):
    """Whom to tell and by when. ``verified`` is false where a lawyer has yet to look at the text of the law."""

    id: str
    title: Words
    says: Words
    source: Words
    within_working_days: int | None = None
    since: str | None = None
    verified: bool = False

    def due(self, found_at: datetime) -> datetime | None:
        """The end of the term, holidays not counted; ``None`` where no number of days is known."""
        if self.within_working_days is None:
            return None
        moment, left = found_at, self.within_working_days
        while left:
            moment += timedelta(days=1)
            left -= moment.weekday() < _SATURDAY
        return moment


class BreachLaw(Model):
    """``breach.yaml``."""

    law: Words
    duties: tuple[Duty, ...]
    risks: Mapping[str, Words]
    advice: Words
    drafts: Mapping[str, Words]


@cache
def breach_law() -> BreachLaw:
    """The file that ships with derbes."""
    import yaml

    return BreachLaw.model_validate(yaml.safe_load((Path(__file__).parent / "breach.yaml").read_text("utf-8")))
