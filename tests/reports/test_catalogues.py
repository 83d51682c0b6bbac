"""The catalogues: every message in three languages with the same parameters, compiled from what stands in the text."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from derbes.reports import REPORTS, i18n, open_report
from tests.reports.outcomes import clean, outcome

ROOT = Path(__file__).parents[2]
LANGUAGES = ["kk", "en"]
CYRILLIC = re.compile("[а-яё]")
KAZAKH = re.compile("[әғқңөұүһі]")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("derbes_messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_untranslated(messages: ModuleType, lang: str) -> None:
    table = messages.read(lang)
    found = messages.messages()
    assert len(found) > 500
    assert {text: file for text, file in found.items() if text not in table} == {}, "python tools/messages.py update"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_compiled_catalogue_is_fresh(messages: ModuleType, lang: str) -> None:
    compiled = ROOT / "reports" / "locale" / lang / "LC_MESSAGES" / "derbes.mo"
    assert compiled.read_bytes() == messages.compiled(lang), "python tools/messages.py update"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_translations_have_the_parameters_of_the_original(messages: ModuleType, lang: str) -> None:
    for text, translated in messages.read(lang).items():
        assert sorted(re.findall(r"\{\w*\}", text)) == sorted(re.findall(r"\{\w*\}", translated)), text
        assert text.count("\n") == translated.count("\n"), text
        assert text[:1].isspace() == translated[:1].isspace(), text


def test_each_language_is_its_own(messages: ModuleType) -> None:
    english, kazakh = messages.read("en"), messages.read("kk")
    assert not [text for text in english.values() if CYRILLIC.search(text)]
    assert [text for text in kazakh.values() if KAZAKH.search(text)] > [""] * 400
    same = [text for text, translated in kazakh.items() if text == translated]
    assert len(same) < 25, same


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reports_ask_for_no_message_that_the_catalogue_lacks(
    messages: ModuleType, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    asked: set[str] = set()

    class Listening:
        def gettext(self, message: str) -> str:
            asked.add(message)
            return message

    monkeypatch.setattr(i18n, "catalogue", lambda _lang: Listening())
    for name in REPORTS:
        for result in (outcome(), clean()):
            open_report(name, lang).render(result)
    known = set(messages.read(lang))
    fixture = {"нет права SELECT: {table}", "выдать {table}"}
    assert {text for text in asked if CYRILLIC.search(text)} - known - fixture == set()


@pytest.mark.parametrize(
    ("number", "ru", "kk", "en"),
    [
        (1, "1 год", "1 жыл", "1 year"),
        (2, "2 года", "2 жыл", "2 years"),
        (5, "5 лет", "5 жыл", "5 years"),
        (11, "11 лет", "11 жыл", "11 years"),
        (21, "21 год", "21 жыл", "21 years"),
        (112, "112 лет", "112 жыл", "112 years"),
        (1200, "1\u202f200 лет", "1\u202f200 жыл", "1,200 years"),
    ],
)
def test_numbers_bend_words(number: int, ru: str, kk: str, en: str) -> None:
    for lang, text in (("ru", ru), ("kk", kk), ("en", en)):
        assert i18n.count(number, "год", "года", "лет", lang) == text


@pytest.mark.parametrize(
    ("iso", "ru", "en"),
    [
        ("P5Y", "5 лет", "5 years"),
        ("P1Y6M", "1 год 6 месяцев", "1 year 6 months"),
        ("P90D", "90 дней", "90 days"),
        ("P2W", "2 недели", "2 weeks"),
        ("P", "P", "P"),
        ("soon", "soon", "soon"),
        (None, "", ""),
    ],
)
def test_periods_are_words(iso: str | None, ru: str, en: str) -> None:
    assert i18n.period(iso, "ru") == ru
    assert i18n.period(iso, "en") == en
