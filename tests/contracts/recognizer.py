"""What every recognizer keeps. Inherit, name the class and its cases:

    class TestIin(RecognizerContract):
        RECOGNIZER = KzIinRecognizer
        CASES = "iin"

``tests/cases/iin.yaml`` is explained in ``cases.py``. Everything below is inherited.
"""

from __future__ import annotations

import logging
import pickle
import re
import time
from functools import cache
from typing import ClassVar

import hyperscan
import pytest
import re2

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.views import views
from tests.contracts.cases import Case, load_cases

# Each is repeated up to the size of HOSTILE characters.
HOSTILE = 100_000
HOSTILE_UNITS = [
    *("7", "0", ".", " ", "а", "Ә", "a", "A", "N", "K", "@", "-", "+", "<", ",", ";", "\n", "%", "\\", "\u0301"),
    *("7 ", "7-", "7.", "a.", "a@", "1 2", "а ", "А. ", "ул. ", "ИИН ", "ИИН", "тел ", "+7", "KZ", "г.", "«", "ТОО «"),
    *("870521300459 ", "870521300459", "Аа ", "д. 1 ", "a@b.", "=?", "паспорт № ", "IDKAZ", "P<KAZ", "::", "a:", "(7"),
]
SECONDS = 3.0


class RecognizerContract:
    RECOGNIZER: ClassVar[type[TextRecognizer]]
    CASES: ClassVar[str]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            cases = load_cases(self.CASES)
            metafunc.parametrize("case", cases, ids=[case.id for case in cases])
        if "hostile" in metafunc.fixturenames:
            metafunc.parametrize("hostile", HOSTILE_UNITS, ids=repr)

    @pytest.fixture
    def recognizer(self) -> TextRecognizer:
        return _built(self.RECOGNIZER)

    def test_case(self, recognizer: TextRecognizer, case: Case) -> None:
        case.check(recognizer)

    def test_matches_are_well_formed(self, recognizer: TextRecognizer, case: Case) -> None:
        for match in recognizer.find_in_views(case.text):
            value = case.text[match.start : match.end]
            assert match.entity in recognizer.ENTITIES
            assert 0 < match.score <= 1
            assert value and value == value.strip(), "a span covers the datum alone"

    def test_anchor_fires_wherever_find_matches(self, recognizer: TextRecognizer, case: Case) -> None:
        for text in (case.text, f"{case.text}\n{case.text}", f"id 1; {case.text} (2)"):
            for view in views(text):
                if any(recognizer.find(view.text)):
                    assert _fires(recognizer, view.text), f"no anchor in {view.text!r}"

    def test_anchors_compile_in_both_dialects(self, recognizer: TextRecognizer) -> None:
        assert recognizer.ANCHOR, "without an anchor the sieve never calls find"
        for anchor in recognizer.ANCHOR:
            _database(anchor)
            re2.compile(anchor, _latin())

    def test_the_same_through_presidio_and_pickle(self, recognizer: TextRecognizer, case: Case) -> None:
        copy = pickle.loads(pickle.dumps(recognizer))
        direct = [(m.start, m.end, m.entity, m.score) for m in recognizer.find_in_views(case.text)]
        through = [(r.start, r.end, r.entity_type, r.score) for r in copy.analyze(case.text, list(recognizer.ENTITIES))]
        assert through == direct

    def test_line_breaks_and_neighbours_do_not_move_offsets(self, recognizer: TextRecognizer, case: Case) -> None:
        padding = "строка \U0001f642\n"
        alone = _values(case.text, recognizer.find_in_views(case.text))
        padded = padding + case.text
        assert _values(padded, recognizer.find_in_views(padded)) == alone

    def test_linear_on_hostile_text(self, recognizer: TextRecognizer, hostile: str) -> None:
        text = hostile * (HOSTILE // len(hostile))
        start = time.process_time()
        recognizer.find_in_views(text)
        spent = time.process_time() - start
        assert spent < SECONDS, f"{spent:.1f} s for {len(text)} characters of {hostile!r}"

    def test_empty_and_blank(self, recognizer: TextRecognizer) -> None:
        for text in ("", " ", "\n", "\x00", "\ud800", "и"):
            assert recognizer.find_in_views(text) == []

    def test_never_logs(self, recognizer: TextRecognizer, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            for case in load_cases(self.CASES):
                recognizer.analyze(case.text, list(recognizer.ENTITIES))
        assert caplog.records == []

    def test_documented(self, recognizer: TextRecognizer) -> None:
        assert self.RECOGNIZER.__doc__ and self.RECOGNIZER.__doc__ != TextRecognizer.__doc__
        assert recognizer.ENTITIES
        assert isinstance(recognizer.COUNTRY_CODE, str | None)
        assert recognizer.supported_entities == list(recognizer.ENTITIES)


@cache
def _built(recognizer: type[TextRecognizer]) -> TextRecognizer:
    return recognizer()


def _values(text: str, matches: list[Match]) -> list[tuple[str, str]]:
    return [(match.entity, text[match.start : match.end]) for match in matches]


def _latin() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, as in the sieve
    options.log_errors = False
    return options


def _database(anchor: bytes) -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(expressions=[anchor], ids=[0], elements=1, flags=[hyperscan.HS_FLAG_SINGLEMATCH])
    return database


def _fires(recognizer: TextRecognizer, text: str) -> bool:
    data = text.encode("utf-8", "surrogatepass")
    return any(re.search(anchor, data) for anchor in recognizer.ANCHOR)
