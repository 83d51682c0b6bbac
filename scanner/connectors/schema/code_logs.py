"""Log statements of PHP, Ruby and JavaScript, by syntax tree: which names of data go into the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from derbes.scanner.connectors.schema.base import Defined, Item, defined
from derbes.scanner.connectors.schema.logs import KEYS_IN_TEXT, LEVELS, LOGGERS, MASKS, log_of
from derbes.scanner.connectors.schema.trees import (
    CALLS,
    MAPS,
    STRINGS,
    Step,
    chain,
    language_of,
    last_word,
    line,
    pairs,
    parts_of,
    root_of,
    text,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTIONS = frozenset({"error_log", "syslog", "trigger_error", "wp_debug_log", "watchdog"})
_GETTER = re.compile(r"^(?:get|input|post|query|param|fetch|dig|string|validated|only|compact)_?(?=[A-Z\W]|$)")
# Calls that hand on what they are called on.
_SAME = frozenset(
    "to_s inspect to_json toString toJSON trim strip downcase upcase toLowerCase toUpperCase value".split()
)
_MEMBERS = frozenset(
    "member_expression member_access_expression nullsafe_member_access_expression"
    " scoped_property_access_expression".split()
)
_VARIABLES = frozenset("variable_name identifier shorthand_property_identifier instance_variable".split())
_SUBSCRIPTS = frozenset({"subscript_expression", "element_reference"})
_CODE = frozenset(
    {"function_expression", "arrow_function", "anonymous_function", "class_declaration", "class", "comment"}
)


def read_code_logs(content: str, path: str) -> Iterator[Item]:
    """One definition for each file, a field for each datum that a statement writes down."""
    found: dict[tuple[str, int], Defined] = {}
    for step in _records(root_of(content, language_of(path))):
        at = line(step.node)
        for name in _written(step):
            found.setdefault((name, at), defined("log", name, at))
    yield from log_of(found)


def _records(root: Node) -> Iterator[Step]:
    """Calls that write a record, wherever they stand."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type not in CALLS:
            stack += reversed(node.children)
            continue
        found = chain(node)
        before = [found.root.lstrip("$@\\")]
        for step in found.steps:
            named = step.name.lower() in LEVELS and any(LOGGERS.fullmatch(name) for name in before)
            if named or (step.name in _FUNCTIONS and before == [""]):
                yield step
            before.append(step.name)
        stack += reversed(parts_of(node, found))


def _written(step: Step) -> Iterator[str]:
    """Names whose values are written; what goes through a masking function is not."""
    stack = [*step.args, *step.named.values(), *([step.block] if step.block is not None else ())]
    yield from (key for key, value in step.named.items() if key and not _masked(value))
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in CALLS:
            names, inner = _called(node)
            yield from names
            stack += inner
        elif kind in _MEMBERS or kind in _VARIABLES:
            yield last_word(node)
        elif kind in _SUBSCRIPTS:
            yield text(node.named_children[-1]) or last_word(node.named_children[0])
        elif kind in MAPS:
            for key, value in pairs(node):
                if not _masked(value):
                    yield key
                    stack.append(value)
            stack += (child for child in node.named_children if child.type in _VARIABLES)
        elif kind in STRINGS:
            yield from KEYS_IN_TEXT.findall((node.text or b"")[:2000].decode("utf-8", "replace"))
            stack += node.named_children
        elif kind not in _CODE or node is step.block:
            stack += node.named_children


def _called(node: Node) -> tuple[list[str], list[Node]]:
    """What a call within a record hands on: names of the data that it fetches, and what else to look at."""
    found = chain(node)
    if any(MASKS.search(step.name) for step in found.steps):
        return [], []
    steps = found.steps
    while len(steps) > 1 and steps[-1].name in _SAME:
        steps = steps[:-1]
    last = steps[-1]
    if _GETTER.match(last.name):
        given = [name for number in range(len(last.args)) if (name := last.text(number))]
        own = last.name.removeprefix("get").lstrip("_") if last.name.startswith("get") else ""
        return [*given, own] if own else given, []
    if last.args or last.block is not None:
        return [], last.args
    return [last.name if last.name not in _SAME or not found.root else _word(found.root)], []


def _masked(node: Node) -> bool:
    return node.type in CALLS and any(MASKS.search(step.name) for step in chain(node).steps)


def _word(code: str) -> str:
    found: list[str] = re.findall(r"\w+", code[-100:])
    return found[-1] if found else ""
