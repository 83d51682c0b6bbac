"""Reading one of each group of alike values gives what reading every value gives."""

from __future__ import annotations

import numpy as np
import pytest

from derbes.recognizers.fields import read
from derbes.recognizers.numbers.iin import check_digit
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.looks import fits
from derbes.scanner.profile import Column
from tests.bench.columns_values import GENERATORS


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(Settings(key=b"test"))


@pytest.mark.parametrize("kind", sorted(GENERATORS))
def test_groups_share_what_each_would_have_given(kind: str, detector: Detector) -> None:
    values = sorted(set(GENERATORS[kind]()))
    column = Column(values, np.ones(len(values), dtype=np.int64))
    expected = {i: found for i, found in enumerate(detector.all.analyze_many([(v, None) for v in values])) if found}
    assert detector._unlabelled(column) == expected


def test_a_value_with_a_line_break_stays_its_own(detector: Detector) -> None:
    values = ["ул. Абая,\nд. 10, кв. 5", "+7 701\n123 45 67", "Ахметов\nЕрлан", "a@b.kz"]
    column = Column(values, np.ones(len(values), dtype=np.int64))
    expected = {i: found for i, found in enumerate(detector.all.analyze_many([(v, None) for v in values])) if found}
    assert detector._unlabelled(column) == expected


LABELS = {
    "ИИН": ("iin", "iin_wrong", "order12", "iin_float", "bin"),
    "БИН": ("bin", "iin_bin", "order12", "iin_wrong"),
    "Телефон": ("phone", "phone_10", "phone_11", "phone_8", "phone_foreign", "order10", "order11", "phone_sequence"),
    "Адрес": ("address", "address_street", "address_english", "city", "goods"),
}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in LABELS.items() for kind in kinds])
def test_groups_share_under_a_label_too(
    name: str, kind: str, detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = sorted(set(GENERATORS[kind]()))
    column = Column(values, np.ones(len(values), dtype=np.int64))
    readings = read(name)
    fitting = fits(column, [reading.kind for reading in readings])
    quick = dict(detector._values(column, readings, fitting))
    monkeypatch.setattr("derbes.scanner.alike._LABELLED", {})
    assert quick == dict(detector._values(column, readings, fitting))


def test_people_long_dead_do_not_decide_for_the_living(detector: Detector) -> None:
    """Twelve digits of the same check digit and century: what is found does not depend on which comes first."""
    heads = [f"{year:02}0515{century}{n:04}" for year in range(0, 100, 5) for century in range(7) for n in (17, 4082)]
    values = [head + str(digit) for head in heads if (digit := check_digit(head)) is not None]
    assert len(values) > 200
    for order in (values, values[::-1]):
        column = Column(order, np.ones(len(order), dtype=np.int64))
        found = {order[i]: matches for i, matches in detector._unlabelled(column).items()}
        alone = zip(values, detector.all.analyze_many([(value, None) for value in values]), strict=True)
        assert found == {value: matches for value, matches in alone if matches}
