"""Log statements of other languages, by their looks: ``logger.info(…)``, ``Log::warning(…)``, ``console.log(…)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from derbes.scanner.connectors.schema.base import Defined, Definition, Item, Lines, defined

LEVELS = frozenset(
    "trace debug info notice warn warning error exception critical fatal alert emergency log verbose infof debugf warnf"
    " errorf printf println print infow debugw warnw errorw".split()
)
LOGGERS = re.compile(
    r"_?(?:[A-Za-z0-9_]{0,30}_)?(?:log|logger|logging|slog|console|syslog|get_?logger|monolog|winston|pino|bunyan|log4js|loguru|structlog)",
    re.IGNORECASE,
)
MASKS = re.compile(
    r"mask|hash|redact|anonym|obfuscat|sha\d|md5|^len$|^bool$|count|sizeof|exists|isset|empty", re.IGNORECASE
)
# phone=%s, "phone": … within the text of a record: the value follows.
KEYS_IN_TEXT = re.compile(r"\b([A-Za-zА-Яа-я_]\w{0,40})[\"']?\s{0,2}[=:]\s{0,2}[\"']?(?:%[sdr]|\{|\$\{?|<%)")
_CALL = re.compile(
    r"(?:\$?\b[A-Za-z_]\w{0,40}(?:->|::|\.)){0,3}?\$?\b(?P<who>\w{1,40})(?:\(\))?\s?(?:->|::|\.)\s?(?P<level>[A-Za-z]{3,10})\s?\("
)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'|`(?:[^`\\]|\\.){0,2000}`")
_INSIDE = re.compile(r"\$?\{([^{}]{1,200})\}|\$(\w{1,40}(?:->\w{1,40}){0,4})")
_PATH = re.compile(
    r"[A-Za-z_]\w{0,60}(?:(?:\.|->|\?\.|::)[A-Za-z_]\w{0,60}){0,6}(?:\[[\"']\w{1,60}[\"']\])?(?P<call>\s?\()?"
)
_GETTER = re.compile(r"^(?:get|input|post|query|param)_?(?=[A-Z\W]|$)")
_LONGEST = 2000  # characters of one statement that are looked at


def read_logs(text: str, path: str) -> Iterator[Item]:
    """One definition for each file, a field for each datum that a statement writes down."""
    lines = Lines(text)
    found: dict[tuple[str, int], Defined] = {}
    done = 0
    for call in _CALL.finditer(text):
        if call.start() < done or call["level"].lower() not in LEVELS or not LOGGERS.fullmatch(call["who"]):
            continue
        line = lines.at(call.start("who"))
        arguments = _arguments(text, call.end())
        done = call.end() + len(arguments)
        for name in _written(arguments):
            found.setdefault((name, line), defined("log", name, line))
    yield from log_of(found)


def log_of(found: Mapping[tuple[str, int], Defined]) -> Iterator[Definition]:
    """The one definition of what a file writes to its log, by (name, line); none when it writes nothing."""
    if found:
        fields = tuple(found[key] for key in sorted(found, key=lambda key: (key[1], key[0])))
        first = min(line for _, line in found)
        yield Definition(name="log", format="log", line=first, fields=fields, shape="log")


def _arguments(text: str, start: int) -> str:
    depth, at = 1, start
    for at in range(start, min(len(text), start + _LONGEST)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if not depth:
                break
    return text[start:at]


def _written(arguments: str) -> Iterator[str]:
    strings = _STRING.findall(arguments)
    for string in strings:
        yield from KEYS_IN_TEXT.findall(string)
        for braces, plain in _INSIDE.findall(string):
            yield from _names(braces or plain)
    yield from re.findall(r"[\"']([A-Za-z_]\w{0,40})[\"']\s{0,3}(?:=>|:)", arguments)
    keyed = re.sub(r"\[\s?[\"'](\w{1,60})[\"']\s?\]", r".\1", arguments)
    yield from _names(_STRING.sub('""', keyed))


def _names(code: str) -> Iterator[str]:
    masked = 0
    for path in _PATH.finditer(code):
        if path.start() < masked:
            continue
        words = re.findall(r"\w+", path.group())
        if path["call"]:
            if MASKS.search(words[-1]):
                masked = path.end() + len(_arguments(code, path.end()))
            elif _GETTER.match(words[-1]) and len(words[-1]) > 3:
                yield words[-1][3:]
        else:
            yield words[-1]
