"""Whose finding is it? Every file is a place of its own unless ``derbes.yml`` declares it part of one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derbes.scanner.connectors import is_database
from derbes.scanner.connectors.discovery import Glob, fixed_part, target_of
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Place


@dataclass(frozen=True, slots=True)
class Claim:
    """A declared place that consists of files: those at or below ``root`` that the pattern means."""

    place: Place
    root: str
    pattern: str | None

    def relative(self, path: str) -> str | None:
        """``path`` (absolute) as the place names it (``""``: it is the place), or ``None`` when it is not its own."""
        if path == self.root:
            return ""
        if not path.startswith(self.root.rstrip("/") + "/"):
            return None
        if self.pattern is not None and not Glob(self.pattern).verdict(path)[0]:
            return None
        return os.path.relpath(path, self.root)


def claims_of(places: Sequence[Place]) -> tuple[Claim, ...]:
    """Claims of the declared places that are files. Their targets must be rooted (see ``commands/targets.py``)."""
    claims = []
    for place in places:
        try:
            target = target_of(place)
        except UsageError:
            continue  # a variable that is not set: opening the place will say so
        if is_database(target) or "://" in target or target == "-":
            continue
        whole = os.path.abspath(target)
        pattern = None if os.path.lexists(whole) or not set(target) & set("*?[") else whole
        claims.append(Claim(place, fixed_part(whole) if pattern else whole, pattern))
    return tuple(claims)


def attribute(place: Place, part: str, claims: Sequence[Claim] = ()) -> tuple[Place, str]:
    """The place that a file ``part`` of ``place`` belongs to, and the prefix of its paths there."""
    if place.declared:
        return place, _prefix(part)
    if is_database(place.target):
        return place, ""
    name = place.id + part if part.startswith("!") or not part else part
    file, bang, member = name.partition("!")
    path = os.path.abspath(file)
    for claim in claims:
        relative = claim.relative(path)
        if relative is not None:
            return claim.place, _prefix(relative + bang + member)
    if not part:
        return place, ""
    return replace(place, id=name, target=name, location=name), ""


def _prefix(part: str) -> str:
    part = part.removeprefix("!")
    return f"{part}#" if part else ""
