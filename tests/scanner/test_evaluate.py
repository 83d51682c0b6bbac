"""The judgement as a whole: order, ids, severity, evidence. Each rule's own cases stand beside the rule."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from derbes.scanner.evaluate import _distinct, evaluate, fingerprint
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import Location
from derbes.scanner.model.facts import Facts, Grant
from derbes.scanner.model.findings import Violation
from derbes.scanner.model.inventory import Classification, Inventory, PlaceRecord
from derbes.scanner.model.places import Place, Retention
from derbes.scanner.policy.config import Config
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.types import Policy
from tests.scanner.worlds import RUN, TODAY, field, inventory

LOG = Place(id="app.log", target="app.log", location="app.log", kind="log")
FORM = Place(
    id="form", target="form.csv", location="form.csv", kind="form", declared=True, purposes=("reply",), owner="site"
)


def config(*places: Place, technical: str | None = None) -> Config:
    return Config("derbes.yml", "hosting-pro", places, None, technical)  # type: ignore[arg-type]


def in_log(*fields: Classification, **more: object) -> tuple[Violation, ...]:
    return evaluate(inventory(LOG, list(fields), **more), load_policy(), today=TODAY)


def in_form(*fields: Classification, place: Place = FORM, **more: object) -> tuple[Violation, ...]:
    return evaluate(inventory(place, list(fields), **more), load_policy(), config=config(place), today=TODAY)


def own_policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.yml"
    path.write_text("version: 1\nid: own\ntitle: Своя\nextends: hosting-pro\n" + text, encoding="utf-8")
    return load_policy(path)


def test_everything_that_a_violation_says() -> None:
    locations = tuple(Location(n, 3) for n in range(1, 41))
    found = field("form", "iin", "KZ_IIN", 40, locations=locations, examples=("••••••••••27",), interval=(38, 44))
    (violation,) = in_form(found, field("form", "email", "EMAIL_ADDRESS"))
    assert (violation.rule, violation.severity, violation.category) == (
        *("category-not-allowed", "critical", "identity_document"),
    )
    assert violation.clauses == ("2.2", "3.4")
    assert (violation.place, violation.path, violation.owner, violation.units) == ("form", "iin", "site", 40)
    assert violation.entities == ("KZ_IIN",) and violation.interval == (38, 44)
    assert violation.locations == locations[:20] and violation.examples == ("••••••••••27",)
    for language, word in (("ru", "ответ на обращение"), ("kk", "өтінішке жауап"), ("en", "reply to an enquiry")):
        assert word in violation.message.words[language].format(**violation.message.params)
        assert "{" not in violation.remedy.words[language].format(**violation.remedy.params)


def test_order_does_not_depend_on_arrival() -> None:
    places = [replace(LOG, id=f"{n}.log", location=f"{n}.log") for n in range(4)]
    fields = [
        field(place.id, path, entity)
        for place in places
        for path in ("a", "b")
        for entity in ("KZ_IIN", "EMAIL_ADDRESS", "KZ_BIN", "CREDIT_CARD")
    ]
    records = [PlaceRecord(place=place, status="scanned", unit="line") for place in places]
    results = set()
    for seed in range(5):
        random.Random(seed).shuffle(fields)
        random.Random(seed).shuffle(records)
        world = Inventory(run=RUN, places=tuple(records), fields=tuple(fields), unscanned=())
        results.add(tuple(v.id for v in evaluate(world, load_policy(), today=TODAY)))
    assert len(results) == 1
    ids = results.pop()
    assert len(ids) == len(set(ids)) == 32


def test_ids_hold_no_count_line_or_value() -> None:
    (one,) = in_log(
        field("app.log", "line", "EMAIL_ADDRESS", 5, locations=(Location(7, 0),), examples=("a•••@•••.kz",))
    )
    (two,) = in_log(field("app.log", "line", "EMAIL_ADDRESS", 900, locations=(Location(1, 9),), sampled=True))
    assert one.id == two.id == fingerprint("personal-data-in-log", "app.log", "line", "email")
    others = in_log(field("app.log", "line", "PHONE_NUMBER"), field("app.log", "request", "EMAIL_ADDRESS"))
    assert len({one.id, *(v.id for v in others)}) == 3


def test_colliding_ids_grow() -> None:
    (one,) = in_log(field("app.log", "line", "EMAIL_ADDRESS"))
    twin = replace(one, path="other")
    assert {v.id for v in _distinct([one, twin])} == {
        fingerprint(one.rule, one.place, path, one.category, digits=16) for path in ("line", "other")
    }
    assert [v.id for v in _distinct([one, one])] == [one.id]


@pytest.mark.parametrize(("confidence", "count"), [(0.49, 0), (0.5, 1)])
def test_a_guess_accuses_nobody(confidence: float, count: int) -> None:
    assert len(in_log(field("app.log", "line", "KZ_IIN", 1, role="mention", confidence=confidence))) == count


def test_severity_is_that_of_the_worst_category() -> None:
    facts = (Facts(mode=0o644),)
    for entities, severity in (
        (("KZ_BIN",), "minor"),
        (("KZ_BIN", "EMAIL_ADDRESS"), "major"),
        (("KZ_BIN", "EMAIL_ADDRESS", "KZ_IIN"), "critical"),
    ):
        fields = [field("form", entity.lower(), entity) for entity in entities]
        place = replace(FORM, purposes=("services",))
        (violation,) = in_form(*fields, place=place, facts=facts)
        assert (violation.rule, violation.severity) == ("access-too-wide", severity)


def test_technical_data_are_findings_only_when_asked() -> None:
    world = inventory(LOG, [field("app.log", "remote_addr", "IP_ADDRESS", 90)])
    assert evaluate(world, load_policy(), today=TODAY) == ()
    (violation,) = evaluate(
        world, load_policy(), config=config(replace(LOG, declared=True), technical="personal"), today=TODAY
    )[-1:]
    assert (violation.rule, violation.category, violation.clauses) == ("not-in-policy", "technical", ("2.4",))
    assert "IP-адрес" in violation.message.words["ru"]


def test_the_same_switch_in_the_policy(tmp_path: Path) -> None:
    policy = own_policy(tmp_path, "technical: personal\n")
    world = inventory(LOG, [field("app.log", "remote_addr", "IP_ADDRESS", 90)])
    assert [v.rule for v in evaluate(world, policy, today=TODAY)] == ["not-in-policy"]


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    policy = own_policy(
        tmp_path,
        "rules:\n"
        "  personal-data-in-log: {enabled: false}\n"
        "  not-in-policy: {severity: critical}\n"
        "  iin-in-text:\n"
        "    when: {entity: KZ_IIN, role: mention, units: 3, path: '*body'}\n"
        "    severity: minor\n"
        "    clauses: ['5.3', '{category}']\n"
        "    message: {ru: 'ИИН в {path}', en: 'IIN in {path}'}\n",
    )
    fields = [
        field("app.log", "body", "KZ_IIN", 3, role="mention"),
        field("app.log", "reply_body", "KZ_IIN", 2, role="mention"),
        field("app.log", "card", "CREDIT_CARD"),
    ]
    found = evaluate(inventory(LOG, fields), policy, today=TODAY)
    assert [(v.rule, v.severity, v.path) for v in found] == [
        ("not-in-policy", "critical", "card"),
        ("iin-in-text", "minor", "body"),
    ]
    assert found[1].clauses == ("5.3", "2.3")
    assert found[1].message.words["kk"].format(**found[1].message.params) == "ИИН в body"


def test_a_kind_that_was_only_met_belongs_to_the_dataset() -> None:
    """A declared folder without a kind holds a log and a table: only the log is a log."""
    place = Place(id="mix", target="mix", location="mix", kind="log", declared=True)
    datasets = (Dataset("a.log", "", "log", "line", "text"), Dataset("b.csv", "", "file", "row", "csv"))
    fields = [
        field("mix", "a.log#line", "EMAIL_ADDRESS", part="a.log"),
        field("mix", "b.csv#email", "EMAIL_ADDRESS", part="b.csv"),
    ]
    world = inventory(place, fields, datasets=datasets)
    found = evaluate(world, load_policy(), config=config(replace(place, kind=None)), today=TODAY)
    assert [(v.rule, v.path) for v in found] == [("personal-data-in-log", "a.log#line")]
    stated = evaluate(world, load_policy(), config=config(place), today=TODAY)
    assert [v.path for v in stated] == ["a.log#line", "b.csv#email"]


@pytest.mark.parametrize(
    ("pattern", "path", "own"),
    [
        ("tickets.body", "tickets.body", True),
        ("tickets.body", "public.tickets.body", True),
        ("*.body", "public.tickets.body", True),
        ("tickets.body", "old_tickets.body", False),
        ("phone", "2026/feedback.csv#phone", True),
        ("2026/*#phone", "2026/feedback.csv#phone", True),
    ],
)
def test_purposes_of_a_field(pattern: str, path: str, own: bool) -> None:
    place = replace(FORM, purposes=("services",), field_purposes={pattern: ("identification",)})
    part = path.rpartition("#")[0]
    found = in_form(field("form", path, "PHONE_NUMBER", part=part), place=place)
    assert [v.rule for v in found] == (["category-not-allowed"] if own else [])


def test_grants_by_table_and_column() -> None:
    place = replace(FORM, kind="database", purposes=("services",), roles=("app",))
    grants = (
        Grant("public.clients", "app"),
        Grant("public.clients", "analyst", "v_clients"),
        Grant("public.clients", "PUBLIC"),
        Grant("public.clients.iin", "auditor"),
        Grant("public.client", "analyst"),
        Grant("public.tariffs", "analyst"),
    )
    fields = [field("form", f"public.clients.{n}", e) for n, e in (("iin", "KZ_IIN"), ("email", "EMAIL_ADDRESS"))]
    found = in_form(*fields, place=place, facts=(Facts(grants=grants),))
    assert [(v.path, v.category) for v in found] == [
        ("public.clients", "identity_document"),
        ("public.clients.iin", "identity_document"),
    ]
    text = found[0].message.words["ru"].format(**found[0].message.params)
    remedy = found[1].remedy.words["en"].format(**found[1].remedy.params)
    assert remedy == "REVOKE it or, if the role's duties need it, list the role in access.roles"
    assert "PUBLIC, analyst (v_clients)" in text and "app" not in text.replace("app.", "")


def test_retention_by_purpose_and_by_months() -> None:
    policy = load_policy()
    place = replace(FORM, retention=Retention("P1Y", "created_at"))
    months = {"created_at": {"2025-10": 4, "2025-11": 2, "2026-01": 9}, "born": {"1990-01": 15}}
    (late,) = in_form(field("form", "email", "EMAIL_ADDRESS", 15), place=place, months=months)
    assert (late.rule, late.path, late.units, late.clauses) == ("retention-exceeded", "created_at", 4, ("4.1",))
    assert late.message.params["cutoff"] == "2025-11-22" and late.message.params["keep"] == "P1Y"
    assert (
        evaluate(
            inventory(FORM, [field("form", "email", "EMAIL_ADDRESS")], months=months),
            policy,
            config=config(FORM),
            today=TODAY,
        )
        == ()
    )


def test_the_longest_term_of_several_purposes(tmp_path: Path) -> None:
    policy = own_policy(
        tmp_path,
        "retention:\n  - {purpose: reply, clause: '4.1', keep: P1Y}\n"
        "  - {purpose: communication, clause: '4.1', keep: P3Y}\n",
    )
    old = {"fields": [field("form", "email", "EMAIL_ADDRESS")], "facts": (Facts(modified="2024-06-01"),)}
    for purposes, count in ((("reply",), 1), (("reply", "communication"), 0), (("reply", "services"), 0)):
        place = replace(FORM, purposes=purposes)
        assert len(evaluate(inventory(place, **old), policy, config=config(place), today=TODAY)) == count, purposes


@pytest.mark.parametrize(
    ("part", "facts", "units"),
    [
        ("feedback-2024-01.csv", None, 5),
        ("feedback-20240131.csv", Facts(part="feedback-20240131.csv", modified="2026-11-20"), 5),
        ("2024-01/feedback.csv", None, 5),
        ("archive-2024/feedback_2026_10_01.csv", None, 0),
        ("backup.zip!feedback.csv", Facts(part="backup.zip", modified="2024-05-05"), 5),
        ("app.log", Facts(part="app.log", modified="2026-11-20", oldest="2024-01-01"), 1),
        ("app.log", Facts(part="app.log", modified="2026-11-20", oldest="2026-01-01"), 0),
        ("order-2024011599.csv", None, 0),
        ("feedback.csv", Facts(part="other.csv", modified="2001-01-01"), 0),
    ],
)
def test_files_by_name_change_and_first_record(part: str, facts: Facts | None, units: int) -> None:
    place = replace(FORM, retention=Retention("P1Y"))
    found = in_form(
        field("form", f"{part}#email", "EMAIL_ADDRESS", 5, part=part), place=place, facts=(facts,) if facts else ()
    )
    assert [(v.path, v.units) for v in found] == ([(part, units)] if units else [])


def test_dates_of_birth_are_no_record_dates() -> None:
    place = replace(FORM, purposes=(), retention=Retention("P1Y"))
    fields = [field("form", "birth_date", "DATE_OF_BIRTH", 9), field("form", "email", "EMAIL_ADDRESS", 9)]
    found = in_form(*fields, place=place, months={"birth_date": {"1990-01": 9}})
    assert [v.rule for v in found] == ["not-in-policy"]


def test_each_dataset_by_its_own_dates() -> None:
    place = replace(FORM, kind="database", purposes=("services",), retention=Retention("P5Y", "closed_at"))
    fields = [field("form", f"{t}.email", "EMAIL_ADDRESS", 9, dataset=t) for t in ("clients", "archive")]
    months = {
        f"{t}.closed_at": {m: 3} for t, m in (("clients", "2026-01"), ("archive", "2015-01"), ("tariffs", "2001-01"))
    }
    assert [v.path for v in in_form(*fields, place=place, months=months)] == ["archive.closed_at"]


def test_undeclared_place_has_one_violation_a_category() -> None:
    place = Place(id="dump.csv", target="dump.csv", location="dump.csv", kind="file")
    fields = [field("dump.csv", p, e) for p, e in (("a", "EMAIL_ADDRESS"), ("b", "EMAIL_ADDRESS"), ("c", "KZ_IIN"))]
    found = evaluate(inventory(place, fields), load_policy(), config=config(FORM), today=TODAY)
    assert [(v.rule, v.path, v.category) for v in found] == [
        ("undeclared-place", "", "identity_document"),
        ("undeclared-place", "", "email"),
    ]
    assert found[0].clauses == ("2.2",)


def test_hostile_names_stay_parameters() -> None:
    name = "{category}{0.__class__}%s\x1b[2J"
    (violation,) = in_form(field("form", name, "KZ_IIN"))
    text = violation.remedy.words["ru"].format(**violation.remedy.params)
    assert name in text


def test_a_thousand_places_in_a_second() -> None:
    places = [replace(LOG, id=f"{n}.log") for n in range(1000)]
    fields = tuple(field(p.id, f"f{k}", "EMAIL_ADDRESS") for p in places for k in range(10))
    records = tuple(PlaceRecord(place=place, status="scanned", unit="line") for place in places)
    world = Inventory(run=RUN, places=records, fields=fields, unscanned=())
    started = time.process_time()
    assert len(evaluate(world, load_policy(), today=date(2026, 1, 1))) == 10_000
    assert time.process_time() - started < 10
