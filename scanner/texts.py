"""Logs and texts: buffers in, profiles out. Only the lines that the sieve picks are ever decoded.

Technical data (IP addresses, user agents) stand in nearly every log line, so there they are counted in a fixed sample
of lines: all that begin in the first 64 KiB of a file, then the one at every 256 KiB. More would tell nothing new, and
cost as much as everything else in a log that is clean.

Of names the model reads everything in that head (in a log, whose lines are alike: where there is a clue), and beyond it
a sample of the lines that have a clue and that rules leave open. Rules read all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from derbes.recognizers.analyzer import Analyzer, resolve
from derbes.recognizers.base import Match
from derbes.recognizers.masks import mask
from derbes.scanner.columns import STRONG
from derbes.scanner.model.data import Dataset, TextBatch
from derbes.scanner.model.evidence import MAX_EXAMPLES, MAX_LOCATIONS, EntityStats, FieldProfile, Location, Shape
from derbes.scanner.occurrences import Occurrences

_HEAD = 64 << 10
_STRIDE = 256 << 10
_LONG = 64 << 10  # bytes of a line that is read by windows
_WINDOW, _MARGIN = 2000, 300  # characters of a window, and of what is read with it on either side
_LINES_AT_ONCE = 2000  # lines handed to the analyzer together, so that the model reads in batches

Line = tuple[int, str, list[Match]]  # number, text, matches


class Readers(NamedTuple):
    """Who reads a text. ``whole`` takes any sentence for a possible name; ``log`` and ``bulk`` want a clue, and of
    those lines the model reads all or a sample."""

    whole: Analyzer
    log: Analyzer
    bulk: Analyzer


class TextProfiler:
    """Profiles the lines of one process. Of a giant line it remembers what was counted, for its pieces come in turn."""

    def __init__(self, readers: Readers, technical: Analyzer) -> None:
        self.readers, self.technical = readers, technical
        self._line: tuple[str, str, int] | None = None  # the giant line that was read last
        self._counted: dict[str, _Tally] = {}

    def profiles(self, batch: TextBatch, occurrences: Occurrences | None) -> Iterator[FieldProfile]:
        """One profile for each field that has a detection, technical ones apart and marked as sampled."""
        tallies: dict[str, _Tally] = {}
        for number, text, matches in self._personal(batch):
            _tally(tallies, batch, number, text, _owned(batch, text, matches), occurrences)
        if batch.continued:
            self._count_once(batch, tallies)
        for path, tally in tallies.items():
            yield tally.profile(batch.dataset, path, batch.units)
        if self.technical.recognizers and not batch.continued:
            yield from self._technical(batch)

    def _personal(self, batch: TextBatch) -> Iterator[Line]:
        """The lines with personal data; those that begin in the head of the file are read more closely."""
        head = _HEAD - batch.offset
        cut = 0 if head <= 0 else batch.buffer.find(b"\n", head - 1) + 1 or len(batch.buffer)
        closely = self.readers.log if batch.dataset.kind == "log" else self.readers.whole
        number = batch.first_unit
        if cut:
            yield from _analyzed(closely, batch.buffer[:cut], number)
            number += batch.buffer.count(b"\n", 0, cut)
        if cut < len(batch.buffer):
            yield from _analyzed(self.readers.bulk, batch.buffer[cut:], number)

    def _technical(self, batch: TextBatch) -> Iterator[FieldProfile]:
        sample = list(_sample_lines(batch))
        numbers, lines = [number for number, _ in sample], [line for _, line in sample]
        tallies: dict[str, _Tally] = {}
        for at, text, matches in _analyzed(self.technical, b"\n".join(lines), 0):
            _tally(tallies, batch, numbers[at], text, matches, None)
        for path, tally in tallies.items():
            yield tally.profile(batch.dataset, path, len(lines), sampled=True)

    def _count_once(self, batch: TextBatch, tallies: dict[str, _Tally]) -> None:
        """A giant line is one unit, however many of its pieces hold something."""
        line = (batch.dataset.part, batch.dataset.name, batch.first_unit)
        if line != self._line:
            self._line, self._counted = line, {}
        for path, tally in tallies.items():
            before = self._counted.setdefault(path, _Tally())
            for entity, counts in tally.entities.items():
                known = before.entities.setdefault(entity, _Counts())
                for name in ("units", "validated", "labelled", "strong"):
                    said = getattr(known, name)
                    setattr(known, name, max(said, getattr(counts, name)))
                    setattr(counts, name, max(0, getattr(counts, name) - said))


def _analyzed(analyzer: Analyzer, buffer: bytes, number: int) -> Iterator[Line]:
    """The lines of ``buffer`` that have a match; the first line of the buffer has number ``number``."""
    fired = list(analyzer.sieve.lines(buffer))
    if not fired:
        return
    # Counting from line to line would read the buffer at a tenth of this speed.
    ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == ord("\n"))
    numbers = (np.searchsorted(ends, [start for start, _, _ in fired]) + number).tolist()
    waiting: list[tuple[int, str, int]] = []
    for n, (start, end, bits) in zip(numbers, fired, strict=True):
        text = buffer[start:end].decode("utf-8", "replace")
        is_long = end - start > _LONG
        if not is_long:
            waiting.append((n, text, bits))
        if is_long or len(waiting) >= _LINES_AT_ONCE:
            yield from _matched(analyzer, waiting)
            waiting.clear()
        if is_long and (matches := _by_windows(analyzer, text)):
            yield n, text, matches
    yield from _matched(analyzer, waiting)


def _by_windows(analyzer: Analyzer, text: str) -> list[Match]:
    """Matches of a long line. It would fire for everything, and every recognizer would read all of it."""
    cuts = [0]
    while cuts[-1] + 2 * _WINDOW < len(text):
        blank = text.rfind(" ", cuts[-1] + _WINDOW // 2, cuts[-1] + _WINDOW)
        cuts.append(blank + 1 if blank > 0 else cuts[-1] + _WINDOW)
    starts = [max(0, cut - _MARGIN) for cut in cuts]
    ends = [*cuts[1:], len(text)]
    windows = [(text[start : end + _MARGIN], None) for start, end in zip(starts, ends, strict=True)]
    found: list[Match] = []
    for shift, cut, end, matches in zip(starts, cuts, ends, analyzer.analyze_many(windows), strict=True):
        there = (replace(match, start=match.start + shift, end=match.end + shift) for match in matches)
        found += [match for match in there if cut <= match.start < end]
    return resolve(found)


def _matched(analyzer: Analyzer, lines: Sequence[tuple[int, str, int]]) -> Iterator[Line]:
    results = analyzer.analyze_many([(text, bits) for _, text, bits in lines])
    for (number, text, _), matches in zip(lines, results, strict=True):
        if matches:
            yield number, text, matches


def _owned(batch: TextBatch, text: str, matches: list[Match]) -> list[Match]:
    """Of a piece of a giant line: some matches are a neighbour's."""
    if not batch.owned_from and batch.owned_to is None:
        return matches
    end = len(text) if batch.owned_to is None else batch.owned_to
    return [match for match in matches if batch.owned_from <= match.start < end]


def _sample_lines(batch: TextBatch) -> Iterator[tuple[int, bytes]]:
    """The lines that begin in the head of the file, then the line in which each multiple of the stride lies.

    Which lines these are is seen from the line itself, so it does not depend on how the file was cut into batches.
    """
    buffer, offset = batch.buffer, batch.offset
    position, number = 0, batch.first_unit
    while position < len(buffer) and offset + position < _HEAD:
        end = _line_end(buffer, position)
        yield number, buffer[position:end]
        position, number = end + 1, number + 1
    for mark in range(-(-(offset + position) // _STRIDE) * _STRIDE - offset, len(buffer), _STRIDE):
        start = buffer.rfind(b"\n", 0, mark) + 1
        if start >= position:
            number += buffer.count(b"\n", position, start)
            end = _line_end(buffer, mark)
            yield number, buffer[start:end]
            position, number = end + 1, number + 1


def _line_end(buffer: bytes, position: int) -> int:
    end = buffer.find(b"\n", position)
    return len(buffer) if end < 0 else end


@dataclass(slots=True)
class _Counts:
    """What ``EntityStats`` becomes of, cheap to add to; lines arrive in order, so the first places are the ones."""

    units: int = 0
    spans: int = 0
    validated: int = 0
    labelled: int = 0
    strong: int = 0
    natural: int = 0
    best: float = 0.0
    locations: list[Location] = field(default_factory=list)
    examples: list[tuple[Location, str]] = field(default_factory=list)

    def stats(self) -> EntityStats:
        """The finished counts."""
        return EntityStats(
            units=self.units,
            spans=self.spans,
            validated=self.validated,
            labelled=self.labelled,
            strong=self.strong,
            natural=self.natural,
            best=self.best,
            locations=tuple(self.locations),
            examples=tuple(self.examples),
        )


@dataclass(slots=True)
class _Tally:
    """Counts of one field of a text, by entity."""

    entities: dict[str, _Counts] = field(default_factory=dict)

    def add(self, number: int, text: str, column: int, matches: Sequence[Match]) -> None:
        """All matches of one line in this field, by position."""
        flags: dict[str, list[bool]] = {}
        for match in matches:
            counts = self.entities.get(match.entity)
            if counts is None:
                counts = self.entities[match.entity] = _Counts()
            seen = flags.setdefault(match.entity, [False, False, False])
            seen[0] |= match.validated
            seen[1] |= match.labelled
            seen[2] |= match.score >= STRONG
            counts.spans += 1
            counts.natural += match.tag == "natural-person"
            counts.best = max(counts.best, match.score)
            if len(counts.locations) < MAX_LOCATIONS:
                place = Location(number, match.start + column)
                counts.locations.append(place)
                if len(counts.examples) < MAX_EXAMPLES:
                    counts.examples.append((place, mask(match.entity, text[match.start : match.end])))
        for entity, (validated, labelled, strong) in flags.items():
            counts = self.entities[entity]
            counts.units += 1
            counts.validated += validated
            counts.labelled += labelled
            counts.strong += strong

    def profile(self, dataset: Dataset, path: str, units: int, sampled: bool = False) -> FieldProfile:
        """The finished profile; a log's field has no shape of its own."""
        stats = {entity: counts.stats() for entity, counts in self.entities.items()}
        return FieldProfile(dataset.part, dataset.name, path, units, sampled, Shape(), stats)


def _tally(
    tallies: dict[str, _Tally],
    batch: TextBatch,
    number: int,
    text: str,
    matches: Iterable[Match],
    occurrences: Occurrences | None,
) -> None:
    fields = batch.locate(text) if batch.locate else ()
    by_path: dict[str, list[Match]] = {}
    for match in matches:
        path = next((name for name, start, end in fields if start <= match.start < end), "line")
        by_path.setdefault(path, []).append(match)
        if occurrences is not None:
            occurrences.add(path, number, match, mask(match.entity, text[match.start : match.end]), batch.column)
    for path, found in by_path.items():
        tallies.setdefault(path, _Tally()).add(number, text, batch.column, found)
