"""Every hostile input ends as scanned, partial or skipped with a code and a reason, in bounded time; what is planted
beside the fault is found."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from derbes.scanner.codes import CODES
from derbes.scanner.commands.progress import Quiet
from derbes.scanner.commands.run import Request, run
from derbes.scanner.connectors.base import Options
from derbes.scanner.model.findings import Outcome
from tests.torture.inputs import RECORD, Input, all_inputs

INPUTS = all_inputs()
HEAVY = ("run-", "bomb", "wide", "giant", "deep", "one-giant", "spaces", "overlap", "many", "long-", "hole")
SECONDS = 60.0  # of the processor: others may be busy


def scanned(*targets: Path, **limits: object) -> Outcome:
    request = Request("scan", [str(target) for target in targets], Options(**limits), state="none")  # type: ignore[arg-type]
    return run(request, Quiet())


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Models and automata are loaded once, and not on the clock of whoever comes first."""
    path = tmp_path_factory.mktemp("warm") / "a.log"
    path.write_text(RECORD)
    scanned(path)


@pytest.mark.parametrize("hostile", INPUTS, ids=lambda one: one.name)
def test_ends_with_a_state_and_a_reason(hostile: Input, tmp_path: Path) -> None:
    hostile.write(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    started = time.process_time()
    outcome = scanned(tmp_path)
    assert time.process_time() - started < SECONDS
    inventory = outcome.inventory
    codes = {problem.code for problem in inventory.unscanned}
    assert codes <= CODES
    assert "internal" not in codes
    assert codes >= hostile.codes
    assert hostile.codes or not codes - {"part-damaged"}
    assert all(problem.message for problem in inventory.unscanned)
    states = {record.status for record in inventory.places}
    assert states, "it vanished"
    assert (states != {"scanned"}) == bool(codes)
    found = any(row.category == "identity_document" for row in inventory.fields)
    assert found == hostile.found
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_all_in_one_folder_cost_nothing_more_than_each_alone(tmp_path: Path) -> None:
    """One bad file never costs its neighbours."""
    wanted = 0
    for hostile in INPUTS:
        if hostile.name.startswith(HEAVY):
            continue
        folder = tmp_path / hostile.name
        folder.mkdir()
        hostile.write(folder)
        wanted += hostile.found
    outcome = scanned(tmp_path)
    found = {
        Path(row.place.partition("!")[0]).relative_to(tmp_path).parts[0]
        for row in outcome.inventory.fields
        if row.category == "identity_document"
    }
    assert len(found) == wanted
