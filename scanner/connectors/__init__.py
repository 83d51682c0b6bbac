"""Where data comes from. The table maps a scheme to a source; a missing package says what to install."""

from __future__ import annotations

import re
from importlib import import_module
from typing import cast

from derbes.scanner.connectors.base import Options, Source
from derbes.scanner.connectors.credentials import resolve
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Place

_SCHEME = re.compile(r"^([a-z][a-z0-9+.]*)://", re.IGNORECASE)

# Scheme (the part before `+` for databases) -> (module:Class, what to install when its import fails). Alphabetical.
SOURCES: dict[str, tuple[str, str]] = {
    "file": ("derbes.scanner.connectors.files:FilesSource", ""),
    "mariadb": ("derbes.scanner.connectors.sql:SqlSource", "pip install pymysql"),
    "mysql": ("derbes.scanner.connectors.sql:SqlSource", "pip install pymysql"),
    "postgres": ("derbes.scanner.connectors.sql:SqlSource", "pip install 'psycopg[binary]'"),
    "postgresql": ("derbes.scanner.connectors.sql:SqlSource", "pip install 'psycopg[binary]'"),
    "remote": ("derbes.scanner.connectors.remote:RemoteSource", "pip install 'derbes[remote]'"),
    "sqlite": ("derbes.scanner.connectors.sql:SqlSource", ""),
}
_REMOTE_FILES = frozenset({"s3", "gs", "gcs", "az", "abfs", "sftp", "ssh", "http", "https", "memory", "webdav"})


def scheme_of(target: str) -> str:
    """``postgresql`` for ``postgresql+psycopg://…``, ``file`` for anything that is a path."""
    match = _SCHEME.match(target)
    return match.group(1).lower().split("+", 1)[0] if match else "file"


def is_database(target: str) -> bool:
    """True when the target is a database URL (any SQLAlchemy dialect), not a path or an object store."""
    scheme = scheme_of(target)
    return scheme != "file" and scheme not in _REMOTE_FILES


def open_source(place: Place, options: Options) -> Source:
    """The source for a place. Raises ``UsageError`` when nothing here can read such a target."""
    scheme = scheme_of(resolve(place))
    path, hint = SOURCES["remote" if scheme in _REMOTE_FILES else scheme if scheme in SOURCES else "sqlite"]
    module, _, name = path.partition(":")
    try:
        source = cast(type[Source], getattr(import_module(module), name))
    except ImportError as error:
        raise UsageError(
            "missing-driver",
            "для места {place} не установлен пакет {package}",
            hint,
            place=place.id,
            package=error.name,
        ) from None
    return source(place, options)
