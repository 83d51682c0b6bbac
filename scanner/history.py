"""The history of runs: one JSON report a run, without values, in SQLite by default or a shared PostgreSQL.

A report is the whole outcome, so whatever is shown of an old run is rendered from it; nothing else is stored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from derbes.scanner import history_schema as schema
from derbes.scanner.errors import UsageError
from derbes.scanner.model.trend import Point
from derbes.scanner.policy.durations import before

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

KEEP_RUNS = 400
OFF = "none"


_BUSY_SECONDS = 30  # how long to wait for another run that is writing


def default_state() -> str:
    """``DERBES_STATE``, else a SQLite file under the user's state folder."""
    if url := os.environ.get("DERBES_STATE"):
        return url
    return f"sqlite:///{_user_folder()}/history.sqlite"


def is_off(state: str | None) -> bool:
    """Whether ``--state none`` or ``DERBES_STATE=none`` asks that nothing is kept."""
    return (state or os.environ.get("DERBES_STATE")) == OFF


def state_url(state: str | None) -> str:
    """``--state`` as an SQLAlchemy URL: a path alone means an SQLite file; nothing means the usual place.

    Raises :class:`UsageError` when the history is off: there is nothing to look into.
    """
    if is_off(state):
        raise UsageError("no-run", "история проверок отключена (none)", "назвать её: --state ФАЙЛ, или JSON-отчёт")
    state = state or default_state()
    return state if "://" in state else f"sqlite:///{state}"


def state_folder(state: str | None) -> Path:
    """Where a run may keep private files of its own: beside an SQLite history, else in the user's state folder."""
    prefix, _, path = state_url(state).partition(":///")
    if prefix.startswith("sqlite") and path and path != ":memory:":
        return Path(path).parent
    return _user_folder()


def _user_folder() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "derbes"


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of the history stays: so many runs, none older than ``period`` (P3Y). The newest always stays."""

    runs: int = KEEP_RUNS
    period: str = ""

    def since(self, now: str) -> str:
        """The first day that stays, counted back from ``now`` (ISO 8601)."""
        return before(date.fromisoformat(now[:10]), self.period).isoformat() if self.period else ""


class History:
    """Opened lazily; every method opens its own short transaction, so that two runs do not block each other."""

    def __init__(self, url: str | None = None) -> None:
        self.url = state_url(url)
        self._engine: Engine | None = None

    def _open(self) -> Engine:
        if self._engine is None:
            import sqlalchemy as sa

            url = sa.make_url(self.url)
            waiting = {}
            if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
                _private_file(Path(str(url.database)))
                waiting = {"timeout": _BUSY_SECONDS}
            self._engine = sa.create_engine(url, hide_parameters=True, connect_args=waiting)
            with self._engine.begin() as connection:
                schema.migrate(connection)
        return self._engine

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        import sqlalchemy as sa

        try:
            with self._open().begin() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise UsageError(
                "state",
                "история проверок недоступна ({reason})",
                "другое место: --state ФАЙЛ; без истории: --state none",
                reason=_reason(error),
            ) from None

    def save(self, document: dict[str, Any], keep: Keep | None = None) -> None:
        """Store the report of a finished run; older runs beyond the limits of ``keep`` are dropped."""
        run, keep = document["run"], keep or Keep()
        with self._connection() as connection:
            table, seen = schema.runs(), schema.seen()
            connection.execute(
                table.insert().values(
                    id=run["id"],
                    command=document["command"],
                    finished_at=run["finished_at"],
                    report=schema.packed(document),
                    summary=schema.summary_of(document),
                )
            )
            schema.note_seen(connection, document)
            columns = (table.c.id, table.c.finished_at)
            kept = connection.execute(schema.newest(*columns).limit(keep.runs)).all()
            oldest = keep.since(run["finished_at"])
            left = [row for row in kept if row.id == run["id"] or row.finished_at >= oldest]
            connection.execute(table.delete().where(table.c.id.not_in([row.id for row in left])))
            last = min(row.finished_at for row in left)
            connection.execute(seen.delete().where(seen.c.last_seen < last))

    def runs(self) -> list[str]:
        """Run ids, newest first."""
        with self._connection() as connection:
            return [row.id for row in connection.execute(schema.newest())]

    def load(self, run: str | None = None) -> dict[str, Any] | None:
        """The report of a run; the newest without an id; ``None`` when there is none such."""
        with self._connection() as connection:
            table = schema.runs()
            query = schema.newest(table.c.report)
            row = connection.execute((query if run is None else query.where(table.c.id == run)).limit(1)).first()
        return schema.unpacked(row.report) if row else None

    def first_seen(self, ids: Collection[str]) -> dict[str, str]:
        """When each of these violations was met for the first time (ISO 8601), as far as they were met before."""
        with self._connection() as connection:
            table = schema.seen()
            found = connection.execute(table.select()) if ids else ()
            return {row.id: row.first_seen for row in found if row.id in ids}

    def trend(self, places: Collection[str] | None = None, command: str | None = None, limit: int = 8) -> list[Point]:
        """The last runs, oldest first; with ``places`` and ``command`` those that are comparable."""
        marks = {crc32(name.encode("utf-8", "surrogatepass")) for name in places or ()}
        points: list[Point] = []
        with self._connection() as connection:
            table = schema.runs()
            columns = (table.c.id, table.c.command, table.c.finished_at, table.c.summary)
            for row in connection.execute(schema.newest(*columns)):
                known = json.loads(row.summary or "{}")
                theirs = set(known.pop("marks", ()))
                alike = places is None or 2 * len(marks & theirs) >= len(marks | theirs)
                if known and alike and command in (None, row.command):
                    points.append(Point(run=row.id, command=row.command, finished_at=row.finished_at, **known))
                if len(points) == limit:
                    break
        return points[::-1]


def _private_file(path: Path) -> None:
    """Only the owner may read where personal data lie."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _reason(error: Exception) -> str:
    """What is wrong, without the words of a driver (they may quote an address)."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return getattr(cause, "sqlite_errorname", None) or type(cause).__name__
