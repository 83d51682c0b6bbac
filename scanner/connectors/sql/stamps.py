"""What the state of tables is known by without reading them, as far as servers keep count of changes.

By paths of tables; one whose changes cannot be told has no stamp, and is read. Nothing here takes a lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from derbes.scanner.connectors.sql.mysql_catalog import ours
from derbes.scanner.connectors.sql.postgresql_catalog import OURS
from derbes.scanner.model.data import Stamp

if TYPE_CHECKING:
    from derbes.scanner.connectors.sql.mysql import Mysql
    from derbes.scanner.connectors.sql.postgresql import Postgresql

# A standby replays changes without counting them. Rights to see other sessions' states may lack: they count as busy.
_SERVER = """
SELECT current_setting('track_counts') = 'on' AND NOT pg_is_in_recovery(),
       concat_ws(' ', pg_postmaster_start_time(),
                 (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database())),
       EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND (state_change IS NULL OR state_change > now() - interval '15 seconds'))
"""
# A partitioned table is its partitions. Rewriting and TRUNCATE change the file node, ALTER TABLE the catalogue's row.
_TABLES = """
SELECT n.nspname, r.relname,
       string_agg(concat_ws(':', c.oid, c.relfilenode, c.row_version, s.n_tup_ins, s.n_tup_upd, s.n_tup_del), ' '
                  ORDER BY c.oid)
FROM (SELECT oid, relkind, relfilenode, relrowsecurity, xmin::text AS row_version,
             CASE WHEN relispartition THEN pg_partition_root(oid)::oid ELSE oid END AS root
      FROM pg_class WHERE relkind IN ('r', 'p', 'm', 'f')) c
JOIN pg_class r ON r.oid = c.root
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE {ours}
GROUP BY n.nspname, r.relname
HAVING bool_and(c.relkind <> 'f' AND NOT c.relrowsecurity)
"""
FLUSHED = 60.0  # seconds until a busy session has surely reported what it changed (PGSTAT_MAX_INTERVAL)


def postgresql(database: Postgresql) -> Mapping[str, Stamp]:
    """Counted changes of each table. Sessions report them with a delay, which the stamp says while any was busy."""
    told, server, busy = database.rows(_SERVER)[0]
    if not told:
        return {}
    lag = FLUSHED if busy else 0.0
    found = database.rows(_TABLES.format(ours=OURS))
    return {f"{schema}.{name}": Stamp(f"{server} {marks}", lag) for schema, name, marks in found}


# A whole second must have passed: the time of the last change is kept no finer. After a restart of the server it is
# unknown until the next change.
_UPDATED = """
SELECT table_schema, table_name, concat_ws(' ', create_time, update_time, engine)
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND update_time < NOW() - INTERVAL 2 SECOND AND {which}
"""


def mysql(database: Mysql) -> Mapping[str, Stamp]:
    """The time of each table's last change."""
    if not database.maria:  # MySQL 8 answers from a day-old cache
        database.rows("SET SESSION information_schema_stats_expiry = 0")
    rows = database.rows(_UPDATED.format(which=ours(database)))
    named = database.url.database is not None
    return {name if named else f"{schema}.{name}": Stamp(marks) for schema, name, marks in rows}
