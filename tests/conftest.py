"""Fixtures that any test may ask for."""

from __future__ import annotations

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
