"""What a run remembers of its units: for ``--resume`` if it is interrupted, for the next run if they do not change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derbes import __version__
from derbes.reports.i18n import tr
from derbes.scanner.carried import CarryingOver, Store
from derbes.scanner.engine import Scan
from derbes.scanner.history import is_off, state_folder
from derbes.scanner.journal import Journal, Journalled, fingerprint, machine_key

if TYPE_CHECKING:
    from derbes.scanner.commands.run import Request

_PACKAGES = ("scanner", "recognizers")
_LIBRARIES = ("presidio-analyzer", "spacy", "phonenumbers", "pandas", "pyarrow")  # that have a say in what is found


@contextmanager
def remembering(scan: Scan, request: Request) -> Iterator[None]:
    """While ``scan`` runs, its finished units are noted; what is known of them already is taken from there.

    Hashes of values are keyed by a key of this machine, so that units of different runs can be put together.
    """
    if is_off(request.state):
        yield
        return
    folder = state_folder(request.state)
    secret = machine_key(folder / "unfinished")
    scan.settings = replace(scan.settings, key=blake2b(b"values", key=secret, digest_size=16).digest())
    with _carrying_over(scan, request, folder), _journalled(scan, request, folder / "unfinished"):
        yield


@contextmanager
def _carrying_over(scan: Scan, request: Request, folder: Path) -> Iterator[None]:
    """``scan`` takes over what has not changed since an earlier one. A gate reads everything itself, and so does a run
    that lists every occurrence."""
    if request.command != "scan" or scan.occurrences is not None:
        yield
        return
    try:
        store = Store(folder / "units.sqlite")
    except (OSError, sqlite3.Error):
        yield
        return
    # Limits of time and rate change how long a unit takes, not what is found; ``full`` shows in its rows.
    options = replace(scan.options, full=False, timeout=0, lock_timeout=0, connect_timeout=0, max_rows_per_second=None)
    libraries = [version(name) for name in _LIBRARIES]
    reading = fingerprint([__version__, _code(), libraries, options, scan.policy.ref()])
    scan.executor = CarryingOver(scan.executor, store, reading, request.options.full, request.since)
    try:
        yield
    finally:
        store.close()


@cache
def _code() -> list[tuple[str, int, int]]:
    """The state of our own files: what a changed recognizer finds is not what an earlier one found."""
    root = Path(__file__).parents[2]
    files = sorted(path for name in _PACKAGES for path in (root / name).rglob("*") if path.suffix != ".pyc")
    return [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files if path.is_file()]


@contextmanager
def _journalled(scan: Scan, request: Request, folder: Path) -> Iterator[None]:
    """What an interrupted run had finished is taken from its journal, which stays when a run does not come to its
    end."""
    name = fingerprint(
        [__version__, scan.places, scan.declared, scan.options, scan.policy.ref(), scan.occurrences is not None]
    )
    journal = Journal.open(folder, name, request.resume)
    if journal is None:
        yield
        return
    scan.executor = Journalled(scan.executor, journal)
    finished = False
    try:
        yield
        finished = True
    except KeyboardInterrupt:
        _say("прервано; готовое сохранено. Продолжить: та же команда с --resume")
        raise
    finally:
        journal.close(finished)
    if request.resume:
        _say("продолжено: частей из прерванной проверки {reused}", reused=journal.reused)


def _say(message: str, **params: object) -> None:
    click.echo(tr(message, **params), err=True)
