"""Memory and time have bounds: each input in a process of its own, measured by the kernel."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.torture.inputs import CSV, IIN, RECORD

pytestmark = pytest.mark.soak
MEGABYTES = 400
SECONDS = 60
ALONE = """
import json, resource, sys, time
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
def scanned(path):
    return run(Request("scan", [path], Options(), state="none"), Quiet()).inventory
scanned(sys.argv[1])
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
inventory = scanned(sys.argv[2])
print(json.dumps({
    "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    "seconds": time.process_time() - started,
    "codes": sorted({one.code for one in inventory.unscanned}),
    "found": any(row.category == "identity_document" for row in inventory.fields),
}))
"""


def _giant_line(path: Path) -> None:
    """300 MB in one line, packed so that it takes no room."""
    with gzip.open(path, "wb", 1) as out:
        for _ in range(150):
            out.write(b"x y " * (1 << 18))
        out.write(f" ИИН {IIN} ".encode())
        for _ in range(150):
            out.write(b"x y " * (1 << 18))


def _sparse(path: Path) -> None:
    """A log with a hole of a gigabyte."""
    with path.open("wb") as out:
        out.write(RECORD.encode() * 2000)
        out.seek(1 << 30, os.SEEK_CUR)
        out.write(b"\n" + RECORD.encode())


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
        for number in range(3):
            with archive.open(f"{number}.txt", "w", force_zip64=True) as member:
                for _ in range(300):
                    member.write(b"0" * (1 << 20))
        archive.writestr("z.csv", CSV)


def _deep(path: Path) -> None:
    path.write_text('{"iin": "' + IIN + '", "a":' + "[" * 1_000_000 + "]" * 1_000_000 + "}")


def _wide(path: Path) -> None:
    width = 100_000
    path.write_text(
        ",".join(f"c{n}" for n in range(width)) + "\n" + ",".join(f"v{n}" for n in range(width - 1)) + f",{IIN}\n"
    )


def _field(path: Path) -> None:
    path.write_text('note,iin\n"' + "слово " * (20 << 20) + f'",{IIN}\n')


def _number(path: Path) -> None:
    path.write_text('[{"iin": ' + IIN + '}, {"x": ' + "7" * 30_000_000 + "}]")


HUGE: list[tuple[str, Callable[[Path], Any], set[str], bool]] = [
    ("line.log.gz", _giant_line, set(), True),
    ("hole.log", _sparse, set(), True),
    ("bomb.zip", _zip_bomb, {"limit-ratio"}, True),
    ("deep.json", _deep, {"limit-depth"}, True),
    ("wide.csv", _wide, set(), True),
    ("field.csv", _field, set(), True),
    ("number.json", _number, set(), True),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "write", "codes", "found"), HUGE, ids=[one[0] for one in HUGE])
def test_a_huge_input_is_read_within_bounds(
    tmp_path: Path, name: str, write: Callable[[Path], Any], codes: set[str], found: bool
) -> None:
    write(tmp_path / name)
    (tmp_path / "small.csv").write_text(CSV)
    command = [sys.executable, "-c", ALONE, str(tmp_path / "small.csv"), str(tmp_path / name)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280)
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert figures["codes"] == sorted(codes)
    assert figures["found"] == found
    assert figures["megabytes"] < MEGABYTES
    assert figures["seconds"] < SECONDS
