"""Shapes of columns: counted over all values, merged without regard to order."""

from __future__ import annotations

import numpy as np
import pytest

from derbes.scanner.looks import looks
from derbes.scanner.model.evidence import MAX_DISTINCT, Shape
from derbes.scanner.profile import Column


def column(*values: str) -> Column:
    return Column(values, np.ones(len(values), dtype=np.int64))


def shape(*values: str) -> Shape:
    return column(*values).shape(b"key")


def test_counts() -> None:
    found = shape("7011234567", "12", "Ул. Абая, дом 5, кв. 1", "2024-05-01")
    assert (found.values, found.numeric, found.words, found.prose) == (4, 2, 1, 1)
    assert found.digits == {10: 1, 2: 1}
    assert (found.high or 0) - (found.low or 0) == 7011234567 - 12  # moved by a secret, the distance stays
    assert found.months == {"2024-05": 1}
    assert found.kinds["date"] == 1


def test_merging_is_commutative_and_associative() -> None:
    parts = [shape("1", "22", "a b c d"), shape("2024-01-02", "x"), Shape(), shape("d41d8cd98f00b204e9800998ecf8427e")]
    one, two, three, four = parts
    assert (one + two) + (three + four) == one + (two + (three + four)) == four + three + two + one


def test_distinct_values_are_counted_up_to_a_bound() -> None:
    assert shape(*map(str, range(MAX_DISTINCT + 1))).distinct is None
    assert len(shape("a", "b").distinct or ()) == 2


@pytest.mark.parametrize(("value", "entity"), [
    ("Ахметов Ерлан Серикович", "PERSON"), ("Асель", "PERSON"), ("ИВАНОВ И.И.", "PERSON"),
    ("870521300459", "KZ_IIN"), ("61240001236", "KZ_BIN"), ("'870521300459", "KZ_IIN"), ("870521300459.0", "KZ_IIN"),
    ("8 (701) 123-45-67", "PHONE_NUMBER"), ("7011234567", "PHONE_NUMBER"),
])  # fmt: skip
def test_looks(value: str, entity: str) -> None:
    assert looks(column(value, "other"))[entity].fits.tolist() == [True, False]


@pytest.mark.parametrize(
    "value", ["Стол кухонный", "active", "202411221345", "12.50", "2024-05-01", "a@b.kz", "Алматы"]
)
def test_looks_like_nothing(value: str) -> None:
    assert looks(column(value)) == {}


@pytest.mark.parametrize("char", ["1", ".", " ", "a", "Я", "-", "\n"])
def test_a_giant_cell_takes_linear_time(char: str) -> None:
    giant = column(char * 10**6, "Ахметов\nЕрлан")
    assert looks(giant).keys() <= {"PERSON"}
    assert giant.shape(b"key").length_max == 10**6
