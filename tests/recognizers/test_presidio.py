"""The recognizers in a stock Presidio: the snippet of the README, engines without a model, no network, linear time."""

from __future__ import annotations

import pickle
import re
import time
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine, NoOpNlpEngine, SpacyNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from derbes.recognizers.base import TextRecognizer
from derbes.recognizers.registry import RECOGNIZERS, load_recognizers, presidio_conf, recognizer_class

README = Path(__file__).parents[2] / "README.md"
TEXT = (
    "Клиент Оспанова Жанар Ермековна, ИИН 870521300459, тел. +7 701 123 45 67, zhanar.a@mail.kz, "
    "г. Алматы, ул. Абая, д. 10, кв. 5; ТОО «Алтын Дән», БИН 180340012346, ИИК KZ84722C000012345678"
)
EXPECTED = {
    "Оспанова Жанар Ермековна": "PERSON",
    "870521300459": "KZ_IIN",
    "+7 701 123 45 67": "PHONE_NUMBER",
    "zhanar.a@mail.kz": "EMAIL_ADDRESS",
    "г. Алматы, ул. Абая, д. 10, кв. 5": "ADDRESS",
    "ТОО «Алтын Дән»": "ORGANIZATION",
    "180340012346": "KZ_BIN",
    "KZ84722C000012345678": "KZ_IBAN",
}


@pytest.fixture(autouse=True)
def _no_network() -> Any:
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


def _blank(model: str) -> NlpEngine:
    engine = SpacyNlpEngine(models=[{"lang_code": "ru", "model_name": model}])
    engine.nlp = {"ru": spacy.blank(model)}
    return engine


def _no_op() -> NlpEngine:
    engine = NoOpNlpEngine(models=[{"lang_code": "ru", "model_name": "none"}])
    engine.load()
    return engine


def _found(engine: AnalyzerEngine) -> dict[str, str]:
    results = engine.analyze(TEXT, language="ru", score_threshold=0.5)
    return {TEXT[result.start : result.end]: result.entity_type for result in results}


@pytest.mark.parametrize("nlp", [lambda: _blank("ru"), lambda: _blank("xx"), _no_op], ids=["ru", "xx", "no-op"])
@pytest.mark.parametrize("source", ["python", "yaml"])
def test_everything_is_found_without_a_language_model(nlp: Any, source: str) -> None:
    if source == "yaml":
        registry = RecognizerRegistryProvider(conf_file=str(presidio_conf())).create_recognizer_registry()
    else:
        registry = RecognizerRegistry(recognizers=load_recognizers(), supported_languages=["ru"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp(), supported_languages=["ru"])
    assert EXPECTED.items() <= _found(engine).items()


def test_the_snippet_of_the_readme_runs() -> None:
    snippet = re.search(r"```python\n(.*?load_recognizers.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert snippet, "README shows no snippet for Presidio"
    names: dict[str, Any] = {}
    exec(snippet[1], names)
    assert EXPECTED.items() <= _found(names["engine"]).items()


@pytest.mark.parametrize("name", RECOGNIZERS)
def test_each_recognizer_works_alone(name: str) -> None:
    recognizer = recognizer_class(name)()
    copy = pickle.loads(pickle.dumps(recognizer))
    ours = recognizer.analyze(TEXT, list(recognizer.ENTITIES))
    theirs = copy.analyze(TEXT, list(copy.ENTITIES), None)
    assert [(r.start, r.end, r.entity_type) for r in ours] == [(r.start, r.end, r.entity_type) for r in theirs]
    assert recognizer.COUNTRY_CODE in ("kz", None)


@pytest.mark.parametrize("unit", ["7", ".", " ", "а", "А. ", "7 ", "Аа ", "a@b."], ids=repr)
@pytest.mark.parametrize("name", [name for name in RECOGNIZERS if name != "NerRecognizer"])
def test_time_grows_with_the_text_and_not_faster(name: str, unit: str) -> None:
    # The best of three, each by a new recognizer: others may be busy, and what was read once may be remembered.
    small, large = (min(_seconds(recognizer_class(name)(), unit, n) for _ in range(3)) for n in (50_000, 200_000))
    assert large < 1 or large < 8 * small, f"{small:.2f} s for 50,000 characters, {large:.2f} s for 200,000"


def _seconds(recognizer: TextRecognizer, unit: str, size: int) -> float:
    text = (unit * (size // len(unit) + 1))[:size]
    began = time.process_time()
    for _ in recognizer.find(text):
        pass
    return time.process_time() - began
