"""PHP, Ruby, JavaScript and TypeScript as syntax trees (tree-sitter), and the few questions that readers ask of them.

Nothing is run. A tree is kept even where the text is broken: what stands around the broken place is still read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser

SECONDS = 10.0  # of processor time for one file
_CHUNK = 1 << 12  # also what reading the text of one node costs
LANGUAGES = {
    "php": ("tree_sitter_php", "language_php"),
    "ruby": ("tree_sitter_ruby", "language"),
    "js": ("tree_sitter_javascript", "language"),
    "ts": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
}
STRINGS = frozenset(
    {"string", "encapsed_string", "heredoc", "nowdoc", "template_string", "simple_symbol", "heredoc_body"}
)
_PIECES = frozenset("string_content string_fragment string_value escape_sequence nowdoc_string heredoc_content".split())
CALLS = frozenset(
    "call call_expression member_call_expression nullsafe_member_call_expression scoped_call_expression"
    " function_call_expression object_creation_expression new_expression".split()
)
MAPS = frozenset({"array_creation_expression", "object", "hash"})
PAIRS = frozenset({"pair", "array_element_initializer"})
_FUNCTIONS = frozenset("anonymous_function arrow_function function_expression do_block block".split())
_FALLBACKS = frozenset(
    {"await_expression", "as_expression", "satisfies_expression", "parenthesized_expression", "argument"}
)


def language_of(path: str) -> str:
    """The language of a file by its name."""
    ending = path.lower().rpartition(".")[2]
    return {"rb": "ruby", "tsx": "tsx", "jsx": "tsx", "ts": "ts", "php": "php"}.get(ending, "js")


@cache
def _language(name: str) -> Language:
    from tree_sitter import Language

    module, function = LANGUAGES[name]
    return Language(getattr(import_module(module), function)())


def _parser(name: str) -> Parser:
    from tree_sitter import Parser

    return Parser(_language(name))


@lru_cache(maxsize=1)
def root_of(text: str, language: str) -> Node:
    """The tree of ``text``, kept until the next is asked for: several readers look at a file. Raises ``TimeoutError``
    for what takes longer than ``SECONDS``."""
    data = text.encode("utf-8", "replace")
    until = time.process_time() + SECONDS
    try:
        return (
            _parser(language)
            .parse(
                lambda offset, _: data[offset : offset + _CHUNK],
                progress_callback=lambda _offset, _error: time.process_time() > until,
            )
            .root_node
        )
    except ValueError:
        raise TimeoutError from None


def line(node: Node) -> int:
    """The 1-based line on which it begins."""
    return int(node.start_point.row) + 1


def end(node: Node) -> int:
    """The 1-based line on which it ends."""
    return int(node.end_point.row) + 1


def source(node: Node | None, most: int = 200) -> str:
    """The node's own text, for names and numbers; of longer code nothing (nested, each level would be copied again)."""
    if node is None or (node.child_count and node.end_byte - node.start_byte > 4 * most):
        return ""
    return (node.text or b"")[: 4 * most].decode("utf-8", "replace")[:most]


def plain(node: Node | None) -> Node | None:
    """``node`` without ``await``, parentheses, ``as Type``."""
    while node is not None and node.type in _FALLBACKS and node.named_children:
        node = node.named_children[-1] if node.type in ("await_expression", "argument") else node.named_children[0]
    return node


def text(node: Node | None, most: int = 60_000) -> str | None:
    """The value of a string or symbol, ``None`` for anything else. A variable within stands there by its last name, or
    by nothing where the name goes on (``{$prefix}users``)."""
    node = plain(node)
    if node is None or node.type not in STRINGS:
        return None
    if node.type == "simple_symbol":
        return source(node)[1:]
    pieces: list[tuple[bool, str]] = []
    stack = list(reversed(node.named_children))
    while stack:
        part = stack.pop()
        if part.type in _PIECES:
            pieces.append((True, source(part, most)))
        elif part.type in ("heredoc_body", "nowdoc_body"):
            stack += reversed(part.named_children)
        elif part.type not in ("heredoc_start", "heredoc_end"):
            pieces.append((False, source(part)))
    found = []
    for number, (written, piece) in enumerate(pieces):
        following = pieces[number + 1][1][:1] if number + 1 < len(pieces) else ""
        goes_on = following.isalnum() or following == "_"
        found.append(piece if written else "" if goes_on else _last_name(piece))
    return "".join(found)[:most]


def _last_name(code: str) -> str:
    name = ""
    for character in reversed(code.rstrip("})] ;\"'")):
        if not (character.isalnum() or character == "_"):
            break
        name = character + name
    return name


@dataclass(slots=True)
class Step:
    """One call of a chain: ``->string('phone', 20)``. ``named`` are keyword arguments and the pairs of a last map."""

    name: str
    node: Node
    args: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)
    block: Node | None = None

    def text(self, number: int) -> str:
        """The string given as argument ``number``; empty when there is none such."""
        return text(self.args[number]) or "" if number < len(self.args) else ""


@dataclass(slots=True)
class Chain:
    """``$table->string('phone')->comment('…')``: what it starts from (by name and as a node), and its
    calls, first to last."""

    root: str
    steps: list[Step]
    base: Node | None = None


def chain(node: Node) -> Chain:
    """The calls of an expression, innermost first; no steps when it is no call."""
    steps: list[Step] = []
    at: Node | None = node
    root, base = "", None
    while at is not None and (at := plain(at)) is not None:
        if at.type in CALLS:
            steps.append(_step(at))
            called = at.child_by_field_name("function")
            owner = called.child_by_field_name("object") if called is not None else None
            if called is not None and called.type == "parenthesized_expression":  # (() => { … })()
                owner = called
            at = (
                at.child_by_field_name("object")
                or at.child_by_field_name("scope")
                or at.child_by_field_name("receiver")
                or owner
            )
        elif at.type in ("member_expression", "member_access_expression"):  # Sequelize.STRING, knex.schema
            root, base, at = last_word(at), at, None
        else:
            root, base, at = source(at), at, None
    return Chain(root, steps[::-1], base)


def _step(node: Node) -> Step:
    called = (
        node.child_by_field_name("name")
        or node.child_by_field_name("method")
        or node.child_by_field_name("function")
        or node.child_by_field_name("constructor")
        or next((child for child in node.named_children if child.type in ("name", "qualified_name")), None)
    )
    step = Step(last_word(called), node, block=node.child_by_field_name("block"))
    listed = node.child_by_field_name("arguments") or next(
        (child for child in node.named_children if child.type == "arguments"), None
    )
    for argument in listed.named_children if listed is not None and listed.type != "template_string" else ():
        name = argument.child_by_field_name("name") if argument.type == "argument" else None
        if name is not None:
            step.named[source(name)] = argument.named_children[-1]
        elif argument.type == "pair":  # Ruby: limit: 20
            step.named.update([pair(argument)])
        elif (inner := plain(argument)) is not None:
            step.args.append(inner)
            if inner.type in _FUNCTIONS:
                step.block = inner
    if step.args and step.args[-1].type in MAPS:
        step.named |= dict(pairs(step.args[-1]))
    return step


def parts_of(node: Node, found: Chain) -> list[Node]:
    """What stands within a chain of calls and is none of its calls: arguments, blocks, and what it starts from."""
    within: list[Node] = [found.base] if found.base is not None and found.base.child_count else []
    for step in found.steps:
        listed = step.node.child_by_field_name("arguments")
        block = step.node.child_by_field_name("block")
        within += [*(listed.named_children if listed is not None else ()), *([block] if block is not None else ())]
        within += [child for child in step.node.named_children if child.type in ("anonymous_class", "declaration_list")]
    return within


def last_word(node: Node | None) -> str:
    """``createTable`` of ``knex.schema.createTable``, ``Column`` of ``ORM\\Column``."""
    while node is not None and (inner := node.child_by_field_name("property") or node.child_by_field_name("name")):
        node = inner
    return _last_name(source(node, 1000))


def pair(node: Node) -> tuple[str, Node]:
    """Key and value of one pair; an empty key for an element of a list."""
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    children = [child for child in node.named_children if child.type != "comment"]
    if key is None and len(children) > 1:
        key, value = children[0], children[-1]
    name = text(key)
    if name is None:
        name = source(key).strip("\"':") if key is not None else ""
    return name, plain(value or children[-1]) or node


def pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Key and value of each pair of a map, whatever the language calls it."""
    for child in node.named_children if node is not None and node.type in MAPS else ():
        if child.type in PAIRS and child.named_children:
            yield pair(child)


def first_error(root: Node) -> int:
    """The line of the first place that fits no grammar."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            return line(node)
        stack += (child for child in reversed(node.children) if child.has_error)
    return line(root)


def parameters(function: Node) -> list[str]:
    """Names of the parameters of a closure or block."""
    listed = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    if listed is None:
        return []
    return [last_word(one.child_by_field_name("name") or one) for one in (listed.named_children or [listed])]
