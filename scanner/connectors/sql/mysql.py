"""MySQL and MariaDB through PyMySQL: unbuffered rows, no conversion into Python types and back."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any, ClassVar

from derbes.scanner.connectors.sql import mysql_catalog as catalog
from derbes.scanner.connectors.sql import stamps
from derbes.scanner.connectors.sql.base import CHUNK_BYTES, CHUNK_ROWS, Chunk, Database, Query, Table, Trouble, width_of
from derbes.scanner.connectors.sql.watchdog import GRACE, Watchdog
from derbes.scanner.model.data import Stamp
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned

_LOCAL = ("localhost", "127.", "::1")
_LOST = {1053, 1927, 2006, 2013, 2055}
_ERRORS = {
    1044: ("dsn-auth", "нет доступа к базе"),
    1045: ("dsn-auth", "сервер отклонил пользователя"),
    1698: ("dsn-auth", "сервер отклонил пользователя"),
    1049: ("dsn-connect", "нет такой базы"),
    1130: ("dsn-auth", "сервер не принимает соединения с этой машины"),
    1142: ("no-select", "нет права SELECT"),
    1143: ("no-select", "нет права SELECT"),
    1370: ("no-select", "нет права EXECUTE на функцию представления"),
    1205: ("lock-timeout", "таблица заблокирована дольше {seconds} с"),
    1317: ("statement-timeout", "запрос прерван после {seconds} с"),
    1969: ("statement-timeout", "сервер не ответил за {seconds} с"),
    3024: ("statement-timeout", "сервер не ответил за {seconds} с"),
    1146: ("table-vanished", "таблицы больше нет"),
    1034: ("file-damaged", "таблица повреждена ({label})"),
    1194: ("file-damaged", "таблица повреждена ({label})"),
    1712: ("file-damaged", "индекс таблицы повреждён ({label})"),
    1356: ("query-failed", "представление ссылается на то, чего нет, или на недоступное ({label})"),
}


class Mysql(Database):
    """A MySQL or MariaDB server. Paths are ``table.column``, or ``db.table.column`` if the address has no database."""

    family: ClassVar[str] = "mysql"
    title: ClassVar[str] = "MySQL"
    watchdog: Watchdog | None = None

    def arguments(self) -> dict[str, Any]:
        connect: dict[str, Any] = {"charset": "utf8mb4", "program_name": "derbes", "autocommit": True}
        connect["connect_timeout"] = max(1, round(self.options.connect_timeout))
        connect["read_timeout"] = round(self.options.timeout + 2 * GRACE + 1)  # a line gone silent ends here
        if self.url.username is None:
            connect["read_default_file"] = "~/.my.cnf"
        return {"connect_args": {key: value for key, value in connect.items() if key not in self.url.query}}

    def prepare(self, raw: Any) -> None:
        """Read-only and bounded. Every statement is a transaction of its own, so none is ever left idle."""
        with raw.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            self.maria = "mariadb" in str(cursor.fetchone()[0]).lower()
        lock = max(1, round(self.options.lock_timeout))
        self._set(raw, "SET SESSION TRANSACTION READ ONLY")
        self._set(raw, f"SET SESSION lock_wait_timeout = {lock}, innodb_lock_wait_timeout = {lock}")
        # Names go into catalogue queries as literals; a backslash in one of them is a backslash.
        self._set(raw, "SET SESSION net_write_timeout = 3600, sql_mode = 'NO_BACKSLASH_ESCAPES'")
        self._limit(raw, self.options.timeout)
        raw.decoders = {}  # the server sends text; numbers and dates stay as it wrote them
        thread = raw.thread_id()
        self.watchdog = Watchdog(self.options.timeout, lambda: self._kill(thread), lambda: None)

    @staticmethod
    def _set(raw: Any, statement: str) -> None:
        with raw.cursor() as cursor:
            cursor.execute(statement)

    def _limit(self, raw: Any, seconds: float) -> None:
        """The server's own limit; none for streams, as it would count the time that we take between rows."""
        name = f"max_statement_time = {seconds:g}" if self.maria else f"max_execution_time = {round(seconds * 1000)}"
        self._set(raw, f"SET SESSION {name}")

    def _kill(self, thread: int) -> None:
        other = self.engine.raw_connection()
        try:
            self._set(other.driver_connection, f"KILL QUERY {thread}")
        finally:
            other.close()

    def close(self) -> None:
        if self.watchdog is not None:
            self.watchdog.close()
        super().close()

    def grant_hint(self) -> str:
        return "проверьте пароль и права:\n  GRANT SELECT, SHOW VIEW ON {database}.* TO '{user}'@'%';"

    # -- catalogue ----------------------------------------------------------------------------------------------

    def tables(self, only: tuple[str | None, str] | None = None) -> Iterator[Table | Unscanned]:
        yield from catalog.tables(self, only)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a small query, as text."""
        raw = self.raw
        assert self.watchdog is not None
        with self.watchdog, raw.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def key_range(self, table: Table) -> tuple[int, int] | None:
        key = self.quote(table.key[0])
        low, high = self.rows(f"SELECT min({key}), max({key}) FROM {self._from(table)}")[0]
        return None if low is None else (int(low), int(high))

    def count(self, table: Table) -> int | None:
        if table.rows is not None and table.kind != "view":
            return table.rows
        return int(self.rows(f"SELECT count(*) FROM {self._from(table)}")[0][0])

    def _from(self, table: Table) -> str:
        return self.quote(table.schema or self.url.database, table.name)

    # -- rows ---------------------------------------------------------------------------------------------------

    def stream(self, query: Query) -> Iterator[Chunk]:
        names = [*([query.table.key[0]] if query.keys else []), *(column.name for column in query.table.columns)]
        tail = self.where(query) if query.share is None else f" WHERE RAND({query.seed}) < {query.share:.9f}"
        sql = f"SELECT {', '.join(map(self.quote, names))} FROM {self._from(query.table)}{tail}"
        for rows, width in self._rows(sql):
            columns: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
            units = [int(key) for key in columns.pop(0)] if query.keys else ()
            yield Chunk(columns, len(rows), width * len(rows), units)

    def _rows(self, sql: str) -> Generator[tuple[list[tuple[Any, ...]], int], None, None]:
        from pymysql.cursors import SSCursor

        raw = self.raw
        assert self.watchdog is not None
        self._limit(raw, 0)
        cursor, ended = SSCursor(raw), False
        try:
            with self.watchdog:
                cursor.execute(sql)
                rows = list(cursor.fetchmany(16))
            while rows:
                width = width_of(rows)
                yield rows, width
                size = max(1, min(CHUNK_ROWS, len(rows) * 8, CHUNK_BYTES // width))
                with self.watchdog:
                    rows = list(cursor.fetchmany(size))
            ended = True
        finally:
            if ended:
                cursor.close()
                self._limit(raw, self.options.timeout)
            elif self._raw is raw:
                # Closing the cursor would read the rest of the table: the connection is given up instead.
                result: Any = getattr(cursor, "_result", None)
                if result is not None:
                    result.unbuffered_active = False
                raw.close()
                self.close()

    # -- errors and facts ---------------------------------------------------------------------------------------

    def diagnose(self, error: Exception) -> Trouble:
        error = getattr(error, "orig", None) or error
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        label = f"MySQL {number}" if number else type(error).__name__
        if self.watchdog is not None and self.watchdog.fired:
            self.close()
            return Trouble("statement-timeout", "сервер не ответил за {seconds} с", "watchdog")
        if number in _ERRORS:
            code, message = _ERRORS[number]
            hint = "GRANT SELECT ON {path} TO '{user}'@'%';" if code == "no-select" else ""
            return Trouble(code, message, label, hint, changed=number == 1146)
        if number in _LOST or type(error).__name__ in {"InterfaceError", "OperationalError"}:
            return Trouble("connection-lost", "соединение прервано ({label})", label, lost=True)
        return Trouble("query-failed", "запрос не выполнен ({label})", label, changed=number == 1054)

    def stamps(self) -> Mapping[str, Stamp]:
        return stamps.mysql(self)

    def facts(self) -> Facts:
        cipher = self.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        host = self.url.host or ""
        return Facts(
            remote=bool(host) and not host.startswith(_LOCAL),
            encrypted=bool(cipher and cipher[0][1]),
            grants=catalog.grants(self),
        )
