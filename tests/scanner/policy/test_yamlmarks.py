"""YAML with marks: what is data, what is refused, and that hostile files cost neither time nor memory."""

from __future__ import annotations

import pickle
import time

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.policy.problems import PolicyErrors, Problem, render, shown
from derbes.scanner.policy.yamlmarks import Mark, parse_document


def test_scalars_stay_what_people_mean() -> None:
    data = parse_document("a: 2.3\nb: 2026-11-30\nc: 07\nd: yes\ne: true\nf: ~\ng: 12:30\n2.10: h\n", "f").data
    assert data == {"a": "2.3", "b": "2026-11-30", "c": 7, "d": "yes", "e": True, "f": None, "g": "12:30", "2.10": "h"}


def test_marks_of_keys_and_values() -> None:
    document = parse_document("a:\n  - {b: цвет, c: [1, 22]}\n", "f")
    assert document.mark(("a", 0, "b"), key=True) == Mark(2, 6, 1)
    assert document.mark(("a", 0, "b")) == Mark(2, 9, 4)
    assert document.mark(("a", 0, "c", 1)) == Mark(2, 22, 2)
    assert document.mark(("a", 0, "missing")) == Mark(2, 5, 21)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]",
        "a: " + "[" * 60 + "]" * 60,
        "a: " + "[" * 5000,
        "\n".join(["l0: &l0 [x, x, x]", *(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9))]),
        "? [a]\n: b",
        "a: \x00",
        "a: b: c",
        "<<: 1",
        "a: 'open",
    ],
    ids=["cycle", "deep", "deeper", "bomb", "complex-key", "nul", "colon", "merge", "quote"],
)
def test_refused_in_no_time(text: str) -> None:
    started = time.process_time()
    with pytest.raises(PolicyErrors) as caught:
        parse_document(text, "policy.yml")
    assert time.process_time() - started < 5
    assert caught.value.problems[0].slug == "policy-yaml"


def test_python_tags_are_text() -> None:
    assert parse_document("a: !!python/object/apply:os.system [ls]", "f").data == {"a": ["ls"]}


def test_no_password_and_no_escape_is_shown() -> None:
    secret = "Qw7-Zx"
    for line in (
        f"target: mysql://reader:{secret}@db/x",
        f"target: mysql://reader:{secret}@{secret}@db/x",
        f"  password: {secret}",
        f'db_password = "{secret}"',
    ):
        assert secret not in shown(line)
    assert "\x1b" not in shown("\x1b[2J") and "\u202e" not in shown("\u202e")
    problem = Problem(
        "policy-key", "неизвестный ключ {name}", {"name": "\x1b[31m"}, "f", 1, 1, 1, ((1, "\x1b[31m: 1"),)
    )
    assert "\x1b" not in render([problem])


def test_shown_is_linear() -> None:
    started = time.process_time()
    for text in ("://" * 10**6, "password" * 10**5, "пароль " * 10**5):
        shown(text)
    assert time.process_time() - started < 2


def test_errors_pickle_and_are_usage_errors() -> None:
    error = PolicyErrors([Problem("policy-key", "неизвестный ключ {name}", {"name": "x"}, "f", 3, 5)])
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, UsageError) and again.problems == error.problems
    assert "f:3:5" in str(again)


def test_the_shape_of_the_text() -> None:
    text = 'a: 1\nplaces:\n  - purpose: "3.5"\n    retenshion: P1Y\n'
    document = parse_document(text, "policy/privacy.yml")
    path = ("places", 0, "retenshion")
    params = {"name": "retenshion", "suggestion": "retention"}
    problem = document.problem("policy-key", path, "неизвестный ключ {name}", key=True, **params)
    assert render([problem]) == (
        "ошибка policy-key: неизвестный ключ retenshion\n"
        "  policy/privacy.yml:4:5\n"
        '  3 │   - purpose: "3.5"\n'
        "  4 │     retenshion: P1Y\n"
        "    │     ^^^^^^^^^^ возможно, вы имели в виду retention"
    )
