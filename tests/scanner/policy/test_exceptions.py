"""Exceptions hold for one id, for a time, for as much as was accepted; a baseline makes known what was there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.evaluate import evaluate
from derbes.scanner.model.findings import Text, Violation
from derbes.scanner.model.places import Place
from derbes.scanner.policy.accept import add_exception
from derbes.scanner.policy.baseline import load_baseline
from derbes.scanner.policy.exceptions import apply, load_exceptions
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.problems import PolicyErrors
from tests.scanner.worlds import TODAY, field, inventory

PLACE = Place(id="logs/app.log", target="logs/app.log", location="logs/app.log", kind="log")


def violations(units: int = 100, *entities: str) -> tuple[Violation, ...]:
    fields = [field(PLACE.id, "message", entity, units) for entity in entities or ("EMAIL_ADDRESS",)]
    return evaluate(inventory(PLACE, fields), load_policy(), today=TODAY)


def accept(path: Path, violation: Violation, days: int = 30, **more: str) -> str:
    until = TODAY + timedelta(days=days)
    given = {"reason": "нужно для разбора входов", "by": "b.omarov@example.kz", **more}
    return add_exception(path, violation, until=until, today=TODAY, **given).status  # type: ignore[arg-type]


def states(found: tuple[Violation, ...], path: Path, today: date = TODAY) -> tuple[list[str], list[str]]:
    judged, exemptions = apply(found, load_exceptions(path), (), today)
    return [v.state for v in judged], [e.status for e in exemptions]


def test_accepted_until_its_day(tmp_path: Path) -> None:
    path = tmp_path / "derbes-exceptions.yml"
    (violation,) = violations()
    assert states((violation,), path) == (["new"], [])
    assert accept(path, violation) == "active"
    assert states((violation,), path) == (["accepted"], ["active"])
    assert states((violation,), path, TODAY + timedelta(days=16)) == (["accepted"], ["expiring"])
    assert states((violation,), path, TODAY + timedelta(days=30)) == (["accepted"], ["expiring"])
    assert states((violation,), path, TODAY + timedelta(days=31)) == (["new"], ["expired"])
    assert states((), path) == ([], ["unused"])


def test_another_category_in_the_same_field_is_new(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    accept(path, violations()[0])
    found = violations(100, "EMAIL_ADDRESS", "KZ_IIN")
    judged, _ = apply(found, load_exceptions(path), (), TODAY)
    assert {v.category: v.state for v in judged} == {"email": "accepted", "identity_document": "new"}


@pytest.mark.parametrize(("units", "state"), [(60, "accepted"), (100, "accepted"), (125, "accepted"), (126, "new")])
def test_growth_opens_it_again(tmp_path: Path, units: int, state: str) -> None:
    path = tmp_path / "e.yml"
    accept(path, violations(100)[0])
    assert states(violations(units), path)[0] == [state]


def test_growth_within_the_sampling_interval_does_not(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    (violation,) = violations(100)
    accept(path, replace(violation, interval=(3600, 4700)))
    assert states((replace(violation, units=150, interval=(5000, 7000)),), path)[0] == ["accepted"]
    assert states((replace(violation, units=150, interval=(5900, 7000)),), path) == (["new"], ["outgrown"])


def test_longer_than_ninety_days_needs_another_name(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    (violation,) = violations()
    assert accept(path, violation, days=90) == "active"
    assert accept(path, violation, days=91) == "unapproved"
    assert states((violation,), path) == (["new"], ["unapproved"])
    assert states((violation,), path, TODAY + timedelta(days=60)) == (["new"], ["unapproved"]), "time approves nothing"
    assert accept(path, violation, days=91, approved_by="dpo@example.kz") == "active"
    assert states((violation,), path) == (["accepted"], ["active"])
    assert len(load_exceptions(path)) == 1


def test_unused_only_where_one_looked(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    accept(path, violations()[0])
    entries = load_exceptions(path)
    assert apply((), entries, (), TODAY, places=["other"])[1] == ()
    assert [e.status for e in apply((), entries, (), TODAY, places=["logs/app.log"])[1]] == ["unused"]


def test_a_file_written_by_hand_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    old = """# Ведёт ответственное лицо.
version: 1
exceptions:
    # про журналы
    - id: DRB-00000001     # первый
      reason: >-
        длинная причина
        в две строки
      by: a@example.kz
      until: 2026-12-01

    # про почту
    - {id: DRB-00000002, reason: вторая, by: b@example.kz, until: 2026-12-01}
# конец
"""
    path.write_text(old, encoding="utf-8")
    (violation,) = violations()
    accept(path, violation, reason='«кавычки», "двойные": # не комментарий {и} скобки')
    new = path.read_text(encoding="utf-8")
    assert [line for line in old.splitlines() if line not in new.splitlines()] == []
    assert new.endswith("# конец\n")
    assert [e.id for e in load_exceptions(path)] == ["DRB-00000001", "DRB-00000002", violation.id]
    assert load_exceptions(path)[2].reason == '«кавычки», "двойные": # не комментарий {и} скобки'
    again = replace(violation, id="DRB-00000001")
    accept(path, again, reason="заменено")
    text = path.read_text(encoding="utf-8")
    assert load_exceptions(path)[0].reason == "заменено"
    assert "# про журналы" in text and "# про почту" in text and "длинная причина" not in text
    assert len(load_exceptions(path)) == 3


@pytest.mark.parametrize(
    "old", ["", "exceptions:\n", "exceptions: []\n", "# пусто\n", "exceptions: []", "version: 1\n"]
)
def test_first_entry(tmp_path: Path, old: str) -> None:
    path = tmp_path / "e.yml"
    path.write_text(old, encoding="utf-8")
    accept(path, violations()[0])
    assert len(load_exceptions(path)) == 1
    assert [line for line in old.splitlines() if line.startswith(("#", "version"))] == [
        line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("# пусто", "version"))
    ]


def test_a_list_in_one_line_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    old = "exceptions: [{id: DRB-00000002, reason: вторая, by: b@example.kz, until: 2026-12-01}]\n"
    path.write_text(old, encoding="utf-8")
    with pytest.raises(PolicyErrors):
        accept(path, violations()[0])
    assert path.read_text(encoding="utf-8") == old
    assert [each.name for each in tmp_path.iterdir()] == ["e.yml"]


def test_a_wrong_file_is_not_made_worse(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    path.write_text("exceptions:\n  - id: DRB-00000002\n", encoding="utf-8")
    with pytest.raises(PolicyErrors):
        accept(path, violations()[0])
    assert path.read_text(encoding="utf-8") == "exceptions:\n  - id: DRB-00000002\n"


def test_no_reason_and_no_day_gone_by(tmp_path: Path) -> None:
    for days, reason, slug in ((30, "  ", "exception-reason"), (-1, "так", "exception-until")):
        with pytest.raises(UsageError) as caught:
            accept(tmp_path / "e.yml", violations()[0], days, reason=reason)
        assert caught.value.slug == slug
    assert not (tmp_path / "e.yml").exists()


def test_baseline_knows_what_was_there(tmp_path: Path) -> None:
    old = violations(100, "EMAIL_ADDRESS", "PHONE_NUMBER")
    path = tmp_path / "old.json"
    rows = [{"id": old[0].id, "state": "new"}, {"id": old[1].id, "state": "accepted"}]
    path.write_text(json.dumps({"schema": "derbes/report/1", "violations": rows}))
    judged, _ = apply(violations(9000, "EMAIL_ADDRESS", "PHONE_NUMBER", "KZ_IIN"), (), load_baseline(path), TODAY)
    assert {v.id: v.state for v in judged if v.id in {o.id for o in old}} == {old[0].id: "known", old[1].id: "new"}
    assert next(v.state for v in judged if v.category == "identity_document") == "new"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "sarif"}', '{"schema": "derbes/report/1", "violations": [1]}', "[" * 10**5]
)
def test_not_a_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_baseline(path)
    assert caught.value.slug == "baseline-file"
    with pytest.raises(UsageError):
        load_baseline(tmp_path / "nowhere.json")


def copy(*covers: tuple[str, str], units: int = 5) -> Violation:
    """A violation of a whole file that holds several columns."""
    none = Text({})
    return Violation(
        id="DRB-00C0FFEE", rule="unprotected-copy", severity="critical", clauses=("6.2",), place="x.csv", path="",
        category="identity_document", entities=(), units=units, locations=(), message=none, remedy=none, covers=covers,
    )  # fmt: skip


NOTE, PHONE = ("note", "identity_document"), ("phone", "phone")


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ((NOTE, PHONE), "accepted"),
        ((NOTE,), "accepted"),  # less than was accepted
        ((NOTE, PHONE, ("phone2", "phone")), "accepted"),  # another column of a category that was there
        ((NOTE, PHONE, ("note", "phone")), "new"),  # a category that was elsewhere, now in this column
        ((NOTE, PHONE, ("mail", "email")), "new"),  # a category that was nowhere
    ],
)
def test_an_exception_for_a_file_covers_the_categories_that_were_in_it(
    tmp_path: Path, now: tuple[tuple[str, str], ...], state: str
) -> None:
    path = tmp_path / "derbes-exceptions.yml"
    add_exception(path, copy(NOTE, PHONE), reason="разбор", by="a", until=TODAY, today=TODAY)
    (entry,) = load_exceptions(path)
    assert entry.covers == {"note": ("identity_document",), "phone": ("phone",)}
    (judged,), (exemption,) = apply([copy(*now)], [entry], {}, TODAY)
    assert (judged.state, exemption.status) == (state, "outgrown" if state == "new" else "expiring")
    known = {"DRB-00C0FFEE": frozenset({NOTE, PHONE})}
    (judged,), _ = apply([copy(*now)], [], known, TODAY)
    assert judged.state == ("new" if state == "new" else "known")


def test_entries_and_reports_that_do_not_say_what_they_covered_hold_as_before(tmp_path: Path) -> None:
    path = tmp_path / "derbes-exceptions.yml"
    path.write_text("exceptions:\n  - {id: DRB-00C0FFEE, reason: x, by: a, until: 2099-01-01, approved_by: b}\n")
    (judged,), _ = apply([copy(NOTE, PHONE)], load_exceptions(path), {}, TODAY)
    assert judged.state == "accepted"
    report = tmp_path / "old.json"
    report.write_text('{"schema": "derbes/report/1", "violations": [{"id": "DRB-00C0FFEE"}]}')
    (judged,), _ = apply([copy(NOTE, PHONE)], (), load_baseline(report), TODAY)
    assert judged.state == "known"
