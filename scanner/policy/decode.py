"""Plain YAML data -> a closed model, with every mistake at its place in the file and a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

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
    "secret": ("policy-value", "секрет не пишется в файле, только имя переменной: $ИМЯ в фигурных скобках"),
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
    """The keys that the model knows at ``path``; steps through models, tuples and mappings."""
    current: Any = model
    for step in path:
        current = _bare(current)
        if _is_model(current):
            fields = current.model_fields.items()
            current = next((info.annotation for name, info in fields if step == (info.alias or name)), None)
        else:
            arguments = get_args(current)
            current = arguments[-1] if get_origin(current) is Mapping else next(iter(arguments), None)
    current = _bare(current)
    return [info.alias or name for name, info in current.model_fields.items()] if _is_model(current) else []


def _bare(annotation: Any) -> Any:
    """Without ``Annotated`` and ``| None``."""
    while get_origin(annotation) in {Annotated, Union, UnionType}:
        annotation = next(argument for argument in get_args(annotation) if argument is not type(None))
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
