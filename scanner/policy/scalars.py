"""What the policy files are made of: closed models, and values as people write them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)

from derbes.scanner.policy.durations import parse_period, parse_seconds

Severity = Literal["critical", "major", "minor"]
Kind = Literal["database", "log", "form", "file", "mail", "schema"]
Id = Annotated[str, Field(pattern=r"^[\w.:/@-]{1,200}$")]
UNDECLARED = "undeclared"
TECHNICAL = "technical"


def _period(value: Any) -> Any:
    return parse_period(value) and value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise ValueError("дата пишется так: 2026-11-30") from None


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _title(value: Any) -> Any:
    """A bare string is a title in every language."""
    return {"ru": value} if isinstance(value, str) else value


Period = Annotated[
    str,
    BeforeValidator(_period),
    WithJsonSchema({"type": "string", "pattern": "^P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$"}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Seconds = Annotated[
    float,
    BeforeValidator(parse_seconds),
    WithJsonSchema({"type": ["string", "number"], "description": "600, 90s, 10m, 2h, PT10M"}),
]


def _switch(value: Any) -> Any:
    """``technical: personal`` is short for ``technical: {as: personal}``."""
    return {"as": value} if isinstance(value, str) else value


class OrString:
    """In the JSON Schema: the type itself, or a string."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


Switch = BeforeValidator(_switch)
Many = Annotated[tuple[str, ...], BeforeValidator(_one_or_many), OrString()]


class Model(BaseModel):
    """Closed and frozen. Numbers may stand where text is meant, and a key with nothing after it is a key left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {info.alias or name for name, info in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class Words(Model):
    """A text in up to three languages; Russian stands in for those that are missing."""

    ru: str
    kk: str | None = None
    en: str | None = None

    def by_language(self) -> dict[str, str]:
        """Language -> text, all three."""
        return {"ru": self.ru, "kk": self.kk or self.ru, "en": self.en or self.ru}


Title = Annotated[Words, BeforeValidator(_title), OrString()]
