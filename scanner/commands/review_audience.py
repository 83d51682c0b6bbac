"""Who would read a table, and which columns are copied to where more people read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from derbes.scanner.connectors.schema.base import Copied, Definition
from derbes.scanner.evaluate.cases import EVERYBODY
from derbes.scanner.model.facts import Grant
from derbes.scanner.model.places import Place
from derbes.scanner.policy.config import Config


@dataclass(slots=True)
class Audience:
    """Gathers grants and copies over all definitions; asked when the last of them was met."""

    config: Config | None
    places: dict[str, Place] = field(default_factory=dict)  # table -> its place
    granted: dict[str, set[str]] = field(default_factory=dict)
    copies: dict[tuple[str, str], tuple[Copied, ...]] = field(default_factory=dict)

    def note(self, definition: Definition, place: Place, part: str) -> None:
        """One definition of the review."""
        self.places[_table(definition.name)] = place
        self.granted.setdefault(_table(definition.name), set()).update(grant.grantee for grant in definition.grants)
        self.copies[place.id, part] = definition.copies

    def widened(self, place: Place, part: str, prefix: str) -> Iterator[Grant]:
        """Who reads a copy in ``part`` without being among the readers of the column it is made from. Those whom
        another rule names already (everybody, roles that the place does not list) are left out."""
        for copied in self.copies.get((place.id, part), ()):
            origin = _table(copied.origin.rpartition(".")[0])
            known = self._readers(origin)
            granted = self.granted.get(_table(copied.path.rpartition(".")[0]), set())
            readers = granted if place.roles is None else {*place.roles}
            for who in sorted(readers - known - {EVERYBODY}) if known else ():
                yield Grant(prefix + copied.path, who, copied.origin)

    def _readers(self, table: str) -> set[str]:
        """The readers of a table; none when nobody said who they are."""
        place = self.places.get(table) or (self.config.place(table) if self.config is not None else None)
        if place is not None and place.roles is not None:
            return {*place.roles}
        return self.granted.get(table, set())


def _table(name: str) -> str:
    return name.rpartition(".")[2].lower()
