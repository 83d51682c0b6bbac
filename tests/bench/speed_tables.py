"""Speed and memory of tables: files by columns and whole databases, each against a plain loop in the same run.

``python -m tests.bench.speed_tables [--scale 0.1] [--only NAME]``. Every figure is CPU seconds of a whole process; our
start-up, the name model's included, is measured on a tiny file and taken off. The reference reads every row with the
standard library (or the driver), joins its cells into text and runs five patterns over it by one Hyperscan automaton:
a program such as one writes in an afternoon. pdscan is run on databases where it is installed. For PostgreSQL the
server's own time is not counted, for anybody.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from tests.bench.corpora import customers
from tests.bench.hosting_tables import fill_postgresql, fill_sqlite
from tests.servers import Missing, postgresql

REFERENCE = """
import csv, json, sqlite3, sys
import hyperscan
found = []
database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
patterns = [rb"[0-9]{12}", rb"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+[.][a-z]+", rb"[+]7[ (-]?[0-9]{3}", rb"KZ[0-9]{18}",
            "ул[.] ".encode()]
database.compile(expressions=patterns, ids=[0, 1, 2, 3, 4], elements=5, flags=[0] * 5)

def look(rows):
    text = "\\n".join("\\t".join(map(str, row)) for row in rows).encode()
    database.scan(text, match_event_handler=lambda number, start, end, flags, context: found.append(number))

def batches(rows):
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == 1000:
            yield batch
            batch = []
    yield batch

def fetched(cursor):
    while rows := cursor.fetchmany(1000):
        look(rows)

kind, target = sys.argv[1:]
if kind == "sqlite":
    connection = sqlite3.connect(target)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in names:
        fetched(connection.execute(f'SELECT * FROM "{name}"'))
elif kind == "postgresql":
    import psycopg
    connection = psycopg.connect(target)
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (name,) in names:
        with connection.cursor("c") as cursor:
            cursor.execute(f'SELECT * FROM "{name}"')
            fetched(cursor)
else:
    lines = open(target, encoding="utf-8", newline="")
    rows = (json.loads(line).values() for line in lines) if kind == "json" else csv.reader(lines)
    for batch in batches(rows):
        look(batch)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. ``reference`` and ``pdscan`` are CPU seconds on the same input, ``None`` where not run."""

    name: str
    megabytes: float
    seconds: float
    peak: float
    reference: float
    pdscan: float | None = None

    @property
    def rate(self) -> float:
        """MB/s."""
        return self.megabytes / self.seconds

    def __str__(self) -> str:
        """A line of the table in ``HEAD``."""
        pdscan = "–" if self.pdscan is None else f"{self.pdscan / self.seconds:.1f}"
        return (
            f"| {self.name} | {self.megabytes:.0f} | {self.rate:.1f} | {self.seconds:.2f} | "
            f"{self.seconds / self.reference:.1f} | {pdscan} | {self.peak:.0f} |"
        )


HEAD = """| input | MB | MB/s | CPU-s | × plain loop | times faster than pdscan | peak MB |
|---|---|---|---|---|---|---|"""


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds and peak resident MB of ``command``. Raises ``RuntimeError`` when it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ours(target: str) -> list[str]:
    """The command that is measured: every row, all categories, one process."""
    return [
        sys.executable, "-c", "from derbes.scanner.cli import main; main()", "scan", target, "--full",
        "--executor", "serial", "--state", "none", "-q", "-f", "json",
    ]  # fmt: skip


def people(seed: int, repeats: int) -> Iterator[list[str]]:
    """Rows of customers, header first; each comes ``repeats`` times, spread over the file."""
    lines = csv.reader(customers(Random(seed)))
    yield next(lines)
    while True:
        portion = list(islice(lines, 4000))
        for _ in range(repeats):
            yield from portion


def as_csv(path: Path, rows: Iterable[list[str]], size: int) -> None:
    """Comma-separated, quoted where needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow(row)
            if file.tell() > size:
                break


def as_dump(path: Path, rows: Iterator[list[str]], size: int) -> None:
    """A mysqldump: statements of 500 rows."""
    names = next(rows)
    with path.open("w", encoding="utf-8") as file:
        file.write("-- MySQL dump 10.13\nCREATE TABLE `clients` (" + ", ".join(f"`{n}` text" for n in names) + ");\n")
        while file.tell() < size:
            cells = (",".join("'" + cell.replace("'", "''") + "'" for cell in row) for row in islice(rows, 500))
            file.write("INSERT INTO `clients` VALUES " + ",".join(f"({row})" for row in cells) + ";\n")


def as_jsonl(path: Path, rows: Iterator[list[str]], size: int) -> None:
    """An object a line."""
    names = next(rows)
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
            if file.tell() > size:
                break


FILES: tuple[tuple[str, str, int, Callable[..., None]], ...] = (
    ("customers.csv", "CSV by columns, all distinct", 1, as_csv),
    ("repeats.csv", "CSV by columns, with repeats", 20, as_csv),
    ("dump.sql", "SQL dump, INSERT", 1, as_dump),
    ("people.jsonl", "JSON lines", 1, as_jsonl),
)


def rows(scale: float = 1.0, only: str = "") -> Iterator[Row]:
    """All rows of the table; ``scale`` 1 means files of 32 MB and databases of 205 MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference = folder / "reference.py"
        reference.write_text(REFERENCE, encoding="utf-8")
        for file, title, repeats, write in FILES:
            if only in title:
                tiny, path = folder / f"tiny-{file}", folder / file
                write(tiny, people(1, 1), 4_000)
                write(path, people(1, repeats), int(32e6 * scale))
                kind = "json" if file.endswith("jsonl") else "csv"
                plain = [sys.executable, str(reference), kind, str(path)]
                yield _row(title, str(path), str(tiny), path.stat().st_size, plain, folder)
        yield from _databases(folder, reference, scale, only)


def _databases(folder: Path, reference: Path, scale: float, only: str) -> Iterator[Row]:
    tiny, path = folder / "tiny.db", folder / "hosting.db"
    fill_sqlite(tiny, 0)
    fill_sqlite(path, scale)
    size = path.stat().st_size
    title = "SQLite, 12 tables"
    if only in title:
        plain = [sys.executable, str(reference), "sqlite", str(path)]
        yield _row(title, str(path), str(tiny), size, plain, folder, f"sqlite://{path}")
    title = "PostgreSQL, 12 tables"
    if only not in title:
        return
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgresql())
        except Missing:
            return
        with server.connect() as connection:
            fill_postgresql(connection, scale)
        plain = [sys.executable, str(reference), "postgresql", server.url()]
        yield _row(title, server.url(), str(tiny), size, plain, folder, server.url())


def _row(title: str, target: str, tiny: str, size: int, plain: list[str], folder: Path, pdscan: str = "") -> Row:
    start = min(measured(ours(tiny), folder)[0] for _ in range(2))
    total, peak = measured(ours(target), folder)
    other = measured(plain, folder)[0]
    tool = shutil.which("pdscan") if pdscan else None
    theirs = measured([tool, pdscan, "--sample-size", str(10**9)], folder)[0] if tool else None
    return Row(title, size / 1e6, max(total - start, 1e-3), peak, other, theirs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print(HEAD, flush=True)
    for row in rows(given.scale, given.only):
        print(row, flush=True)


if __name__ == "__main__":
    main()
