"""Any other database SQLAlchemy has a dialect for: its inspector for the catalogue, its own statements for rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from derbes.scanner.connectors.sql.base import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    Chunk,
    Column,
    Database,
    Query,
    Table,
    Trouble,
    thinned,
    width_of,
)
from derbes.scanner.model.inventory import Unscanned

_SYSTEM = {"information_schema", "pg_catalog", "sys", "system", "SYS", "SYSTEM", "INFORMATION_SCHEMA", "pg_toast"}


class Generic(Database):
    """Best effort: whole tables in the order of their key, every type through ``str``."""

    family: ClassVar[str] = "other"

    def _open(self) -> Any:
        try:
            return self.engine.connect()
        except ModuleNotFoundError as error:
            raise self.no_driver(error.name or "") from None
        except Exception as error:
            raise self.refused(error) from None

    def tables(self, only: tuple[str | None, str] | None = None) -> Iterator[Table | Unscanned]:
        from sqlalchemy import inspect

        inspector = inspect(self.raw)
        default = inspector.default_schema_name
        for schema in [only[0] or default] if only else inspector.get_schema_names():
            if schema in _SYSTEM:
                continue
            shown = None if schema == default and self.url.database else schema
            views = set(inspector.get_view_names(schema))
            for name in sorted({*inspector.get_table_names(schema), *views}):
                if only is None or only[1] == name:
                    yield self._table(inspector, shown, schema, name, "view" if name in views else "table")

    def _table(self, inspector: Any, shown: str | None, schema: str, name: str, kind: str) -> Table | Unscanned:
        try:
            columns = tuple(
                Column(column["name"], str(column["type"]), "text", None, column.get("comment") or "")
                for column in inspector.get_columns(name, schema)
            )
            key = inspector.get_pk_constraint(name, schema).get("constrained_columns") or () if kind == "table" else ()
        except Exception as error:
            trouble = self.diagnose(error)
            path = f"{shown}.{name}" if shown else name
            return self.unscanned(path, trouble.code, trouble.message, label=trouble.label)
        return Table(shown, name, columns, kind, tuple(key))

    def key_range(self, table: Table) -> tuple[int, int] | None:
        return None

    def count(self, table: Table) -> int | None:
        from sqlalchemy import func, select

        return int(self.raw.execute(select(func.count()).select_from(self._selectable(table))).scalar_one())

    def _selectable(self, table: Table) -> Any:
        from sqlalchemy import column, quoted_name
        from sqlalchemy import table as named

        columns: list[Any] = [column(quoted_name(one.name, quote=True)) for one in table.columns]
        schema = quoted_name(table.schema, quote=True) if table.schema else None
        return named(quoted_name(table.name, quote=True), *columns, schema=schema)

    def stream(self, query: Query) -> Iterator[Chunk]:
        if query.share is not None:
            yield from thinned(self.stream(Query(query.table)), query.share, query.seed)
            return
        from sqlalchemy import select

        table = self._selectable(query.table)
        statement = select(*table.c).order_by(*(table.c[name] for name in query.table.key))
        result = self.raw.execution_options(stream_results=True, max_row_buffer=CHUNK_ROWS).execute(statement)
        with result:
            rows = result.fetchmany(16)
            while rows:
                width = width_of(rows)
                yield Chunk(list(map(list, zip(*rows, strict=True))), len(rows), width * len(rows))
                rows = result.fetchmany(max(1, min(CHUNK_ROWS, len(rows) * 8, CHUNK_BYTES // width)))

    def diagnose(self, error: Exception) -> Trouble:
        from sqlalchemy.exc import DBAPIError, NoSuchTableError, OperationalError

        label = type(getattr(error, "orig", None) or error).__name__
        if isinstance(error, NoSuchTableError):
            return Trouble("table-vanished", "таблицы больше нет", label)
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return Trouble("connection-lost", "соединение прервано ({label})", label, lost=True)
        code = "dsn-connect" if isinstance(error, OperationalError) and self._raw is None else "query-failed"
        return Trouble(code, "запрос не выполнен ({label})", label)
