"""Units on the workers of a Dask cluster. Each worker opens files and databases itself, with its own credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from derbes import __version__
from derbes.scanner.errors import UsageError
from derbes.scanner.executors import Executor, WorkerDied

J = TypeVar("J")
R = TypeVar("R")

_CONNECT = 10.0  # seconds


class Cluster(Executor[J, R]):
    """A scheduler at ``HOST:PORT``. A job whose worker dies is run again on another; one that keeps killing its workers
    (``distributed.scheduler.allowed-failures`` times) is reported as :class:`WorkerDied`."""

    def __init__(self, address: str) -> None:
        """Raises ``UsageError`` without the package, the scheduler, workers, or the same derbes on each of them."""
        try:
            from distributed import Client
        except ImportError:
            raise UsageError(
                "missing-extra", "для --executor dask:// нужен пакет distributed", "pip install 'derbes[dask]'"
            ) from None
        try:
            self._client = Client(f"tcp://{address}", timeout=_CONNECT, set_as_default=False)
        except OSError:
            raise _unreachable(address) from None
        self._address = address
        self.workers = self._checked()

    @property
    def name(self) -> str:
        return f"dask:{self.workers}"

    def _checked(self) -> int:
        """The number of workers, when all of them can do the work."""
        versions = self._client.run(_version, on_error="return")
        if not versions:
            hint = "запустите работников: dask worker {address} --nthreads 1"
            raise UsageError("dask-workers", "у планировщика {address} нет работников", hint, address=self._address)
        for worker, version in sorted(versions.items()):
            if version != __version__:
                found = version if isinstance(version, str) else "—"
                message = "на работнике {worker} derbes {found}, а здесь {here}"
                hint = "поставьте одну и ту же версию везде: pip install 'derbes[dask]=={here}'"
                raise UsageError("dask-workers", message, hint, worker=worker, found=found, here=__version__)
        return len(versions)

    def run(self, work: Callable[[J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R | WorkerDied]]:
        """Keep twice as many jobs in flight as there are workers."""
        from concurrent.futures import CancelledError

        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        source = iter(jobs)
        flying: dict[Any, J] = {}
        done = as_completed(loop=self._client.loop)
        try:
            while True:
                for job in source:
                    # pure: two units that look alike are two units, never one result used twice
                    future = self._client.submit(work, job, pure=False)
                    flying[future] = job
                    done.add(future)
                    if len(flying) >= 2 * self.workers:
                        break
                if not flying:
                    return
                future = next(done)
                job = flying.pop(future)
                try:
                    yield job, future.result()
                except KilledWorker:
                    yield job, WorkerDied()
                except CancelledError:
                    raise _unreachable(self._address) from None
                future.release()
        finally:
            self._client.cancel(list(flying))
            self._client.close()


def _version() -> str:
    """Runs on a worker."""
    return __version__


def _unreachable(address: str) -> UsageError:
    return UsageError("dask-connect", "планировщик Dask по адресу {address} не отвечает", address=address)
