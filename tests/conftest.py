"""Fixtures that any test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers import Missing, Server, mariadb, postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL of this test worker's own."""
    try:
        with postgresql() as server:
            yield server
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A MariaDB of this test worker's own."""
    try:
        with mariadb() as server:
            yield server
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the history of whoever runs it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DERBES_STATE", f"sqlite:///{tmp_path_factory.mktemp('state') / 'history.sqlite'}")
    for name in ("DERBES_CONFIG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        patch.delenv(name, raising=False)
    yield
    patch.undo()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: begun last, one of them would keep a single worker busy when all others are done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed (``.ci/run``) a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("SKIP_IS_FAILURE") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests count as failures here (SKIP_IS_FAILURE)")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
