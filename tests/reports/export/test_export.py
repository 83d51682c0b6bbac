"""Exports against the models of those who read them; where no light package ships a model, against a closed schema."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from derbes.reports.export import EXPORTS, open_export
from derbes.reports.export.catalogue import keys, systems
from derbes.reports.export.openmetadata import table_patch
from derbes.reports.json_report import JsonReport
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.places import Place
from tests.http_server import Asked, http_server
from tests.reports.outcomes import HOSTILE, clean, databases, hostile, outcome
from tests.world import derbes

OUTCOMES = pytest.mark.parametrize("made", [outcome(), hostile(), clean()], ids=["usual", "hostile", "clean"])


def rendered(name: str, made: Outcome, **given: Any) -> bytes:
    return open_export(name, "ru", **given).render(made)


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_same_bytes_again_and_from_a_json_report(name: str) -> None:
    from derbes.reports.reading import outcome_of

    again = outcome_of(json.loads(JsonReport().render(outcome())), "report")
    assert rendered(name, outcome()) == rendered(name, outcome()) == rendered(name, again)


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_no_evidence_and_nothing_that_acts(name: str) -> None:
    for made in (hostile(), databases(), outcome()):
        text = rendered(name, made).decode()
        assert "••••••••••27" not in text
        assert "Н•••••••" not in text
        assert not {c for c in text if ord(c) < 32 and c != "\n"} & {*"\x1b\r\t\x00"}
        assert "\u202e" not in text


def test_hostile_names_come_back_as_they_were() -> None:
    names = [name for name in HOSTILE if name.isprintable() or "\n" in name or "\x1b" in name or "\u202e" in name]
    assert len(names) > 10
    document = yaml.safe_load(rendered("fides", hostile()))
    assert {dataset["name"] for dataset in document["dataset"]} >= {n for n in names if "\udcff" not in n}


@OUTCOMES
def test_fides_accepts_it(made: Outcome) -> None:
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY
    from fideslang.models import Dataset

    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    datasets = [Dataset.model_validate(one) for one in yaml.safe_load(rendered("fides", made))["dataset"]]
    used = {key for d in datasets for c in d.collections for f in c.fields for key in f.data_categories or ()}
    assert used <= known
    assert len({d.fides_key for d in datasets}) == len(datasets) == len(systems(made))


def test_every_default_is_in_the_fides_taxonomy() -> None:
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY

    from derbes.reports.export.taxonomy import _usual
    from derbes.scanner.policy.load import load_policy

    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    policy = load_policy()
    assert set(_usual().values()) <= known
    assert set(policy.category_by_entity) | set(policy.category_ids) <= set(_usual())


def test_the_policy_decides_the_key() -> None:
    made = outcome()
    own = replace(made, policy=replace(made.policy, fideslang={"email": "user.contact", "PERSON": "user.name.last"}))
    fields = {
        f["name"]: f["data_categories"]
        for d in yaml.safe_load(rendered("fides", own))["dataset"]
        for c in d["collections"]
        for f in c["fields"]
    }
    assert fields["name"] == ["user.name.last"]
    assert fields["request"] == ["user.name.last"]  # the entity is nearer than the category


@OUTCOMES
def test_odcs_schema_accepts_each_contract(made: Outcome) -> None:
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    contracts = [one for one in yaml.safe_load_all(rendered("odcs", made)) if one]
    assert len(contracts) == len(systems(made))
    for contract in contracts:
        assert [error.message for error in validator.iter_errors(contract)] == []
        assert contract["apiVersion"] == "v3.1.0"


def test_odcs_into_a_folder_is_a_file_a_place(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    assert derbes("export", "odcs", report, "-o", f"{tmp_path}/out/").code == 0
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "billing.odcs.yaml" in made
    assert len(made) == 4


@OUTCOMES
def test_openlineage_classes_accept_the_events(made: Outcome) -> None:
    from openlineage.client.event_v2 import DatasetEvent, StaticDataset
    from openlineage.client.facet_v2 import ownership_dataset, tags_dataset

    lines = [json.loads(line) for line in rendered("openlineage", made).splitlines()]
    assert len(lines) == sum(len(system.tables) for system in systems(made))
    for line in lines:
        facets = dict(line["dataset"]["facets"])
        tags = facets.pop("tags")
        owners = facets.pop("ownership", None)
        assert facets == {}
        rebuilt: dict[str, Any] = {
            "tags": tags_dataset.TagsDatasetFacet(
                producer=tags["_producer"], tags=[tags_dataset.TagsDatasetFacetFields(**tag) for tag in tags["tags"]]
            )
        }
        if owners:
            each = [ownership_dataset.Owner(**owner) for owner in owners["owners"]]
            rebuilt["ownership"] = ownership_dataset.OwnershipDatasetFacet(producer=owners["_producer"], owners=each)
        dataset = StaticDataset(line["dataset"]["namespace"], line["dataset"]["name"], facets=rebuilt)
        event = DatasetEvent(eventTime=line["eventTime"], producer=line["producer"], dataset=dataset)
        assert event.schemaURL.partition("#")[2] == line["schemaURL"].partition("#")[2]
        assert rebuilt["tags"]._get_schema() == tags["_schemaURL"]
        if owners:
            assert rebuilt["ownership"]._get_schema().split("/")[-1] == owners["_schemaURL"].split("/")[-1]


@pytest.mark.parametrize(
    ("location", "kind", "part", "dataset", "expected"),
    [
        ("postgresql://db1/billing", "database", "", "public.t", ("postgres://db1:5432", "billing.public.t")),
        ("mysql+pymysql://db1:3307/shop", "database", "", "t", ("mysql://db1:3307", "shop.t")),
        ("sqlite:///var/x.sqlite", "database", "", "t", ("file", "var/x.sqlite/t")),
        ("logs/*.log*", "log", "a/b.log", "", ("file", "logs/a/b.log")),
        ("*.csv", "file", "b.csv", "", ("file", "b.csv")),
        ("s3://bucket/exports", "file", "x.csv", "", ("s3://bucket", "exports/x.csv")),
        ("clients.csv", "file", "clients.csv", "", ("file", "clients.csv")),
    ],
)
def test_openlineage_names(location: str, kind: Any, part: str, dataset: str, expected: tuple[str, str]) -> None:
    made = outcome()
    record = replace(made.inventory.places[0], place=Place(id="p", target="", location=location, kind=kind))
    row = replace(
        made.inventory.fields[0], place="p", part=part, dataset=dataset, path=f"{dataset}.x" if dataset else "x"
    )
    inventory = replace(made.inventory, places=(record,), fields=(row,))
    line = json.loads(rendered("openlineage", replace(made, inventory=inventory)))
    assert (line["dataset"]["namespace"], line["dataset"]["name"]) == expected


SCHEMAS = json.loads((Path(__file__).parent / "catalogues-used.json").read_text("utf-8"))


@pytest.mark.parametrize("made", [outcome(), databases(), clean()], ids=["usual", "hostile", "clean"])
@pytest.mark.parametrize("name", ["dbt", "datahub", "openmetadata"])
def test_the_closed_schema_accepts_it(name: str, made: Outcome) -> None:
    document = yaml.safe_load(rendered(name, made)) if name == "dbt" else json.loads(rendered(name, made))
    jsonschema.Draft202012Validator(SCHEMAS[name]).validate(document)
    if name == "datahub":
        for one in document:
            value = json.loads(one["aspect"]["value"])
            jsonschema.Draft202012Validator(SCHEMAS[f"datahub-{one['aspectName']}"]).validate(value)


def test_databases_alone_where_a_format_knows_no_files(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    ran = derbes("export", "dbt", report)
    assert {source["name"] for source in yaml.safe_load(ran.out)["sources"]} == {
        "billing",
        "mysql://db1.secret-host.int/shop",
    }
    assert "не вошло мест: 2" in ran.err


def test_only_and_name(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    ran = derbes("export", "openmetadata", report, "--only", "billing", "--name", "billing=pg_prod")
    names = [table["fullyQualifiedName"] for table in json.loads(ran.out)["tables"]]
    assert names == ["pg_prod.billing.public.clients", "pg_prod.billing.public.orders"]
    assert derbes("export", "fides", report, "--only", "nowhere").code == 2
    assert derbes("export", "fides", report, "--name", "nowhere").code == 2


def test_keys_are_of_the_alphabet_and_differ() -> None:
    found = keys([*HOSTILE, "а", "б", "a b", "a_b"])
    assert len(set(found.values())) == len(found)
    assert all(key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key) for key in found.values())
    assert found["a_b"] == "a_b"


# -- servers ------------------------------------------------------------------------------------------------------


def test_a_dry_run_asks_nobody_anything(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    with http_server() as heard:
        for name in ("datahub", "openmetadata", "openlineage"):
            ran = derbes("export", name, report, "--server", heard.url, "--dry-run")
            assert (ran.code, ran.out.count(heard.url) > 1) == (0, True)
    assert heard.asked == []


def test_datahub_gets_each_proposal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERBES_CATALOGUE_TOKEN", "t0ken-canary")
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    with http_server() as heard:
        ran = derbes("export", "datahub", report, "--server", heard.url + "/", "--only", "billing")
    assert ran.code == 0
    assert {a.path for a in heard.asked} == {"/aspects?action=ingestProposal"}
    assert {a.headers["Authorization"] for a in heard.asked} == {"Bearer t0ken-canary"}
    assert [a.json()["proposal"]["aspectName"] for a in heard.asked] == [
        "tagProperties", "tagProperties", "tagProperties",
        "globalTags", "editableSchemaMetadata", "globalTags", "editableSchemaMetadata",
    ]  # fmt: skip
    assert "t0ken" not in ran.out + ran.err


def test_openmetadata_tables_are_patched_and_keep_what_people_wrote(tmp_path: Path) -> None:
    kept = {"tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual", "state": "Confirmed"}

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.method != "GET":
            return 200, {}
        if "orders" in asked.path:
            return 404, {}
        return 200, {"id": "11", "columns": [{"name": "id"}, {"name": "mail", "tags": [kept]}, {"name": "name"}]}

    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    with http_server(answer) as heard:
        ran = derbes("export", "openmetadata", report, "--server", heard.url, "--only", "billing")
    assert ran.code == 0
    assert "каталог не знает таблицы billing.billing.public.orders" in ran.err
    (patch,) = [a for a in heard.asked if a.method == "PATCH"]
    assert patch.headers["Content-Type"] == "application/json-patch+json"
    assert [(o["op"], o["path"]) for o in patch.json()] == [("add", "/columns/1/tags/-"), ("add", "/columns/2/tags")]


def test_openmetadata_patch_says_nothing_twice() -> None:
    label = {"tagFQN": "a.b"}
    wanted = {"columns": [{"name": "c", "tags": [label]}]}
    assert table_patch(wanted, {"columns": [{"name": "c", "tags": [label]}]}) == []


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_server_that_refuses_is_an_error_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("DERBES_CATALOGUE_TOKEN", "t0ken-canary")
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    with http_server(lambda _: (status, {})) as heard:
        ran = derbes("export", "datahub", report, "--server", heard.url)
    assert ran.code == 2
    assert f"HTTP {status}" in ran.err
    assert "t0ken" not in ran.err
    assert len(heard.asked) == 1  # a redirect is not followed


def test_files_only_formats_refuse_a_server(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(JsonReport().render(outcome()))
    assert derbes("export", "fides", report, "--server", "http://127.0.0.1:1").code == 2
