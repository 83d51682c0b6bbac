"""One interface over the ways to run units: here, in processes, on a cluster. Arrival order never matters.

At most a window of jobs is in flight, so a million units cost no more memory than a hundred.
"""

from __future__ import annotations

import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures import Executor as Pool
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing import get_context, parent_process
from typing import Any, Generic, TypeVar

from derbes.scanner.errors import UsageError

J = TypeVar("J")
R = TypeVar("R")

WORTH_PROCESSES = 1 << 30  # bytes of files


class WorkerDied(Exception):
    """The process that ran a unit is gone (a crash in a native parser, the kernel's memory killer)."""


class Executor(ABC, Generic[J, R]):
    """Runs ``work(job)`` for every job, at most ``workers`` at a time."""

    workers: int = 1

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is called in reports."""

    @abstractmethod
    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Yield ``(job, result)`` in any order; a job whose worker died comes with :class:`WorkerDied`."""


class Serial(Executor[J, R]):
    """In this process, one after the other."""

    name = "serial"

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Run lazily: the next job starts when its predecessor's result was taken."""
        for job in jobs:
            yield job, work(job)


class Futures(Executor[J, R]):
    """Any ``concurrent.futures`` pool. A broken pool is opened anew and its jobs run again, one by one."""

    def __init__(self, name: str, workers: int, open_pool: Callable[[int], Pool]) -> None:
        self._name = name
        self.workers = workers
        self.open_pool = open_pool

    @property
    def name(self) -> str:
        return self._name

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Keep twice as many jobs in flight as there are workers."""
        source = iter(jobs)
        pool = self.open_pool(self.workers)
        flying: dict[Future[R], J] = {}
        try:
            while True:
                for job in source:
                    flying[pool.submit(work, job)] = job
                    if len(flying) >= 2 * self.workers:
                        break
                if not flying:
                    return
                done, _ = wait(flying, return_when=FIRST_COMPLETED)
                broken: list[J] = []
                for future in done:
                    job = flying.pop(future)
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        broken.append(job)
                        continue
                    yield job, result
                if broken:
                    broken += flying.values()
                    flying.clear()
                    pool.shutdown(wait=False, cancel_futures=True)
                    yield from self._one_by_one(work, broken)
                    pool = self.open_pool(self.workers)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _one_by_one(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Each job alone, so that the one that kills its worker is known and costs nobody else."""
        for job in jobs:
            with self.open_pool(1) as pool:
                try:
                    yield job, pool.submit(work, job).result()
                except BrokenProcessPool:
                    yield job, WorkerDied()


def _processes(workers: int) -> Pool:
    # spawn everywhere: forked children would share the parent's connections and threads
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A worker ends quietly with Ctrl-C, and with its parent, however that came to its end: nobody is left to read
    what it would send home."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="derbes-parent", daemon=True).start()


class ByWeight(Executor[J, R]):
    """In this process when there is little to do, else in as many processes as there are processors."""

    def __init__(self, workers: int, weigh: Callable[[J], int]) -> None:
        self.workers = workers
        self._weigh = weigh
        self._chosen: Executor[J, R] = Serial()

    @property
    def name(self) -> str:
        """Of the executor that was chosen: known when the work is."""
        return self._chosen.name

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Look at jobs until they weigh enough for processes, whose start costs seconds."""
        source = iter(jobs)
        seen: list[J] = []
        weight = 0
        for job in source:
            seen.append(job)
            weight += self._weigh(job)
            if weight > WORTH_PROCESSES:
                self._chosen = open_executor("pool", self.workers)
                break
        yield from self._chosen.run(work, chain(seen, source))


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_executor(spec: str, jobs: int) -> Executor[Any, Any]:
    """``serial``, ``pool`` or ``pool:N``, ``dask://HOST:PORT``."""
    kind, _, rest = spec.partition(":")
    if kind == "serial":
        return Serial()
    if kind == "pool":
        workers = int(rest) if rest.isdigit() else jobs
        return Serial() if workers <= 1 else Futures(f"pool:{workers}", workers, _processes)
    if kind == "dask" and rest.startswith("//"):
        from derbes.scanner.cluster import Cluster

        return Cluster(rest.removeprefix("//"))
    raise UsageError("usage", "неизвестный исполнитель {spec}", "serial, pool, pool:N или dask://HOST:PORT", spec=spec)
