"""The sieve chooses, it never loses: with it the analyzer finds what every recognizer finds on every view."""

from __future__ import annotations

import threading
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.recognizers.analyzer import Analyzer, resolve
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.clues import BulkNameRecognizer
from derbes.recognizers.person import PersonRecognizer
from derbes.recognizers.person_anchor import BORING
from derbes.recognizers.person_words import EVIDENCE, letter_of
from derbes.recognizers.registry import load_recognizers
from derbes.recognizers.sieve import Sieve
from derbes.recognizers.text import is_plain
from derbes.recognizers.views import VIEW_ANCHOR
from tests.bench.corpora import access_log, app_log, prose, sentences
from tests.contracts.cases import FOLDER

DATA = Path(__file__).parents[3] / "shared" / "data"
ENGINES = ("hyperscan", "re2", "auto")


@cache
def analyzer(engine: str, bulk: bool = False) -> Analyzer:
    """All recognizers; ``bulk``: with names as they are read in logs, by rules alone where the sample says so."""
    every = load_recognizers()
    return Analyzer([BulkNameRecognizer(3) if bulk and r.name == "NameRecognizer" else r for r in every], engine=engine)


@cache
def texts() -> list[str]:
    """Texts of all cases, in the order of the files."""
    cases = (case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8")))
    return [case["text"] for case in cases if "text" in case]


def same(engine: str, some: list[str], bulk: bool = False) -> None:
    one = analyzer(engine, bulk)
    with_sieve = one.analyze_many([(text, None) for text in some])
    for text, found in zip(some, with_sieve, strict=True):
        assert found == one.analyze_everything(text), text


def same_lines(engine: str, some: list[str], bulk: bool) -> None:
    """Lines picked out of a whole buffer, as logs are read."""
    one = analyzer(engine, bulk)
    lines = [line for text in some for line in text.split("\n")]
    buffer = "\n".join(lines).encode("utf-8", "surrogatepass")
    picked = [
        (buffer[start:end].decode("utf-8", "surrogatepass"), bits) for start, end, bits in one.sieve.lines(buffer)
    ]
    found = zip((text for text, _ in picked), one.analyze_many(picked), strict=True)
    everything = ((line, one.analyze_everything(line)) for line in lines)
    assert [(line, m) for line, m in found if m] == [(line, m) for line, m in everything if m]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("part", range(8))
def test_every_case(engine: str, part: int) -> None:
    same(engine, texts()[part::8])


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_case_as_lines_of_one_text(engine: str, bulk: bool) -> None:
    same_lines(engine, texts(), bulk)


@pytest.mark.parametrize("engine", ENGINES)
def test_logs_and_prose(engine: str) -> None:
    dice = Random(7)
    for lines in (access_log(dice, 0.3), app_log(dice, 0.3), prose(dice)):
        same(engine, list(islice(lines, 100)))


def test_real_sentences() -> None:
    """Of the corpora where they lie beside the project, else of the snippets that are part of it."""
    snippets = Path(__file__).parents[1].glob("bench/snippets*.txt")
    known = sentences(DATA) if DATA.is_dir() else (line for file in snippets for line in file.open(encoding="utf-8"))
    lines = [line for line in known if line.strip()]
    some = Random(3).sample(lines, min(len(lines), 400))
    same("hyperscan", some)
    same_lines("auto", some, bulk=True)


def test_what_rules_find_has_a_clue() -> None:
    """Reading only texts with a clue costs the rules nothing."""
    rules, bulk = PersonRecognizer(), BulkNameRecognizer()
    blind = [text for text in texts() if any(rules.find(text)) and not bulk.has_clue(text)]
    assert blind == []
    assert not bulk.has_clue("Ошибка при чтении файла: Доступ запрещён")


def _escaped(text: str, way: int) -> str:
    """One of the ways in which logs write what is not plain."""
    if way == 0:
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
    if way == 1:
        return "".join(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else char for char in text)
    if way == 2:
        return "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "replace"))
    if way == 3:
        return "".join(f"&#{ord(char)};" for char in text)
    if way == 4:
        return text.replace(" ", "\u00a0").replace("-", "\u2011")
    return "\u00ad".join(text)


ALPHABET = "0123456789 +-.,:;()@/\\%&#=\"'«»№<>|_\n\tабвгАБВГОәғқҚӘңІіaAbBeEoOkKzZUuсСеЕ"
GLUE = st.sampled_from(["", " ", "\n", ", ", "; ", " «", "=", ":", "/", "x", "я", "7", ".", "\t", "|"])
NASTY = st.lists(
    st.one_of(
        st.sampled_from(texts()),
        st.builds(_escaped, st.sampled_from(texts()), st.integers(0, 5)),
        st.text(ALPHABET, max_size=30),
        st.sampled_from(
            "OSPANOVA A.;Aigerim Ospanova;Ospanova, Aigerim;Ivan van Petrov;Mamed ogly;Linux Ivanova;И. Petrov;"
            "A.B. Ospanova;Mac Ospanova;Aсель Оспанова;Сepик Ахметов;Ánel Óspanova;INFO  Aigerim Ospanova;Windows;"
            "Петров И.И.;ул. Абая, д. 5;Ospanova A;Yu. Kim;Kim Yu.;ТОО;ИИН;тел;паспорт".split(";")
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=150, deadline=None)
@given(pieces=NASTY, glue=GLUE, cut=st.integers(0, 12))
def test_anything_that_may_be_written(engine: str, pieces: list[str], glue: str, cut: int) -> None:
    same(engine, [glue.join(pieces)[cut:]])


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=150, deadline=None)
@given(pieces=NASTY, glue=GLUE, cut=st.integers(0, 12))
def test_lines_of_anything_that_may_be_written(engine: str, pieces: list[str], glue: str, cut: int) -> None:
    same(engine, [glue.join(pieces)[cut:]], bulk=True)
    same_lines(engine, [glue.join(pieces)[cut:], *pieces], bulk=True)
    bulk = BulkNameRecognizer()
    assert all(bulk.has_clue(piece) for piece in pieces if is_plain(piece) and any(bulk.rules.find(piece)))


@pytest.mark.parametrize("recognizer", load_recognizers(), ids=lambda recognizer: recognizer.name)
def test_without_one_pattern_something_is_lost(recognizer: TextRecognizer) -> None:
    """The negative control: drop the one pattern that a text hangs on, and the comparison sees it."""
    each = Sieve([[pattern] for pattern in recognizer.ANCHOR], "re2")
    fires = ((text, each.mask(text)) for text in texts() if is_plain(text) and any(recognizer.find(text)))
    text, only = next((text, mask) for text, mask in fires if mask.bit_count() == 1)
    blind = Analyzer([recognizer], engine="re2", min_score=0)
    assert blind.analyze(text) == blind.analyze_everything(text) != []
    rest = [pattern for n, pattern in enumerate(recognizer.ANCHOR) if 1 << n != only]
    blind.sieve = Sieve([VIEW_ANCHOR, rest], "re2")
    assert blind.analyze(text) != blind.analyze_everything(text)


def test_a_recognizer_without_anchor_is_refused() -> None:
    class Blind(TextRecognizer):
        """No anchor."""

        ENTITIES = ("PERSON",)

    with pytest.raises(ValueError, match="Blind"):
        Analyzer([Blind()])


def test_words_of_logs_are_no_names() -> None:
    assert [word for word in BORING if letter_of(word) in EVIDENCE] == []
    assert all(word.isascii() and word.isalpha() and word[0].isupper() and len(word) > 1 for word in BORING)


def test_threads_share_an_analyzer() -> None:
    one, text = analyzer("hyperscan"), "ИИН 870521300459, тел. +7 701 123 45 67\n" * 200
    expected = one.sieve.hits(text.encode())
    wrong: list[object] = []

    def work() -> None:
        for _ in range(50):
            wrong.extend([found] if (found := one.sieve.hits(text.encode())) != expected else [])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_label_is_context_and_no_part_of_the_text() -> None:
    found = analyzer("hyperscan").analyze("870521300459", "ИИН")
    assert [(m.start, m.end, m.entity, m.labelled) for m in found] == [(0, 12, "KZ_IIN", True)]


def test_overlaps_are_resolved_by_rank_and_length() -> None:
    iin, phone = Match(0, 12, "KZ_IIN", 0.9, True), Match(1, 12, "PHONE_NUMBER", 0.9, True)
    inner, outer = Match(20, 25, "PERSON", 0.9), Match(18, 30, "ADDRESS", 0.6)
    assert resolve([phone, iin, inner, outer]) == [iin, outer]
    assert resolve([]) == []
