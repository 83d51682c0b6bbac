"""Organisations: cases, contract, and what columns of them look like."""

from __future__ import annotations

import pytest

from derbes.recognizers.organization import OrganizationRecognizer, looks_like_organization
from tests.contracts.recognizer import RecognizerContract


class TestOrganization(RecognizerContract):
    RECOGNIZER = OrganizationRecognizer
    CASES = "organization"


@pytest.mark.parametrize(
    "value",
    ["ТОО Ромашка", "«Алтын Дән» ЖШС", "Altyn Dan LLP", "ИП САГЫНДЫКОВА А.К.", "АО Казпочта", "Romashka Trade, Inc."],
)
def test_a_cell_of_a_column_of_organisations(value: str) -> None:
    assert looks_like_organization(value) >= 0.5


@pytest.mark.parametrize(
    "value", ["", "Алматы", "Иванов Иван", "2024-05-01", "ТОО", "г. Алматы, ул. Абая, 10", "x" * 500]
)
def test_a_cell_of_another_column(value: str) -> None:
    assert looks_like_organization(value) < 0.5
