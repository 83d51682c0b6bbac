"""Names: the cases, the keys and forms behind them, and the judgement of single cells."""

from __future__ import annotations

import time

import pytest

from derbes.recognizers import names
from derbes.recognizers.name_forms import fold, is_patronymic_form, is_surname_form, surname_key, unmix
from derbes.recognizers.person import PersonRecognizer, has_name_candidate
from tests.contracts.recognizer import RecognizerContract


class TestPerson(RecognizerContract):
    RECOGNIZER = PersonRecognizer
    CASES = "person"


@pytest.mark.parametrize(
    "spellings",
    [
        "Әсел Асель Asel Assel Ásel",
        "Ержан Yerzhan Erzhan Erjan",
        "Қайрат Кайрат Kairat Qairat",
        "Жанар Zhanar Janar",
        "Айгерім Айгерим Aigerim Aygerim Aigerym",
        "Шыңғыс Shyngys Şyñğys",
        "Наталья Наталия Natalya Natalia",
    ],
)
def test_one_key_for_all_scripts(spellings: str) -> None:
    assert len({fold(word) for word in spellings.split()}) == 1


def test_keys_of_different_names_differ() -> None:
    different = ["Асель", "Асхат", "Ержан", "Ерлан", "Қайрат", "Жанар", "Жанат", "Айгерим", "Айгуль"]
    assert len({fold(word) for word in different}) == len(different)


def test_mixed_scripts_are_read_in_the_script_of_most_letters() -> None:
    assert unmix("Иванoв") == "Иванов"
    assert unmix("Ospаnov") == "Ospanov"
    assert unmix("Оспан") == "Оспан"


@pytest.mark.parametrize(
    "word", ["иванов", "ивановой", "ордабаеваға", "назарбаевтың", "касымжановпен", "достоевского", "suleimenova"]
)
def test_surname_forms(word: str) -> None:
    assert is_surname_form(word)


@pytest.mark.parametrize(
    "word", ["ержанұлының", "төлегенқызы", "ермековной", "кайратовичу", "ерлан?ызы", "серік?лы", "bolatuly"]
)
def test_patronymic_forms(word: str) -> None:
    assert is_patronymic_form(word)


@pytest.mark.parametrize("word", ["ауылы", "ұлы", "количество", "result"])
def test_no_patronymic_forms(word: str) -> None:
    assert not is_patronymic_form(word)


def test_all_cases_of_a_surname_have_one_key() -> None:
    forms = ["иванов", "иванова", "ивановой", "ивановым", "ивановы", "иванову", "ивановтың"]
    assert len({surname_key(form) for form in forms}) == 1


def test_single_words() -> None:
    assert names.is_given_name("АЙГЕРИМ") and names.is_given_name("yerzhan") and names.is_given_name("Асельге")
    assert names.is_surname("Сейткалиев") and names.is_surname("Suleimenova")
    assert names.is_patronymic("Маратұлы") and names.is_patronymic("Сергеевна")
    assert not any(check("Договор") for check in (names.is_given_name, names.is_surname, names.is_patronymic))


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("Оспанов Ержан Болатұлы", 0.9, 1),
        ("ОСПАНОВ ЕРЖАН", 0.8, 1),
        ("Aigerim Suleimenova", 0.8, 1),
        ("Есенгельдин Р.Т.", 0.8, 1),
        ("Ержан", 0.5, 0.7),
        ("Сейткалиев", 0.4, 0.7),
        ("ТОО Нурлан", 0, 0),
        ("Договор 15", 0, 0),
        ("ospanov@mail.kz", 0, 0),
        ("Принято в работу", 0, 0),
        ("", 0, 0),
    ],
)
def test_a_whole_cell(value: str, least: float, most: float) -> None:
    assert least <= names.looks_like_full_name(value) <= most


def test_windows_worth_a_model() -> None:
    assert has_name_candidate("встретился с Кемпингом")
    assert not has_name_candidate("2026-01-01 ошибка подключения к базе")


def test_lists_load_quickly() -> None:
    names.gazetteer.cache_clear()
    start = time.process_time()
    names.gazetteer()
    assert time.process_time() - start < 0.5  # 0.03 s; the bound only catches a blunder on a busy machine
