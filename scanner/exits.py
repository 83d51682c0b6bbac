"""Exit codes: the only place that knows them (the table of the README)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command says to the shell."""

    OK = 0
    VIOLATIONS = 1
    ERROR = 2
    INCOMPLETE = 3
    NOTHING = 4
    INTERRUPTED = 130
