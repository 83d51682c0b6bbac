"""Plain YAML data -> a closed model, with every mistake at its place in the file and a suggestion."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from derbes.scanner.policy.problems import Problem, nearest
from derbes.scanner.policy.yamlmarks import Document, Keys

M = TypeVar("M", bound=BaseModel)

_MESSAGES = {
    "literal_error": ("policy-value", "недопустимое значение {value}; допустимы: {allowed}"),
    "string_type": ("policy-type", "здесь нужен текст"),
    "string_too_short": ("policy-value", "значение не может быть пустым"),
    "string_pattern_mismatch": ("policy-value", "в id допустимы буквы, цифры и знаки . : / @ _ -"),
    "bool_type": ("policy-type", "здесь нужно true или false"),
    "bool_parsing": ("policy-type", "здесь нужно true или false"),
    "int_type": ("policy-type", "здесь нужно целое число"),
    "int_parsing": ("policy-type", "здесь нужно целое число"),
    "int_from_float": ("policy-type", "здесь нужно целое число"),
    "greater_than": ("policy-value", "число должно быть больше {gt}"),
    "greater_than_equal": ("policy-value", "число должно быть не меньше {ge}"),
    "tuple_type": ("policy-type", "здесь нужен список"),
    "mapping_type": ("policy-type", "здесь нужен словарь «ключ: значение»"),
    "dict_type": ("policy-type", "здесь нужен словарь «ключ: значение»"),
    "model_type": ("policy-type", "здесь нужен словарь «ключ: значение»"),
    "value_error": ("policy-value", "недопустимое значение {value}: {reason}"),
}
_OTHER = ("policy-value", "недопустимое значение")


def decode(document: Document, model: type[M]) -> tuple[M | None, list[Problem]]:
    """``document`` as ``model``, or ``None`` and what is wrong with it. Problems of the YAML come along."""
    problems = list(document.problems)
    data = document.data
    if not isinstance(data, dict):
        empty = "файл пуст" if data is None else "здесь нужен словарь «ключ: значение»"
        return None, [*problems, document.problem("policy-type", (), empty)]
    try:
        return model.model_validate(data), problems
    except ValidationError as error:
        return None, problems + _translate(document, model, error)


def _translate(document: Document, model: type[BaseModel], error: ValidationError) -> list[Problem]:
    problems: list[Problem] = []
    errors = error.errors(include_url=False)
    missing = {path: detail for detail in errors if detail["type"] == "missing" for path in [_path(detail["loc"])]}
    excused: set[Keys] = set()
    for detail in errors:
        if detail["type"] != "extra_forbidden":
            continue
        path = _path(detail["loc"])
        known = _keys_at(model, path[:-1])
        absent = [str(other[-1]) for other in missing if other[:-1] == path[:-1]]
        suggestion = nearest(path[-1], absent) or nearest(path[-1], known)
        if suggestion:  # a misspelt key is one mistake, not a wrong key and a missing one
            excused.add((*path[:-1], suggestion))
        params: dict[str, Any] = {"name": str(path[-1]), "suggestion": suggestion}
        problems.append(document.problem("policy-key", path, "неизвестный ключ {name}", key=True, **params))
    for path in missing:
        if path not in excused:
            message = "нет обязательного ключа {name}"
            problems.append(document.problem("policy-missing", path[:-1], message, name=str(path[-1])))
    others = (detail for detail in errors if detail["type"] not in {"extra_forbidden", "missing"})
    return problems + [_wrong_value(document, dict(detail)) for detail in others]


def _wrong_value(document: Document, detail: dict[str, Any]) -> Problem:
    context = detail.get("ctx", {})
    path = _path(detail["loc"])
    slug, message = _MESSAGES.get(detail["type"], _OTHER)
    value = detail["input"]
    params: dict[str, Any] = {"value": str(value)[:60] if isinstance(value, (str, int, float)) else "…"}
    params |= {name: context[name] for name in ("gt", "ge") if name in context}
    if "error" in context:
        params["reason"] = str(context["error"])
    if detail["type"] == "literal_error":
        allowed = [name.strip("' ") for name in context["expected"].replace(" or ", ", ").split(",")]
        params |= {"allowed": ", ".join(allowed), "suggestion": nearest(value, allowed)}
    is_key = path[-1:] == ("[key]",)
    return document.problem(slug, path[:-1] if is_key else path, message, key=is_key, **params)


def _path(loc: tuple[int | str, ...]) -> Keys:
    return tuple(loc)


def _keys_at(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys that the model knows at ``path``; steps through tuples, mappings and optional models."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            by_alias = {(info.alias or name): info.annotation for name, info in current.model_fields.items()}
            current = _inner(by_alias.get(str(step)))
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return []
    return [info.alias or name for name, info in current.model_fields.items()]


def _inner(annotation: Any) -> Any:
    """The model inside ``tuple[M, ...]``, ``Mapping[str, M]``, ``M | None``; the annotation itself when none is."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _inner(argument)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    return annotation
