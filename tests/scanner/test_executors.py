"""The same inventory from one process, from several and from a cluster; whoever dies on the way costs no finding."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from derbes.reports.json_report import document
from derbes.reports.text import TextReport
from derbes.scanner import executors
from derbes.scanner.cluster import Cluster
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
from derbes.scanner.errors import UsageError
from derbes.scanner.executors import ByWeight, Executor, Serial, WorkerDied, open_executor

LINE = "2026-11-22 10:00:{:02} INFO client iin=870521300459 mail=a{}@example.kz phone +7 701 000 {:02} {:02}\n"
NAMES = ("Ахметов Ерлан", "Нурланова Айгуль", "Ким Анна")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs, tables, an archive's worth of lines and a database, enough for many units."""
    folder = tmp_path_factory.mktemp("world")
    for number in range(6):
        lines = (LINE.format(n % 60, n, n % 100, number) for n in range(300))
        (folder / f"{number}.log").write_text("".join(lines))
        rows = (f"{NAMES[n % 3]},{870521300459 if n % 4 else ''},a{n}@example.kz" for n in range(100 * number))
        (folder / f"{number}.csv").write_text("\n".join(["fio,iin,email", *rows]) + "\n")
    lines = (f"2026-11-22 10:00:00 INFO заявку {n} передал Рудь в отдел, Ким принял\n" for n in range(1200))
    (folder / "names.log").write_text("".join(lines))  # longer than what the model reads whole
    with sqlite3.connect(folder / "d.sqlite") as database:
        database.execute("CREATE TABLE clients (id integer PRIMARY KEY, fio text, phone text)")
        rows = [(n, NAMES[n % 3], f"+7701{n:07}") for n in range(1000)]
        database.executemany("INSERT INTO clients VALUES (?, ?, ?)", rows)
    return folder


def inventory(world: Path, executor: str, **options: Any) -> Any:
    """A report without what is of the run itself; the bytes of a database are an estimate from some of its rows."""
    outcome = run(Request("scan", (str(world),), Options(**options), executor=executor, state="none"), Quiet())
    report = document(outcome, "ru")
    del report["run"], report["summary"]["bytes_read"]
    for place in report["places"]:
        if place["kind"] == "database":
            del place["bytes_read"]
    return report


@pytest.fixture(scope="module")
def serial(world: Path) -> Any:
    return inventory(world, "serial")


@pytest.mark.parametrize(
    ("executor", "unit_bytes", "unit_rows"),
    [("serial", 5_000, 90), ("serial", 777, 7), ("pool:2", 1_999, 33), ("pool:3", 5_000, 90)],
)
def test_however_it_is_cut_and_shared_out(
    world: Path, serial: Any, executor: str, unit_bytes: int, unit_rows: int
) -> None:
    assert serial["fields"]
    assert inventory(world, executor, unit_bytes=unit_bytes, unit_rows=unit_rows) == serial


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A real scheduler with two real worker processes, each under a nanny that starts it again when it dies."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    started = [
        ["scheduler", "--host", host, "--port", port, "--no-dashboard"],
        *[["worker", f"tcp://{address}", "--nthreads", "1", "--host", host, "--no-dashboard"]] * 2,
    ]
    with ExitStack() as stack:
        for command in started:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        _wait_for(address, 2)
        yield address


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(f"tcp://{address}", timeout=60, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=120)


def test_a_cluster_finds_the_same(world: Path, serial: Any, scheduler: str) -> None:
    assert inventory(world, f"dask://{scheduler}", unit_bytes=5_000, unit_rows=200) == serial


def test_a_worker_killed_in_mid_scan_loses_nothing(
    world: Path, serial: Any, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    _wait_for(scheduler, 2)
    plain = Cluster.run
    killed: list[int] = []

    def cruel(self: Cluster[Any, Any], work: Any, jobs: Any) -> Iterator[tuple[Any, Any]]:
        with Client(f"tcp://{scheduler}", set_as_default=False) as client:
            pids = list(client.run(os.getpid).values())
        for number, pair in enumerate(plain(self, work, jobs)):
            if number in (3, 9):  # more units are in flight now
                os.kill(pids[len(killed)], signal.SIGKILL)
                killed.append(number)
            yield pair

    monkeypatch.setattr(Cluster, "run", cruel)
    assert inventory(world, f"dask://{scheduler}", unit_bytes=5_000, unit_rows=100) == serial
    assert killed == [3, 9]


def test_a_job_that_kills_every_worker_is_reported_and_costs_no_other(scheduler: str) -> None:
    _wait_for(scheduler, 2)
    cluster: Cluster[Any, Any] = Cluster(scheduler)
    results = dict(cluster.run(_deadly, [1, 2, 3]))
    assert isinstance(results.pop(2), WorkerDied)
    assert results == {1: 1, 3: 3}


# Sent by value: the workers need not know this module.
_deadly: Any = eval("lambda job: job if job != 2 else __import__('os')._exit(1)")


def test_what_is_wrong_with_a_cluster_is_said(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from derbes.scanner import cluster

    monkeypatch.setattr(cluster, "__version__", "0.0")
    with pytest.raises(UsageError) as wrong:
        Cluster(scheduler)
    assert wrong.value.slug == "dask-workers"
    monkeypatch.setattr(cluster, "_CONNECT", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(UsageError) as unreachable:
            Cluster(f"127.0.0.1:{free.getsockname()[1]}")
    assert unreachable.value.slug == "dask-connect"


@pytest.mark.parametrize(("weights", "name"), [([3, 4], "serial"), ([3, 4, 5], "pool:2")])
def test_processes_are_for_those_who_have_enough_to_do(
    weights: list[int], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "WORTH_PROCESSES", 10)
    executor: Executor[int, int] = ByWeight(2, lambda job: job)
    assert sorted(executor.run(abs, weights)) == [(w, w) for w in weights]
    assert executor.name == name


def test_one_unit_at_a_time_in_a_process(world: Path, serial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from derbes.scanner import engine

    inside: list[int] = []
    plain = engine._scan_unit

    def watched(job: engine.Job) -> Any:
        inside.append(1)
        assert len(inside) == 1
        time.sleep(0.01)
        result = plain(job)
        inside.pop()
        return result

    monkeypatch.setattr(engine, "_scan_unit", watched)

    class Threads(Executor[Any, Any]):
        name = "threads"

        def run(self, work: Any, jobs: Any) -> Iterator[tuple[Any, Any]]:
            results: list[tuple[Any, Any]] = []
            threads = [threading.Thread(target=lambda j=job: results.append((j, work(j)))) for job in jobs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            yield from results

    monkeypatch.setattr("derbes.scanner.commands.run.open_executor", lambda *_: Threads())
    assert inventory(world, "threads") == serial


def test_what_the_model_of_names_was_not_given_is_said(world: Path, serial: Any) -> None:
    assert [p["id"].rpartition("/")[2] for p in serial["places"] if p["names_left"]] == ["names.log"]
    assert not serial["unscanned"]
    for command, options in (("check", Options()), ("scan", Options(full=True))):
        request = Request(command, (str(world / "names.log"),), options, executor="serial", state="none")
        outcome = run(request, Quiet())
        assert [record.names_left for record in outcome.inventory.places] == [0]
    named = run(Request("scan", (str(world / "names.log"),), Options(), executor="serial", state="none"), Quiet())
    assert "модель имён не читала" in "".join(TextReport("ru").lines(named))


def test_unknown_executor() -> None:
    assert isinstance(open_executor("pool:1", 8), Serial)
    with pytest.raises(UsageError):
        open_executor("mainframe", 1)
