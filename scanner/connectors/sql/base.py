"""What the source asks of a database engine, and the nouns they speak of: tables, columns, chunks."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.credentials import named
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import Stamp
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

CHUNK_ROWS = 1_024  # few enough to stay in the processor's cache
CHUNK_BYTES = 4 << 20

Opening = Literal["", "text", "json", "array", "hstore", "binary"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as declared. ``opening`` says how its values are opened: into paths, into text, or not at all ("")."""

    name: str
    type: str = ""
    opening: Opening = "text"
    length: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. ``key`` orders its rows; ``ranged`` if its first column is an integer to cut ranges by.

    ``rows`` and ``size`` (bytes) are the catalogue's estimates. ``notes`` are what is known to be hidden from us.
    """

    schema: str | None
    name: str
    columns: tuple[Column, ...]
    kind: str = "table"
    key: tuple[str, ...] = ()
    ranged: bool = False
    rows: int | None = None
    size: int = 0
    comment: str = ""
    notes: tuple[Unscanned, ...] = ()

    @property
    def path(self) -> str:
        """``schema.table``, or the table alone where the engine has no schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, column by column: driver values, strings already if ``text``, Arrow string arrays if ``arrow``.

    ``size`` is about the bytes.

    ``units`` are the rows' numbers (1-based, or keys for a query by keys) where they do not simply follow each other.
    """

    columns: Sequence[Any]
    rows: int
    size: int = 0
    units: Sequence[int] = ()
    text: bool = False
    plain: bool = False  # surely no cell that begins like JSON
    arrow: bool = False

    def only(self, rows: Sequence[int], units: Sequence[int]) -> Chunk:
        """Some of the rows, with their numbers."""
        if self.arrow:
            columns: list[Any] = [column.take(rows) for column in self.columns]
        else:
            columns = [[column[row] for row in rows] for column in self.columns]
        size = self.size * len(rows) // self.rows
        return replace(self, columns=columns, rows=len(rows), size=size, units=units)


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one table: all, a key range ``[low, high)``, some keys, or each with probability ``share``."""

    table: Table
    low: int | None = None
    high: int | None = None
    keys: tuple[int, ...] = field(default=(), repr=False)
    share: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a driver's error means: a code of the closed list, a template, and what may help when trying again."""

    code: str
    message: str
    label: str = ""
    hint: str = ""
    lost: bool = False  # the connection; a new one may do
    changed: bool = False  # the table's columns; reading its description again may do


class Database(ABC):
    """One engine behind one connection. Opened late, closed by ``close``, opened again after a loss."""

    family: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(self, url: URL, place: Place, options: Options) -> None:
        self.url = url
        self.place = place
        self.options = options
        self._raw: Any = None
        self._engine: Engine | None = None

    # -- connection ---------------------------------------------------------------------------------------------

    @property
    def raw(self) -> Any:
        """The driver's own connection, read-only and with time limits. Raises ``UsageError`` when there is none."""
        if self._raw is None:
            self._raw = self._open()
        return self._raw

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine for this address; it never shows parameters."""
        if self._engine is None:
            from sqlalchemy import create_engine
            from sqlalchemy.pool import NullPool

            self._engine = create_engine(self.url, poolclass=NullPool, hide_parameters=True, **self.arguments())
        return self._engine

    def arguments(self) -> dict[str, Any]:
        """What ``create_engine`` is given besides the address."""
        return {}

    def _open(self) -> Any:
        try:
            holder = self.engine.raw_connection()
            raw = holder.driver_connection
            holder.detach()
            self.prepare(raw)
        except UsageError:
            raise
        except ModuleNotFoundError as error:
            raise self.no_driver(error.name or "") from None
        except Exception as error:  # drivers have no common base, and their texts hold addresses and parameters
            raise self.refused(error) from None
        return raw

    def prepare(self, raw: Any) -> None:
        """Make the session read-only and bounded in time."""

    def no_driver(self, package: str) -> UsageError:
        """The error of a database whose driver is not installed."""
        message, hint = "для адреса {scheme} нужен пакет {package}", "установите его: pip install {package}"
        return UsageError("missing-driver", message, hint, scheme=self.url.drivername, package=package)

    def refused(self, error: Exception) -> UsageError:
        """The error of a connection that did not come about, in our words."""
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError

        if isinstance(error, NoSuchModuleError | ArgumentError):
            return UsageError("missing-driver", "неизвестный вид базы {scheme}", scheme=self.url.drivername)
        trouble = self.diagnose(error)
        server = f"{self.url.host or 'localhost'}" + (f":{self.url.port}" if self.url.port else "")
        params = {"server": server, "user": self.url.username or "", "place": named(self.place), "label": trouble.label}
        params["database"] = self.url.database or "*"
        if trouble.code == "dsn-auth":
            message = "сервер {server} отклонил пользователя {user}\n  место    {place}\n  причина  {label}"
            return UsageError("dsn-auth", message, self.grant_hint(), **params)
        message = "нет соединения с {server}\n  место    {place}\n  причина  {label}"
        hint = "проверьте адрес, порт и доступ с этой машины"
        return UsageError("dsn-connect", message, trouble.hint or hint, **params)

    def grant_hint(self) -> str:
        """What to check and to grant when the server turns the user away."""
        return ""

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        raw, self._raw = self._raw, None
        if raw is not None:
            try:
                raw.close()
            except Exception:
                pass

    def quote(self, *names: str | None) -> str:
        """Quote a dotted identifier, always and by the engine's own rules."""
        preparer = self.engine.dialect.identifier_preparer
        quoted = ".".join(preparer.quote_identifier(name) for name in names if name is not None)
        # Statements go to the driver without parameters, so percent signs must not stay doubled for it.
        return quoted.replace("%%", "%") if self.engine.dialect.paramstyle in {"format", "pyformat"} else quoted

    # -- what each engine answers -------------------------------------------------------------------------------

    @abstractmethod
    def tables(self, only: tuple[str | None, str] | None = None) -> Iterator[Table | Unscanned]:
        """Tables and views by name, and what of them cannot be read. ``only`` one of them when given."""

    @abstractmethod
    def stream(self, query: Query) -> Iterator[Chunk]:
        """Rows of a query in key order, in chunks of bounded size."""

    @abstractmethod
    def diagnose(self, error: Exception) -> Trouble:
        """What an error of the driver means."""

    @abstractmethod
    def key_range(self, table: Table) -> tuple[int, int] | None:
        """Smallest and largest value of the first key column; ``None`` for an empty table."""

    def count(self, table: Table) -> int | None:
        """Rows of a table where they can be had cheaply, else the estimate. Asked for when sampling alone."""
        return table.rows

    def stamps(self) -> Mapping[str, Stamp]:
        """What the state of tables is known by, by their paths, where the engine keeps count of changes."""
        return {}

    def facts(self) -> Facts:
        """Transport, file mode and grants."""
        return Facts()

    # -- common SQL ---------------------------------------------------------------------------------------------

    def where(self, query: Query) -> str:
        """The ``WHERE`` and ``ORDER BY`` of a query over its key."""
        if not query.table.key:
            return ""
        first = self.quote(query.table.key[0])
        tests = []
        if query.low is not None:
            tests.append(f"{first} >= {int(query.low)}")
        if query.high is not None:
            tests.append(f"{first} < {int(query.high)}")
        if query.keys:
            tests.append(f"{first} IN ({','.join(str(int(key)) for key in query.keys)})")
        order = ", ".join(self.quote(name) for name in query.table.key)
        return (f" WHERE {' AND '.join(tests)}" if tests else "") + f" ORDER BY {order}"

    def unscanned(self, path: str, code: str, message: str, hint: str = "", /, **params: Any) -> Unscanned:
        """An ``Unscanned`` of this place."""
        return Unscanned(self.place.id, path, code, message, params, hint)


def thinned(chunks: Iterator[Chunk], share: float, seed: int) -> Iterator[Chunk]:
    """Keep each row with probability ``share``, for engines that cannot choose rows themselves."""
    dice = random.Random(seed)
    before = 0
    for chunk in chunks:
        kept = [row for row in range(chunk.rows) if dice.random() < share]
        if kept:
            yield chunk.only(kept, [before + row + 1 for row in kept])
        before += chunk.rows


def width_of(rows: Sequence[Sequence[Any]]) -> int:
    """About how many bytes the values of a row take, from some of the rows; at least 1."""
    sample = rows[:: max(1, len(rows) // 16)]
    length = sum(
        len(cell) if isinstance(cell, str | bytes) else 8 for row in sample for cell in row if cell is not None
    )
    return length // len(sample) + 1
