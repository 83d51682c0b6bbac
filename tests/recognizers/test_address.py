"""Addresses: cases, contract, and what columns of them look like."""

from __future__ import annotations

import pytest

from derbes.recognizers.address import AddressRecognizer, looks_like_address
from derbes.recognizers.places import cities, fold, places
from tests.contracts.recognizer import RecognizerContract


class TestAddress(RecognizerContract):
    RECOGNIZER = AddressRecognizer
    CASES = "address"


@pytest.mark.parametrize(
    "value", ["Абая 10-5", "г. Алматы, ул. Абая, д. 10", "ул. Толе би 59", "Сәтбаев көшесі 22-үй", "мкр Самал-2, 33"]
)
def test_a_cell_of_an_address_column(value: str) -> None:
    assert looks_like_address(value) >= 0.5


@pytest.mark.parametrize(
    "value", ["", "Алматы", "Иванов Иван", "2024-05-01", "10.0.0.5", "Заказ оплачен", "ТОО «Ромашка»", "x" * 400]
)
def test_a_cell_of_another_column(value: str) -> None:
    assert looks_like_address(value) < 0.5


def test_places_know_both_languages_under_one_key() -> None:
    assert fold("Қарағанды") in cities()
    assert fold("Qaraǵandy") == "qaragandy"
    assert fold("Бесағаш") in places()
