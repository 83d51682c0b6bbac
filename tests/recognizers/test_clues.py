"""Words that are evidence of a name, in whole buffers and one by one; the ways of the sieve against each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.recognizers.clues import ClueWords
from derbes.recognizers.dfa import Dfa

WORDS = st.sampled_from(
    "Асель Оспанова Қайрат ОШИБКА Ошибка файла Санкт-Петербург «Абай» Ivan Ямал1 Әсел ё Ұлан x Д'Арк 7Ерлан".split()
)
LINES = st.lists(st.lists(st.one_of(WORDS, st.text("аАқҚ-' x", max_size=5)), max_size=5).map(" ".join), max_size=6)


@settings(max_examples=200, deadline=None)
@given(lines=LINES)
def test_lines_of_a_buffer_are_the_lines_that_fire(lines: list[str]) -> None:
    words = ClueWords()
    encoded = [line.encode() for line in lines]
    buffer = b"\n".join(encoded)
    found = {buffer[start:end] for start, end in words.lines(buffer, 0, len(buffer))}
    assert found == {line for line in encoded if words.fires(line)}


@pytest.mark.parametrize(
    ("text", "fires"),
    [("Звонила Асель", True), ("ОСПАНОВА", True), ("Ошибка при чтении", False), ("asel", False), ("", False)],
)
def test_what_is_evidence(text: str, fires: bool) -> None:
    assert ClueWords().fires(text.encode()) is fires


GROUPS = [[rb"(?:^|[^0-9])[0-9]{4}(?:[^0-9]|$)"], [rb"code[^0-9]*[0-9]", rb"x+y"], [rb"\s[a-z]{3}\s|^end"], []]


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.text("0123code xyend ", max_size=14), max_size=8))
def test_few_and_many_automata_pick_the_same_lines(lines: list[str]) -> None:
    buffer = "\n".join(lines).encode()
    dfa = Dfa(GROUPS)
    few, many = dfa.lines(buffer, 0, len(buffer)), dfa.lines_of_prose(buffer, 0, len(buffer))
    assert [line[:2] for line in few] == [line[:2] for line in many]
    picked = {buffer[start:end] for start, end, _ in few}
    assert all(line.encode() in picked for line in lines if dfa.bits(line.encode()))
