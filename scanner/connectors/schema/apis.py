"""OpenAPI 3 and JSON Schema, in YAML or JSON: schemas, bodies, and what an operation takes in path and query.

A value in a path or a query stands in every access log on its way: such parameters are marked like a form by GET.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from derbes.scanner.connectors.schema.base import Defined, Definition, Item, Unread, defined, gathered

_METHODS = frozenset("get put post delete patch head options trace".split())
_DEEPEST = 200
_ABOUT = re.compile(r"[\"']?(?:openapi|swagger|\$schema|properties|\$defs|definitions|components)[\"']?\s{0,9}:")


def read_api(text: str, path: str) -> Iterator[Item]:
    """Definitions of a description; nothing for YAML and JSON that describe no data."""
    if not _ABOUT.search(text):
        return
    if _too_deep(text):
        raise RecursionError
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text.replace("\t", " ") if path.endswith(".json") else text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield Unread(mark.line + 1 if mark else 1, "YAML")
        return
    top = _table(root)
    if "openapi" in top or "swagger" in top:
        yield from _Api(top).definitions()
    elif "properties" in top or "$defs" in top or "definitions" in top:
        title = top.get("title")
        stem = path.replace("\\", "/").rpartition("/")[2].partition(".")[0]
        name = title.value if title is not None and re.fullmatch(r"[\w .-]{1,80}", str(title.value)) else stem
        yield from _schemas(top.get("$defs") or top.get("definitions"), "jsonschema")
        yield from _schema(name, root, "jsonschema")


def _too_deep(text: str) -> bool:
    depth = 0
    for found in re.finditer(r"[\[{]|[\]}]", text):
        depth += 1 if found.group() in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False


def _table(node: Any) -> dict[str, Any]:
    """Key -> node of a mapping; nothing for anything else."""
    pairs = node.value if node is not None and node.id == "mapping" else ()
    return {str(key.value): value for key, value in pairs}


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _keys(node: Any) -> Iterator[tuple[str, int, Any]]:
    """Key, its line, and the value of a mapping."""
    for key, value in node.value if node is not None and node.id == "mapping" else ():
        yield str(key.value), _line(key), value


def _schemas(node: Any, format_: str) -> Iterator[Definition]:
    for name, _, schema in _keys(node):
        yield from _schema(name, schema, format_)


def _schema(name: str, node: Any, format_: str) -> Iterator[Definition]:
    fields: dict[str, Defined] = {}
    _properties(node, name, "", fields, _Walk())
    if fields:
        last = int(node.end_mark.line) + 1
        yield Definition(name=name, format=format_, line=_line(node), end=last, fields=gathered(fields))


@dataclass(slots=True)
class _Walk:
    """Nodes met on the way: aliases may make a cycle, or many copies of one thing."""

    met: set[int] = field(default_factory=set)

    def first(self, node: Any) -> bool:
        """Whether this node was not met before."""
        known = id(node) in self.met
        self.met.add(id(node))
        return not known


def _properties(node: Any, owner: str, prefix: str, fields: dict[str, Defined], walk: _Walk) -> None:
    """Properties of a schema and of what it is made of; ``$ref`` is left to the schema it names."""
    if node is None or not walk.first(node):
        return
    table = _table(node)
    for name, line, schema in _keys(table.get("properties")):
        inner = _table(schema)
        if "properties" in inner or "items" in inner:
            array = "[]" if "items" in inner else ""
            _properties(schema, owner, f"{prefix}{name}{array}.", fields, walk)
            if "properties" in inner:
                continue
        if "$ref" in inner:
            continue
        one = defined(owner, prefix + name, line, _type(inner), _said(inner), _limit(inner))
        fields.setdefault(prefix + name, one)
    for key in ("allOf", "anyOf", "oneOf"):
        for part in table[key].value if key in table and table[key].id == "sequence" else ():
            _properties(part, owner, prefix, fields, walk)
    _properties(table.get("items"), owner, prefix, fields, walk)


def _type(table: dict[str, Any]) -> str:
    kinds = [str(table[key].value) for key in ("format", "type") if key in table and table[key].id == "scalar"]
    return kinds[0].lower() if kinds else ""


def _said(table: dict[str, Any]) -> str:
    for key in ("title", "description"):
        if key in table and table[key].id == "scalar":
            return str(table[key].value)[:300]
    return ""


def _limit(table: dict[str, Any]) -> int | None:
    value = str(table["maxLength"].value) if "maxLength" in table and table["maxLength"].id == "scalar" else ""
    return int(value) if value.isdigit() and len(value) < 7 else None


class _Api:
    def __init__(self, top: dict[str, Any]) -> None:
        self.top = top
        self.parts = _table(top.get("components"))
        servers = top.get("servers")
        urls = [str(_table(one)["url"].value) for one in (servers.value if servers else ()) if "url" in _table(one)]
        self.open_server = next((url for url in urls if url.startswith("http://") and "localhost" not in url), "")

    def definitions(self) -> Iterator[Definition]:
        """Schemas, then operations."""
        yield from _schemas(self.parts.get("schemas") or self.top.get("definitions"), "openapi")
        for path, _, item in _keys(self.top.get("paths")):
            shared = _table(item).get("parameters")
            for method, line, operation in _keys(item):
                if method in _METHODS:
                    yield from self._operation(path, method.upper(), line, operation, shared)

    def _operation(self, path: str, method: str, line: int, operation: Any, shared: Any) -> Iterator[Definition]:
        table = _table(operation)
        name = f"{method} {path}"
        asked: dict[str, Defined] = {}
        for group in (shared, table.get("parameters")):
            for parameter in group.value if group is not None and group.id == "sequence" else ():
                self._parameter(parameter, name, asked)
        if asked:
            yield Definition(
                name=name, format="openapi", line=line, end=max(one.line for one in asked.values()),
                fields=gathered(asked), shape="api", exposed=("GET", path, line),
            )  # fmt: skip
        body: dict[str, Defined] = {}
        for _, _, media in _keys(_table(table.get("requestBody")).get("content")):
            _properties(_table(media).get("schema"), f"{name} body", "", body, _Walk())
        if body:
            yield Definition(
                name=f"{name} body", format="openapi", line=line, fields=gathered(body), shape="api",
                exposed=(method, self.open_server + path, line) if self.open_server else None,
            )  # fmt: skip

    def _parameter(self, node: Any, owner: str, asked: dict[str, Defined]) -> None:
        table = _table(node)
        if "$ref" in table:
            table = _table(_table(self.parts.get("parameters")).get(str(table["$ref"].value).rpartition("/")[2]))
        name, where = (str(table[key].value) if key in table else "" for key in ("name", "in"))
        if name and where in ("path", "query"):
            kind = _type(_table(table.get("schema")) or table)
            asked.setdefault(name, defined(owner, name, _line(node), kind, _said(table)))
