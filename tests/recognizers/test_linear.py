"""Time grows with the length of the text and no faster, for each recognizer and for all of them together.

Ratios within one run, not seconds: a text four times as long may take four times as long, never sixteen.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from derbes.recognizers.analyzer import Analyzer
from derbes.recognizers.base import TextRecognizer
from derbes.recognizers.registry import RECOGNIZERS, recognizer_class

MILLION = 1_000_000
FOURFOLD = 9.0  # linear: 4, quadratic: 16
TOO_SHORT = 0.08  # seconds below which a clock says nothing
HOSTILE = {
    "digits": "7",
    "dots": ".",
    "spaces": " ",
    "letters": "а",
    "mixed": "7. а-",
    "words": "Аа 7, ",
    "lines": "а\n7\n",
}
# What every recognizer finds something in: the cost of many findings in one text.
DENSE = (
    "ИИН 870521300459, тел. +7 701 123-45-67, a.ospanova@mail.kz, Асель Оспанова, г. Алматы, ул. Абая 10, кв. 5, "
    "ТОО «Нурлан», БИН 180340012346, KZ84722C000012345678, уд. личности № 045678912, р. 21.05.1987. "
)
NAMES = "Асель Оспанова звонила. "


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer([recognizer_class(name)() for name in RECOGNIZERS])


def seconds(read: Callable[[str], Any], text: str) -> float:
    began = time.process_time()
    read(text)
    return time.process_time() - began


def growth(read: Callable[[str], Any], unit: str, size: int) -> float:
    """How many times longer a text of ``size`` takes than a quarter of it: the best of three."""
    text = unit * (size // len(unit))
    quarter = text[: len(text) // 4]
    ratios = []
    for _ in range(3):
        short, long = seconds(read, quarter), seconds(read, text)
        if long < TOO_SHORT:
            return 1.0
        ratios.append(long / max(short, TOO_SHORT / 4))
        if ratios[-1] < FOURFOLD:
            break
    return min(ratios)


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", RECOGNIZERS)
def test_a_recognizer_on_a_million_characters(name: str, unit: str) -> None:
    recognizer: TextRecognizer = recognizer_class(name)()
    assert growth(recognizer.find_in_views, unit, MILLION) < FOURFOLD


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_all_of_them_on_a_million_characters(analyzer: Analyzer, unit: str) -> None:
    assert growth(analyzer.analyze, unit, MILLION) < FOURFOLD


@pytest.mark.parametrize("name", RECOGNIZERS)
def test_many_findings_in_one_text(name: str) -> None:
    recognizer: TextRecognizer = recognizer_class(name)()
    assert growth(recognizer.find_in_views, DENSE, 200_000) < FOURFOLD


def test_many_names_in_one_text() -> None:
    assert growth(recognizer_class("NameRecognizer")().find_in_views, NAMES, 400_000) < FOURFOLD


def test_many_findings_of_all_of_them(analyzer: Analyzer) -> None:
    assert growth(analyzer.analyze, DENSE, 200_000) < FOURFOLD


def test_no_recognizer_opens_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a recognizer opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in RECOGNIZERS:
        recognizer_class(name)().find_in_views(DENSE)
