"""The history of runs: one JSON report a run, without values, in SQLite by default or a shared PostgreSQL.

A report is the whole outcome, so whatever is shown of an old run is rendered from it; nothing else is stored.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derbes.scanner.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

VERSION = 1
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
                _migrate(connection)
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

    def save(self, document: dict[str, Any]) -> None:
        """Store the report of a finished run; older runs beyond the limit are dropped."""
        run = document["run"]
        packed = zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 6)
        with self._connection() as connection:
            table = _runs()
            connection.execute(
                table.insert().values(
                    id=run["id"], command=document["command"], finished_at=run["finished_at"], report=packed
                )
            )
            kept = [row.id for row in connection.execute(_newest().limit(KEEP_RUNS))]
            connection.execute(table.delete().where(table.c.id.not_in(kept)))

    def runs(self) -> list[str]:
        """Run ids, newest first."""
        with self._connection() as connection:
            return [row.id for row in connection.execute(_newest())]

    def load(self, run: str | None = None) -> dict[str, Any] | None:
        """The report of a run; the newest without an id; ``None`` when there is none such."""
        with self._connection() as connection:
            table = _runs()
            query = _newest(table.c.report) if run is None else _newest(table.c.report).where(table.c.id == run)
            row = connection.execute(query.limit(1)).first()
        return json.loads(zlib.decompress(row.report)) if row else None


def _runs() -> Any:
    import sqlalchemy as sa

    return sa.Table(
        "derbes_runs",
        sa.MetaData(),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("command", sa.String(16), nullable=False),
        sa.Column("finished_at", sa.String(40), nullable=False, index=True),
        sa.Column("report", sa.LargeBinary, nullable=False),
    )


def _newest(*columns: Any) -> Any:
    import sqlalchemy as sa

    table = _runs()
    return sa.select(*(columns or (table.c.id,))).order_by(table.c.finished_at.desc(), table.c.id.desc())


def _migrate(connection: Connection) -> None:
    import sqlalchemy as sa

    version = sa.Table("derbes_state", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))
    for table in (version, _runs()):  # two first runs at once: the server decides which of them creates it
        connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    found = connection.execute(sa.select(version.c.version)).scalar()
    if found is None:
        connection.execute(version.insert().values(version=VERSION))
    elif found > VERSION:
        raise UsageError("state", "история записана более новой версией derbes ({found})", found=found)


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
