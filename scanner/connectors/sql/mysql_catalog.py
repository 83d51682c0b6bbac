"""What ``information_schema`` of MySQL and MariaDB says of tables, columns and rights."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from derbes.scanner.connectors.sql.base import Column, Opening, Table
from derbes.scanner.model.facts import Grant
from derbes.scanner.model.inventory import Unscanned

if TYPE_CHECKING:
    from derbes.scanner.connectors.sql.mysql import Mysql

_SYSTEM = "('mysql', 'information_schema', 'performance_schema', 'sys')"
_TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, TABLE_COMMENT
FROM information_schema.TABLES WHERE {which} AND TABLE_TYPE <> 'SEQUENCE' ORDER BY 1, 2
"""
_COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, COLUMN_COMMENT,
       PRIVILEGES
FROM information_schema.COLUMNS WHERE {which} ORDER BY 1, 2, ORDINAL_POSITION
"""
_KEYS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME
FROM information_schema.STATISTICS WHERE {which} AND INDEX_NAME = 'PRIMARY' ORDER BY 1, 2, SEQ_IN_INDEX
"""
_PARTLY = "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.COLUMN_PRIVILEGES WHERE {which}"
_GRANT = "GRANT SELECT ON {path} TO '{user}'@'%';"
_REMOTE = {"FEDERATED", "CONNECT", "SPIDER", "S3"}
_INTEGERS = {"tinyint", "smallint", "mediumint", "int", "bigint"}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_SCALARS = {"date", "datetime", "timestamp", "time", "year", "decimal", "float", "double"} | _INTEGERS


def tables(database: Mysql, only: tuple[str | None, str] | None) -> Iterator[Table | Unscanned]:
    """Tables and views that may be read, and notes of those that may not."""
    which = ours(database)
    if only is not None:
        which += f" AND TABLE_NAME = {_literal(only[1])}"
        if only[0] is not None:
            which += f" AND TABLE_SCHEMA = {_literal(only[0])}"
    columns: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in database.rows(_COLUMNS.format(which=which)):
        columns[row[0], row[1]].append(row)
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, name, column in database.rows(_KEYS.format(which=which)):
        keys[schema, name].append(column)
    by_column = {(schema, name) for schema, name in database.rows(_PARTLY.format(which=which))}
    for row in database.rows(_TABLES.format(which=which)):
        table = _relation(database, row, columns[row[0], row[1]], keys[row[0], row[1]])
        if isinstance(table, Table) and (row[0], row[1]) in by_column and not _wholly(database, row[0], row[1]):
            params = {"path": database.quote(row[0], row[1]), "user": database.url.username or ""}
            message = "нет права SELECT на часть столбцов"
            note = database.unscanned(table.path, "no-select", message, _GRANT, **params)
            table = replace(table, notes=(*table.notes, note))
        yield table


def _wholly(database: Mysql, schema: str, name: str) -> bool:
    """Whether all columns may be read: the catalogue does not even name those that may not."""
    try:
        database.rows(f"SELECT * FROM {database.quote(schema, name)} LIMIT 0")
    except Exception as error:
        return database.diagnose(error).code != "no-select"
    return True


def ours(database: Mysql) -> str:
    """The condition for the tables that are meant: of the named database, or of all but the system's."""
    if database.url.database:
        return f"TABLE_SCHEMA = {_literal(database.url.database)}"
    return f"TABLE_SCHEMA NOT IN {_SYSTEM}"


def _relation(
    database: Mysql, row: tuple[Any, ...], columns: list[tuple[Any, ...]], key: list[str]
) -> Table | Unscanned:
    schema, name, kind, storage, rows, size, comment = row
    shown = None if database.url.database else schema
    path = f"{shown}.{name}" if shown else name
    if storage in _REMOTE and not database.options.foreign_tables:
        return database.unscanned(path, "table-foreign", "внешняя таблица: данные лежат на другом сервере")
    params = {"path": database.quote(schema, name), "user": database.url.username or ""}
    may = [column for column in columns if "select" in (column[7] or "").lower()]
    if not may:
        if kind == "VIEW" and not columns:
            return database.unscanned(path, "query-failed", "представление ссылается на то, чего нет")
        return database.unscanned(path, "no-select", "нет права SELECT", _GRANT, **params)
    notes = [
        database.unscanned(f"{path}.{column[2]}", "no-select", "нет права SELECT", _GRANT, **params)
        for column in columns
        if column not in may
    ]
    kinds = {column[2]: column[4] for column in may}
    whole = bool(key) and all(column in kinds for column in key)
    return Table(
        shown,
        name,
        tuple(map(_column, may)),
        "view" if kind == "VIEW" else "table",
        tuple(key) if whole else (),
        whole and kinds[key[0]] in _INTEGERS,
        int(rows) if rows is not None and kind != "VIEW" else None,
        int(size or 0),
        comment if comment and kind != "VIEW" else "",
        tuple(notes),
    )


def _column(row: tuple[Any, ...]) -> Column:
    _, _, name, declared, base, length, comment, _ = row
    opening: Opening = "json" if base == "json" else "text" if base in _TEXTS else "" if base in _SCALARS else "binary"
    return Column(name, declared, opening, int(length) if length is not None else None, comment or "")


def _literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


# -- rights -----------------------------------------------------------------------------------------------------------

_ADMINS = "SELECT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SUPER'"
_GLOBAL = "SELECT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT'"
_SCHEMAS = "SELECT GRANTEE, TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT'"
_BY_TABLE = """
SELECT GRANTEE, TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLE_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT'
"""
_BY_COLUMN = """
SELECT GRANTEE, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMN_PRIVILEGES
WHERE PRIVILEGE_TYPE = 'SELECT'
"""
_ROLES = ("SELECT Role, User FROM mysql.roles_mapping", "SELECT FROM_USER, TO_USER FROM mysql.role_edges")
_VIEWS = (
    "SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE SECURITY_TYPE = 'DEFINER'"
)
_NAMED = re.compile(r"`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`")


def grants(database: Mysql) -> tuple[Grant, ...]:
    """Who may read what, as far as this user may see it: by server, schema, table, column, role and view."""
    known = [(row[0], row[1]) for row in database.rows(_TABLES.format(which=ours(database)))]
    found: set[Grant] = set()
    readers: dict[tuple[str, str], set[str]] = defaultdict(set)

    def grant(table: tuple[str, str], grantee: str, via: str = "") -> None:
        readers[table].add(grantee)
        found.add(Grant(_path(database, table), grantee, via))

    admins = {row[0] for row in database.rows(_ADMINS)}
    for (grantee,) in database.rows(_GLOBAL):
        for table in known if grantee not in admins else ():
            grant(table, _name(grantee))
    for grantee, pattern in database.rows(_SCHEMAS):
        matches = _like(pattern)
        for table in known:
            if matches.fullmatch(table[0]):
                grant(table, _name(grantee))
    for grantee, schema, name in database.rows(_BY_TABLE):
        if (schema, name) in known:
            grant((schema, name), _name(grantee))
    for grantee, schema, name, column in database.rows(_BY_COLUMN):
        if (schema, name) in known:
            found.add(Grant(f"{_path(database, (schema, name))}.{column}", _name(grantee)))
    trusted = {_name(grantee) for grantee in admins}
    for role, member in _members(database):
        if member in trusted:
            continue
        found.update(Grant(g.path, member, role) for g in list(found) if g.grantee == role and not g.via)
    for view, table in _through_views(database, known):
        for grantee in readers[view] - readers[table]:
            found.add(Grant(_path(database, table), grantee, _path(database, view)))
    return tuple(sorted(found, key=lambda grant: (grant.path, grant.grantee, grant.via)))


def _members(database: Mysql) -> set[tuple[str, str]]:
    """(role, member) with roles in roles followed; empty where the server does not let us look."""
    direct: set[tuple[str, str]] = set()
    for sql in _ROLES:
        with suppress(Exception):  # each server has one of the two tables, and few users may read it
            direct |= {(role, member) for role, member in database.rows(sql)}
    closed = set(direct)
    while True:
        further = {(role, member) for role, middle in closed for inner, member in direct if inner == middle} - closed
        if not further:
            return closed
        closed |= further


def _through_views(database: Mysql, known: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for schema, name, text in database.rows(_VIEWS):
        named = {(one.replace("``", "`"), two.replace("``", "`")) for one, two in _NAMED.findall(text or "")}
        for table in sorted(named & set(known)):
            if (schema, name) in known:
                yield (schema, name), table


def _path(database: Mysql, table: tuple[str, str]) -> str:
    return table[1] if database.url.database else ".".join(table)


def _name(grantee: str) -> str:
    """``'reader'@'10.%'`` as ``reader``; the anonymous user is anybody."""
    name = grantee.rpartition("@")[0].strip("'") if "@" in grantee else grantee.strip("'")
    return name or "PUBLIC"


def _like(pattern: str) -> re.Pattern[str]:
    """A database pattern of a grant (``%`` and ``_``, escaped by a backslash) as a regex."""
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    text = {"%": ".*", "_": "."}
    return re.compile("".join(text.get(piece) or re.escape(piece.removeprefix("\\")) for piece in pieces), re.DOTALL)
