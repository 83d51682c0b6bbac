"""The cases that rules judge: a field, a category of a place, its records, its access, its channel … No values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from derbes.scanner.evaluate.retention import overdue
from derbes.scanner.model.evidence import Location
from derbes.scanner.model.facts import Facts, Grant
from derbes.scanner.model.inventory import Classification, Inventory, PlaceRecord
from derbes.scanner.policy.config import Config
from derbes.scanner.policy.types import Policy

# Below it a field's classification is a guess: shown in the inventory, not held against anybody.
ENOUGH = 0.5
OTHERS_MAY_READ = 0o004
EVERYBODY = "PUBLIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that a rule may flag. ``fields`` are the classifications at stake, never empty.

    ``traits`` are the facts that conditions ask for (``exposure``, ``channel``, ``copy``, ``encrypted``, ``overdue``);
    ``phrases`` the keys of the rule's phrases that say how; ``params`` go into the message.
    """

    record: PlaceRecord
    path: str
    fields: tuple[Classification, ...]
    traits: Mapping[str, Any] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    units: int | None = None
    locations: tuple[Location, ...] | None = None

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes stated for the field, or for the place when the case is not one field."""
        stated = {purposes_of(self.record, each) for each in self.fields}
        return stated.pop() if len(stated) == 1 else self.record.place.purposes


def purposes_of(record: PlaceRecord, found: Classification) -> tuple[str, ...]:
    """The field's own purposes from derbes.yml, else those of its place. Globs match the path or its end."""
    inner = found.path.rpartition("#")[2]
    for pattern, purposes in record.place.field_purposes.items():
        if any(fnmatchcase(path, glob) for path in (found.path, inner) for glob in (pattern, f"*.{pattern}")):
            return purposes
    return record.place.purposes


def kind_of(record: PlaceRecord, found: Classification) -> str | None:
    """The kind that derbes.yml states, else that of the dataset as it was met."""
    if record.place.kind is not None:
        return record.place.kind
    for dataset in record.datasets:
        if (dataset.part, dataset.name) == (found.part, found.dataset):
            return dataset.kind
    return None


@dataclass(frozen=True, slots=True)
class Room:
    """All that is known of one place: its record and what was found there with enough evidence."""

    record: PlaceRecord
    fields: tuple[Classification, ...]

    def path(self, part: str) -> str:
        """A file as reports name it: an undeclared one is a place of its own, so its path is empty. The parts of a
        reviewed definition are its forms and tables, whoever declared it."""
        return part.removeprefix("!") if self.record.place.declared or self.record.place.kind == "schema" else ""

    def within(self, part: str) -> tuple[Classification, ...]:
        """What was found in ``part`` (a file, an archive with its members); everything when it is empty."""
        return tuple(f for f in self.fields if not part or f.part == part or f.part.startswith(f"{part}!"))


def rooms(inventory: Inventory, config: Config | None) -> Iterator[Room]:
    """Places in which something was found, in the order of their ids."""
    by_place: dict[str, list[Classification]] = {}
    for found in inventory.fields:
        if found.confidence >= ENOUGH:
            by_place.setdefault(found.place, []).append(found)
    for record in sorted(inventory.places, key=lambda record: record.place.id):
        if fields := by_place.get(record.place.id):
            stated = config.place(record.place.id) if config else None
            if stated is not None:  # a kind that was merely met belongs to the dataset, not to the whole place
                record = replace(record, place=replace(record.place, kind=stated.kind))
            yield Room(record, tuple(sorted(fields, key=lambda f: (f.part, f.path, f.category))))


def cases(room: Room, each: str, policy: Policy, today: date) -> Iterable[Case]:
    """The cases of one kind in one place."""
    match each:
        case "field":
            return (_case(room, f.path, (f,)) for f in room.fields)
        case "category":
            return _categories(room)
        case "place":
            return [_case(room, "", room.fields)]
        case "part":
            return _parts(room)
        case "records":
            return _records(room, policy, today)
        case "access":
            return [*_file_access(room), *_grants(room), *_copies(room)]
        case "channel":
            return _channels(room)
    raise ValueError(each)


def _case(room: Room, path: str, fields: tuple[Classification, ...], **more: Any) -> Case:
    return Case(record=room.record, path=path, fields=fields, **more)


def _categories(room: Room) -> Iterator[Case]:
    for _, group in groupby(sorted(room.fields, key=lambda f: f.category), key=lambda f: f.category):
        yield _case(room, "", tuple(group))


def _parts(room: Room) -> Iterator[Case]:
    for facts in room.record.facts:
        if fields := room.within(facts.part):
            traits = {"copy": facts.copy, "encrypted": facts.encrypted is True}
            phrases = (facts.copy,) if facts.copy else ()
            yield _case(room, room.path(facts.part), fields, traits=traits, phrases=phrases)


def _records(room: Room, policy: Policy, today: date) -> Iterator[Case]:
    for late in overdue(room.record, room.fields, policy, today):
        yield _case(
            room,
            late.path,
            late.fields,
            traits={"overdue": True},
            params={"keep": late.keep, "cutoff": late.cutoff.isoformat()},
            units=late.units,
            locations=(),
        )


def _file_access(room: Room) -> Iterator[Case]:
    for facts in room.record.facts:
        exposures = []
        if facts.mode is not None and facts.mode & OTHERS_MAY_READ:
            exposures.append("world-readable")
        if facts.web_root:
            exposures.append("web-root")
        if exposures and (fields := room.within(facts.part)):
            yield _case(
                room, room.path(facts.part), fields, traits={"exposure": frozenset(exposures)}, phrases=tuple(exposures)
            )


def _grants(room: Room) -> Iterator[Case]:
    """One case a granted table or column, with all grantees that have no business there."""
    grants = [grant for facts in room.record.facts for grant in facts.grants]
    for path, group in groupby(sorted(grants, key=lambda g: (g.path, g.grantee, g.via)), key=lambda g: g.path):
        exposed = [(grant, how) for grant in group if (how := _exposure(grant, room.record.place.roles))]
        fields = tuple(f for f in room.fields if f.path == path or f.path.startswith(f"{path}."))
        if exposed and fields:
            exposures = tuple(sorted({how for _, how in exposed}))
            who = ", ".join(f"{g.grantee} ({g.via})" if g.via else g.grantee for g, _ in exposed)
            traits = {"exposure": frozenset(exposures)}
            yield _case(room, path, fields, traits=traits, phrases=exposures, params={"who": who})


def _copies(room: Room) -> Iterator[Case]:
    """One case a column that was copied to where more people read it."""
    copied = sorted((grant for facts in room.record.facts for grant in facts.copied), key=lambda g: (g.path, g.grantee))
    for path, group in groupby(copied, key=lambda g: g.path):
        fields = tuple(f for f in room.fields if f.path == path)
        if fields:
            who = ", ".join(f"{grant.grantee} ({grant.via})" for grant in group)
            how = "wider-copy"
            yield _case(room, path, fields, traits={"exposure": frozenset({how})}, phrases=(how,), params={"who": who})


def _exposure(grant: Grant, roles: tuple[str, ...] | None) -> str | None:
    if grant.grantee.upper() == EVERYBODY:
        return "public-grant"
    if roles is not None and grant.grantee not in roles:
        return "unlisted-role"
    return None


def _channels(room: Room) -> Iterator[Case]:
    for facts in room.record.facts:
        fields = room.within(facts.part)
        if not fields:
            continue
        if facts.remote and facts.encrypted is False:
            how = "connection-without-tls"
            yield _case(
                room, room.path(facts.part), fields, traits={"channel": frozenset({how})}, phrases=(how,), locations=()
            )
        if open_forms := _open_forms(facts):
            exposures = tuple(sorted({how for how, _ in open_forms}))
            yield _case(
                room,
                room.path(facts.part),
                fields,
                traits={"channel": frozenset(exposures)},
                phrases=exposures,
                locations=tuple(Location(line, 0) for line in sorted({line for _, line in open_forms})),
            )


def _open_forms(facts: Facts) -> list[tuple[str, int]]:
    found = [("form-get", line) for method, _, line in facts.forms if method.upper() == "GET"]
    return found + [("form-http", line) for _, action, line in facts.forms if action.lower().startswith("http://")]
