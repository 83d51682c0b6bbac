"""What PostgreSQL's catalogue says of tables, columns and rights. No query here takes a lock on a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from derbes.scanner.connectors.sql.base import Column, Opening, Table
from derbes.scanner.model.facts import Grant
from derbes.scanner.model.inventory import Unscanned

if TYPE_CHECKING:
    from derbes.scanner.connectors.sql.postgresql import Postgresql

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' \
AND n.nspname NOT LIKE 'pg\\_temp\\_%'"

# pg_relation_size would wait for a lock; relpages does not.
_RELATIONS = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text,
       CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint ELSE pg_stat_get_live_tuples(c.oid) END AS rows,
       c.relpages::bigint * 8192 AS size,
       obj_description(c.oid, 'pg_class'),
       has_schema_privilege(n.oid, 'USAGE') AS usable,
       has_table_privilege(c.oid, 'SELECT') AS readable,
       CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid::bigint END AS root,
       c.relrowsecurity AND row_security_active(c.oid) AS hidden
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {ours}{only}
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attrelid::bigint, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), b.typname, b.typcategory::text,
       col_description(a.attrelid, a.attnum), has_column_privilege(a.attrelid, a.attnum, 'SELECT')
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND {ours}{only}
ORDER BY a.attrelid, a.attnum
"""
_KEYS = """
SELECT i.indrelid::bigint, i.indkey::int2[]
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisprimary AND i.indisvalid AND {ours}{only}
"""
_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_LENGTH = re.compile(r"char[a-z ]*\((\d{1,9})\)")
_OPENINGS: dict[str, Opening] = {"json": "json", "jsonb": "json", "hstore": "hstore", "bytea": "binary"}
_INTEGERS = {"int2", "int4", "int8"}


def tables(database: Postgresql, only: tuple[str | None, str] | None) -> Iterator[Table | Unscanned]:
    """Tables, views and partitioned tables (once, without their partitions) that may be read; the rest as notes."""
    one = ""
    if only is not None:
        one = f" AND n.nspname = {_literal(only[0] or 'public')} AND c.relname = {_literal(only[1])}"
    relations = database.rows(_RELATIONS.format(ours=OURS, only=one))
    columns: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in database.rows(_COLUMNS.format(ours=OURS, only=one)):
        columns[row[0]].append(row)
    keys = dict(database.rows(_KEYS.format(ours=OURS, only=one)))
    roots = {row[0]: row for row in relations}
    leaves: dict[int, int] = defaultdict(int)
    sizes: dict[int, int] = defaultdict(int)
    split = set()  # partitioned tables that reach to other servers are read partition by partition
    for row in relations:
        if row[9] is not None:
            leaves[row[9]] += max(0, row[4])
            sizes[row[9]] += row[5]
            if row[3] == "f" and not database.options.foreign_tables:
                split.add(row[9])
    for row in relations:
        oid, kind, root = row[0], row[3], row[9]
        through_root = root is not None and root in roots and root not in split and roots[root][8] and roots[root][7]
        if only is None and (through_root or oid in split or (kind == "p" and root is not None)):
            continue
        rows = leaves[oid] if kind == "p" else row[4]
        yield _relation(database, row, columns[oid], keys.get(oid), rows, sizes[oid] or row[5])


def _relation(
    database: Postgresql, row: tuple[Any, ...], columns: list[tuple[Any, ...]], key: Any, rows: int, size: int
) -> Table | Unscanned:
    _, schema, name, kind, _, _, comment, usable, readable, _, hidden = row
    path = f"{schema}.{name}"
    user = database.url.username or ""
    if kind == "f" and not database.options.foreign_tables:
        return database.unscanned(path, "table-foreign", "внешняя таблица: данные лежат на другом сервере")
    if not usable:
        hint = "GRANT USAGE ON SCHEMA {schema} TO {user}; GRANT SELECT ON {path} TO {user};"
        params = {"schema": database.quote(schema), "path": database.quote(schema, name), "user": user}
        return database.unscanned(path, "no-select", "нет права USAGE на схему", hint, **params)
    may = [column for column in columns if readable or column[7]]
    target = database.quote(schema, name)
    grant = "GRANT SELECT ON {path} TO {user};"
    if columns and not may:
        return database.unscanned(path, "no-select", "нет права SELECT", grant, path=target, user=user)
    notes = [
        database.unscanned(f"{path}.{column[2]}", "no-select", "нет права SELECT", grant, path=target, user=user)
        for column in columns
        if column not in may
    ]
    if hidden:
        message = "строки скрыты политикой безопасности (RLS): видны не все"
        hint = "ALTER ROLE {user} BYPASSRLS;"
        notes.append(database.unscanned(path, "row-level-security", message, hint, user=user))
    by_number = {column[1]: column for column in may}
    named = [by_number.get(number) for number in key or ()]
    whole = bool(named) and all(named)
    return Table(
        schema,
        name,
        tuple(_column(column) for column in may),
        _KINDS[kind],
        tuple(column[2] for column in named if column) if whole else (),
        whole and named[0] is not None and named[0][4] in _INTEGERS,
        rows if rows > 0 or size else None,
        size,
        comment or "",
        tuple(notes),
    )


def _column(row: tuple[Any, ...]) -> Column:
    _, _, name, declared, base, category, comment, _ = row
    length = _LENGTH.search(declared)
    opening: Opening = "array" if category == "A" else _OPENINGS.get(base, "text" if category in "SU" else "")
    return Column(name, declared, opening, int(length.group(1)) if length else None, comment or "")


def _literal(text: str) -> str:
    quoted = text.replace("'", "''").replace("\\", "\\\\")
    return f"E'{quoted}'" if "\\" in text else f"'{quoted}'"


# -- rights -----------------------------------------------------------------------------------------------------------

_TABLE_RIGHTS = """
SELECT n.nspname || '.' || c.relname, c.oid::bigint, coalesce(r.rolname, 'PUBLIC')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND x.privilege_type = 'SELECT' AND x.grantee <> c.relowner AND {ours}
"""
_COLUMN_RIGHTS = """
SELECT n.nspname || '.' || c.relname || '.' || a.attname, coalesce(r.rolname, 'PUBLIC')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(a.attacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
WHERE NOT a.attisdropped AND x.privilege_type = 'SELECT' AND x.grantee <> c.relowner AND {ours}
"""
_MEMBERS = """
WITH RECURSIVE member(role, name) AS (
  SELECT g.rolname, m.rolname FROM pg_auth_members a
  JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
  UNION
  SELECT b.role, m.rolname FROM member b JOIN pg_roles g ON g.rolname = b.name
  JOIN pg_auth_members a ON a.roleid = g.oid JOIN pg_roles m ON m.oid = a.member
) SELECT role::text, name::text FROM member
"""
# A view reads its tables with its owner's rights, unless it says security_invoker.
_VIEWS = """
SELECT DISTINCT v.oid::bigint, vn.nspname || '.' || v.relname, n.nspname || '.' || c.relname, c.oid::bigint
FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN pg_class c ON c.oid = d.refobjid AND c.oid <> v.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE v.relkind IN ('v', 'm') AND {ours}
  AND NOT coalesce(v.reloptions::text[] && ARRAY['security_invoker=true', 'security_invoker=on'], false)
"""


def grants(database: Postgresql) -> tuple[Grant, ...]:
    """Who may read what besides its owner: granted directly, through a role, or through a view."""
    members: dict[str, list[str]] = defaultdict(list)
    for role, name in database.rows(_MEMBERS):
        members[role].append(name)
    found: set[Grant] = set()
    readers: dict[int, set[str]] = defaultdict(set)
    paths: dict[int, str] = {}
    for path, oid, grantee in database.rows(_TABLE_RIGHTS.format(ours=OURS)):
        readers[oid].add(grantee)
        paths[oid] = path
        found.add(Grant(path, grantee))
    for path, grantee in database.rows(_COLUMN_RIGHTS.format(ours=OURS)):
        found.add(Grant(path, grantee))
    for grant in list(found):
        found.update(Grant(grant.path, name, grant.grantee) for name in members[grant.grantee])
    for view, name, path, oid in _through_views(database):
        found.update(Grant(path, grantee, name) for grantee in readers[view] - readers[oid])
    return tuple(sorted(found, key=lambda grant: (grant.path, grant.grantee, grant.via)))


def _through_views(database: Postgresql) -> list[tuple[Any, ...]]:
    """(view, its name, table, table's oid), views over views followed to the tables beneath."""
    direct = database.rows(_VIEWS.format(ours=OURS))
    beneath: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for view, _, path, oid in direct:
        beneath[view].add((path, oid))
    names = {view: name for view, name, _, _ in direct}
    found = []
    for view, name in names.items():
        seen: set[int] = set()
        stack = list(beneath[view])
        while stack:
            path, oid = stack.pop()
            if oid not in seen:
                seen.add(oid)
                found.append((view, name, path, oid))
                stack.extend(beneath[oid])
    return found
