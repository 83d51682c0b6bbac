"""Recognizers of numbers keep the contract and their cases."""

from __future__ import annotations

import doctest

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
