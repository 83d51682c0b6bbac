"""Our categories in the words of the Fides taxonomy: the policy decides, ``fideslang.yaml`` stands in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from derbes.scanner.model.findings import PolicyRef
from derbes.scanner.model.inventory import Classification

UNKNOWN = "user"


def fideslang(row: Classification, policy: PolicyRef) -> tuple[str, ...]:
    """The keys of one classified field, sorted. What the policy says of an entity or of the category comes first."""
    own, usual = policy.fideslang, _usual()
    entities = [count.entity for count in row.entities]
    keys = {own.get(name) or own.get(row.category) or usual.get(name) or "" for name in entities} - {""}
    return tuple(sorted(keys or {own.get(row.category) or usual.get(row.category) or UNKNOWN}))


@lru_cache(maxsize=1)
def _usual() -> Mapping[str, str]:
    import yaml

    found: Mapping[str, str] = yaml.safe_load((Path(__file__).parent / "fideslang.yaml").read_text("utf-8"))
    return found
