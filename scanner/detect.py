"""Batches in, profiles out: the room where raw values end. Nothing that leaves this module holds one.

Tables are read by columns, each distinct value once; logs and texts by whole buffers (``texts.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from derbes.recognizers.analyzer import MIN_SCORE, Analyzer, resolve
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.clues import BulkNameRecognizer
from derbes.recognizers.fields import Reading, read, read_comment
from derbes.recognizers.masks import mask
from derbes.recognizers.ner import NameRecognizer
from derbes.recognizers.registry import load_recognizers
from derbes.scanner.alike import groups, shared
from derbes.scanner.columns import ColumnRows, Found
from derbes.scanner.distinct import Bools, Ints, as_array, bytes_of, codes_of, offsets_of
from derbes.scanner.looks import Look, fits, looks
from derbes.scanner.model.data import Batch, Dataset, TableBatch
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.occurrences import Occurrences
from derbes.scanner.profile import Column
from derbes.scanner.texts import Readers, TextProfiler

NOT_VALUES = frozenset(
    {"", "null", "none", "nan", "n/a", "na", "nil", "-", "--", "—", "–", "нет", "жоқ", "no", "не указано", "не указан"}
    | {"отсутствует", "undefined", "(null)", "\\n", "<null>", "пусто", "unknown", "неизвестно", "#n/a", "н/д", "б/н"}
)
_BLANKS = b" \t\r\n\v\f\x1c\x1d\x1e\x1f\xc2\xe1\xe2\xe3"  # what white space begins with
_OPENS_BLANK = np.zeros(256, dtype=np.bool_)  # first bytes of what is no value
_OPENS_BLANK[[*_BLANKS, *(form.encode()[0] for v in NOT_VALUES if v for form in (v, v.upper()))]] = True
_LONGEST_BLANK = 24  # bytes of what is no value, blanks around it included
_LABELLED_LENGTH = 300  # characters of a cell that are read under a label
_DOCUMENTS = frozenset({"KZ_ID_CARD", "KZ_PASSPORT", "KZ_RESIDENCE_PERMIT", "RU_PASSPORT", "IDENTITY_DOCUMENT"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs to know besides the unit. ``key`` keys hashes of distinct values for this run.

    ``name_sample``: of logs and long texts the name model reads one line in so many, of those that rules leave open.
    """

    key: bytes
    min_score: float = MIN_SCORE
    entities: tuple[str, ...] | None = None
    occurrences: bool = False
    categories: tuple[tuple[str, str], ...] = ()  # entity -> category, hashable
    name_sample: int = 64


@lru_cache(maxsize=4)
def analyzers(entities: tuple[str, ...] | None, min_score: float) -> tuple[Analyzer, Analyzer]:
    """(everything, technical data only), built once a process."""
    recognizers = load_recognizers(entities)
    technical = [r for r in recognizers if getattr(r, "TECHNICAL", False)]
    return Analyzer(recognizers, min_score=min_score), Analyzer(technical, min_score=min_score)


@lru_cache(maxsize=4)
def readers(entities: tuple[str, ...] | None, min_score: float, sample: int) -> Readers:
    """Who reads the lines of logs and texts, technical data apart."""
    recognizers = [r for r in load_recognizers(entities) if not getattr(r, "TECHNICAL", False)]
    whole = Analyzer(recognizers, min_score=min_score)
    log = Analyzer(_in_bulk(recognizers, 1), min_score=min_score)
    return Readers(whole, log, Analyzer(_in_bulk(recognizers, sample), min_score=min_score, sieve=log.sieve))


def _in_bulk(recognizers: Sequence[TextRecognizer], sample: int) -> list[TextRecognizer]:
    return [BulkNameRecognizer(sample) if isinstance(r, NameRecognizer) else r for r in recognizers]


class Detector:
    """Profiles the batches of one process. Stateless between batches but for the analyzers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.all, technical = analyzers(settings.entities, settings.min_score)
        self.texts = TextProfiler(readers(settings.entities, settings.min_score, settings.name_sample), technical)

    def names_left(self) -> int:
        """Lines since the last call that may hold a name, and that the model was not given."""
        left = 0
        for recognizer in self.texts.readers.bulk.recognizers:
            if isinstance(recognizer, BulkNameRecognizer):
                left, recognizer.left = left + recognizer.left, 0
        return left

    def detect(self, batch: Batch, occurrences: Occurrences | None = None) -> Iterator[FieldProfile]:
        """Yield one profile for each field of the batch that has a value (for texts: that has a detection)."""
        if isinstance(batch, TableBatch):
            for path, series in batch.columns.items():
                yield self._column(batch, path, series, occurrences)
        else:
            yield from self.texts.profiles(batch, occurrences)

    # Tables

    def _column(
        self, batch: TableBatch, path: str, series: pd.Series[Any], occurrences: Occurrences | None
    ) -> FieldProfile:
        codes, column = _distinct(series)
        if not len(column):  # tables of ten thousand columns are mostly such
            return FieldProfile(batch.dataset.part, batch.dataset.name, path, batch.units)
        units = series.index.to_numpy()
        readings = _readings(batch.dataset, path)
        fitting = fits(column, [reading.kind for reading in readings])
        found = self._values(column, readings, fitting)
        rows = ColumnRows(column, codes, units)
        stats = rows.by_entity(found)
        if occurrences is not None:
            for position in np.flatnonzero(np.append(found.which >= 0, False)[codes]).tolist():
                value = column.text(int(codes[position]))
                for match in found[int(codes[position])]:
                    masked = mask(match.entity, value[match.start : match.end])
                    occurrences.add(path, int(units[position]), match, masked)
        return FieldProfile(
            batch.dataset.part,
            batch.dataset.name,
            path,
            batch.units,
            shape=column.shape(_key_of(self.settings.key, batch.dataset, path)),
            entities=stats,
            looks={entity: rows.of_look(entity, look) for entity, look in looks(column).items()},
            fits={entity: rows.of_look(entity, look) for entity, look in fitting.items()},
        )

    def _values(self, column: Column, readings: Sequence[Reading], fitting: Mapping[str, Look]) -> Found:
        """Matches by index of distinct value: what the sieve picks, then what a label makes of the rest.

        Only values that fit the label are read under it, and only what it names is taken: elsewhere a label would make
        weak things strong.
        """
        found = self._unlabelled(column)
        if len(readings) == 1 and readings[0].sure and readings[0].kind.label:
            kind = readings[0].kind
            named = {*kind.entities, *(_DOCUMENTS if _DOCUMENTS & {*kind.entities} else ())}
            fit = np.zeros(len(column), dtype=bool)
            for look in fitting.values():
                fit |= look.fits
            fit &= column.letters <= _LABELLED_LENGTH
            fit &= ~found.where([any(m.entity in named for m in matches) for matches in found.lists])

            def read_labelled(index: Ints) -> dict[int, list[Match]]:
                texts: list[tuple[str, int | None]] = [(text, None) for text in column.texts(index)]
                results = zip(index.tolist(), self.all.analyze_many(texts, kind.label), strict=True)
                return {i: own for i, matches in results if (own := [m for m in matches if m.entity in named])}

            for members, matches in _by_groups(column, groups(column, fit, kind.name), read_labelled):
                for number in np.unique(found.which[members]).tolist():
                    known = found.lists[number] if number >= 0 else []
                    found.put(members[found.which[members] == number], resolve([*known, *matches]))
        return found

    def _unlabelled(self, column: Column) -> Found:
        """What stands in the values themselves."""
        found = Found(len(column))
        for members, matches in _by_groups(column, groups(column), partial(self._read, column)):
            found.put(members, matches)
        return found

    def _read(self, column: Column, index: Ints) -> dict[int, list[Match]]:
        """Matches by index, for values that have any. Only values that the sieve picks become strings."""
        content, offsets = column.lines(index)
        fired = self.all.sieve.fired(content, cast("Sequence[int]", offsets[:-1]))
        values = dict(zip(fired, column.texts(index[list(fired)]), strict=True))
        found = {}
        for n, matches in self._quick(values, fired).items():
            if _settled(matches, values[n]):
                found[n] = matches
                del fired[n]
        slow = sorted(fired.items())
        results = self.all.analyze_many([(values[n], bits) for n, bits in slow])
        found.update({n: matches for (n, _), matches in zip(slow, results, strict=True)})
        return {int(index[n]): matches for n, matches in found.items() if matches}

    def _quick(self, values: Mapping[int, str], fired: Mapping[int, int]) -> dict[int, list[Match]]:
        """What the rules say, for values that the model would read too (bit 0 is the sieve's own, see Analyzer)."""
        models = sum(2 << i for i, r in enumerate(self.all.recognizers) if hasattr(r, "find_many"))
        texts = [(n, bits & ~models) for n, bits in fired.items() if bits & models and bits & ~models and not bits & 1]
        results = self.all.analyze_many([(values[n], bits) for n, bits in texts])
        return {n: matches for (n, _), matches in zip(texts, results, strict=True)}


def _by_groups(
    column: Column, grouped: tuple[list[tuple[Ints, bool]], Bools], read: Callable[[Ints], Mapping[int, list[Match]]]
) -> Iterator[tuple[Ints, list[Match]]]:
    """Values and what ``read`` finds in them; of values that are alike one is read."""
    alike, left = grouped
    rest = [np.flatnonzero(left)]
    firsts = read(np.array([members[0] for members, _ in alike], dtype=np.int64))
    for members, same in alike:
        known = shared(column, members, firsts.get(int(members[0]), ()), same)
        if known is None:
            rest.append(members)
        else:
            yield from known
    for i, matches in read(np.concatenate(rest)).items():
        yield np.array([i]), matches


def _settled(matches: Sequence[Match], value: str) -> bool:
    """All of the value is one thing that outranks names: no model can add a name to it."""
    one = matches[0] if len(matches) == 1 else None
    return (
        one is not None
        and (one.start, one.end) == (0, len(value))
        and one.entity != "PERSON"
        and one.tag != "natural-person"
    )


def _key_of(key: bytes, dataset: Dataset, path: str) -> bytes:
    """The key of one column, so that its hashes tell nothing about those of another."""
    name = "\0".join((dataset.part, dataset.name, path)).encode("utf-8", "surrogatepass")
    return blake2b(name, digest_size=16, key=key).digest()


def _readings(dataset: Dataset, path: str) -> tuple[Reading, ...]:
    """What the field's name says; where it is not sure and the comment is, what the comment says."""
    declared = next((field for field in dataset.fields if field.path == path), None)
    said = read(declared.name if declared else path.rsplit(".", 1)[-1])
    if declared and declared.comment and not (said and said[0].sure):
        comment = read_comment(declared.comment)
        return comment if comment and comment[0].sure else said
    return said


def _distinct(series: pd.Series[Any]) -> tuple[Ints, Column]:
    """The number of each row's value among the distinct ones; what is not a value gets -1."""
    codes, values = codes_of(as_array(series))
    offsets, content = offsets_of(values), np.frombuffer(bytes_of(values) + b"\0", dtype=np.uint8)
    opens = np.where(np.diff(offsets) > 0, _OPENS_BLANK[content[offsets[:-1]]], True)
    short = np.flatnonzero(opens & (np.diff(offsets) <= _LONGEST_BLANK))
    texts = values.take(pa.array(short, type=pa.int64())).to_pylist()
    blank = short[[text.decode("utf-8", "replace").strip().lower() in NOT_VALUES for text in texts]]
    if len(blank):
        kept = np.ones(len(values), dtype=np.bool_)
        kept[blank] = False
        renumber = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)  # what was -1 stays -1
        codes = renumber[codes]
        values = values.filter(pa.array(kept))
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.int64)
    return codes, Column(values, counts)
