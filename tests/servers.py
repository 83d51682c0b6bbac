"""Throw-away PostgreSQL and MariaDB servers on loopback, for tests that need the real thing.

``postgresql()`` and ``mariadb()`` are context managers that yield a running :class:`Server`, or raise
:class:`Missing` with one line that says what to install. Each has its own folder and port, so test workers of
one machine do not meet.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "s3cret-canary"
Identity = dict[str, Any]


class Missing(Exception):
    """The binaries of a server are not there; the text says what to install."""


@dataclass(frozen=True)
class Server:
    """A running server: superuser ``admin``, ``log`` is its log file, ``url(user, database)`` an address of it."""

    scheme: str
    port: int
    log: Path
    database: str

    def url(self, user: str = "admin", database: str | None = None, password: str = PASSWORD) -> str:
        """An SQLAlchemy URL, password included."""
        name = self.database if database is None else database
        return f"{self.scheme}://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def execute(self, *statements: str, database: str | None = None) -> list[Any]:
        """Run statements as the superuser; rows of the last one."""
        connection = self.connect(database)
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def connect(self, database: str | None = None) -> Any:
        """A driver connection of the superuser, in autocommit mode."""
        name = self.database if database is None else database
        if self.scheme.startswith("postgresql"):
            import psycopg

            return psycopg.connect(
                host="127.0.0.1", port=self.port, user="admin", password=PASSWORD, dbname=name, autocommit=True
            )
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="admin", password=PASSWORD, database=name or None, autocommit=True
        )


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL cluster in a temporary folder, UTF-8, C collation, durability off."""
    tools = _folder_of("initdb", "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin")
    if tools is None:
        raise Missing("нужен сервер PostgreSQL: apt-get install postgresql")
    with _home("postgres") as (home, identity):
        secret = home / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        data, port, log = home / "data", _free_port(), home / "server.log"
        initdb = [tools / "initdb", "-D", data, "-U", "admin", "-A", "scram-sha-256", f"--pwfile={secret}"]
        _run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], identity)
        settings = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "32MB"}
        settings |= {"unix_socket_directories": str(home), "listen_addresses": "127.0.0.1", "port": str(port)}
        settings |= {"log_statement": "all", "autovacuum": "off", "max_connections": "40"}
        options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
        server = Server("postgresql", port, log, "postgres")
        with _running([tools / "postgres", "-D", data, *options], log, identity, signal.SIGINT, server.connect):
            yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB or MySQL server in a temporary folder."""
    daemon = shutil.which("mariadbd") or shutil.which("mysqld") or shutil.which("mariadbd", path="/usr/sbin")
    install = shutil.which("mariadb-install-db")
    if daemon is None or install is None:
        raise Missing("нужен сервер MariaDB: apt-get install mariadb-server")
    with _home("mysql") as (home, identity):
        data, port, log = home / "data", _free_port(), home / "server.log"
        _run([install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"], identity)
        start = home / "init.sql"
        start.write_text(
            f"CREATE USER admin@'%' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;\n"
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
        )
        start.chmod(0o644)
        options = [f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={home}/sock"]
        options += [f"--pid-file={home}/pid", f"--init-file={start}", "--innodb-buffer-pool-size=32M"]
        options += ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve", "--general-log=1"]
        options += [f"--general-log-file={home}/queries.log"]
        server = Server("mysql", port, home / "queries.log", "shop")
        command = [daemon, "--no-defaults", *options]
        with _running(command, log, identity, signal.SIGTERM, server.connect):
            yield server


def _folder_of(tool: str, *patterns: str) -> Path | None:
    found = shutil.which(tool)
    if found:
        return Path(found).resolve().parent
    folders = [folder for pattern in patterns for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)]
    return next((folder for folder in folders if (folder / tool).exists()), None)


@contextmanager
def _home(account: str) -> Iterator[tuple[Path, Identity]]:
    """A temporary folder of the server's account, and what makes a process run as it: servers refuse to run as root."""
    with tempfile.TemporaryDirectory(prefix="derbes-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        identity: Identity = {}
        if os.geteuid() == 0:
            try:
                user = pwd.getpwnam(account)
            except KeyError:
                raise Missing(f"нужна учётная запись {account}: сервер не запускается от root") from None
            os.chown(home, user.pw_uid, user.pw_gid)
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        yield home, identity


def _run(command: list[Any], identity: Identity) -> None:
    done = subprocess.run(list(map(str, command)), **identity, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def _running(
    command: list[Any], log: Path, identity: Identity, stop: int, connect: Callable[[], Any]
) -> Iterator[None]:
    with log.open("wb") as stream:
        process = subprocess.Popen(list(map(str, command)), **identity, stdout=stream, stderr=stream)
    try:
        until = time.monotonic() + 60
        while True:
            with suppress(Exception):
                connect().close()
                break
            assert process.poll() is None and time.monotonic() < until, log.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
