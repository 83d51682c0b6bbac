"""An SQLite file among files: the database source reads it, here it gets its place among the parts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from derbes.scanner.connectors.readers.base import SPOOL_LIMIT, Item, Reading
from derbes.scanner.connectors.readers.limits import LimitReached
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place


def read_sqlite(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    """Tables of a database file; one inside an archive is unpacked into a nameless folder first."""
    name = getattr(stream, "name", None)
    if reading.depth == 0 and isinstance(name, str) and Path(name).is_file():
        yield from _tables(name, reading)
        return
    with tempfile.TemporaryDirectory(prefix="derbes-") as folder:
        copy = Path(folder, "database")
        with copy.open("wb") as target:
            shutil.copyfileobj(_Bounded(stream, reading), target, 1 << 20)
        yield from _tables(str(copy), reading)


def _tables(path: str, reading: Reading) -> Iterator[Item]:
    from derbes.scanner.connectors.sql.source import SqlSource
    from derbes.scanner.errors import DerbesError

    place = Place(id=reading.place, target=path, location=reading.part)
    source = SqlSource(place, reading.options)
    try:
        for unit in source.units():
            if isinstance(unit, Unscanned):
                yield _placed(unit, reading)
                continue
            for item in source.read(unit):
                yield _placed(item, reading)
    except DerbesError:
        yield reading.problem("file-damaged", "файл SQLite повреждён и не открывается")
    finally:
        source.close()


def _placed(item: Item, reading: Reading) -> Item:
    if isinstance(item, Unscanned):
        path = f"{reading.part}#{item.path}" if reading.part and item.path else reading.part or item.path
        return replace(item, path=path)
    item.dataset = replace(item.dataset, part=reading.part)
    return item


class _Bounded:
    """Reads of a stream that end with ``LimitReached`` instead of a full disk."""

    def __init__(self, stream: IO[bytes], reading: Reading) -> None:
        self._stream = stream
        self._reading = reading
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self._size += len(data)
        if self._size > SPOOL_LIMIT:
            raise LimitReached("limit-size", SPOOL_LIMIT)
        self._reading.budget.check_time()
        return data
