"""Two rooms, further out: exports, the breach sheet, notifications and the history hold none of the planted values."""

from __future__ import annotations

from pathlib import Path

import pytest

from derbes.reports.export import EXPORTS
from derbes.scanner.history import History
from tests.http_server import http_server
from tests.test_canary import PASSWORD, leaks, plant
from tests.world import derbes


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of the planted person, kept in a history, with somebody to tell."""
    root = tmp_path_factory.mktemp("canary")
    plant(root / "data")
    patch = pytest.MonkeyPatch()
    patch.setenv("HOOK_SECRET", PASSWORD)
    with http_server() as heard:
        (root / "derbes.yml").write_text(
            "version: 1\nplaces:\n  - {id: all, target: data}\n"
            f"notify: {{webhooks: [{{url: '{heard.url}', secret: '${{HOOK_SECRET}}'}}]}}\n"
        )
        ran = derbes("scan", "-c", root / "derbes.yml", "--state", root / "state.sqlite", "-o", root / "r.json")
    patch.undo()
    assert len(heard.asked) == 1
    (root / "told").write_bytes(heard.asked[0].body + repr(heard.asked[0].headers).encode())
    (root / "said").write_text(ran.out + ran.err)
    return root


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_exports(root: Path, name: str) -> None:
    ran = derbes("export", name, root / "r.json")
    assert ran.code == 0
    assert name in ("dbt", "openmetadata") or len(ran.out) > 500  # of databases alone there is none here
    assert leaks(ran.out.encode() + ran.err.encode()) == []


@pytest.mark.parametrize("suffix", ["md", "html", "json"])
def test_the_breach_sheet(root: Path, suffix: str) -> None:
    file = root / f"breach.{suffix}"
    assert derbes("breach", "all", "--state", root / "state.sqlite", "-o", file).code == 0
    content = file.read_bytes()
    assert len(content) > 500
    assert leaks(content) == []


def test_what_was_told_said_and_stored(root: Path) -> None:
    for file in ("told", "said", "r.json"):
        assert leaks((root / file).read_bytes()) == [], file
    stored = str(History(str(root / "state.sqlite")).load()).encode()
    assert len(stored) > 5_000
    assert leaks(stored) == []
