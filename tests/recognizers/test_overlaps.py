"""Where two recognizers claim the same characters, the better reading wins."""

from __future__ import annotations

import pytest

from derbes.recognizers.analyzer import Analyzer
from derbes.recognizers.registry import load_recognizers


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(load_recognizers())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("почта 7011234567@mail.ru", {"7011234567@mail.ru": "EMAIL_ADDRESS"}),
        ("карта 4400 4301 2345 6781", {"4400 4301 2345 6781": "CREDIT_CARD"}),
        ("дата рождения 21.05.1987", {"21.05.1987": "DATE_OF_BIRTH"}),
        ("г. Алматы, ул. Абая, д. 10, кв. 5", {"г. Алматы, ул. Абая, д. 10, кв. 5": "ADDRESS"}),
        ("ИП Сагындыкова А.К.", {"Сагындыкова А.К.": "PERSON"}),
        ("ИИК KZ84722C000012345678", {"KZ84722C000012345678": "KZ_IBAN"}),
        ("ТОО «Нурлан», БИН 180340012346", {"ТОО «Нурлан»": "ORGANIZATION", "180340012346": "KZ_BIN"}),
        ("удостоверение № 045678912, ИИН 870521300459", {"045678912": "KZ_ID_CARD", "870521300459": "KZ_IIN"}),
        (
            "IDKAZ0456789126870521300459<<<\n8705219M3105205KAZ<<<<<<<<<<<8\nBEKMUKHANOV<<DAUREN<<<<<<<<<<<",
            {
                "IDKAZ0456789126870521300459<<<\n8705219M3105205KAZ<<<<<<<<<<<8\nBEKMUKHANOV<<DAUREN<<<<<<<<<<<": "MRZ",
            },
        ),
        (
            "ИП Сагындыкова А.К., г. Алматы, ул. Абая 10, тел. +7 701 123 45 67",
            {
                "Сагындыкова А.К.": "PERSON",
                "г. Алматы, ул. Абая 10": "ADDRESS",
                "+7 701 123 45 67": "PHONE_NUMBER",
            },
        ),
        (
            "ТОО «Хостинг», в лице директора Каримова Ерлана Сапаровича, действующего на основании Устава",
            {"ТОО «Хостинг»": "ORGANIZATION", "Каримова Ерлана Сапаровича": "PERSON"},
        ),
    ],
)
def test_one_reading_for_each_place(analyzer: Analyzer, text: str, expected: dict[str, str]) -> None:
    found = analyzer.analyze(text)
    assert {text[match.start : match.end]: match.entity for match in found} == expected
    assert len(found) == len(expected)
