"""Quoted names of organisations beside their legal form, nested quotes included: «ТОО «Торговый дом «Север»»."""

from __future__ import annotations

import re

OPENING, CLOSING = "«\"“„‟'", "»\"”“'"
LONGEST = 200  # characters of a quoted name
_QUOTE = re.compile("[«»\n]")
# Between form and quotes: ТОО СК «Амир», АО фирма «Рахат».
_BETWEEN = re.compile(
    r" {1,2}(?:[А-ЯЁA-ZӘІҢҒҮҰҚӨҺ]{2,6}|[Фф]ирма|[Кк]омпания|[Бб]анк|[Кк]орпорация|[Кк]онцерн|[Хх]олдинг)(?= ?[«\"“„])"
)


def quoted_right(text: str, at: int) -> int | None:
    """The end of the quoted name that begins behind ``at``, nested quotes included."""
    between = _BETWEEN.match(text, at)
    start = at = between.end() if between else at
    while start < len(text) and start - at < 3 and text[start] in " :\t":
        start += 1
    if start >= len(text) or text[start] not in OPENING:
        return None
    return _closing(text, start)


def _closing(text: str, start: int) -> int | None:
    depth, last, line = 0, None, text[start : start + LONGEST]
    for offset, char in enumerate(line):
        if char in "\n\r":
            break
        if char not in OPENING and char not in CLOSING:
            continue
        before = line[offset - 1] if offset else " "
        behind = line[offset + 1] if offset + 1 < len(line) else " "
        if char == "'" and before.isalnum() and behind.isalnum():
            continue  # an apostrophe
        if _opens(char, before, behind):
            depth += 1
        else:
            depth -= 1
            last = start + offset + 1
            if depth <= 0 or _nothing_closes(line, offset):
                break
    if last is None or not any(c.isalnum() for c in text[start:last]):
        return None
    return last


def _opens(char: str, before: str, behind: str) -> bool:
    if char in "«„‟":
        return True
    if char in {"»", "”"}:
        return False
    return not (before.isalnum() or before in ".!?)»”%+*") and (behind.isalnum() or behind in OPENING)


def _nothing_closes(line: str, offset: int) -> bool:
    """Of nested guillemets one was left out: «Торговый дом «Север», именуемое «Покупатель»."""
    following = _QUOTE.search(line, offset + 1)
    return line[offset] == "»" and (following is None or following.group() in "«\n")


def quoted_left(text: str, at: int, taken: int) -> int | None:
    """The start of the quoted name that ends before ``at``."""
    end = at
    while end > taken and at - end < 2 and text[end - 1] == " ":
        end -= 1
    if end <= taken or text[end - 1] not in CLOSING:
        return None
    depth = 0
    lowest = max(taken, end - LONGEST)
    best = None
    for position in range(end - 1, lowest - 1, -1):
        char = text[position]
        if char in "\n\r":
            break
        before = text[position - 1] if position else " "
        behind = text[position + 1]
        if char == "'" and before.isalnum() and behind.isalnum():
            continue
        if char in OPENING and position < end - 1 and _opens(char, before, behind):
            depth -= 1
            best = position
            if depth <= 0:
                break
        elif char in CLOSING:
            depth += 1
    return best if best is not None and any(c.isalnum() for c in text[best:end]) else None
