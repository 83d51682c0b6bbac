"""Photos, biometrics, health, whereabouts …: what no value betrays and the name of a field alone says.

Words and their source: ``special.yaml``. For definitions only: in data such a name is no evidence without values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from derbes.recognizers.fields import words_of
from derbes.scanner.classify.context import PERSON_KINDS, Context, type_class
from derbes.scanner.model.inventory import Reason

NAMED, SAID = 3.6, 3.2  # log-odds: each alone is enough
_PEOPLE = PERSON_KINDS | {"email", "phone", "iin", "birth", "passport", "id_card"}
_LONGEST, _LONGEST_HEAD = 120, 6  # characters and words of a comment that are read
_DIGITS_BEHIND = 2
# `has_disability` tells as much as the field itself; `has_avatar` does not.
_FLAGS, _ASKING = frozenset({"HEALTH", "CRIMINAL_RECORD"}), frozenset({"is", "has", "had"})


@dataclass(frozen=True, slots=True)
class _Words:
    sure: dict[tuple[str, ...], str]
    people: dict[tuple[str, ...], str]
    after: frozenset[str]
    not_before: frozenset[str]


@cache
def _words() -> _Words:
    raw: dict[str, Any] = yaml.safe_load(resources.files(__package__).joinpath("special.yaml").read_text("utf-8"))
    sure, people = (
        {words_of(phrase): entity for entity, spec in raw["entities"].items() for phrase in spec[certainty]}
        for certainty in ("sure", "people")
    )
    return _Words(sure, people, frozenset(raw["after"]), frozenset(raw["not_before"]))


def special(context: Context, comment: str) -> tuple[str, list[Reason]] | None:
    """The entity that the field's name, or what is said of it in ``comment``, means, with the reason."""
    among_people = context.about == "people" or (context.about != "things" and bool(_PEOPLE & context.neighbours))
    head = re.split(r"[(,;:.\n/|]", comment[:_LONGEST], maxsplit=1)[0]
    for words, reason in (
        (words_of(context.name), Reason("name", NAMED, "имя поля «{name}»", {"name": context.name})),
        (words_of(head)[:_LONGEST_HEAD], Reason("comment", SAID, "об этом говорит примечание к полю")),
    ):
        found = _meant(words)
        if found and (found.sure or among_people) and not (found.entity == "PHOTO" and _is_flag(context)):
            return found.entity, [reason]
    return None


def _is_flag(context: Context) -> bool:
    return type_class(context.type) == "flag"


class _Meant(NamedTuple):
    entity: str
    sure: bool


def _meant(found: tuple[str, ...]) -> _Meant | None:
    """Entity, and whether the words mean nothing else: the longest phrase with nothing alien around it."""
    lists = _words()
    while found and (found[-1].isdigit() and len(found[-1]) <= _DIGITS_BEHIND):
        found = found[:-1]
    for length in range(min(len(found), 5), 0, -1):
        for start in range(len(found) - length, -1, -1):
            phrase, rest = found[start : start + length], found[start + length :]
            entity = lists.sure.get(phrase) or lists.people.get(phrase)
            before = {*found[:start]} - (_ASKING if entity in _FLAGS else frozenset())
            if entity and not lists.not_before & before and lists.after.issuperset(rest):
                return _Meant(entity, phrase in lists.sure)
    return None
