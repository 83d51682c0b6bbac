"""Whatever stands in a column: the verdict does not depend on how its rows came in, and noise never makes it surer."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from itertools import pairwise
from multiprocessing import get_context
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derbes.scanner.classify import classify
from derbes.scanner.detect import NOT_VALUES, Detector, Settings
from derbes.scanner.model.data import Dataset, Field, TableBatch
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.policy.load import load_policy
from tests.bench import columns_styles
from tests.bench.columns_values import GENERATORS, seed

POLICY = load_policy("hosting-pro")
SETTINGS = Settings(key=b"properties")
NAMES = ("value", "name", "phone", "iin", "bin", "contact", "address", "company", "comment", "код", "Наименование")
KINDS = (
    "fio", "fio_kk", "phone_mixed", "phone_11", "email", "iin", "iin_float", "iin_bin", "bin", "org_mixed",
    "address_mixed",
    "city", "order12", "order11", "sequence12", "moment_compact", "uuid", "md5", "status_ru", "login", "goods", "prose",
    "ticket", "name_mess", "money", "iban", "id_card", "birth", "contact", "prop_value", "json_params", "flag",
)  # fmt: skip
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Row = tuple[str, str, float, int, tuple[tuple[str, int, int], ...]]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(SETTINGS)


@pytest.fixture(scope="module", autouse=True)
def styles() -> None:
    columns_styles.register()


def made(kind: str, number: int, rows: int) -> list[str]:
    """``rows`` values (300 at most) of one kind."""
    columns_styles.register()
    seed(f"{kind} {number}")
    return GENERATORS[kind]()[:rows]


columns = st.builds(
    lambda parts, number: Random(number).sample(all_ := [v for k, n in parts for v in made(k, number, n)], len(all_)),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 60)), min_size=1, max_size=3),
    st.integers(0, 99),
)


def dataset(name: str) -> Dataset:
    return Dataset("", "t", "database", "row", "sql", (Field(f"t.{name}", name),))


def profiled(detector: Detector, name: str, values: list[str], first: int = 1) -> FieldProfile:
    index = range(first, first + len(values))
    series = pd.Series(values, index=index, dtype=object)
    (found,) = detector.detect(TableBatch(dataset(name), {f"t.{name}": series}, len(values)))
    return found


def in_parts(values: list[str], cuts: list[int]) -> list[tuple[int, list[str]]]:
    """(first row, values) of each unit."""
    places = sorted({0, len(values), *(cut % (len(values) + 1) for cut in cuts)})
    return [(a + 1, values[a:b]) for a, b in pairwise(places)]


def verdict(name: str, profile: FieldProfile) -> list[Row]:
    return [
        (r.category, r.role, r.confidence, r.units_with, tuple((e.entity, e.units, e.validated) for e in r.entities))
        for r in classify(dataset(name), [profile], POLICY)
    ]


@QUICK
@given(name=st.sampled_from(NAMES), values=columns, order=st.randoms(use_true_random=False))
def test_order_of_rows(detector: Detector, name: str, values: list[str], order: Random) -> None:
    shuffled = order.sample(values, len(values))
    assert verdict(name, profiled(detector, name, shuffled)) == verdict(name, profiled(detector, name, values))


@QUICK
@given(name=st.sampled_from(NAMES), values=columns, cuts=st.lists(st.integers(0, 200), max_size=4), order=st.randoms())
def test_cuts_and_order_of_arrival(
    detector: Detector, name: str, values: list[str], cuts: list[int], order: Random
) -> None:
    whole = profiled(detector, name, values)
    parts = [profiled(detector, name, part, first) for first, part in in_parts(values, cuts)]
    order.shuffle(parts)
    merged = reduce(FieldProfile.__add__, parts)
    assert classify(dataset(name), [merged], POLICY) == classify(dataset(name), [whole], POLICY)


@QUICK
@given(name=st.sampled_from(NAMES), values=columns, blank=st.lists(st.sampled_from(sorted(NOT_VALUES)), min_size=1))
def test_what_is_no_value_counts_for_nothing(
    detector: Detector, name: str, values: list[str], blank: list[str]
) -> None:
    alone, with_blank = (verdict(name, profiled(detector, name, [*values, *more])) for more in ([], blank))
    assert with_blank == alone


@QUICK
@given(
    name=st.sampled_from(("value", "contact", "phone", "iin", "name")),
    kind=st.sampled_from(("fio", "phone_mixed", "email", "iin", "bin", "address", "iban", "org")),
    noise=st.sampled_from(("goods", "uuid", "money", "status", "version", "slug")),
    added=st.integers(1, 300),
)
def test_unrelated_rows_never_make_a_column_surer(
    detector: Detector, name: str, kind: str, noise: str, added: int
) -> None:
    values = made(kind, 1, 100)
    known = {row[0]: row[2] for row in verdict(name, profiled(detector, name, values)) if row[1] == "column"}
    for category, role, confidence, *_ in verdict(name, profiled(detector, name, [*values, *made(noise, 2, added)])):
        if role == "column" and category in known:
            assert confidence <= known[category]


def _profile_of(job: tuple[str, int, list[str]]) -> FieldProfile:
    """What a worker does with one unit."""
    name, first, values = job
    return profiled(Detector(SETTINGS), name, values, first)


@pytest.mark.parametrize("name", ["contact", "iin"])
def test_processes_agree_with_one(name: str) -> None:
    values = [value for kind in ("fio", "phone_mixed", "iin_bin", "prose") for value in made(kind, 5, 40)]
    jobs = [(name, first, part) for first, part in in_parts(values, [37, 80, 81, 120])]
    serial = reduce(FieldProfile.__add__, map(_profile_of, jobs))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parallel = reduce(FieldProfile.__add__, pool.map(_profile_of, jobs))
    assert parallel == serial
    assert classify(dataset(name), [parallel], POLICY) == classify(dataset(name), [serial], POLICY)
