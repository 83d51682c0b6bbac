"""Run the command as a user would, in this process, and keep everything it said."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derbes.scanner.cli import main


class _Stream(io.TextIOWrapper):
    """Standard output or error that remembers."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        """All that was written."""
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8", "replace")


@dataclass(frozen=True)
class Ran:
    """Exit code and both streams of one command."""

    code: int
    out: str
    err: str


def derbes(*args: str | Path) -> Ran:
    """``derbes ARGS`` in this process."""
    out, err = _Stream(), _Stream()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(arg) for arg in args])
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Ran(code, out.text(), err.text())


def report_of(tmp: Path, *args: str | Path) -> tuple[Ran, dict[str, Any]]:
    """Run with ``-o report.json`` and read it."""
    path = tmp / "report-of-test.json"
    ran = derbes(*args, "-o", path, "--state", "none", "-q")
    return ran, json.loads(path.read_bytes()) if path.exists() else {}
