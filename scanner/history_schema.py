"""The tables of the history and how older ones become them. A version is a number in ``derbes_state``.

1: runs. 2: a summary beside each run (for the trend), and when each violation was first and last seen.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any
from zlib import crc32

from derbes.scanner.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION = 2
_MAX_MARKS = 2_000
_LOCK = 0x646572626573  # «derbes»
_IN_ONE_STATEMENT = 500


def runs() -> Any:
    """A finished run and its report, packed."""
    import sqlalchemy as sa

    return sa.Table(
        "derbes_runs",
        sa.MetaData(),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("command", sa.String(16), nullable=False),
        sa.Column("finished_at", sa.String(40), nullable=False, index=True),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("summary", sa.Text),
    )


def seen() -> Any:
    """When a violation was first and last met; an id holds no value."""
    import sqlalchemy as sa

    return sa.Table(
        "derbes_seen",
        sa.MetaData(),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("first_seen", sa.String(40), nullable=False),
        sa.Column("last_seen", sa.String(40), nullable=False),
    )


def newest(*columns: Any) -> Any:
    """Runs, newest first."""
    import sqlalchemy as sa

    table = runs()
    return sa.select(*(columns or (table.c.id,))).order_by(table.c.finished_at.desc(), table.c.id.desc())


def packed(document: dict[str, Any]) -> bytes:
    """A report as it is stored."""
    return zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 6)


def unpacked(report: bytes) -> dict[str, Any]:
    """A stored report."""
    found: dict[str, Any] = json.loads(zlib.decompress(report))
    return found


def summary_of(document: dict[str, Any]) -> str:
    """Counts of a report. ``marks`` are checksums of its places' ids: runs over much the same places compare."""
    given = document.get("summary", {})
    counts, places = given.get("violations", {}), given.get("places", {})
    ids = [place["id"] for place in document.get("places", ())]
    return json.dumps(
        {
            "complete": given.get("complete", True),
            "places": places.get("total", len(ids)),
            "personal": places.get("with_personal_data", 0),
            **{name: counts.get(name, 0) for name in ("critical", "major", "minor", "accepted")},
            "marks": sorted(crc32(name.encode("utf-8", "surrogatepass")) for name in ids)[:_MAX_MARKS],
        }
    )


def note_seen(connection: Connection, document: dict[str, Any]) -> None:
    """Remember the violations of a report: those met before keep their first day."""
    import sqlalchemy as sa

    run = document["run"]
    table, ids = seen(), sorted({violation["id"] for violation in document.get("violations", ())})
    for start in range(0, len(ids), _IN_ONE_STATEMENT):
        some = ids[start : start + _IN_ONE_STATEMENT]
        known = {row.id for row in connection.execute(sa.select(table.c.id).where(table.c.id.in_(some)))}
        connection.execute(table.update().where(table.c.id.in_(known)).values(last_seen=run["finished_at"]))
        first = run.get("started_at", run["finished_at"])
        rows = [{"id": i, "first_seen": first, "last_seen": run["finished_at"]} for i in some if i not in known]
        if rows:
            connection.execute(_insert_new(connection, table), rows)


def _insert_new(connection: Connection, table: Any) -> Any:
    """An insert that leaves rows alone which another run has just written, where the database knows such a thing."""
    family = connection.engine.dialect.name
    if family == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        return into_postgresql(table).on_conflict_do_nothing()
    if family == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as into_sqlite

        return into_sqlite(table).on_conflict_do_nothing()
    return table.insert()


def migrate(connection: Connection) -> None:
    """Create the tables, or bring older ones up to date. Raises ``UsageError`` for those of a newer derbes."""
    import sqlalchemy as sa

    version = sa.Table("derbes_state", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))
    if connection.engine.dialect.name == "postgresql":  # its IF NOT EXISTS does not bear two that come at once
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    for table in (version, runs(), seen()):
        connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    found = connection.execute(sa.select(version.c.version)).scalar()
    if found is None:
        connection.execute(version.insert().values(version=VERSION))
    elif found > VERSION:
        raise UsageError("state", "история записана более новой версией derbes ({found})", found=found)
    elif found < VERSION:
        _second(connection, version)


def _second(connection: Connection, version: Any) -> None:
    """From 1 to 2, once: whoever comes second waits and finds it done."""
    import sqlalchemy as sa

    if connection.engine.dialect.name == "sqlite":
        connection.execute(version.update().values(version=version.c.version))  # takes the lock of a writer
    found = connection.execute(sa.select(version.c.version).with_for_update()).scalar()
    if found == VERSION:
        return
    table = runs()
    connection.execute(sa.text("ALTER TABLE derbes_runs ADD COLUMN summary TEXT"))
    oldest_first = sa.select(table.c.id).order_by(table.c.finished_at, table.c.id)
    for row in connection.execute(oldest_first).all():
        report = connection.execute(sa.select(table.c.report).where(table.c.id == row.id)).scalar_one()
        document = unpacked(report)
        summary = summary_of(document)
        connection.execute(table.update().where(table.c.id == row.id).values(summary=summary))
        note_seen(connection, document)
    connection.execute(version.update().values(version=VERSION))
