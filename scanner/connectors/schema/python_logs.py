"""Log statements of Python code, by syntax tree: which names of data go into the record."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import TypeGuard

from derbes.scanner.connectors.schema.base import Defined, Item, defined
from derbes.scanner.connectors.schema.logs import KEYS_IN_TEXT, LEVELS, LOGGERS, MASKS, log_of


def read_python_logs(text: str, path: str) -> Iterator[Item]:
    """One definition for each file, a field for each datum that a statement writes down."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError:
        return  # the reader of models has said so
    found: dict[tuple[str, int], Defined] = {}
    for node in ast.walk(tree):
        if _is_record(node):
            for name, line in _written(node):
                found.setdefault((name, line), defined("log", name, line))
    yield from log_of(found)


def _is_record(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.lower() in LEVELS
        and any(LOGGERS.fullmatch(name) for name in _chain(node.func.value))
    )


def _receiver(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner):
            return _receiver(inner)
    return ""


def _chain(node: ast.expr) -> Iterator[str]:
    """Names of the calls that an expression is made of: ``hexdigest``, ``sha256``."""
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            node = node.func
    if isinstance(node, ast.Name):
        yield node.id


def _written(call: ast.Call) -> Iterator[tuple[str, int]]:
    for part in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _names(part)
    bound = [inner for inner in ast.walk(call.func) if isinstance(inner, ast.Call)]  # log.bind(phone=phone).info(…)
    for keyword in (
        keyword for one in (call, *bound) for keyword in one.keywords
    ):  # structlog: log.info("…", phone=phone)
        if keyword.arg and keyword.arg not in ("extra", "exc_info", "stack_info"):
            yield keyword.arg, keyword.value.lineno


def _names(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names whose values are written; what goes through a masking function is not."""
    match node:
        case ast.Call(func=func):
            if any(MASKS.search(name) for name in _chain(func)):
                return
            if isinstance(func, ast.Attribute) and func.attr in ("get", "getlist", "pop") and node.args:
                if isinstance(key := node.args[0], ast.Constant) and isinstance(key.value, str):
                    yield key.value, node.lineno
                return
        case ast.Attribute(attr=name) | ast.Name(id=name):
            yield name, node.lineno
            return  # of client.phone only the phone is written
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            yield key, node.lineno
            return
        case ast.Constant(value=str(text)):
            yield from ((key, node.lineno) for key in KEYS_IN_TEXT.findall(text[:2000]))
        case ast.Dict(keys=keys, values=values):
            for named, value in zip(keys, values, strict=True):
                if isinstance(named, ast.Constant) and isinstance(named.value, str):
                    yield named.value, value.lineno
            return
    for child in ast.iter_child_nodes(node):
        yield from _names(child)
