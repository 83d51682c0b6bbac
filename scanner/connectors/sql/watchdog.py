"""A clock on our side of the wire: some servers ignore their own time limits, and some lines go silent."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress

GRACE = 2.0  # seconds between asking the server to stop and hanging up
TICK = 0.2
_STEPS = 200_000  # SQLite's steps between two looks at the clock, some milliseconds


class Watchdog:
    """``with watchdog:`` around every wait for the server; the time our own work takes does not count.

    When a wait lasts longer than ``seconds``, ``ask`` is called (cancel the statement), and after a grace ``hang_up``
    (shut the socket), which ends the wait whatever the server does. ``fired`` tells that it came to that.
    """

    def __init__(self, seconds: float, ask: Callable[[], None], hang_up: Callable[[], None]) -> None:
        self.seconds = seconds
        self.fired = False
        self._ask = ask
        self._hang_up = hang_up
        self._until: float | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self.fired = False
        self._until = time.monotonic() + self.seconds
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="derbes-watchdog", daemon=True)
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._until = None

    def close(self) -> None:
        """End the thread; safe to call twice."""
        self._closed.set()

    def _watch(self) -> None:
        asked = None
        while not self._closed.wait(TICK):
            until = self._until
            if until is None or time.monotonic() < until:
                asked = None
                continue
            if asked is None:
                asked, self.fired = time.monotonic(), True
                # In a thread of its own: asking takes a connection, and may hang as the server does.
                threading.Thread(target=self._quietly, args=(self._ask,), daemon=True).start()
            elif time.monotonic() > asked + GRACE:
                self._quietly(self._hang_up)

    @staticmethod
    def _quietly(action: Callable[[], None]) -> None:
        with suppress(Exception):
            action()


class Deadline:
    """Interrupts a statement of SQLite that works longer than ``seconds`` without giving anything back."""

    def __init__(self, raw: sqlite3.Connection, seconds: float) -> None:
        self.raw = raw
        self.until = time.monotonic() + seconds

    def __enter__(self) -> None:
        self.raw.set_progress_handler(lambda: time.monotonic() > self.until, _STEPS)

    def __exit__(self, *_: object) -> None:
        self.raw.set_progress_handler(None, 0)


def shut(descriptor: int) -> None:
    """Shut a socket that a driver is waiting on; the wait ends at once with an error."""
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        copy.shutdown(socket.SHUT_RDWR)
