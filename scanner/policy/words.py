"""Names of entities in the three languages (``hosting_pro/entities.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from derbes.scanner.policy.yamlmarks import read_document

LANGUAGES = ("ru", "kk", "en")


@cache
def entity_titles() -> Mapping[str, Mapping[str, str]]:
    """Entity -> language -> what it is called in a sentence."""
    table: Mapping[str, Mapping[str, str]] = read_document(Path(__file__).parent / "hosting_pro" / "entities.yaml").data
    return table


def entity_title(entity: str, language: str) -> str:
    """The name of ``entity``; an entity of somebody's own recognizer is called by its id."""
    return entity_titles().get(entity, {}).get(language, entity)
