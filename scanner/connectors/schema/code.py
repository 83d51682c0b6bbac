"""Migrations and models in PHP, Ruby and JavaScript, by what their calls are named: one reading for all frameworks.

Laravel, Yii, Phinx, Doctrine, Drupal; Rails; Knex, Sequelize, Mongoose, Drizzle; and SQL in strings (WordPress,
TypeORM, Rails' ``execute``). A way back (``down``) adds nothing. Classes whose fields carry annotations: ``entities``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from derbes.scanner.connectors.schema.base import Counted, Definition, Item, Shape, Unread, gathered
from derbes.scanner.connectors.schema.code_columns import ADDS, RENAMES, Table, comment_of, length_of
from derbes.scanner.connectors.schema.entities import entity_of
from derbes.scanner.connectors.schema.trees import (
    CALLS,
    MAPS,
    STRINGS,
    Chain,
    Step,
    chain,
    first_error,
    language_of,
    last_word,
    line,
    pairs,
    parameters,
    plain,
    root_of,
    source,
    text,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_BACK = frozenset("down safeDown rollback reverse revert downgrade".split())
# name of a call -> it opens a table whose name is its first argument, and whose columns are in its block or its map
_OPENS = frozenset(
    "create table createTable createTableIfNotExists create_table change_table alterTable createTableIfNotExist pgTable"
    " mysqlTable sqliteTable define sqliteTableCreator newTable createCollection createModel".split()
)
_SCHEMAS = frozenset({"Schema", "schema", "Capsule", "DB"})  # `create` alone means nothing on anything else
_MODELS = frozenset({"Schema", "init", "define", "object", "Entity", "EntitySchema"})  # of Mongoose, Sequelize, Zod
_SQL = re.compile(
    r"\s{0,200}(?:CREATE\s+(?:\w+\s+){0,4}?(?:TABLE|VIEW)|ALTER\s+TABLE|COMMENT\s+ON|GRANT)\s", re.IGNORECASE
)
_CLASSES = frozenset({"class_declaration", "class"})
_METHODS = frozenset(
    {"method_declaration", "method_definition", "function_declaration", "function_definition", "method"}
)
_DEEP = 60  # maps within maps
_MIGRATES = re.compile(r"migrat|schema", re.IGNORECASE)


def read_code(content: str, path: str) -> Iterator[Item]:
    """Tables and models of a file in any of these languages."""
    reader = _Reader(language_of(path))
    root = root_of(content, reader.language)
    reader.read(root)
    for table in reader.tables.values():
        if table.fields:
            yield Definition(
                name=table.name, format=reader.language, line=table.line, end=table.end,
                fields=gathered(table.fields), shape=table.shape, comment=table.comment,
            )  # fmt: skip
    yield from reader.sql
    if root.has_error and (reader.tables or reader.sql or _MIGRATES.search(path)):
        yield Unread(first_error(root), {"php": "PHP", "ruby": "Ruby"}.get(reader.language, "JavaScript"))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the walk stands: the table whose columns ``names`` define."""

    table: str = ""
    names: frozenset[str] = frozenset()
    named: str = ""  # the variable, key or function that what stands here is called by
    function: str = ""
    owner: str = ""  # the class

    def within(self, name: str, kind: str) -> _Scope:
        """The scope of what is called ``name``, a node of type ``kind``."""
        if kind in _CLASSES:
            return replace(self, named=name, owner=name)
        return replace(self, named=name, function=name if "function" in kind or "method" in kind else self.function)


@dataclass(slots=True)
class _Reader:
    language: str
    tables: dict[str, Table] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)  # $table = $schema->createTable('users')
    sql: list[Item] = field(default_factory=list)

    def read(self, root: Node) -> None:
        """Walk the whole tree without recursion: it may be as deep as the file is long."""
        stack: list[tuple[Node, _Scope]] = [(root, _Scope())]
        while stack:
            node, scope = stack.pop()
            stack += reversed(list(self._visit(node, scope)))

    def table(self, name: str, node: Node, shape: Shape = "table") -> Table:
        """The table of that name, as first met."""
        name = re.sub(r"^\{\{%?|\}\}$", "", name)  # Yii's prefix
        return self.tables.setdefault(name, Table(name, line(node), line(node), shape))

    def _visit(self, node: Node, scope: _Scope) -> Iterator[tuple[Node, _Scope]]:
        """What to look at next, after what ``node`` itself says."""
        kind = node.type
        name = self._called(node)
        if name in _BACK:
            return
        if name:
            scope = scope.within(name, kind)
        if kind in CALLS and not _is_class(node):
            yield from self._chain(chain(node), scope)
            return
        if kind in STRINGS:
            self._statement(node)
            if kind != "template_string":
                return
        elif kind in MAPS:
            self._map(node, scope)
        elif entity := entity_of(node):
            table = self.table(entity.name, node)
            for one in entity.fields:
                table.add(one.name, one.line, one.type, one.comment, one.length)
        for child in node.children:
            if child.is_named:
                yield child, scope

    def _called(self, node: Node) -> str:
        """The name of a function, method, key, class or variable whose body or value ``node`` is."""
        match node.type:
            case kind if kind in _CLASSES or kind in _METHODS:
                return last_word(node.child_by_field_name("name"))
            case "assignment_expression" | "assignment":
                left, right = node.child_by_field_name("left"), plain(node.child_by_field_name("right"))
                name = _subscript(left) or last_word(left)
                self._remember(name, right)
                return name
            case "variable_declarator":
                name = last_word(node.child_by_field_name("name"))
                self._remember(name, plain(node.child_by_field_name("value")))
                return name
            case "pair":
                return source(node.child_by_field_name("key")).strip("\"'")
        return ""

    def _remember(self, name: str, value: Node | None) -> None:
        if value is not None and value.type in CALLS:
            for step in chain(value).steps:
                if step.name in _OPENS and step.text(0):
                    self.variables[name] = step.text(0)

    # Calls

    def _chain(self, found: Chain, scope: _Scope) -> Iterator[tuple[Node, _Scope]]:
        root = found.root.lstrip("$@")
        if found.base is not None and found.base.child_count:  # (() => { … })()
            yield found.base, scope
        current = self.variables.get(root, "") or (scope.table if root in scope.names else "")
        if scope.table and root in scope.names and found.steps:
            self.table(scope.table, found.steps[0].node).column(found.steps, self.language)
        for step in found.steps:
            inner = scope
            if self._opens(step, root, found):
                current = step.text(0)
                block = step.block
                inner = _Scope(current, frozenset(parameters(block)) if block is not None else frozenset(), "")
                self._opened(step, current)
            elif step.name in ADDS:
                self._added(step, current)
            elif step.name in RENAMES and (current or step.text(2)):
                owner, new = (current, step.text(1)) if current and not step.text(2) else (step.text(0), step.text(2))
                if new:
                    self.table(owner, step.node).add(new, line(step.node))
            elif step.name in _MODELS:
                self._model(step, root, scope)
            elif step.name == "add" and step.text(0) and scope.function in ("buildForm", "configureFormFields"):
                self._form_field(step, scope)
            for argument in (*step.args, *step.named.values(), *([step.block] if step.block is not None else ())):
                if argument.type not in MAPS or not (inner.table and argument in step.args[-1:] and step.block is None):
                    yield argument, inner
                else:
                    yield from ((child, scope) for child in argument.named_children)

    def _opens(self, step: Step, root: str, found: Chain) -> bool:
        if step.name not in _OPENS or not step.text(0):
            return False
        if step.name in ("create", "table") and step.block is None:
            return step.name == "table" and root in ("this", "self") and self.language == "php"  # Phinx
        return step.name != "create" or root in _SCHEMAS or len(found.steps) > 1

    def _opened(self, step: Step, name: str) -> None:
        """Columns in a map: Yii, Sequelize, Drizzle."""
        table = self.table(name, step.node)
        given = next((one for one in step.args[1:2] if one.type in MAPS), None)
        for key, value in pairs(given):
            if key and step.block is None:
                table.valued(key, value, self.language)
        if "comment" in step.named:
            table.comment = text(step.named["comment"]) or ""

    def _added(self, step: Step, current: str) -> None:
        """``addColumn`` of a table at hand, or with the table as first argument."""
        given = [step.text(number) for number in range(len(step.args))]
        typed = step.args[2] if len(step.args) > 2 else None
        if current or (
            typed is None or (typed.type in MAPS and len(given) < 4 and given[1] and self.language == "php")
        ):
            if current and given and given[0]:
                self.table(current, step.node).add(
                    given[0], line(step.node), (given[1:2] or [""])[0], comment_of([step]), length_of([step])
                )
        elif given[0] and given[1] and typed is not None:
            self.table(given[0], step.node).valued(given[1], typed, self.language, step)

    # Models that are maps

    def _model(self, step: Step, root: str, scope: _Scope) -> None:
        given = next((one for one in step.args[:2] if one.type in MAPS), None)
        if given is None or (step.name == "object" and root not in ("z", "yup", "Yup", "Joi", "joi", "v")):
            return
        name = step.text(0) or (root if step.name == "init" else "") or scope.named
        if name:
            self._nested(self.table(name, step.node), "", given)

    def _nested(self, table: Table, prefix: str, given: Node) -> None:
        """Fields of a model, and of the objects within it."""
        stack = [(prefix, given)]
        while stack:
            before, node = stack.pop()
            for key, value in pairs(node):
                inner = dict(pairs(value)) if value.type in MAPS else {}
                if value.type in MAPS and "type" not in inner and "$type" not in inner and before.count(".") < _DEEP:
                    stack.append((f"{before}{key}.", value))
                elif key:
                    table.valued(before + key, value, self.language)

    def _map(self, node: Node, scope: _Scope) -> None:
        """Drupal's and PrestaShop's ``'fields' => ['name' => ['type' => …]]``, and rules of a Laravel request."""
        if self.language != "php":
            self._described(node, scope)
            return
        if scope.function == "rules":
            for key, value in pairs(node):
                if re.fullmatch(r"[a-z_][\w.*]{0,80}", key) and (value.type in MAPS or text(value)):
                    rule = text(value) or " ".join(text(one) or "" for _, one in [*pairs(value)][:9])
                    kind = next(
                        (word for word in ("email", "date", "image", "ip") if word in re.split(r"\W", rule)), ""
                    )
                    self.table(scope.owner or "rules", node, "form").add(key.replace(".*", "[]"), line(value), kind)
            return
        for key, value in pairs(node):
            if key == "fields" and value.type in MAPS and (scope.named or "table" in dict(pairs(node))):
                given = dict(pairs(node))
                columns = [(name, one) for name, one in pairs(value) if one.type in MAPS and "type" in dict(pairs(one))]
                name = text(given.get("table")) or scope.named
                for column, one in columns:
                    self.table(name, node).valued(column, one, self.language)

    def _described(self, node: Node, scope: _Scope) -> None:
        """``users: {email: {type: 'string', maxlength: 191}, …}``: a schema of one's own, as Ghost has it."""
        entries = [(key, value) for key, value in pairs(node) if key]
        typed = [(key, value) for key, value in entries if value.type in MAPS and text(dict(pairs(value)).get("type"))]
        if scope.named and len(typed) > 1 and 2 * len(typed) > len(entries):
            for key, value in typed:
                self.table(scope.named, node).valued(key, value, self.language)

    def _form_field(self, step: Step, scope: _Scope) -> None:
        """Symfony: ``$builder->add('phone', TelType::class, ['label' => 'Телефон'])``."""
        kind = source(step.args[1]).partition("::")[0].rpartition("\\")[2] if len(step.args) > 1 else ""
        table = self.table(scope.owner or "form", step.node, "form")
        table.add(step.text(0), line(step.node), kind.removesuffix("Type"), comment_of([step]), length_of([step]))

    def _statement(self, node: Node) -> None:
        said = text(node)
        if said and _SQL.match(said):
            from derbes.scanner.connectors.schema.ddl import read_ddl

            self.sql += [item for item in read_ddl(said, line(node)) if not isinstance(item, Counted)]


def _is_class(node: Node) -> bool:
    """``new class extends Migration { … }``"""
    return any(child.type in ("anonymous_class", "declaration_list") for child in node.named_children)


def _subscript(node: Node | None) -> str:
    """``users`` of ``$schema['users']``."""
    if node is None or node.type != "subscript_expression" or len(node.named_children) < 2:
        return ""
    return text(node.named_children[-1]) or ""
