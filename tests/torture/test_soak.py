"""Memory and throughput are flat over size: gigabytes of logs and millions of rows, watched from unit to unit.

``DERBES_SOAK_GB`` and ``DERBES_SOAK_ROWS`` say how much (10 and 10,000,000); ``make soak GB=1`` is a start.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.inputs import IIN

pytestmark = pytest.mark.soak
GB = float(os.environ.get("DERBES_SOAK_GB", "10"))
ROWS = int(os.environ.get("DERBES_SOAK_ROWS", "10000000"))
GROWTH = 64  # megabytes by which the second half may exceed the first
SLOWER = 0.6  # of the throughput of the first half that the second keeps at least
WATCHED = """
import json, resource, sys, time
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
class Watch(Quiet):
    marks = []
    def unit_done(self, place, weight):
        pages = int(open("/proc/self/statm").read().split()[1])
        self.marks.append((time.process_time(), pages * resource.getpagesize() / 2**20, weight))
watch = Watch()
inventory = run(Request("scan", [sys.argv[1]], Options(), state="none", executor="serial"), watch).inventory
found = [row for row in inventory.fields if row.category == "identity_document"]
print(json.dumps({
    "marks": watch.marks, "codes": sorted({one.code for one in inventory.unscanned}),
    "units": sum(place.units_read for place in inventory.places), "found": sum(row.units_with for row in found),
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def logs(folder: Path, gigabytes: float) -> int:
    """Access logs in files of at most a gigabyte; how many lines name a number."""
    dice = random.Random(11)
    block = "".join(
        f'10.{dice.randrange(256)}.{dice.randrange(256)}.7 - - [22/Nov/2026:10:00:{number % 60:02} +0500] '
        f'"GET /index.php?id={dice.randrange(10**6)} HTTP/1.1" 200 {dice.randrange(10**5)} "-" "curl/8"\n'
        for number in range(100_000)
    )  # fmt: skip
    data = (
        block + f'10.0.0.1 - - [22/Nov/2026:10:00:00 +0500] "GET /?q=ИИН%20{IIN} HTTP/1.1" 200 1 "-" "-"\n'
    ).encode()
    times = max(int(gigabytes * 2**30 / len(data)), 4)
    folder.mkdir()
    each = max(2**30 // len(data), 1)
    for start in range(0, times, each):
        with (folder / f"access-{start:06}.log").open("wb") as out:
            for _ in range(min(each, times - start)):
                out.write(data)
    return times


def table(path: Path, rows: int) -> None:
    """Clients; each has a number of its own that is valid, or is not."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE clients (id INTEGER PRIMARY KEY, fio TEXT, iin TEXT, note TEXT)")
        names = ("Ким Анна", "Зейнолдинова Айсана", "Петров Иван", "Сейткали Дана")
        base.executemany(
            "INSERT INTO clients VALUES (?, ?, ?, ?)",
            ((n, names[n % 4], f"87{n % 12 + 1:02}{n % 28 + 1:02}3{n % 10**5:05}", f"заявка {n}") for n in range(rows)),
        )


def watched(target: Path | str) -> dict[str, object]:
    """What a run of its own says of ``target``."""
    ran = subprocess.run([sys.executable, "-c", WATCHED, str(target)], capture_output=True, text=True, check=True)
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert isinstance(figures, dict)
    print({key: value for key, value in figures.items() if key != "marks"})
    return figures


def assert_flat(figures: dict[str, object]) -> None:
    """The second half of the units takes no more memory and not much more time than the first."""
    marks: list[tuple[float, float, int]] = figures["marks"][1:]  # type: ignore[index]  # the first one warms up
    assert len(marks) >= 4
    half = len(marks) // 2
    first, second = marks[:half], marks[half:]
    assert max(mark[1] for mark in second) <= max(mark[1] for mark in first) + GROWTH
    speeds = [sum(mark[2] for mark in part[1:]) / (part[-1][0] - part[0][0]) for part in (first, second)]
    print(
        f"MB/s: {speeds[0] / 2**20:.1f} then {speeds[1] / 2**20:.1f}; MB: {first[-1][1]:.0f} then {second[-1][1]:.0f}"
    )
    assert speeds[1] >= SLOWER * speeds[0]


def test_gigabytes_of_logs_are_flat(tmp_path: Path) -> None:
    planted = logs(tmp_path / "logs", GB)
    figures = watched(tmp_path / "logs")
    assert figures["codes"] == []
    assert figures["found"] == planted
    assert figures["units"] == planted * 100_001
    assert_flat(figures)


def test_millions_of_rows_are_flat(tmp_path: Path) -> None:
    path = tmp_path / "clients.sqlite"
    table(path, ROWS)
    figures = watched(f"sqlite:///{path}")
    assert figures["codes"] == []
    assert figures["units"] == ROWS
    assert_flat(figures)
