"""The inventory as catalogues see it: systems with tables with columns, names as they are in the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

from derbes.reports.export.taxonomy import fideslang
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.inventory import Classification, PlaceRecord
from derbes.scanner.policy.scalars import TECHNICAL


@dataclass(frozen=True, slots=True)
class Column:
    """A column, a key or a log field, with all that was found in it. ``fides`` are fideslang keys."""

    name: str
    rows: tuple[Classification, ...]
    fides: tuple[str, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """Category ids, in the order of the report."""
        return tuple(dict.fromkeys(row.category for row in self.rows))

    @property
    def personal(self) -> tuple[str, ...]:
        """Category ids without technical data."""
        return tuple(name for name in self.categories if name != TECHNICAL)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a database (``schema`` where it has one), or a file, sheet or archive member (``part``)."""

    part: str
    schema: str
    name: str
    columns: tuple[Column, ...]

    @property
    def path(self) -> str:
        """What tells this table from the others of its system."""
        dataset = f"{self.schema}.{self.name}" if self.schema else self.name
        return " · ".join(filter(None, (self.part, dataset)))


@dataclass(frozen=True, slots=True)
class Address:
    """A database address taken apart; no user, no password (a location has none)."""

    scheme: str
    host: str
    port: int | None
    database: str


@dataclass(frozen=True, slots=True)
class System:
    """A place with the tables in which something was found. ``address`` for databases alone."""

    record: PlaceRecord
    tables: tuple[Table, ...]
    address: Address | None

    @property
    def id(self) -> str:
        """The id of the place."""
        return self.record.place.id


def systems(outcome: Outcome, only: Iterable[str] = ()) -> tuple[System, ...]:
    """Systems in the order of their ids; with ``only``, those places alone."""
    wanted = frozenset(only)
    rows: dict[str, list[Classification]] = {}
    for row in outcome.inventory.fields:
        rows.setdefault(row.place, []).append(row)
    records = sorted(outcome.inventory.places, key=lambda record: record.place.id)
    return tuple(
        System(record, _tables(rows[record.place.id], record, outcome), address_of(record))
        for record in records
        if record.place.id in rows and (not wanted or record.place.id in wanted)
    )


def address_of(record: PlaceRecord) -> Address | None:
    """The address of a database; an SQLite file's is the file."""
    place = record.place
    if place.kind != "database":
        return None
    scheme, separator, rest = place.location.partition("://")
    if not separator:
        return Address("sqlite", "", None, place.location)
    family = scheme.partition("+")[0]
    if family == "sqlite":
        return Address("sqlite", "", None, rest.removeprefix("/"))
    try:
        parts = urlsplit(place.location)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return Address(family, "", None, "")
    return Address({"postgres": "postgresql"}.get(family, family), host, port, unquote(parts.path.lstrip("/")))


def _tables(rows: list[Classification], record: PlaceRecord, outcome: Outcome) -> tuple[Table, ...]:
    found: dict[tuple[str, str], dict[str, list[Classification]]] = {}
    for row in rows:
        found.setdefault((row.part, row.dataset), {}).setdefault(column_of(row), []).append(row)
    database = record.place.kind == "database"
    tables = []
    for (part, dataset), columns in sorted(found.items()):
        schema, _, name = dataset.rpartition(".") if database else ("", "", dataset)
        own = tuple(
            Column(name, tuple(known), tuple(sorted({key for row in known for key in fideslang(row, outcome.policy)})))
            for name, known in sorted(columns.items())
        )
        tables.append(Table(part, schema, name or part or record.place.id, own))
    return tuple(tables)


def column_of(row: Classification) -> str:
    """The path of a field inside its table."""
    path = row.path
    if row.part and path.startswith(f"{row.part}#"):
        path = path[len(row.part) + 1 :]
    return path.removeprefix(f"{row.dataset}.") if row.dataset else path


_NO_KEY = re.compile(r"[^A-Za-z0-9_-]+")


def keys(names: Iterable[str], clean: Callable[[str], str] | None = None) -> dict[str, str]:
    """Name -> machine key (``[A-Za-z0-9_-]``, no two alike): a name that does not survive whole gets a digest."""
    found: dict[str, str] = {}
    for name in names:
        key = (clean or slug)(name)
        if key != name:
            digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
            key = f"{key}-{digest}" if key else digest
        found[name] = key
    return found


def slug(name: str) -> str:
    """``name`` with runs of what machine keys do not allow as one underscore."""
    return _NO_KEY.sub("_", name).strip("_")[:80]
