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


def default_state() -> str:
    """``DERBES_STATE``, else a SQLite file under the user's state folder."""
    if url := os.environ.get("DERBES_STATE"):
        return url
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return f"sqlite:///{base}/derbes/history.sqlite"


class History:
    """Opened lazily; every method opens its own short transaction, so that two runs do not block each other."""

    def __init__(self, url: str | None = None) -> None:
        self.url = url or default_state()
        self._engine: Engine | None = None

    def _open(self) -> Engine:
        if self._engine is None:
            import sqlalchemy as sa

            url = sa.make_url(self.url)
            if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
                _private_file(Path(str(url.database)))
            self._engine = sa.create_engine(url, hide_parameters=True)
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
                "другое место: --state URL",
                reason=type(error).__name__,
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
    version.create(connection, checkfirst=True)
    _runs().create(connection, checkfirst=True)
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
