"""The contract every ``Source`` keeps. Inherit, say how to make the source, and these tests run over it.

::

    class TestSqlite(SourceContract):
        @pytest.fixture
        def place(self, tmp_path): ...            # a place with some data
        def state(self, place): ...               # whatever must be the same before and after reading
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from derbes.scanner.codes import CODES
from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.model.data import TableBatch, TextBatch, Unit
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

Row = tuple[str, int, str]  # path, unit, value
SECRETS = ("s3cret-canary",)


def listed(source: Source) -> list[Unit]:
    """The units of a source."""
    return [item for item in source.units() if isinstance(item, Unit)]


def everything(source: Source, units: list[Unit] | None = None) -> Iterator[Any]:
    """Batches and remarks of all units."""
    for unit in listed(source) if units is None else units:
        yield from source.read(unit)


def values(source: Source, units: list[Unit] | None = None) -> list[Row]:
    """Every value that a source gives, with its path and unit number, sorted."""
    found: list[Row] = []
    for batch in everything(source, units):
        if isinstance(batch, TableBatch):
            for path, series in batch.columns.items():
                present = series.dropna()
                found += zip([path] * len(present), map(int, present.index), present, strict=True)
        elif isinstance(batch, TextBatch):
            lines = batch.buffer.decode("utf-8", "replace").splitlines()
            found += [("line", batch.first_unit + number, line) for number, line in enumerate(lines)]
    return sorted(found)


class SourceContract:
    """Tests over ``make(place, options)`` and the fixture ``place``."""

    source: type[Source]
    split: Options = Options(unit_rows=3, unit_bytes=200)

    def make(self, place: Place, options: Options | None = None) -> Source:
        return self.source(place, options or Options())

    def state(self, place: Place) -> Any:
        """What must not change by reading; ``None`` when there is nothing to compare."""
        return None

    @pytest.fixture
    def opened(self, place: Place) -> Iterator[Source]:
        source = self.make(place)
        yield source
        source.close()
        source.close()  # safe to call twice

    def test_there_is_something_to_read(self, opened: Source) -> None:
        assert values(opened)

    def test_units_are_the_same_in_every_run(self, place: Place) -> None:
        first, second = self.make(place), self.make(place)
        assert listed(first) == listed(second)
        ids = [unit.id for unit in listed(first)]
        assert len(ids) == len(set(ids))
        first.close()
        second.close()

    def test_units_travel_and_hold_no_secret(self, opened: Source) -> None:
        for unit in opened.units():
            data = pickle.dumps(unit)
            assert pickle.loads(data) == unit
            assert len(data) < 20_000
            assert not any(secret.encode() in data for secret in SECRETS)

    def test_batches_number_their_units_from_one(self, opened: Source) -> None:
        for batch in everything(opened):
            if isinstance(batch, TextBatch):
                assert batch.first_unit >= 1
            elif isinstance(batch, TableBatch):
                assert batch.units >= 0 and batch.size >= 0
                for series in batch.columns.values():
                    assert isinstance(series, pd.Series)
                    assert (series.index >= 1).all()
                    assert all(isinstance(value, str) for value in series.dropna())

    def test_what_was_not_read_has_a_known_code_and_formats(self, opened: Source) -> None:
        remarks = [item for item in opened.units() if isinstance(item, Unscanned)]
        remarks += [item for item in everything(opened) if isinstance(item, Unscanned)]
        for remark in remarks:
            assert remark.code in CODES
            assert remark.message.format(**remark.params)
            remark.hint.format(**remark.params)
            assert not any(secret in repr(remark) for secret in SECRETS)

    def test_reading_twice_gives_the_same(self, opened: Source) -> None:
        assert values(opened) == values(opened)

    def test_another_process_reads_a_unit_by_itself(self, place: Place, opened: Source) -> None:
        other = self.make(place)
        units = pickle.loads(pickle.dumps(listed(opened)))
        assert values(other, units) == values(opened)
        other.close()

    def test_splitting_changes_nothing(self, place: Place, opened: Source) -> None:
        split = self.make(place, self.split)
        assert values(split) == values(opened)
        assert values(split, list(reversed(listed(split)))) == values(opened)
        split.close()

    def test_a_unit_that_is_gone_is_a_remark(self, place: Place, opened: Source) -> None:
        unit = listed(opened)[0]
        gone = replace(unit, spec={**unit.spec, **self.missing(unit)})
        given = list(opened.read(gone))
        assert given and all(isinstance(item, Unscanned) and item.code in CODES for item in given)

    def missing(self, unit: Unit) -> dict[str, Any]:
        """Changes to a unit's spec that make it name what does not exist."""
        pytest.skip("nothing to take away")

    def test_the_source_is_as_before(self, place: Place) -> None:
        before = self.state(place)
        source = self.make(place)
        list(everything(source))
        list(source.facts())
        list(source.datasets())
        source.close()
        assert self.state(place) == before

    def test_a_place_that_cannot_be_reached_raises_no_traceback_with_secrets(self, opened: Source) -> None:
        assert not any(secret in repr(opened) for secret in SECRETS)
