"""SQL text cut into statements: by hand, in one linear pass, so that one that nobody can parse costs itself alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What may hold a semicolon that ends nothing; an opening that never closes reaches to the end of the text.
_TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|^[ \t]{0,8}\#[^\n]*|/\*.*?(?:\*/|\Z)"
    r"|'[^'\\]*(?:(?:''|\\.)[^'\\]*)*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|`[^`]*(?:`|\Z))"
    r"|(?P<dollar>\$(?:[A-Za-z_]\w{0,30})?\$)"
    r"|(?P<cut>;|^[ \t]{0,8}GO[ \t]{0,8}\r?$)"
    r"|(?P<delimiter>^[ \t]{0,8}DELIMITER[ \t][^\n]*$)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_BACK = re.compile(r"^[ \t]{0,8}DELIMITER[ \t]{1,8};[^\n]*$", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(r"COPY\s[^;]{1,20000}\sFROM\s+stdin\b", re.IGNORECASE)
_LEAD = re.compile(r"(?:\s+|--[^\n]*\n|/\*.*?\*/)+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, leading comments left out, with the 1-based line on which it begins."""

    text: str
    line: int


def statements(text: str) -> Iterator[Statement]:
    """Statements in order. ``GO`` and dollar quotes are understood; the rows of ``COPY … FROM stdin`` are no
    statements, and what stands between two ``DELIMITER`` lines (bodies of routines) is one."""
    start = at = 0
    counted, line = 0, 1
    while True:
        found = _TOKEN.search(text, at)
        if found and found["skip"] is not None:
            at = found.end()
            continue
        if found and found["dollar"]:
            close = text.find(found["dollar"], found.end())
            at = len(text) if close < 0 else close + len(found["dollar"])
            continue
        end = found.start() if found else len(text)
        lead = _LEAD.match(text, start, end)
        begin = lead.end() if lead else start
        piece = text[begin:end].rstrip()
        if piece:
            line += text.count("\n", counted, begin)
            counted = begin
            yield Statement(piece, line)
        if found is None:
            return
        start = at = found.end()
        if found["delimiter"]:
            back = _BACK.search(text, at)
            start = at = back.end() if back else len(text)
        elif piece[:4].upper() == "COPY" and _COPY.match(piece):
            close = text.find("\n\\.", start)
            start = at = len(text) if close < 0 else close + 3
