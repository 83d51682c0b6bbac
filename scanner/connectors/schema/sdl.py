"""Languages of names and braces: GraphQL's schema language, Protobuf, Prisma."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derbes.scanner.connectors.schema.base import Defined, Definition, Item, defined, gathered

_OPEN = {
    "graphql": re.compile(r"\s{0,40}(?:extend\s+)?(?:type|input|interface)\s+(\w{1,100})[^{\n]{0,400}\{"),
    "protobuf": re.compile(r"\s{0,40}message\s+(\w{1,100})\s{0,10}\{"),
    "prisma": re.compile(r"\s{0,40}(?:model|type|view)\s+(\w{1,100})\s{0,10}\{"),
}
_FIELD = {
    "graphql": re.compile(
        r"\s{0,80}(?P<name>\w{1,100})\s?(?P<args>\([^)\n]{0,1000}\))?\s?:\s?\[{0,2}(?P<type>\w{1,100})"
    ),
    "protobuf": re.compile(
        r"\s{0,80}(?:optional\s+|repeated\s+|required\s+)?(?P<type>[\w.]{1,100})\s+(?P<name>\w{1,100})\s?=\s?\d{1,10}"
    ),
    "prisma": re.compile(r"\s{0,80}(?P<name>[A-Za-z]\w{0,100})\s+(?P<type>[A-Z]\w{0,100})"),
}
_ARGUMENT = re.compile(r"(\w{1,100})\s?:\s?\[?(\w{1,100})")
_SCALARS = frozenset("string int float boolean bool bytes json datetime date id uuid decimal bigint".split())
_COMMENT = re.compile(r"(?://+|\#)\s?(.{1,200})$")
_BLOCK = re.compile(r'/\*.*?(?:\*/|\Z)|""".*?(?:"""|\Z)', re.DOTALL)


@dataclass(slots=True)
class _Open:
    name: str
    line: int
    depth: int
    fields: dict[str, Defined]


def read_graphql(text: str, path: str) -> Iterator[Item]:
    """Types, inputs and the arguments of their fields."""
    return _read(text, "graphql")


def read_proto(text: str, path: str) -> Iterator[Item]:
    """Messages, nested ones too."""
    return _read(text, "protobuf")


def read_prisma(text: str, path: str) -> Iterator[Item]:
    """Models; fields that point to another model are left out."""
    return _read(text, "prisma")


def _read(text: str, language: str) -> Iterator[Item]:
    plain = _BLOCK.sub(lambda found: "\n" * found.group().count("\n"), text)
    models = set(re.findall(r"\b(?:model|type|view)\s+(\w{1,100})\s{0,10}\{", plain)) if language == "prisma" else set()
    stack: list[_Open] = []
    depth = 0
    said = ""
    for number, whole in enumerate(plain.split("\n"), start=1):
        comment = _COMMENT.search(whole)
        line = (whole[: comment.start()] if comment else whole)[:4000]
        opened = _OPEN[language].match(line)
        if opened:
            stack.append(_Open(opened[1], number, depth, {}))
            line_fields = line[opened.end() :]
        else:
            line_fields = line
        if stack and depth + bool(opened) == stack[-1].depth + 1:
            _fields(stack[-1], line_fields, number, language, models, comment[1] if comment else said)
        said = comment[1] if comment and not line.strip() else ""
        depth += line.count("{") - line.count("}")
        while stack and depth <= stack[-1].depth:
            yield from _closed(stack.pop(), number, language)
    for left in reversed(stack):
        yield from _closed(left, number, language)


def _fields(owner: _Open, text: str, line: int, language: str, models: set[str], comment: str) -> None:
    for part in text.split(";") if language == "protobuf" else [text]:
        found = _FIELD[language].match(part)
        if found is None or found["type"] in models or found["name"] in ("option", "reserved", "returns"):
            continue
        type_ = found["type"].lower()
        if language != "graphql" or type_ in _SCALARS or not found["args"]:
            owner.fields.setdefault(found["name"], defined(owner.name, found["name"], line, type_, comment))
        if language == "graphql" and found["args"]:
            for name, kind in _ARGUMENT.findall(found["args"]):
                full = f"{found['name']}.{name}"
                one = defined(owner.name, full, line, kind.lower())
                owner.fields.setdefault(full, one)


def _closed(owner: _Open, end: int, language: str) -> Iterator[Definition]:
    if owner.fields:
        yield Definition(name=owner.name, format=language, line=owner.line, end=end, fields=gathered(owner.fields))
