"""PostgreSQL through psycopg 3: catalogue without locks, rows by ``COPY … TO STDOUT``, every value as text."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any, ClassVar

from derbes.scanner.connectors.sql import postgresql_catalog as catalog
from derbes.scanner.connectors.sql import stamps
from derbes.scanner.connectors.sql.base import CHUNK_BYTES, Chunk, Database, Query, Table, Trouble
from derbes.scanner.connectors.sql.joined import copied
from derbes.scanner.connectors.sql.values import Cells, lenient
from derbes.scanner.connectors.sql.watchdog import Watchdog, shut
from derbes.scanner.model.data import Stamp
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned

COPY_ROWS = 8_192
_LOCAL = ("localhost", "127.", "::1", "/")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

# SQLSTATE -> code; classes of two characters after whole ones.
_STATES = {
    "28000": ("dsn-auth", "сервер отклонил пользователя"),
    "28P01": ("dsn-auth", "сервер отклонил пользователя"),
    "42501": ("no-select", "нет права SELECT"),
    "55P03": ("lock-timeout", "таблица заблокирована дольше {seconds} с"),
    "57014": ("statement-timeout", "сервер не ответил за {seconds} с"),
    "42P01": ("table-vanished", "таблицы больше нет"),
    "3F000": ("table-vanished", "схемы больше нет"),
    "55000": ("query-failed", "представление не заполнено или недоступно ({label})"),
    "XX001": ("file-damaged", "страницы таблицы повреждены ({label})"),
    "XX002": ("file-damaged", "индекс таблицы повреждён ({label})"),
    "08": ("connection-lost", "соединение прервано ({label})"),
    "57": ("connection-lost", "сервер закрыл соединение ({label})"),
}


class Postgresql(Database):
    """A PostgreSQL database; all its schemas but the system's. Paths are ``schema.table.column``."""

    family: ClassVar[str] = "postgresql"
    title: ClassVar[str] = "PostgreSQL"
    watchdog: Watchdog | None = None

    def arguments(self) -> dict[str, Any]:
        connect: dict[str, Any] = {"connect_timeout": max(2, round(self.options.connect_timeout)), "autocommit": True}
        connect["client_encoding"] = "utf8"
        if "application_name" not in self.url.query:
            connect["application_name"] = "derbes"
        return {"connect_args": connect}

    def prepare(self, raw: Any) -> None:
        """Read-only and bounded. Each statement is a transaction of its own, so none is ever left idle."""
        lock = round(self.options.lock_timeout * 1000)
        settings = {"default_transaction_read_only": "on", "lock_timeout": str(lock), "client_encoding": "UTF8"}
        settings |= {"statement_timeout": str(round(self.options.timeout * 1000)), "datestyle": "ISO, YMD"}
        settings |= {"idle_in_transaction_session_timeout": "30000", "synchronize_seqscans": "off"}
        settings |= {"max_parallel_workers_per_gather": "0", "bytea_output": "hex", "extra_float_digits": "0"}
        settings |= {"search_path": "pg_catalog", "row_security": "on"}
        for name, value in settings.items():
            raw.execute(f"SET {name} = '{value}'" if name != "search_path" else f"SET search_path = {value}")
        self.watchdog = Watchdog(self.options.timeout, raw.cancel, lambda: shut(raw.fileno()))

    def close(self) -> None:
        if self.watchdog is not None:
            self.watchdog.close()
        super().close()

    def grant_hint(self) -> str:
        return (
            "проверьте пароль и права:\n"
            "  GRANT CONNECT ON DATABASE … TO {user}; GRANT USAGE ON SCHEMA … TO {user};\n"
            "  GRANT SELECT ON ALL TABLES IN SCHEMA … TO {user};"
        )

    # -- catalogue ----------------------------------------------------------------------------------------------

    def tables(self, only: tuple[str | None, str] | None = None) -> Iterator[Table | Unscanned]:
        yield from catalog.tables(self, only)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a small query."""
        raw = self.raw
        assert self.watchdog is not None
        with self.watchdog, raw.cursor() as cursor:
            return list(cursor.execute(sql).fetchall())

    def key_range(self, table: Table) -> tuple[int, int] | None:
        key = self.quote(table.key[0])
        low, high = self.rows(f"SELECT min({key}), max({key}) FROM {self._from(table)}")[0]
        return None if low is None else (int(low), int(high))

    def count(self, table: Table) -> int | None:
        if table.rows is not None and table.kind != "view":
            return table.rows
        return int(self.rows(f"SELECT count(*) FROM {self._from(table)}")[0][0])

    def _from(self, table: Table) -> str:
        # ONLY: the rows of tables that inherit from this one are read as those tables' own.
        only = "ONLY " if table.kind == "table" else ""
        return only + self.quote(table.schema, table.name)

    # -- rows ---------------------------------------------------------------------------------------------------

    def stream(self, query: Query) -> Iterator[Chunk]:
        table = query.table
        names = [*([table.key[0]] if query.keys else []), *(column.name for column in table.columns)]
        sample, tail = "", self.where(query)
        if query.share is not None:
            sample, tail = self._sample(table, query.share, query.seed)
        sql = f"SELECT {', '.join(map(self.quote, names))} FROM {self._from(table)}{sample}{tail}"
        with closing(self._blocks(f"COPY ({sql}) TO STDOUT")) as blocks:
            plain = not query.keys and all(column.opening != "binary" for column in table.columns)
            for lines in blocks:
                block = b"".join(lines)
                if plain and (arrays := copied(block, len(names), _unescaped)) is not None:
                    yield Chunk(arrays, len(lines), len(block), arrow=True)
                    continue
                cells = _decoded(lines)
                columns = _columns(cells, len(names))
                units = [int(key or 0) for key in columns.pop(0)] if query.keys else ()
                for number, column in enumerate(table.columns):
                    if column.opening == "binary":
                        columns[number] = [None if cell is None else _bytes(cell) for cell in columns[number]]
                text = all(column.opening != "binary" for column in table.columns)
                yield Chunk(columns, len(lines), len(cells), units, text, "{" not in cells and "[" not in cells)

    def _sample(self, table: Table, share: float, seed: int) -> tuple[str, str]:
        if table.kind == "view":
            return "", f" WHERE random() < {share:.9f}"  # a view has no rows of its own to choose by seed
        return f" TABLESAMPLE BERNOULLI ({max(share * 100, 1e-6):.6f}) REPEATABLE ({seed})", ""

    def _blocks(self, sql: str) -> Generator[list[bytes], None, None]:
        """Lines of a COPY, some thousand at a time. The watchdog runs for each block while we wait for it alone.

        The server's own limit would count the time that *we* take as well: a COPY goes on while its reader works.
        """
        raw = self.raw
        assert self.watchdog is not None
        raw.execute("SET statement_timeout = 0")
        if raw.info.parameter_status("server_encoding") == "SQL_ASCII":
            raw.execute("SET client_encoding = 'SQL_ASCII'")  # else the server refuses bytes that are not UTF-8
        try:
            with raw.cursor() as cursor, ExitStack() as stack:
                with self.watchdog:
                    copy = stack.enter_context(cursor.copy(sql.encode()))
                lines: list[bytes] = []
                ended = False
                while not ended:
                    size = 0
                    with self.watchdog:
                        while len(lines) < COPY_ROWS and size < CHUNK_BYTES:
                            line = copy.read()
                            if not line:
                                ended = True
                                break
                            lines.append(line)
                            size += len(line)
                    if lines:
                        yield lines
                        lines = []
        finally:
            if not raw.closed:
                raw.execute("SET client_encoding = 'UTF8'")
                raw.execute(f"SET statement_timeout = {round(self.options.timeout * 1000)}")

    # -- errors and facts ---------------------------------------------------------------------------------------

    def diagnose(self, error: Exception) -> Trouble:
        if self.watchdog is not None and self.watchdog.fired:
            self.close()  # it may have been hung up; the next statement gets a connection of its own
            return Trouble("statement-timeout", "сервер не ответил за {seconds} с", "watchdog")
        error = getattr(error, "orig", None) or error
        state = getattr(error, "sqlstate", None) or ""
        label = f"SQLSTATE {state}" if state else type(error).__name__
        code, message = _STATES.get(state) or _STATES.get(state[:2]) or ("query-failed", "запрос не выполнен ({label})")
        if not state:
            return self._without_state(error, label)
        hint = "GRANT SELECT ON {path} TO {user};" if code == "no-select" else ""
        return Trouble(code, message, label, hint, lost=code == "connection-lost", changed=state in {"42703", "42P01"})

    def _without_state(self, error: Exception, label: str) -> Trouble:
        # libpq gives no SQLSTATE for errors at connecting; its text is looked at and never passed on.
        text = str(error)
        if "password" in text or "authentication failed" in text or "pg_hba.conf" in text:
            return Trouble("dsn-auth", "сервер отклонил пользователя", "authentication failed")
        if "does not exist" in text:
            return Trouble("dsn-connect", "нет такой базы", "database does not exist", "проверьте имя базы")
        lost = type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}
        if lost:
            return Trouble("connection-lost", "соединение прервано ({label})", label, lost=True)
        return Trouble("query-failed", "запрос не выполнен ({label})", label)

    def stamps(self) -> Mapping[str, Stamp]:
        return stamps.postgresql(self)

    def facts(self) -> Facts:
        host = self.raw.info.host or ""
        encrypted = self.rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return Facts(
            remote=bool(host) and not host.startswith(_LOCAL),
            encrypted=bool(encrypted[0][0]) if encrypted else None,
            grants=catalog.grants(self),
        )


def _decoded(lines: list[bytes]) -> str:
    try:
        return b"".join(lines).decode("utf-8")
    except UnicodeDecodeError:  # a database in SQL_ASCII keeps whatever bytes it was given
        return "".join(map(lenient, map(bytes, lines)))


def _columns(text: str, width: int) -> list[list[Any]]:
    # Line breaks and tabs within values are escaped, so the whole block is one flat list of cells.
    cells = text[:-1].replace("\n", "\t").split("\t")
    columns: list[list[Any]] = [cells[start::width] for start in range(width)]
    if "\\" in text:
        columns = [_unescaped(column) if "\\" in "\t".join(column) else column for column in columns]
    return columns


def _unescaped(column: Cells) -> Cells:
    return [
        cell if not cell or "\\" not in cell else None if cell == "\\N" else _ESCAPE.sub(_unescape, cell)
        for cell in column
    ]


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    return _ESCAPES.get(found, found)


def _bytes(literal: str) -> bytes | str:
    try:
        return bytes.fromhex(literal[2:]) if literal.startswith("\\x") else literal
    except ValueError:
        return literal
