"""Small invented inventories for tests of the judgement: an example of a rule becomes an inventory and a config."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from derbes.scanner.evaluate import evaluate
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.facts import Facts, Grant
from derbes.scanner.model.findings import Violation
from derbes.scanner.model.inventory import Classification, EntityCount, Inventory, PlaceRecord, Run
from derbes.scanner.model.places import Place, SourceLine
from derbes.scanner.policy.config import Config, _place
from derbes.scanner.policy.files import PlaceSpec
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.types import Example, Policy

TODAY = date(2026, 11, 22)
RUN = Run(id="1", command="check", started_at="", finished_at="", complete=True, executor="serial")


def field(
    place: str, path: str, entity: str, units: int = 5, *, part: str = "", dataset: str = "", **more: Any
) -> Classification:
    """One classification; the category comes from the built-in policy."""
    given = {
        "category": load_policy().category_by_entity[entity],
        "confidence": 0.9,
        "role": "column",
        "units_with": units,
        "units_read": max(units, 100),
        "units_total": max(units, 100),
        "sampled": False,
        "interval": None,
        "entities": (EntityCount(entity, units, 0),),
    }
    return Classification(place=place, part=part, dataset=dataset, path=path, **(given | more))


def facts(given: Mapping[str, Any]) -> Facts:
    """Facts from the keys of an example."""
    values = dict(given)
    if "mode" in values:
        values["mode"] = int(values["mode"], 8)
    for key in ("grants", "copied"):
        values[key] = tuple(Grant(**grant) for grant in values.get(key, ()))
    values["forms"] = tuple((method, action, int(line)) for method, action, line in values.get("forms", ()))
    return Facts(**values)


def inventory(
    place: Place, fields: list[Classification], *, datasets: tuple[Dataset, ...] = (), **more: Any
) -> Inventory:
    """An inventory of one place."""
    record = PlaceRecord(place=place, status="scanned", unit="row", datasets=datasets, **more)
    return Inventory(run=RUN, places=(record,), fields=tuple(fields), unscanned=())


def judge(example: Example, policy: Policy | None = None) -> tuple[Violation, ...]:
    """Run an example of a rule through the real evaluator."""
    spec = PlaceSpec.model_validate({"id": "place", "target": "target", **example.place})
    place = _place(spec, SourceLine("derbes.yml", 3))
    if example.undeclared:
        place = Place(id="place", target="target", location="target", kind=place.kind)
    fields = []
    for path, text in example.fields.items():
        entity, _, units = text.partition(" ")
        dataset = path.rpartition(".")[0]
        fields.append(field("place", path, entity, int(units or 5), dataset=dataset))
    world = inventory(place, fields, facts=tuple(map(facts, example.facts)), months=example.months)
    config = Config("derbes.yml", "hosting-pro", (place,)) if example.config else None
    return evaluate(world, policy or load_policy(), config=config, today=TODAY)
