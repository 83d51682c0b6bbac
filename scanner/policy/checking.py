"""``derbes policy check FILE…``: what kind of file each is, and every mistake of all of them in one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derbes.scanner.policy.config import load_setup
from derbes.scanner.policy.exceptions import load_exceptions
from derbes.scanner.policy.files import ConfigFile, ExceptionsFile
from derbes.scanner.policy.load import load_policy
from derbes.scanner.policy.problems import PolicyErrors, Problem
from derbes.scanner.policy.types import PolicyFile
from derbes.scanner.policy.yamlmarks import read_document

if TYPE_CHECKING:
    from derbes.scanner.policy.scalars import Model

NAMES = {"policy": "политика", "derbes": "места", "derbes-exceptions": "исключения"}
KINDS: dict[str, type[Model]] = {"политика": PolicyFile, "места": ConfigFile, "исключения": ExceptionsFile}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file without a mistake: what it is, and what there is in it (a template with ``params``)."""

    file: str
    kind: str
    summary: str
    params: dict[str, Any]


def check_files(files: Iterable[str]) -> list[Checked]:
    """Read all of ``files``. Raises :class:`PolicyErrors` with the mistakes of all of them."""
    checked: list[Checked] = []
    problems: list[Problem] = []
    for file in files:
        try:
            checked.append(_check(file))
        except PolicyErrors as error:
            problems += error.problems
    if problems:
        raise PolicyErrors(problems)
    return checked


def _check(file: str) -> Checked:
    kind = kind_of(file)
    if kind == "места":
        config, policy = load_setup(file)
        summary, params = "мест {places}, политика {id}", {"places": len(config.places), "id": policy.id}
    elif kind == "исключения":
        summary, params = "исключений {exceptions}", {"exceptions": len(load_exceptions(Path(file)))}
    else:
        policy = load_policy(Path(file))
        counts = {"id": policy.id, "clauses": len(policy.clauses), "rules": len(policy.active_rules)}
        summary, params = "{id}, пунктов {clauses}, правил {rules}", counts
    return Checked(file, kind, summary, params)


def kind_of(file: str) -> str:
    """What a file is: by its usual name, else by the keys at its top (of equals the smaller vocabulary).

    Raises :class:`PolicyErrors` when the file is not there.
    """
    if kind := NAMES.get(Path(file).stem):
        return kind
    data = read_document(Path(file)).data
    keys = set(data) if isinstance(data, dict) else set()
    known = {kind: {info.alias or name for name, info in model.model_fields.items()} for kind, model in KINDS.items()}
    return max(KINDS, key=lambda kind: (len(keys & known[kind]), -len(known[kind])))
