"""Memory does not grow with the number of rows: a table four times as long takes as much."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROWS = 400_000
MARGIN = 60  # MB: caches that fill, and what the allocator keeps
LIMIT = 600  # MB in all, the name model included

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO clients SELECT i, printf('%012d', i * 7919 % 1000000000000), '+7701' || printf('%07d', i),
  'user' || i || '@mail.kz', 'г. Алматы, ул. Абая, д. ' || (i % 190), printf('%.2f', i * 1.37), 'заявка ' || i FROM n
"""


def fill(path: Path, rows: int) -> Path:
    """An SQLite file of one table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, iin, phone, email, address, sum, note)")
        connection.execute(_FILL.format(rows=rows))
        connection.commit()
    return path


def as_csv(database: Path) -> Path:
    """The same rows as CSV."""
    path = database.with_suffix(".csv")
    with closing(sqlite3.connect(database)) as connection, path.open("w", encoding="utf-8") as file:
        file.write("id,iin,phone,email,address,sum,note\n")
        for row in connection.execute("SELECT * FROM clients"):
            file.write(",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row) + "\n")
    return path


def peak(path: Path) -> float:
    """Peak resident MB of a scan in one process."""
    command = [sys.executable, "-c", "from derbes.scanner.cli import main; main()", "scan", str(path)]
    command += ["--full", "--executor", "serial", "--state", "none", "-q", "-f", "json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=path.parent)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1)
    return usage.ru_maxrss / 1024


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sqlite", "csv"])
def test_memory_is_flat_over_rows(tmp_path: Path, kind: str) -> None:
    peaks = []
    for name, rows in (("short.db", ROWS), ("long.db", 4 * ROWS)):
        path = fill(tmp_path / name, rows)
        peaks.append(peak(path if kind == "sqlite" else as_csv(path)))
    assert peaks[1] - peaks[0] < MARGIN, peaks
    assert peaks[1] < LIMIT, peaks
