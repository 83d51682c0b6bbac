"""JSON Schemas of the files that people write, from the very types that read them (``derbes policy schema``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import BaseModel

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FileKind = Literal["policy", "config", "exceptions"]


def schema(kind: FileKind) -> dict[str, Any]:
    """The schema of ``policy.yml``, ``derbes.yml`` or ``derbes-exceptions.yml``, for editors and checkers."""
    from derbes.scanner.policy.files import ConfigFile, ExceptionsFile
    from derbes.scanner.policy.types import PolicyFile

    models: dict[FileKind, type[BaseModel]] = {"policy": PolicyFile, "config": ConfigFile, "exceptions": ExceptionsFile}
    titles = {"policy": "policy.yml", "config": "derbes.yml", "exceptions": "derbes-exceptions.yml"}
    found = models[kind].model_json_schema(by_alias=True)
    return {"$schema": DRAFT, **found, "title": titles[kind]}
