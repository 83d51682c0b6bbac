"""YAML that remembers where it stood: plain data plus the line and column of every key and value.

Read with a safe loader only. Scalars are text, integers, booleans or null: ``4.10`` stays the text "4.10" and
``2026-11-30`` stays text, because YAML 1.1 would make a float and a date of them. Duplicate keys, cyclic aliases and
alias bombs are problems, not data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from derbes.scanner.policy.problems import PolicyErrors, Problem

Keys = tuple[str | int, ...]
MAX_BYTES = 4 << 20
MAX_NODES = 100_000
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """1-based line and column, and the length of the token that stands there."""

    line: int
    column: int
    length: int = 1


@dataclass(slots=True)
class Document:
    """The data of a YAML file and the marks of its keys and values. ``file`` is the name to print."""

    file: str
    text: str
    data: Any = None
    keys: dict[Keys, Mark] = field(default_factory=dict)
    values: dict[Keys, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def mark(self, path: Keys, *, key: bool = False) -> Mark:
        """Where ``path`` stands: its key or its value; the nearest parent for what is not in the file."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        while path:
            if found := first.get(path) or second.get(path):
                return found
            path, key = path[:-1], True
        return self.values.get((), Mark(1, 1))

    def problem(self, slug: str, path: Keys, message: str, *, key: bool = False, **params: Any) -> Problem:
        """A problem at ``path``, with the lines around it."""
        return self.problem_at(slug, self.mark(path, key=key), message, **params)

    def problem_at(self, slug: str, mark: Mark, message: str, **params: Any) -> Problem:
        """A problem at ``mark``."""
        lines = self.text.split("\n")
        before = tuple((n, lines[n - 1].rstrip("\r")) for n in (mark.line - 1, mark.line) if 0 < n <= len(lines))
        return Problem(slug, message, params, self.file, mark.line, mark.column, mark.length, before)


class _Loader(yaml.SafeLoader):
    """Safe, with fewer surprises: see the module's docstring."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_MERGE = "tag:yaml.org,2002:merge"
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_DIGITS = re.compile(r"^[-+]?[0-9]{1,18}$")
_Loader.add_implicit_resolver(_INT, _DIGITS, list("-+0123456789"))
_Loader.add_implicit_resolver(_MERGE, re.compile(r"^<<$"), ["<"])


def read_document(path: Path, shown: str | None = None) -> Document:
    """Read and parse ``path``. Raises :class:`PolicyErrors` when it cannot be read; see :func:`parse_document`."""
    file = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PolicyErrors([Problem("policy-file", "файл не читается: {reason}", {"reason": reason}, file)]) from None
    if len(raw) > MAX_BYTES:
        raise PolicyErrors([Problem("policy-file", "файл больше {limit} байт", {"limit": MAX_BYTES}, file)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyErrors([Problem("policy-encoding", "файл не в кодировке UTF-8", {}, file, line, 1)]) from None
    return parse_document(text, file)


def parse_document(text: str, file: str) -> Document:
    """Parse one YAML document. Raises :class:`PolicyErrors` on syntax; other troubles stand in ``problems``."""
    document = Document(file, text)
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = document.problem_at("policy-yaml", Mark(line, 1), "недопустимый знак в файле")
        raise PolicyErrors([problem]) from None
    except yaml.MarkedYAMLError as error:
        raise PolicyErrors([_syntax(document, error)]) from None
    except RecursionError:
        raise PolicyErrors([document.problem("policy-yaml", (), "слишком глубокая вложенность")]) from None
    if root is not None:
        try:
            document.data = _Builder(document).build(root, (), 0)
        except _TooMuch as error:
            raise PolicyErrors([document.problem_at("policy-yaml", _mark(error.node), str(error))]) from None
    return document


def _syntax(document: Document, error: yaml.MarkedYAMLError) -> Problem:
    place = error.problem_mark or error.context_mark
    mark = Mark(place.line + 1, place.column + 1) if place else Mark(1, 1)
    lines = document.text.split("\n")
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        column = indent.index("\t") + 1
        message = "отступ сделан табуляцией; в YAML отступы делают пробелами"
        return document.problem_at("policy-yaml", Mark(mark.line, column), message)
    if isinstance(error, yaml.composer.ComposerError) and "undefined alias" in (error.problem or ""):
        return document.problem_at("policy-yaml", mark, "ссылка (*…) на якорь (&…), которого нет")
    if isinstance(error, yaml.composer.ComposerError):
        return document.problem_at("policy-yaml", mark, "в файле больше одного документа YAML")
    return document.problem_at("policy-yaml", mark, "ошибка записи YAML: проверьте отступы, кавычки, скобки, двоеточия")


class _TooMuch(Exception):
    def __init__(self, message: str, node: yaml.Node) -> None:
        super().__init__(message)
        self.node = node


class _Builder:
    """Turns nodes into data and notes their marks; every visit counts, so that aliases cannot multiply freely."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.visits = 0
        self.open: set[int] = set()

    def build(self, node: yaml.Node, path: Keys, depth: int) -> Any:
        self.visits += 1
        if self.visits > MAX_NODES or depth > MAX_DEPTH or id(node) in self.open:
            raise _TooMuch("слишком много или слишком глубоко вложенных значений", node)
        self.document.values.setdefault(path, _mark(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
            return self.mapping(node, path, depth)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.Node, path: Keys, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for base in _bases(value_node):
                    merged |= self.build(base, path, depth + 1)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise _TooMuch("ключ должен быть простым значением", key_node)
            key = key_node.value
            here = (*path, key)
            if key in result:
                self.document.problems.append(
                    self.document.problem_at(
                        "policy-duplicate",
                        _mark(key_node),
                        "ключ {name} записан дважды (первый раз в строке {line})",
                        name=key,
                        line=self.document.keys[here].line,
                    )
                )
                continue
            self.document.keys[here] = _mark(key_node)
            result[key] = self.build(value_node, here, depth + 1)
        return merged | result


def _bases(node: yaml.Node) -> Iterator[yaml.Node]:
    """The mappings that a merge key names; in a list the first one wins, so it comes last."""
    if isinstance(node, yaml.MappingNode):
        yield node
    elif isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.MappingNode) for item in node.value):
        yield from reversed(node.value)
    else:
        raise _TooMuch("ключ << принимает только словари", node)


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT and _DIGITS.match(text):
        return int(text)
    return text


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, max(length, 1))
