"""The table of recognizers, masks, and Presidio's own door to them."""

from __future__ import annotations

import doctest
import pickle
import subprocess
import sys

import pytest
import yaml
from presidio_analyzer import AnalyzerEngine, EntityRecognizer
from presidio_analyzer.nlp_engine import NlpEngine, SpacyNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from derbes.recognizers import masks, registry
from derbes.recognizers.masks import mask


def nlp_engine() -> NlpEngine:
    import spacy

    engine = SpacyNlpEngine(models=[{"lang_code": "ru", "model_name": "ru"}])
    engine.nlp = {"ru": spacy.blank("ru")}
    return engine


@pytest.fixture(scope="module")
def engine() -> AnalyzerEngine:
    provided = RecognizerRegistryProvider(conf_file=str(registry.presidio_conf())).create_recognizer_registry()
    return AnalyzerEngine(registry=provided, nlp_engine=nlp_engine(), supported_languages=["ru"])


def test_table_is_alphabetical_and_says_what_classes_yield() -> None:
    assert list(registry.RECOGNIZERS) == sorted(registry.RECOGNIZERS)
    for name, (module, entities) in registry.RECOGNIZERS.items():
        loaded = registry.recognizer_class(name)
        assert loaded.__module__ == module
        assert set(loaded.ENTITIES) == set(entities)


def test_names_are_not_those_of_presidio() -> None:
    ours = set(registry.RECOGNIZERS)
    code = (
        "import presidio_analyzer.predefined_recognizers as p; from presidio_analyzer import EntityRecognizer as E;"
        "print(*[n for n in dir(p) if isinstance(getattr(p, n), type) and issubclass(getattr(p, n), E)])"
    )
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "EmailRecognizer" in theirs
    assert not ours & set(theirs)


def test_load_only_what_is_asked_for() -> None:
    names = [recognizer.name for recognizer in registry.load_recognizers(["KZ_IIN", "PHONE_NUMBER"])]
    assert names == ["KzIinRecognizer", "PhoneNumberRecognizer"]
    with pytest.raises(ValueError, match="KZ_NOTHING"):
        registry.load_recognizers(["KZ_NOTHING"])


def test_yaml_lists_the_table() -> None:
    listed = yaml.safe_load(registry.presidio_conf().read_text(encoding="utf-8"))["recognizers"]
    assert [entry["name"] for entry in listed] == list(registry.RECOGNIZERS)


def test_stock_analyzer_engine(engine: AnalyzerEngine) -> None:
    text = "ИИН 870521300459, тел. +7 701 123 45 67, почта zhanar.a@mail.kz, уд. личности № 045678912"
    found = {text[r.start : r.end]: r.entity_type for r in engine.analyze(text, language="ru", score_threshold=0.5)}
    assert found["870521300459"] == "KZ_IIN"
    assert found["+7 701 123 45 67"] == "PHONE_NUMBER"
    assert found["zhanar.a@mail.kz"] == "EMAIL_ADDRESS"
    assert found["045678912"] == "KZ_ID_CARD"


def test_a_recognizer_added_by_hand_pickles() -> None:
    for recognizer in registry.load_recognizers(["KZ_IIN", "EMAIL_ADDRESS", "KZ_ID_CARD", "IP_ADDRESS"]):
        assert isinstance(recognizer, EntityRecognizer)
        assert pickle.loads(pickle.dumps(recognizer)).name == recognizer.name


def test_importing_the_package_stays_light() -> None:
    code = "import sys, derbes.recognizers; print([m for m in ('presidio_analyzer', 'spacy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        ("KZ_IIN", "870521300459"),
        ("PHONE_NUMBER", "+7 701 123-45-67"),
        ("KZ_IBAN", "KZ84722C000012345678"),
        ("PERSON", "Асель Оспанова"),
        ("EMAIL_ADDRESS", "zhanar.a@mail.kz"),
        ("EMAIL_ADDRESS", "1@xn--80a1acny.xn--80ao21a"),
        ("ADDRESS", "г. Алматы, ул. Абая 10"),
        ("ORGANIZATION", "ТОО «Нурлан»"),
        ("DATE_OF_BIRTH", "21.05.1987"),
        ("MRZ", "IDKAZ0456789126870521300459<<<"),
        ("COOKIE", "PHPSESSID=abcdef0123456789"),
        ("IP_ADDRESS", "10.0.0.5"),
        ("KZ_IIN", "12"),
        ("PERSON", ""),
    ],
)
def test_masks_show_next_to_nothing(entity: str, value: str) -> None:
    masked = mask(entity, value)
    shown = masked.replace("•", "")
    top = value.rpartition(".")[2] if entity == "EMAIL_ADDRESS" else ""
    shown = shown.removesuffix(f"@.{top}").removesuffix("@") if entity == "EMAIL_ADDRESS" else shown
    assert len(shown) <= 2
    assert len(masked) >= 3


def test_doctests() -> None:
    result = doctest.testmod(masks)
    assert result.attempted and not result.failed
