"""Models and migrations in Python, by syntax tree: SQLAlchemy, Alembic, Django, Pydantic, forms and serializers.

Nothing is imported or run. SQL within ``op.execute`` and ``RunSQL`` is read as SQL.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from derbes.scanner.connectors.schema.base import Counted, Defined, Definition, Item, Unread, defined, gathered

_BACKWARDS = frozenset({"downgrade", "reverse", "backwards"})
_REFERENCES = ("ForeignKey", "ManyToMany", "OneToOne", "relationship", "GenericRelation", "RelatedField")
_RECORDS = ("BaseModel", "SQLModel", "Schema", "Serializer", "TypedDict", "NamedTuple", "Struct", "Form", "Document")
_COLUMNS = frozenset({"Column", "mapped_column"})
_TABLES = frozenset({"create_table", "Table"})
_COMMENTS = ("comment", "help_text", "verbose_name", "description", "title", "label", "doc")


def read_models(text: str, path: str) -> Iterator[Item]:
    """Tables, models, forms and serializers of a Python file; ``path`` does not matter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SyntaxWarning quotes the source
            tree = ast.parse(text)
    except SyntaxError as error:
        yield Unread(error.lineno or 1, "Python")
        return
    reader = _Reader()
    reader.visit(tree)
    for table in reader.tables.values():
        if table.fields:
            yield Definition(
                name=table.name,
                format=table.format,
                line=table.line,
                end=table.end,
                fields=gathered(table.fields),
                shape="form" if table.format == "python form" else "table",
                comment=table.comment,
            )
    yield from reader.sql


@dataclass(slots=True)
class _Table:
    name: str
    line: int
    end: int
    format: str = "python"
    comment: str = ""
    fields: dict[str, Defined] = field(default_factory=dict)

    def add(
        self, name: str, node: ast.expr | ast.stmt, type_: str, comment: str = "", length: int | None = None
    ) -> None:
        """One field, where its name stands."""
        self.end = max(self.end, node.end_lineno or node.lineno)
        self.fields.setdefault(name, defined(self.name, name, node.lineno, type_, comment, length))


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.tables: dict[str, _Table] = {}
        self.sql: list[Item] = []
        self.batches: dict[str, str] = {}

    def table(self, name: str, node: ast.AST, format_: str = "python") -> _Table:
        """The table of that name, as first met."""
        line = getattr(node, "lineno", 1)
        return self.tables.setdefault(name, _Table(name, line, line, format_))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name not in _BACKWARDS:
            self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        """``with op.batch_alter_table("t") as batch_op:``"""
        for item in node.items:
            call = item.context_expr
            if (
                isinstance(call, ast.Call)
                and _called(call) == "batch_alter_table"
                and isinstance(item.optional_vars, ast.Name)
            ):
                self.batches[item.optional_vars.id] = _text(call.args[0]) if call.args else ""
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [_tail(base) for base in node.bases]
        form = any(base.endswith("Form") for base in bases)
        name = node.name
        known = any(base.endswith(_RECORDS) for base in bases) or any(
            _tail(d.func if isinstance(d, ast.Call) else d) == "dataclass" for d in node.decorator_list
        )
        fields: list[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]] = []
        for one in node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                fields.append((one.target.id, one, one.annotation, one.value))
            elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                fields.append((one.targets[0].id, one, None, one.value))
        for key, _, _, value in fields:
            if key == "__tablename__" and value is not None and _text(value):
                name, known = _text(value), True
        table = _Table(name, node.lineno, node.end_lineno or node.lineno, "python form" if form else "python")
        for key, where, annotation, value in fields:
            self._class_field(table, key, where, annotation, value, known)
        if table.fields:
            self.tables.setdefault(name, table)
        self.generic_visit(node)

    def _class_field(
        self, table: _Table, key: str, where: ast.stmt, annotation: ast.expr | None, value: ast.expr | None, known: bool
    ) -> None:
        called = _called(value) if isinstance(value, ast.Call) else ""
        if key.startswith("__") or key in ("model_config", "objects") or _tail(annotation) == "ClassVar":
            return
        if called in _COLUMNS and isinstance(value, ast.Call):
            named = _text(value.args[0]) if value.args else ""
            self._column(table, value, named or key, where, annotation)
        elif called.endswith(("Field", *_REFERENCES)) and isinstance(value, ast.Call) and called != "Field":
            table.add(key, where, _type(called), _comment(value), _length(value))
        elif annotation is not None and known and not called.startswith(_REFERENCES):
            comment = _comment(value) if isinstance(value, ast.Call) else ""
            table.add(key, where, _annotated(annotation), comment)

    def visit_Call(self, node: ast.Call) -> None:
        called = _called(node)
        first = _text(node.args[0]) if node.args else ""
        if called in _TABLES and first:
            table = self.table(first, node)
            for one in node.args[1:]:
                if isinstance(one, ast.Call) and _called(one) == "Column":
                    self._column(table, one, _text(one.args[0]) if one.args else "", one, None)
        elif called == "add_column":
            owner = self.batches.get(_tail(node.func.value)) if isinstance(node.func, ast.Attribute) else None
            for one in node.args:
                if isinstance(one, ast.Call) and _called(one) == "Column" and (owner or first):
                    self._column(
                        self.table(owner or first, node), one, _text(one.args[0]) if one.args else "", one, None
                    )
        elif called in ("alter_column", "rename_column") and first:
            self._renamed(node, first)
        elif called in ("CreateModel", "AddField", "AlterField", "RenameField"):
            self._django(node, called)
        elif called in ("execute", "RunSQL", "text") and first[:400].lstrip()[:8].upper().startswith(
            ("CREATE", "ALTER", "COMMENT", "GRANT")
        ):
            self._sql(first, node.args[0].lineno)
        self.generic_visit(node)

    def _column(
        self, table: _Table, call: ast.Call, name: str, where: ast.expr | ast.stmt, hint: ast.expr | None
    ) -> None:
        if not name:
            return
        parts = [part for part in call.args if not isinstance(part, ast.Constant)]
        reference = any(_tail(part).startswith("ForeignKey") for part in parts)
        type_ = "integer" if reference else _tail(parts[0]).lower() if parts else _annotated(hint)
        length = _length(parts[0]) if parts and isinstance(parts[0], ast.Call) else None
        table.add(name, where, type_, _comment(call), length)

    def _renamed(self, node: ast.Call, table: str) -> None:
        for keyword in node.keywords:
            if keyword.arg == "new_column_name" and _text(keyword.value):
                self.table(table, node).add(_text(keyword.value), node, "")

    def _django(self, node: ast.Call, called: str) -> None:
        given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        given |= dict(
            zip(
                ("model_name", "name", "field") if called != "CreateModel" else ("name", "fields"),
                node.args,
                strict=False,
            )
        )
        if called == "CreateModel":
            table = self.table(_text(given.get("name")), node)
            pairs = given.get("fields")
            for pair in pairs.elts if isinstance(pairs, ast.List | ast.Tuple) else ():
                if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[1], ast.Call):
                    call = pair.elts[1]
                    table.add(_text(pair.elts[0]), pair, _type(_called(call)), _comment(call), _length(call))
            return
        named = _text(given.get("model_name"))  # in lower case, whatever the model is called
        table = self.table(next((key for key in self.tables if key.lower() == named.lower()), named), node)
        call_ = given.get("field")
        name = _text(given.get("new_name")) or _text(given.get("name"))
        if isinstance(call_, ast.Call):
            table.add(name, node, _type(_called(call_)), _comment(call_), _length(call_))
        elif called == "RenameField" and name:
            table.add(name, node, "")

    def _sql(self, text: str, line: int) -> None:
        from derbes.scanner.connectors.schema.ddl import read_ddl

        for item in read_ddl(text, line):
            if not isinstance(item, Counted):
                self.sql.append(item)


def _called(node: ast.expr | None) -> str:
    return _tail(node.func) if isinstance(node, ast.Call) else ""


def _tail(node: ast.AST | None) -> str:
    """``Column`` of ``sa.Column``, of ``sa.Column(...)`` and of ``Mapped[...]``'s outer name."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _tail(inner)
    return ""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _annotated(node: ast.expr | None) -> str:
    """``str`` of ``Mapped[Optional[str]]``, ``EmailStr`` of ``EmailStr | None``."""
    match node:
        case ast.Subscript(value=outer, slice=inner):
            first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
            return _annotated(first) or _tail(outer).lower()
        case ast.BinOp(left=left):
            return _annotated(left)
        case ast.Constant(value=str(text)):
            return text[:40].lower()
    return _tail(node).lower()


def _type(called: str) -> str:
    if called.startswith(_REFERENCES) or called.endswith(_REFERENCES):
        return "integer"
    return called.removesuffix("Field").lower() or called.lower()


def _comment(call: ast.Call) -> str:
    """What the definition says of the field: a keyword, or Django's and WTForms' first argument."""
    for name in _COMMENTS:
        for keyword in call.keywords:
            if keyword.arg == name:
                value = keyword.value
                return _text(value) or (_text(value.args[0]) if isinstance(value, ast.Call) and value.args else "")
    if _called(call).endswith("Field") and call.args:
        first = call.args[0]
        return _text(first) or (_text(first.args[0]) if isinstance(first, ast.Call) and first.args else "")
    return ""


def _length(call: ast.Call) -> int | None:
    given = [keyword.value for keyword in call.keywords if keyword.arg in ("max_length", "length")]
    for value in (*given, *call.args[:1]):
        if isinstance(value, ast.Constant) and isinstance(value.value, int) and not isinstance(value.value, bool):
            return value.value
    return None
