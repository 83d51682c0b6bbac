"""How cost grows with processes and with workers of a cluster: ``python -m tests.bench.scale [--megabytes N]``.

One folder of logs, read by one process, by pools and by Dask clusters of one worker and more on this machine. CPU time
includes that of every process that was started; start-up stands apart (the same run over one line,
once more when everything is loaded).
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from random import Random

from tests.bench.corpora import access_log

SHARE = 0.005  # of lines with something of a client
FILES = 8


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tiny, big = Path(folder) / "tiny", Path(folder) / "big"
        tiny.mkdir()
        (tiny / "a.log").write_text(next(access_log(Random(0), SHARE)) + "\n")
        size = fill(big, given.megabytes)
        print("| executor | CPU s | wall s | start-up CPU s | MB/s of CPU | speed-up |\n|---|---|---|---|---|---|")
        base = 0.0
        for spec in ["serial", *(f"pool:{n}" for n in range(2, given.workers + 1))]:
            base = row(spec, spec, tiny, big, size, base)
        for workers in range(1, given.workers + 1):
            with cluster(workers) as address:
                row(f"dask, {workers} worker(s)", f"dask://{address}", tiny, big, size, base)


def fill(folder: Path, megabytes: int) -> int:
    """Logs of so many megabytes in all; bytes written."""
    folder.mkdir()
    lines = list(islice(access_log(Random(1), SHARE), 100_000))
    text = ("\n".join(lines) + "\n").encode()
    for number in range(FILES):
        with (folder / f"{number}.log").open("wb") as file:
            while file.tell() < megabytes * 1_000_000 // FILES:
                file.write(text)
    return sum(path.stat().st_size for path in folder.iterdir())


def row(name: str, executor: str, tiny: Path, big: Path, size: int, base: float) -> float:
    """Print one line; the wall time of the run without its start, or of the base when there is one."""
    timed(executor, tiny)  # the workers of a cluster load what they need once
    start, start_wall = timed(executor, tiny)
    cpu, wall = timed(executor, big)
    net = max(wall - start_wall, 0.01)
    rate = size / 1e6 / max(cpu - start, 0.01)
    print(f"| {name} | {cpu:.1f} | {wall:.1f} | {start:.1f} | {rate:.0f} | {(base or net) / net:.2f} |", flush=True)
    return base or net


def timed(executor: str, folder: Path) -> tuple[float, float]:
    """CPU seconds (ours, our children's and, of a cluster, its workers') and wall seconds of one scan."""
    before, workers, started = _children(), _workers(executor), time.monotonic()
    command = [sys.executable, "-c", "from derbes.scanner.cli import main; main()", "scan", str(folder)]
    subprocess.run([*command, "--executor", executor, "--state", "none", "-q", "-f", "json"],
                   stdout=subprocess.DEVNULL, check=True)  # fmt: skip
    wall = time.monotonic() - started
    return _children() - before + _workers(executor) - workers, wall


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _workers(executor: str) -> float:
    if not executor.startswith("dask://"):
        return 0.0
    from distributed import Client

    with Client("tcp://" + executor.removeprefix("dask://"), set_as_default=False) as client:
        return sum(sum(times[:2]) for times in client.run(os.times).values())


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers of one thread each, on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ExitStack() as stack:
        for command in (
            ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
            *[["worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny", "--no-dashboard"]] * workers,
        ):
            quiet = subprocess.DEVNULL
            process = subprocess.Popen([sys.executable, "-m", "dask", *command], stdout=quiet, stderr=quiet)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        from distributed import Client

        with Client(f"tcp://127.0.0.1:{port}", timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)
        yield f"127.0.0.1:{port}"


if __name__ == "__main__":
    main()
