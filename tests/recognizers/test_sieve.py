"""Lines of the sieve: each line once, whatever its anchors reach over."""

from __future__ import annotations

import pytest

from derbes.recognizers.sieve import Sieve


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
@pytest.mark.parametrize("end", [b"\n", b"\n\n", b"\r\n", b"\nnext\n", b""])
def test_an_anchor_that_takes_the_newline_along_fires_its_line_once(engine: str, end: bytes) -> None:
    if engine == "hyperscan":
        pytest.importorskip("hyperscan")
    sieve = Sieve([[rb"code"], [rb"\d{4}(?:[^\d]|$)"]], engine)
    buffer = b"first\ncode 1234" + end
    fired = list(sieve.lines(buffer))
    assert [buffer[start:stop].rstrip() for start, stop, _ in fired] == [b"code 1234"]
    assert fired[0][2] == 0b11


def test_neighbouring_lines_stay_apart() -> None:
    sieve = Sieve([[rb"\d{4}[^\d]"], [rb"code"]])
    buffer = b"1234\ncode\n5678\n"
    assert [(buffer[start:stop], bits) for start, stop, bits in sieve.lines(buffer)] == [
        (b"1234", 1),
        (b"code", 2),
        (b"5678", 1),
    ]
