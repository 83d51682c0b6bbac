"""Where the values of a JSON or logfmt line stand: dotted keys with offsets in the line as written.

Places are told by the line itself, token by token, so that offsets need no map.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

Span = tuple[str, int, int]
MAX_DEPTH = 64
MAX_LINE = 1 << 20  # a longer line has no fields, only the line
ANY_KEY = "{}"  # as in the paths of JSON documents

_DECODER = json.JSONDecoder(strict=False)
_JSON = re.compile(
    r'"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)|(?P<mark>[{}\[\],])|(?P<scalar>[^\s{}\[\],:"]++)', re.DOTALL
)
_LOGFMT = re.compile(
    r'(?<!\S)(?P<key>[A-Za-z_@][\w.@/-]{0,63})=(?:"(?P<quoted>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)|(?P<bare>[^\s"]*+))',
    re.DOTALL,
)
_SAFE_KEY = re.compile(r"@?[^\W\d][\w.$-]{0,63}")
_LONG_NUMBER = re.compile(r"\d{5}")


def safe_key(key: str) -> str:
    """``key`` when it looks like a name that a programmer gave, else ``{}``: keys stand in reports, and some programs
    use phone numbers or addresses as keys."""
    return key if _SAFE_KEY.fullmatch(key) and not _LONG_NUMBER.search(key) else ANY_KEY


def json_fields(line: str, start: int = 0, prefix: str = "") -> list[Span]:
    """Each scalar of the JSON that begins at ``start``: ``(dotted key, start, end)``, quotes outside.

    What is no JSON has no keys: in a line with stray quotes, or in a piece of a giant line, a value could pass for one
    and stand in a report. A string that the end of the line cuts off is forgiven; Laravel writes its traces so.
    """
    if len(line) > MAX_LINE or line[start : start + 1] not in ("{", "["):
        return []
    if not any(_is_json(line[start:] + end) for end in ("", '"}', '"}}', '"}}}')):
        return []
    return list(json_walk(line, start, prefix))


def _is_json(text: str) -> bool:
    try:
        _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def json_walk(line: str, start: int = 0, prefix: str = "") -> Iterator[Span]:
    """``json_fields`` of a line that may be cut anywhere."""
    containers: list[tuple[str, bool]] = []  # path of the container, is it an object
    path, wants_key = prefix, False
    for token in _JSON.finditer(line, start):
        mark = token["mark"]
        if mark in ("{", "["):
            containers.append((path, mark == "{"))
            wants_key = mark == "{"
            if mark == "[" and len(containers) <= MAX_DEPTH:
                path += "[]"
        elif mark == ",":
            wants_key = bool(containers) and containers[-1][1]
        elif mark:
            if len(containers) < 2:
                return
            path, wants_key = containers.pop()[0], False
        elif wants_key:
            above = containers[-1][0]
            key = safe_key(token["string"] or token["scalar"] or "")
            path = above if len(containers) > MAX_DEPTH else f"{above}.{key}" if above else key
            wants_key = False
        else:
            yield path or "line", *token.span("scalar" if token["scalar"] else "string")


def logfmt_fields(line: str) -> list[Span]:
    """``key=value key="quoted value"``: the key with the place of its value."""
    if len(line) > MAX_LINE:
        return []
    return [
        (safe_key(pair["key"]), *pair.span("bare" if pair["quoted"] is None else "quoted"))
        for pair in _LOGFMT.finditer(line)
    ]
