"""Views: what is hidden in a text is decoded, and each character knows where it was read."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derbes.recognizers.sieve import Sieve
from derbes.recognizers.text import ODD_CHARACTERS, View, normalize
from derbes.recognizers.views import DEPTH, VIEW_ANCHOR, views

CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһіАЙӘҚ"
words = st.text(alphabet=CYRILLIC + "abz .@5", min_size=3, max_size=20).map(lambda t: f"Ай{t}қЖ")
# No sign that an encoding could begin with or be continued by.
noise = st.text(alphabet='abcXYZ [](){}:;,"./_|', max_size=12).map(lambda t: f" {t} ")


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _nginx(text: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in text.encode())


def _octal(text: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in text.encode())


def _json(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def _html(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def _mime_b(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _mime_q(text: str) -> str:
    return "=?UTF-8?Q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


def _quoted_printable(text: str) -> str:
    return "".join(f"={byte:02X}" for byte in text.encode())


ENCODERS: list[Callable[[str], str]] = [
    _percent, quote, _nginx, _octal, _json, _html, _mime_b, _mime_q, _quoted_printable,
    lambda text: quote(_percent(text)),
    lambda text: quote(_json(text)),
    lambda text: quote(quote(_json(text))),
    lambda text: html.escape(_html(text)),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=words, before=noise, after=noise, encoder=st.sampled_from(ENCODERS))
def test_the_span_is_exactly_what_was_encoded(
    text: str, before: str, after: str, encoder: Callable[[str], str]
) -> None:
    encoded = encoder(text)
    line = before + encoded + after
    plain = normalize(text).text
    spans = {
        view.span(position, position + len(plain)) for view in views(line) if (position := view.text.find(plain)) >= 0
    }
    assert (len(before), len(before) + len(encoded)) in spans


@settings(max_examples=200, deadline=None)
@given(text=words, before=noise, after=noise)
@example(text="АйаёёқЖ", before="  ", after="  ")  # аёё alone is UTF-8 too, a Thai vowel
@example(text="Ай" + "аёё" * 6 + "қЖ", before="  ", after="  ")
def test_cp1251_in_a_url(text: str, before: str, after: str) -> None:
    text = re.sub(r"[^а-яё]", "я", text)
    encoded = "".join(f"%{byte:02x}" for byte in text.encode("cp1251"))
    decoded = views(before + encoded + after)[1]
    position = decoded.text.index(text)
    assert decoded.span(position, position + len(text)) == (len(before), len(before) + len(encoded))


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("%D0%B8%D0%B8%D0", "ии%D0"),
        ("%B8%D0%B8%D0%A8", "%B8иШ"),
        ("%B8%EB%EA%E0", "ёлка"),
        ("%D0%B8%D0%A8", "иШ"),
    ],
)
def test_utf_8_that_was_cut_is_not_cp1251(encoded: str, decoded: str) -> None:
    assert views(encoded)[1].text == decoded


@pytest.mark.parametrize("encoding", ["cp1251", "latin-1"])
@given(text=st.text(alphabet=CYRILLIC.replace("И", ""), min_size=3, max_size=12))
def test_mojibake(encoding: str, text: str) -> None:
    scrambled = "".join(bytes([byte]).decode(encoding) if byte != 0x98 else "\x98" for byte in text.encode())
    decoded = views(f"to: {scrambled} <a@b.kz>")[1]
    position = decoded.text.index(normalize(text).text)
    assert decoded.span(position, position + len(text)) == (4, 4 + len(scrambled))


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ("GET /reset?email=invented.user%40example.kz&x=1 HTTP/1.1", "invented.user@example.kz"),
        ("GET /call?to=%2B77010000000 HTTP/1.1", "+77010000000"),
        ("GET /f?name=Aigerim+Suleimenova&phone=8+701+000+00+00 HTTP/1.1", "Aigerim Suleimenova"),
        ("GET /f?name=Aigerim+Suleimenova&phone=8+701+000+00+00 HTTP/1.1", "8 701 000 00 00"),
        ("GET /f?phone=8%20701%20000%2000%2000 HTTP/1.1", "8 701 000 00 00"),
        ("GET /f?fio=Aigerim%20Suleimenova HTTP/1.1", "Aigerim Suleimenova"),
        ("GET /f?d=%7B%22iin%22%3A%22000000000000%22%7D HTTP/1.1", '"iin":"000000000000"'),
        ('request body: "{\\x22phone\\x22:\\x2277010000000\\x22}"', '"phone":"77010000000"'),
        ('{"body":"\\u003cinvented@example.kz\\u003e"}', "<invented@example.kz>"),
        ('{"text":"Заказ\\nТелефон: 77010000000"}', "\nТелефон: 77010000000"),
        ('{"text":"call\\n77010000000"}', "\n77010000000"),
        ("escape(): %u0410%u0439", "Ай"),
        ("ТОО &quot;Рога и копыта&quot;", 'ТОО "Рога и копыта"'),
        ("&amp;quot;Рога&amp;quot;", '"Рога"'),
        ("Authorization: Basic " + base64.b64encode(b"invented@example.kz:x").decode(), "invented@example.kz:x"),
        ("jwt=" + base64.urlsafe_b64encode(b'{"email":"invented@example.kz"}').decode(), '"invented@example.kz"'),
        ('{"a":"{\\"b\\":\\"\\\\u0410\\\\u0439\\"}"}', '"Ай"'),
        ("=?koi8-r?B?" + base64.b64encode("Айгерим".encode("koi8-r")).decode() + "?=", "Айгерим"),
        ("=?UTF-8?Q?=D0=90_=D0?= =?UTF-8?Q?=B9?=", "А й"),  # mailers cut letters in two
        ("emoji \\ud83d\\ude00 and \\u0410\\u0439", "😀 and Ай"),
    ],
)  # fmt: skip
def test_what_logs_hide(line: str, hidden: str) -> None:
    assert any(hidden in view.text for view in views(line))


@pytest.mark.parametrize(
    "line",
    [
        '203.0.113.7 - - [22/Nov/2026:10:00:00 +0500] "GET /a%20b/c%2Fd.png?x=1&y=2 HTTP/1.1" 200 5 "-" "Mozilla/5.0"',
        '"GET /search?q=free%20hosting&ref=https%3A%2F%2Fexample.kz%2F HTTP/1.1" 200 17',
        '{"message":"line one\\n  line two \\"quoted\\" https:\\/\\/example.kz\\/","level":"info"}',
        "C:\\work\\new\\table.txt",
        "Обычный русский текст: ТРЁХ РЁБЕР, Сірә, Уіл; скидка 20 % & больше",
        "if a == b && c != d: x = y + z",
    ],
)
def test_plain_lines_cost_nothing(line: str) -> None:
    assert len(views(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "%D0",
        "%D0%90%D0",
        "%FF%FE",
        "\\ud800",
        "&#xD800;",
        "&#99999999;",
        "=?zlib?B?eJwDAAAAAAE=?=",
        "=?utf-8?B?%%%?=",
        "=?nonsense?Q?=D0=90?=",
        "eyJ!!!! eyJhhhhhhhhhhhhh",
        "\ud83d %D0%90",
    ],
)
def test_broken_encodings_are_survived(line: str) -> None:
    for view in views(line):
        if view.text:
            start, end = view.span(0, len(view.text))
            assert 0 <= start < end <= len(line)
        if "\ud83d" not in line:
            view.text.encode()  # no lone surrogate was made up


FRAGMENTS = [
    "%D0%90",
    "%40",
    "%2B7",
    "%20",
    "\\u0410",
    "\\n",
    "\\x40",
    "&quot;",
    "&amp;",
    "=?utf-8?Q?=41?=",
    "a+b",
    "=",
    "?q=",
    "Ай",
    "7010000",
    "Name",
    "name",
    "@",
    "́",
    "РђР№Рі",
    "ÐÑÐ",
    "\\320\\220",
    "eyJhIjoxfQ1234",
    '"',
    "701%20123",
    ".%20Ab",
]
fragments = st.lists(st.sampled_from([*FRAGMENTS, " ", "\u00a0", *ODD_CHARACTERS[:20]]), max_size=12).map("".join)
SIEVES = [Sieve([VIEW_ANCHOR], engine) for engine in ("hyperscan", "re2")]


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(fragments, st.text(max_size=40)))
def test_an_anchor_fires_wherever_views_say_anything_new(text: str) -> None:
    found = views(text)
    assert 1 <= len(found) <= 1 + DEPTH
    if found != [View(text)]:
        assert all(sieve.mask(text) for sieve in SIEVES)


@settings(max_examples=200, deadline=None)
@given(text=fragments)
def test_spans_never_leave_the_text_nor_run_backwards(text: str) -> None:
    for view in views(text):
        bounds = [view.span(index, index + 1) for index in range(len(view.text))]
        assert all(0 <= start < end <= len(text) for start, end in bounds)
        assert bounds == sorted(bounds)


def test_json_escapes_agree_with_the_standard_library() -> None:
    text = "Айгерім ҚҰСАЙЫНОВА, «ТОО» + 7 701"
    line = json.dumps({"v": text})
    assert any(normalize(text).text in view.text for view in views(line))
    assert any(normalize(text).text in view.text for view in views("v=" + quote_plus(text)))


@pytest.mark.parametrize(
    "piece",
    [
        *("%", "%D0", "%2540", "\\", "\\u", "\\u0410", "=?", "=?utf-8?B?QUJD?= ", "=?utf-8?Q?a", "&#", "&quot;", "eyJ"),
        *("=a+", "=+", "Basic ", "РђР", "Р", "\\n7", "a", "7", " ", ".", "а", "\u0301", "=D0"),
    ],
)
def test_a_million_of_anything_is_read_in_linear_time(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    begin = time.process_time()
    views(text)
    assert time.process_time() - begin < 10
