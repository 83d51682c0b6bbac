"""Reading one of each group of alike values gives what reading every value gives."""

from __future__ import annotations

import numpy as np
import pytest

from derbes.scanner.detect import Detector, Settings
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
