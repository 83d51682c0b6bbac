"""Recognizers of numbers keep the contract and their cases."""

from __future__ import annotations

import doctest
import random
import re

import pytest

from derbes.recognizers import twelve
from derbes.recognizers.credit_card import PaymentCardRecognizer
from derbes.recognizers.date_of_birth import DateOfBirthRecognizer
from derbes.recognizers.email import EmailAddressRecognizer
from derbes.recognizers.identity_document import IdentityDocumentRecognizer
from derbes.recognizers.kz_bic import KzBicRecognizer
from derbes.recognizers.kz_bin import KzBinRecognizer
from derbes.recognizers.kz_iban import KzIbanRecognizer
from derbes.recognizers.kz_iin import KzIinRecognizer
from derbes.recognizers.kz_rnn import KzRnnRecognizer
from derbes.recognizers.mrz import MrzRecognizer
from derbes.recognizers.phone import PhoneNumberRecognizer
from derbes.recognizers.technical import TechnicalRecognizer
from derbes.recognizers.text import normalize
from tests.contracts.cases import load_cases
from tests.contracts.recognizer import RecognizerContract


class TestIin(RecognizerContract):
    RECOGNIZER = KzIinRecognizer
    CASES = "iin"


class TestBin(RecognizerContract):
    RECOGNIZER = KzBinRecognizer
    CASES = "bin"


class TestRnn(RecognizerContract):
    RECOGNIZER = KzRnnRecognizer
    CASES = "rnn"


class TestIban(RecognizerContract):
    RECOGNIZER = KzIbanRecognizer
    CASES = "iban"


class TestBic(RecognizerContract):
    RECOGNIZER = KzBicRecognizer
    CASES = "bic"


class TestPhone(RecognizerContract):
    RECOGNIZER = PhoneNumberRecognizer
    CASES = "phone"


class TestEmail(RecognizerContract):
    RECOGNIZER = EmailAddressRecognizer
    CASES = "email"


class TestCreditCard(RecognizerContract):
    RECOGNIZER = PaymentCardRecognizer
    CASES = "credit_card"


class TestDateOfBirth(RecognizerContract):
    RECOGNIZER = DateOfBirthRecognizer
    CASES = "date_of_birth"


class TestIdentityDocument(RecognizerContract):
    RECOGNIZER = IdentityDocumentRecognizer
    CASES = "identity_document"


class TestMrz(RecognizerContract):
    RECOGNIZER = MrzRecognizer
    CASES = "mrz"


class TestTechnical(RecognizerContract):
    RECOGNIZER = TechnicalRecognizer
    CASES = "technical"


def test_doctests() -> None:
    result = doctest.testmod(twelve)
    assert result.attempted and not result.failed


FRAGMENTS = [
    " ",
    "\n",
    ": ",
    "=",
    "№ ",
    " (",
    "-",
    "\U0001f600",
    "«",
    "тел",
    "моб. ",
    "clientIIN",
    "iin",
    "карта ",
    "г.р.",
    "Қ",
]


def test_an_anchor_fires_wherever_a_changed_case_is_found() -> None:
    """The sieve's promise, on cases joined, cut, broken and shouted."""
    suites = [suite for suite in RecognizerContract.__subclasses__() if suite.__module__ == __name__]
    recognizers = [suite.RECOGNIZER() for suite in suites]
    anchors = [[re.compile(anchor, re.DOTALL) for anchor in recognizer.ANCHOR] for recognizer in recognizers]
    texts = [case.text for suite in suites for case in load_cases(suite.CASES)]
    chance = random.Random(3)
    found = 0
    for _ in range(3000):
        view = normalize(changed(chance, texts)).text
        data = view.encode("utf-8", "surrogatepass")
        for recognizer, patterns in zip(recognizers, anchors, strict=True):
            if any(recognizer.find(view)):
                found += 1
                assert any(pattern.search(data) for pattern in patterns), (recognizer.name, view)
    assert found > 1000


def changed(chance: random.Random, texts: list[str]) -> str:
    text, other = chance.choice(texts), chance.choice(texts)
    place = chance.randrange(len(text) + 1)
    return chance.choice(
        [
            text + chance.choice(FRAGMENTS) + other,
            text[:place] + chance.choice(FRAGMENTS) + text[place:],
            text[:place] + text[place + chance.randrange(1, 6) :],
            text.upper(),
            text.replace(" ", chance.choice(["_", "\u00a0", "", "  "])),
        ]
    )


@pytest.mark.parametrize("text", ["ИИН 870521******", "ЖСН: 87****300459", "iin=870521xxxxxx", "ИИН ******300459"])
def test_a_masked_iin_is_a_hint_below_what_is_reported(text: str) -> None:
    (match,) = KzIinRecognizer().find(text)
    assert (match.entity, match.score, len(text[match.start : match.end])) == ("KZ_IIN", 0.4, 12)


@pytest.mark.parametrize("text", ["ИИН ************", "карта 870521******", "ИИН 870521*****", "ИИН 8705xx21******"])
def test_other_masks_are_none(text: str) -> None:
    assert not list(KzIinRecognizer().find(text))
