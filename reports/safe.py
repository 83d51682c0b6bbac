"""Text from outside made harmless: an escape sequence, a formula or a bidi control in a file name must not act."""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls, bidirectional overrides, line separators, lone surrogates of undecodable file names.
_SURROGATE = re.compile("[\ud800-\udfff]")
ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """``text`` with every active character written as an escape."""
    return ACTIVE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def folded(text: str) -> str:
    """Prose that people wrote over several lines, as one harmless line."""
    return printable(" ".join(text.split()))


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(text: str) -> str:
    """``text`` for a cell of a spreadsheet: no formula, no line break, no active character.

    The apostrophe in front is what spreadsheets themselves write for «this is text».
    """
    shown = printable(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.lstrip(" '\"").startswith(_FORMULA) else shown


def encodable(value: Any) -> Any:
    """Plain data with strings that UTF-8 can hold: bytes of odd file names become ``\\xNN``."""
    if isinstance(value, str):
        return _SURROGATE.sub(_escape, value)
    if isinstance(value, dict):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [encodable(item) for item in value]
    return value
