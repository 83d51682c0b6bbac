"""Text from outside made harmless: for terminals, where an escape sequence in a file name could act."""

from __future__ import annotations

import re
from typing import Any

# C0 and C1 controls, bidirectional overrides, line separators, lone surrogates of undecodable file names.
_SURROGATE = re.compile("[\ud800-\udfff]")
_ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """``text`` with every active character written as an escape."""
    return _ACTIVE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def encodable(value: Any) -> Any:
    """Plain data with strings that UTF-8 can hold: bytes of odd file names become ``\\xNN``."""
    if isinstance(value, str):
        return _SURROGATE.sub(_escape, value)
    if isinstance(value, dict):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [encodable(item) for item in value]
    return value
