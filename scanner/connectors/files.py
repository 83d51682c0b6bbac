"""Files: a path, a folder, a glob or standard input; each file sniffed, cut into units and read by its format."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.discovery import Entry, discover, display
from derbes.scanner.connectors.encodings import is_wide
from derbes.scanner.connectors.file_facts import facts_of
from derbes.scanner.connectors.formats import SAMPLE, sniff
from derbes.scanner.connectors.opening import is_sparse, open_regular
from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.dispatch import guarded, read_stream
from derbes.scanner.connectors.readers.limits import Budget
from derbes.scanner.connectors.readers.lines import LineRange
from derbes.scanner.connectors.readers.text import codec_of, is_lone_returns
from derbes.scanner.model.data import TextBatch, Unit
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

if TYPE_CHECKING:
    from derbes.scanner.connectors.readers.parquet import Run

STDIN = "-"
_COUNT_BLOCK = 4 << 20


class FilesSource(Source):
    """``place.target`` is a path, a folder, a glob with ``**``, or ``-``; one that matches nothing has no units."""

    def __init__(self, place: Place, options: Options) -> None:
        super().__init__(place, options)
        self.encoding = place.encoding or options.encoding

    def units(self) -> Iterator[Unit | Unscanned]:
        """One unit a file; big files that can be read from any line on are cut into ranges of ``unit_bytes``."""
        if self.place.target == STDIN:
            yield Unit(STDIN, {"path": STDIN, "part": ""})
            return
        for entry in discover(self.place, self.options.follow_links):
            if isinstance(entry, Unscanned):
                yield entry
            elif self.options.max_file_size is not None and entry.size > self.options.max_file_size:
                yield self._too_large(entry)
            else:
                yield from self._units_of(entry)

    def read(self, unit: Unit) -> Iterator[Item]:
        """Batches of one file or range. At least one, so that an empty file is known to have been read."""
        part = str(unit.spec["part"])
        reading = self._reading(str(unit.spec["path"]), part)
        read_anything = False
        items = guarded(self._read(unit, reading), reading)
        for item in reading.budget.timed(items):
            read_anything = True
            yield item
        if not read_anything:
            yield TextBatch(reading.dataset("text", unit="line"), b"", 1, 0)

    def facts(self) -> Iterator[Facts]:
        """Mode, date, place under a web root and likely copies, a file at a time."""
        if self.place.target == STDIN:
            return
        for entry in discover(self.place, self.options.follow_links):
            if isinstance(entry, Entry):
                facts = facts_of(entry, self._reading(entry.path, entry.part))
                if facts:
                    yield facts

    def _reading(self, path: str, part: str) -> Reading:
        return Reading(self.place.id, part, display(path), self.options, Budget(self.options), self.encoding)

    def _too_large(self, entry: Entry) -> Unscanned:
        return Unscanned(
            self.place.id,
            entry.part,
            "limit-size",
            "файл больше {limit} байт и не прочитан",
            {"limit": self.options.max_file_size, "size": entry.size},
            "предел меняет --max-file-size",
        )

    def _units_of(self, entry: Entry) -> Iterator[Unit]:
        step = self.options.unit_bytes
        spec = {"path": entry.path, "part": entry.part}
        name = display(entry.path)
        groups = self._row_groups(entry) if entry.size > step else []
        for run in groups:
            parts = {**spec, "groups": run, "bytes": (run.start, run.end)}
            yield Unit(f"{name}#{run.first}-{run.last}", parts, run.end - run.start, entry.stamp)
        if groups:
            return
        if entry.size <= step or not self._by_lines(entry):
            yield Unit(f"{name}:0-{entry.size}", spec, entry.size, entry.stamp)
            return
        for start in range(0, entry.size, step):
            end = min(start + step, entry.size)
            yield Unit(f"{name}:{start}-{end}", {**spec, "start": start, "end": end}, end - start, entry.stamp)

    def _row_groups(self, entry: Entry) -> list[Run]:
        from derbes.scanner.connectors.readers.parquet import runs

        return runs(entry.path, self.options.unit_bytes)

    def _by_lines(self, entry: Entry) -> bool:
        """Whether any run of lines of the file can be read by itself."""
        try:
            with open_regular(entry.path) as stream:
                if is_sparse(os.fstat(stream.fileno())):
                    return False  # most of the ranges would lie in a hole
                sample = stream.read(SAMPLE)
                reading = self._reading(entry.path, entry.part)
                form = sniff(sample, reading)
                if not (form.by_lines or form.name == "csv"):
                    return False
                codec = codec_of(sample, reading)
                if is_wide(codec) or is_lone_returns(sample, codec):
                    return False
                return form.by_lines or not _holds_quote(sample, stream)
        except OSError:
            return False  # reading it will say why

    def _read(self, unit: Unit, reading: Reading) -> Iterator[Item]:
        path = unit.spec["path"]
        if path == STDIN:
            yield from read_stream(cast("IO[bytes]", sys.stdin.buffer), reading)
            return
        with open_regular(path) as stream:
            reading.budget.packed = unit.weight
            if "groups" in unit.spec:
                from derbes.scanner.connectors.readers.parquet import read_parquet

                yield from read_parquet(stream, reading, run=unit.spec["groups"])
                return
            if "start" not in unit.spec:
                yield from read_stream(stream, reading)
                return
            sample = stream.read(SAMPLE)
            lines = LineRange(stream, unit.spec["start"], unit.spec["end"])
            first_line = 1 + _lines_before(path, lines.start)
            if lines.start < unit.spec["end"]:
                yield from read_stream(cast("IO[bytes]", lines), reading, first_line, sample)


def _holds_quote(sample: bytes, stream: IO[bytes]) -> bool:
    """Whether a CSV file may have line ends inside cells; a look at every byte costs a fraction of parsing them."""
    if b'"' in sample:
        return True
    while block := stream.read(_COUNT_BLOCK):
        if b'"' in block:
            return True
    return False


# (device, inode) -> {offset: line ends before it}; a worker that reads range after range counts each byte once.
_counted: dict[tuple[int, int], dict[int, int]] = {}


def _lines_before(path: str, offset: int) -> int:
    """How many lines end before ``offset``."""
    with Path(path).open("rb", buffering=0) as stream:
        info = os.fstat(stream.fileno())
        known = _counted.setdefault((info.st_dev, info.st_ino), {0: 0})
        start = max((at for at in known if at <= offset), default=0)
        count = known.get(start, 0)
        stream.seek(start)
        left = offset - start
        while left > 0 and (block := stream.read(min(left, _COUNT_BLOCK))):
            count += block.count(b"\n")
            left -= len(block)
    known[offset] = count
    if len(_counted) > 64:
        _counted.pop(next(iter(_counted)))
    return count
