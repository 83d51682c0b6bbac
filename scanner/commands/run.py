"""One run, from targets to an outcome: what ``scan``, ``check`` and ``demo`` have in common."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from derbes.scanner.codes import NOTES
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.remembering import remembering
from derbes.scanner.commands.targets import places_of, rooted_places
from derbes.scanner.connectors.base import Options
from derbes.scanner.engine import Scan
from derbes.scanner.errors import UsageError
from derbes.scanner.evaluate import evaluate
from derbes.scanner.executors import ByWeight, Executor, open_executor, processors
from derbes.scanner.model.findings import Exemption, Outcome, Violation
from derbes.scanner.model.inventory import Inventory, PlaceRecord, Run, Unscanned
from derbes.scanner.policy.config import Config, find_config, load_setup
from derbes.scanner.policy.expected import NAME as EXPECTED
from derbes.scanner.policy.expected import held_against, load_expected
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.types import Policy

EXCEPTIONS = "derbes-exceptions.yml"
# Connection errors of a single named target are usage errors: nothing was judged (exit code 2).
CONNECTION = frozenset({"dsn-auth", "dsn-connect", "dsn-parse", "dsn-variable", "missing-driver"})


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    command: str
    targets: Sequence[str]
    options: Options
    config: str | None = None
    policy: str | None = None
    executor: str | None = None
    jobs: int | None = None
    occurrences: str | None = None
    baseline: str | None = None
    exceptions: str | None = None
    allow_incomplete: bool = False
    state: str | None = None
    resume: bool = False
    since: float | None = None  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Setup:
    """The policy that judges and the ``derbes.yml`` in force."""

    policy: Policy
    config: Config | None


def load(config: str | None, policy: str | None) -> Setup:
    """Find and read both files; mistakes of both are one error."""
    found = find_config(config)
    chosen = load_policy(policy) if policy else None
    if found is None:
        return Setup(chosen or load_policy(), None)
    loaded, named = load_setup(found, chosen)
    return Setup(chosen or named, loaded)


def run(request: Request, progress: Quiet) -> Outcome:
    """Scan and judge. Raises ``DerbesError`` when nothing could be judged."""
    setup = load(request.config, request.policy)
    started = datetime.now().astimezone()
    places = places_of(request.targets, setup.config)
    with _occurrences(request.occurrences) as sink:
        declared = rooted_places(setup.config) if setup.config is not None else ()
        executor = _executor(request)
        scan = Scan(places, _shared_out(request.options, executor), setup.policy, declared, executor, progress, sink)
        if request.command == "check" or request.options.full:
            scan.settings = replace(scan.settings, name_sample=1)
        try:
            with remembering(scan, request):
                records, fields, unscanned = scan.run()
        finally:
            progress.close()
    _raise_if_nothing(records, unscanned, len(places))
    run_ = Run(
        id=f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        command=request.command,
        started_at=started.isoformat(timespec="milliseconds"),
        finished_at=datetime.now().astimezone().isoformat(timespec="milliseconds"),
        complete=all(problem.code in NOTES for problem in unscanned),
        executor=scan.executor.name,
    )
    inventory = Inventory(run=run_, places=tuple(records), fields=tuple(fields), unscanned=tuple(unscanned))
    return judge(inventory, setup, request)


def judge(inventory: Inventory, setup: Setup, request: Request) -> Outcome:
    """Apply the rules, then exceptions and baseline."""
    today = date.today()
    if request.command != "review":
        inventory = held_against(inventory, load_expected(expected_file(setup)))
    violations = evaluate(inventory, setup.policy, config=setup.config, today=today)
    judged = {record.place.id for record in inventory.places}
    violations, exemptions = _excuse(violations, setup, request, today, judged)
    return Outcome(
        inventory=inventory,
        policy=setup.policy.ref(),
        violations=violations,
        exemptions=exemptions,
        declared_only=setup.config is not None,
        incomplete_allowed=request.allow_incomplete,
    )


def _excuse(
    violations: tuple[Violation, ...], setup: Setup, request: Request, today: date, judged: Collection[str]
) -> tuple[tuple[Violation, ...], tuple[Exemption, ...]]:
    from derbes.scanner.policy.baseline import load_baseline
    from derbes.scanner.policy.exceptions import apply, load_exceptions

    path = exceptions_file(request.exceptions, setup)
    entries = load_exceptions(path) if path else ()
    known = load_baseline(Path(request.baseline)) if request.baseline else {}
    return apply(violations, entries, known, today, judged)


def exceptions_file(named: str | None, setup: Setup) -> Path | None:
    """``--exceptions``, else what ``derbes.yml`` names, else the usual name in the current folder if it is there."""
    if named:
        return Path(named)
    if setup.config is not None and setup.config.exceptions_path is not None:
        return setup.config.exceptions_path
    usual = Path(EXCEPTIONS)
    return usual if usual.exists() else None


def expected_file(setup: Setup) -> Path:
    """Beside ``derbes.yml``, else in the current folder."""
    return (setup.config.folder if setup.config is not None else Path()) / EXPECTED


def _executor(request: Request) -> Executor[Any, Any]:
    """What ``--executor`` names; else as many processes as ``--jobs`` says; else it depends on the size of the files.

    Databases are read by one process unless more are asked for: a server has others to serve.
    """
    jobs = request.jobs or processors()
    if request.options.max_rows_per_second and not request.executor and not request.jobs:
        return open_executor("serial", 1)
    if request.executor or request.jobs:
        return open_executor(request.executor or "pool", jobs)
    return ByWeight(jobs, lambda job: job.unit.weight if "table" not in job.unit.spec else 0)


def _shared_out(options: Options, executor: Executor[Any, Any]) -> Options:
    """The rate of reading a database is one promise, however many workers keep it together."""
    rate = options.max_rows_per_second
    return replace(options, max_rows_per_second=max(1, rate // executor.workers)) if rate else options


@contextmanager
def _occurrences(path: str | None) -> Iterator[BinaryIO | None]:
    """The file for ``--occurrences``: gathered aside (its folder may be what is scanned), complete or not there."""
    if path is None:
        yield None
        return
    with tempfile.TemporaryFile() as gathered:
        yield gathered
        gathered.seek(0)
        write_private(Path(path), gathered)


def unwritable(path: Path, error: OSError) -> UsageError:
    """The error for a report that cannot be written."""
    reason = error.strerror or type(error).__name__
    return UsageError("output", "не удаётся записать {file}: {reason}", file=str(path), reason=reason)


def write_private(path: Path, content: bytes | IO[bytes]) -> None:
    """Write a report whole or not at all, readable by its owner alone."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            shutil.copyfileobj(io.BytesIO(content) if isinstance(content, bytes) else content, file)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise unwritable(path, error) from None


def add_private(path: Path, content: bytes) -> None:
    """Add a report to a file that others write into as well."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as file:
            file.write(content)
    except OSError as error:
        raise unwritable(path, error) from None


def _raise_if_nothing(records: Sequence[PlaceRecord], unscanned: Sequence[Unscanned], places: int) -> None:
    """The one thing that was named cannot be opened: say so as an error, not as a report of nothing."""
    if places != 1 or len(unscanned) != 1 or any(record.units_read or record.datasets for record in records):
        return
    only = unscanned[0]
    if only.code in CONNECTION and not only.path:
        raise UsageError(only.code, only.message, only.hint, **only.params)
