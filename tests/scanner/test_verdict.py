"""A row of the table of exit codes, a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derbes.scanner.exits import Exit
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.findings import Outcome, Severity, State, Text, Violation
from derbes.scanner.model.inventory import Inventory, PlaceRecord, Unscanned
from derbes.scanner.model.places import Place
from derbes.scanner.policy.load import load_policy
from derbes.scanner.verdict import FailOn, gate
from tests.scanner.worlds import RUN

PLACE = Place(id="a.csv", target="a.csv", location="a.csv")
READ = PlaceRecord(place=PLACE, status="scanned", unit="row", datasets=(Dataset("", "", "file", "row", "csv"),))
SHUT = PlaceRecord(place=PLACE, status="failed", unit="document")


def violation(severity: Severity, state: State = "new") -> Violation:
    none = Text({})
    return Violation(
        id="DRB-00000000", rule="r", severity=severity, clauses=(), place="a.csv", path="", category="email",
        entities=(), units=1, locations=(), message=none, remedy=none, state=state,
    )  # fmt: skip


def missed(code: str) -> Unscanned:
    return Unscanned("a.csv", "", code, "…")


def outcome(
    *violations: Violation,
    records: tuple[PlaceRecord, ...] = (READ,),
    codes: tuple[str, ...] = (),
    allowed: bool = False,
    command: str = "check",
    complete: bool = True,
) -> Outcome:
    run = replace(RUN, command=command, complete=complete)
    found = Inventory(run=run, places=records, fields=(), unscanned=tuple(map(missed, codes)))
    return Outcome(inventory=found, policy=load_policy().ref(), violations=violations, incomplete_allowed=allowed)


@pytest.mark.parametrize(
    ("fail_on", "severity", "code"),
    [
        ("critical", "critical", Exit.VIOLATIONS),
        ("critical", "major", Exit.OK),
        ("major", "critical", Exit.VIOLATIONS),
        ("major", "major", Exit.VIOLATIONS),
        ("major", "minor", Exit.OK),
        ("minor", "minor", Exit.VIOLATIONS),
        ("never", "critical", Exit.OK),
    ],
)
def test_threshold(fail_on: FailOn, severity: Severity, code: Exit) -> None:
    assert gate(outcome(violation(severity)), fail_on).exit is code


@pytest.mark.parametrize(
    ("command", "code"), [("scan", Exit.OK), ("check", Exit.VIOLATIONS), ("review", Exit.VIOLATIONS)]
)
def test_default_threshold_of_each_command(command: str, code: Exit) -> None:
    assert gate(outcome(violation("major"), command=command)).exit is code


@pytest.mark.parametrize("state", ["known", "accepted"])
def test_known_and_accepted_pass(state: State) -> None:
    assert gate(outcome(violation("critical", state))).exit is Exit.OK


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("clean", outcome(), Exit.OK),
        ("sampled as asked", outcome(codes=("sampled",)), Exit.OK),
        ("binary values in a table", outcome(codes=("column-binary",)), Exit.OK),
        ("incomplete", outcome(codes=("file-unreadable",)), Exit.INCOMPLETE),
        ("incomplete, allowed", outcome(codes=("file-unreadable",), allowed=True), Exit.OK),
        ("cut short", outcome(complete=False), Exit.INCOMPLETE),
        ("a name that led nowhere beside one that did", outcome(codes=("target-missing",)), Exit.INCOMPLETE),
        ("one database shut, another read", outcome(codes=("dsn-auth",)), Exit.INCOMPLETE),
        ("only an unreadable file", outcome(records=(SHUT,), codes=("file-unreadable",)), Exit.INCOMPLETE),
        ("nothing matched", outcome(records=()), Exit.NOTHING),
        ("nothing matched, incomplete allowed", outcome(records=(), allowed=True), Exit.NOTHING),
        ("a mistyped path", outcome(records=(), codes=("target-missing",)), Exit.NOTHING),
        ("no connection", outcome(records=(SHUT,), codes=("dsn-connect",)), Exit.ERROR),
        ("no driver", outcome(records=(SHUT,), codes=("missing-extra",)), Exit.ERROR),
        ("no connection, incomplete allowed", outcome(records=(SHUT,), codes=("dsn-auth",), allowed=True), Exit.ERROR),
        ("violations before incomplete", outcome(violation("major"), codes=("file-unreadable",)), Exit.VIOLATIONS),
        ("minor violations and incomplete", outcome(violation("minor"), codes=("limit-size",)), Exit.INCOMPLETE),
        ("scan, incomplete", outcome(violation("major"), command="scan", codes=("limit-size",)), Exit.INCOMPLETE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_row(name: str, given: Outcome, code: Exit) -> None:
    verdict = gate(given)
    assert verdict.exit is code, name
    text = verdict.reason.format(**verdict.params)
    assert (f"(код {code.value})" in text) is (code is not Exit.OK)
