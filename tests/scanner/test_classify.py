"""Columns are judged by shares, names, types and neighbours; the verdict does not depend on how rows came in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import pandas as pd
import pytest

from derbes.scanner.classify import EMPTY_CAP, SCHEMA_CAP, classify, classify_schema
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.data import Dataset, Field, TableBatch
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.model.inventory import Classification
from derbes.scanner.policy.load import load_policy
from tests.bench.columns_values import GENERATORS

POLICY = load_policy("hosting-pro")
KINDS = {"name", "values", "checksum", "context", "type", "comment", "neighbours", "table", "against"}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(Settings(key=b"test"))


def table(*fields: Field, name: str = "t", rows: int | None = None) -> Dataset:
    return Dataset("", name, "database", "row", "sql", fields, rows)


def column(name: str, type_: str = "", comment: str = "", length: int | None = None) -> Field:
    return Field(f"t.{name}", name, type_, length, comment)


def profile(detector: Detector, dataset: Dataset, path: str, values: Sequence[str], first: int = 1) -> FieldProfile:
    series = pd.Series(list(values), index=range(first, first + len(values)), dtype=object)
    (found,) = detector.detect(TableBatch(dataset, {path: series}, len(values)))
    return found


def verdict(detector: Detector, name: str, values: Sequence[str], about: str = "t") -> list[Classification]:
    dataset = table(column(name), name=about)
    return classify(dataset, [profile(detector, dataset, f"t.{name}", values)], POLICY)


def of(rows: Sequence[Classification], category: str) -> Classification | None:
    return next((row for row in rows if row.category == category), None)


@pytest.mark.parametrize("kind", ["iin", "fio", "phone_10", "email_some", "ticket", "iin_bin", "order12", "address"])
def test_order_of_rows_and_cuts_do_not_matter(kind: str, detector: Detector) -> None:
    values = GENERATORS[kind]()
    dataset = table(column("contact"))
    whole = profile(detector, dataset, "t.contact", values)
    cuts = [0, 17, 100, 101, 250, len(values)]
    parts = [profile(detector, dataset, "t.contact", values[a:b], a + 1) for a, b in pairwise(cuts)]
    random.Random(7).shuffle(parts)
    merged = reduce(FieldProfile.__add__, parts)
    assert classify(dataset, [merged], POLICY) == classify(dataset, [whole], POLICY)
    shuffled = random.Random(3).sample(values, len(values))
    again = classify(dataset, [profile(detector, dataset, "t.contact", shuffled)], POLICY)
    assert [(r.category, r.confidence, r.units_with) for r in again] == [
        (r.category, r.confidence, r.units_with) for r in classify(dataset, [whole], POLICY)
    ]


@pytest.mark.parametrize(("name", "kind", "category"), [
    ("iin", "iin", "identity_document"), ("x", "iin", "identity_document"), ("x", "fio", "full_name"),
    ("phone", "phone_10", "phone"), ("x", "email", "email"), ("adres", "address", "address"),
    ("x", "bin", "legal_entity"),
])  # fmt: skip
def test_unrelated_rows_never_raise_confidence(name: str, kind: str, category: str, detector: Detector) -> None:
    values = GENERATORS[kind]()
    unrelated = GENERATORS["goods"]()
    last = 1.0
    for added in (0, 30, 100, 300):
        row = of(verdict(detector, name, values + unrelated[:added]), category)
        confidence = row.confidence if row else 0.0
        assert confidence <= last
        last = confidence


def test_one_number_in_a_column_of_orders_is_chance(detector: Detector) -> None:
    orders = GENERATORS["order12"]()
    assert verdict(detector, "order_number", [*orders, "870521300459"]) == []


def test_one_iin_in_free_text_is_a_mention(detector: Detector) -> None:
    texts = [*GENERATORS["prose"](), "Прошу исправить, мой ИИН 870521300459, спасибо за помощь"]
    row = of(verdict(detector, "body", texts), "identity_document")
    assert row is not None
    assert (row.role, row.units_with) == ("mention", 1)


def test_both_kinds_of_number_in_one_column(detector: Detector) -> None:
    rows = verdict(detector, "bin_iin", GENERATORS["iin_bin"]())
    person, firm = of(rows, "identity_document"), of(rows, "legal_entity")
    assert person and firm and person.role == firm.role == "column"
    assert person.units_with + firm.units_with == 300


@pytest.mark.parametrize("kind", ["iin_number", "iin_float", "iin_quoted", "iin_grouped"])
def test_damage_of_exports_is_undone(kind: str, detector: Detector) -> None:
    row = of(verdict(detector, "ИИН", GENERATORS[kind]()), "identity_document")
    assert row is not None
    assert row.units_with == 300
    assert row.entities[0].validated == 300


@pytest.mark.parametrize(("name", "kind"), [
    ("iin", "status"), ("phone", "flag"), ("email", "md5"), ("bin", "bin6"), ("address", "wallet"), ("fio", "uuid"),
    ("company", "bool"), ("passport", "version"), ("birth_date", "status"),
])  # fmt: skip
def test_a_name_never_overrules_values(name: str, kind: str, detector: Detector) -> None:
    assert verdict(detector, name, GENERATORS[kind]()) == []


def test_an_address_column_of_emails_is_email(detector: Detector) -> None:
    rows = verdict(detector, "address", GENERATORS["email"]())
    assert [(row.category, row.role) for row in rows] == [("email", "column")]


def test_reasons_come_by_weight_and_can_be_printed(detector: Detector) -> None:
    for name, kind in (("iin", "iin"), ("phone", "phone_10"), ("name", "fio"), ("body", "ticket")):
        for row in verdict(detector, name, GENERATORS[kind](), about="clients"):
            weights = [abs(reason.weight) for reason in row.reasons]
            assert weights == sorted(weights, reverse=True)
            assert {reason.kind for reason in row.reasons} <= KINDS
            assert all(reason.text.format(**reason.params) for reason in row.reasons)


def test_a_sample_has_an_interval_and_says_what_it_may_have_missed(detector: Detector) -> None:
    dataset = table(column("email"), rows=100_000)
    (row,) = classify(dataset, [profile(detector, dataset, "t.email", GENERATORS["email"]())], POLICY)
    assert row.sampled and row.interval is not None
    assert row.interval[1] == 100_000
    assert {"read": 300, "whole": 100_000, "rare": 1000} in [reason.params for reason in row.reasons]


def test_schema_alone() -> None:
    fields = (
        column("name", "varchar(100)"),
        column("email", "varchar(255)"),
        column("email_verified", "boolean"),
        column("phone_type", "varchar(10)"),
        column("iin", "char(12)"),
        column("phone", "tinyint(1)"),
        column("f7", "varchar(64)", "Фамилия клиента"),
    )
    rows = classify_schema(table(*fields, name="clients"), POLICY)
    assert {(row.path, row.category) for row in rows} == {
        ("t.name", "full_name"),
        ("t.email", "email"),
        ("t.iin", "identity_document"),
        ("t.f7", "full_name"),
    }
    assert all(ENOUGH <= row.confidence <= SCHEMA_CAP for row in rows)


def test_an_empty_table_breaks_no_rule() -> None:
    rows = classify(table(column("email", "varchar(255)")), [], POLICY)
    assert [(row.category, row.units_with) for row in rows] == [("email", 0)]
    assert rows[0].confidence <= EMPTY_CAP < ENOUGH
