"""Data on its way through a worker. Batches hold values, so they never leave the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from derbes.scanner.model.places import PlaceKind, UnitKind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Field:
    """What a source declares of one field, values apart. ``path`` is as in the report, ``type`` as declared."""

    path: str
    name: str
    type: str = ""
    length: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table, a file, a sheet, an archive member: the thing whose fields are neighbours.

    ``part`` is the file (and archive member) inside the place: ``2026/feedback.csv``, ``backup.zip!logs/app.log``;
    empty for a database. ``name`` is the table or sheet: ``public.clients``; empty where there is only one.
    Field paths are relative to the part: ``public.clients.iin``, ``phone``, ``Sheet1.phone``, ``line``.
    """

    part: str
    name: str
    kind: PlaceKind
    unit: UnitKind
    format: str
    fields: tuple[Field, ...] = ()
    rows_total: int | None = None
    comment: str = ""


class Stamp(NamedTuple):
    """What the state of a file or table is known by, without reading it: the same ``text`` means the same content.

    It may come late by ``lag`` seconds (a server counts changes by and by). ``changed`` is the time of the last change
    in seconds since 1970, where known.
    """

    text: str
    lag: float = 0.0
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of work: small, picklable, with an id that is the same in every run over the same data.

    ``spec`` says what to read (byte range, key range, member …) and holds no secret. ``weight`` is a rough size in
    bytes, for progress only.
    """

    id: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 0
    stamp: Stamp | None = field(default=None, compare=False)  # what is known of the content is no part of the work


@dataclass(slots=True)
class TableBatch:
    """Rows by columns. Each column is a pandas Series of ``str`` or missing; its index is the 1-based unit number.

    An array (``orders[].phone``) gives several values with the same unit number. ``units`` is how many units this
    batch covers, ``size`` the bytes read for it.
    """

    dataset: Dataset
    columns: dict[str, pd.Series[Any]]
    units: int
    size: int = 0


Locate = Callable[[str], Sequence[tuple[str, int, int]]]


@dataclass(slots=True)
class TextBatch:
    """Whole lines of a log or text as UTF-8 bytes, separated by ``\\n``.

    ``first_unit`` is the number of the first line, ``offset`` the byte offset of the buffer in the (decoded) file.
    ``locate`` cuts one line (decoded) into named fields ``(name, start, end)``; without it every hit lies in the field
    ``line``. It is asked for hit lines only.

    A giant line comes in pieces that overlap. A match belongs to the piece in whose owned range it *starts*:
    ``owned_from <= start < owned_to``, in characters of this buffer; ``None`` is its end. Neighbours part their overlap
    in the middle, so that no match is counted twice, and each has half the overlap as context on either side.
    """

    dataset: Dataset
    buffer: bytes
    first_unit: int
    units: int
    locate: Locate | None = None
    continued: bool = False  # this buffer is a piece of one giant line; offsets start at ``column``
    column: int = 0
    offset: int = 0
    owned_from: int = 0
    owned_to: int | None = None

    @property
    def size(self) -> int:
        """Bytes of this batch."""
        return len(self.buffer)


Batch = TableBatch | TextBatch
