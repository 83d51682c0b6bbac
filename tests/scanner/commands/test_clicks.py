"""What click says is said in three languages, wherever ``--lang`` stands; help, too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from derbes.scanner.cli import COMMANDS
from derbes.scanner.commands.clicks import WORDS, language_in
from derbes.scanner.commands.recognizers import ABOUT
from tests.world import derbes

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
# Where click speaks to those who program with it, or of what derbes does not use.
SILENT = re.compile(
    r"DeprecationWarning|deprecated|declarations?|decl!r|No options defined|defined twice|Windows|editor|colour|stream|"
    r"Bash|UUID|boolean|filename|Press any key|Repeat for|two entered|Do you want|Confirm the|dynamic|file$|directory$|"
    r"path$|Choice\(|iterable|values? (?:are|but)|unknown error|Invalid start|version %|param_type|invalid input|"
    r"formats"
)


def test_every_message_that_click_may_say_is_translated() -> None:
    said = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                said |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    assert "No such command {name!r}." in said
    assert sorted(text for text in said - set(WORDS) if len(text) > 1 and not SILENT.search(text)) == [
        "(Did you mean one of: {possibilities}?)",  # said in our own way
        "Did you mean {possibility}?",
        "Try '{command} {option}' for help.",
    ]


MISTAKES = {
    "chek": ("нет команды chek. Возможно, check?", "no such command: chek. Did you mean check?"),
    "check --fromat": ("нет параметра --fromat. Возможно, --format?", "Did you mean --format?"),
    "check --jobs x": ("недопустимое значение '--jobs': x: нужно число", "invalid value of '--jobs': x"),
    "check --fail-on majr": ("здесь возможны 'critical'", "must be one of 'critical'"),
    "check . -o": ("параметру -o нужно значение", "option -o needs a value"),
    "explain": ("не указан аргумент 'ID'", "missing argument 'ID'"),
    "accept DRB-0": ("не указан параметр '--reason'", "missing option '--reason'"),
    "accept DRB-0 --reason a --until b": ("дата пишется так: 2026-11-30", "a date is written like this"),
    "diff a b c": ("лишний аргумент (c)", "unexpected argument (c)"),
    "policy chek": ("нет команды chek. Возможно, check", "no such command: chek"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_in_the_language_asked_for(line: str) -> None:
    russian, english = MISTAKES[line]
    plain = derbes(*line.split())
    assert plain.code == 2
    assert russian in plain.err
    command, *rest = line.split()
    for ran in (derbes("--lang", "en", command, *rest), derbes(command, "--lang=en", *rest)):
        assert ran.code == 2
        assert not CYRILLIC.search(ran.err), ran.err
        assert english in ran.err
    kazakh = derbes("--lang", "kk", *line.split())
    assert kazakh.err.startswith("қате usage")
    assert kazakh.err != plain.err


def test_the_language_is_found_wherever_it_stands() -> None:
    assert language_in(["--lang", "en", "check"]) == "en"
    assert language_in(["check", "x", "--lang=kk"]) == "kk"
    assert language_in(["check", "--", "--lang", "en"]) is None
    assert language_in(["check", "--lang"]) is None
    assert language_in(["check", "--lang", "de"]) is None
    assert language_in(["--language", "en"]) is None
    assert derbes("--lang", "de", "check").code == 2


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_is_in_english_when_asked_for(name: str) -> None:
    ran = derbes(name, "--help", "--lang", "en")
    assert ran.code == 0
    assert ran.out.startswith("Usage: derbes")
    assert not CYRILLIC.search(ran.out), ran.out
    assert "Использование: derbes" in derbes(name, "--help").out


def test_help_of_the_whole_and_of_nothing() -> None:
    assert not CYRILLIC.search(derbes("--help", "--lang", "en").out)
    assert "Қолданылуы: derbes" in derbes("--lang", "kk", "--help").out
    for line in ((), ("policy",), ("place",)):
        ran = derbes(*line)
        assert ran.code == 2
        assert ran.err.startswith("Использование: derbes")
        assert "\\x0a" not in ran.err


def test_recognizers_are_described_in_three_languages() -> None:
    from derbes.recognizers.registry import load_recognizers

    assert {recognizer.name for recognizer in load_recognizers()} <= set(ABOUT)
    english = derbes("recognizers", "--lang", "en")
    assert english.code == 0
    assert not CYRILLIC.search(english.out)
    assert "почтовые адреса" in derbes("recognizers").out
    assert "пошталық мекенжайлар" in derbes("--lang", "kk", "recognizers").out


def test_a_language_once_used_does_not_stay() -> None:
    before = derbes("scan", "--help").out
    derbes("scan", "--help", "--lang", "en")
    assert derbes("scan", "--help").out == before
