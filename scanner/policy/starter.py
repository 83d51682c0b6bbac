"""``derbes init``: commented files to begin with, which pass ``derbes policy check`` as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from derbes.scanner.errors import UsageError

HERE = Path(__file__).parent / "hosting_pro"
CONFIG, POLICY = "derbes.yml", "policy.yml"


@dataclass(frozen=True, slots=True)
class StarterPlace:
    """One place as far as a person could say at the prompt."""

    id: str
    target: str
    kind: str | None = None
    owner: str | None = None
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``init`` asked. ``built_in`` keeps the policy that ships with derbes instead of a copy to edit."""

    places: Sequence[StarterPlace] = ()
    title: str | None = None
    built_in: bool = False


def write_starter(folder: Path, answers: Answers | None = None, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write ``derbes.yml`` and ``policy.yml`` into ``folder`` and return what was written.

    Raises :class:`UsageError` when a file is there already; nothing is written then.
    """
    answers = answers or Answers()
    texts = {folder / CONFIG: config_text(answers)}
    if not answers.built_in:
        texts[folder / POLICY] = policy_text(answers)
    for path in texts:
        if path.exists() and not overwrite:
            raise UsageError("init-exists", "файл {file} уже есть", "заменить его: derbes init --force", file=str(path))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def policy_text(answers: Answers) -> str:
    """The built-in policy to be edited: every clause in its place, under an id of its own."""
    text = (HERE / "policy.yaml").read_text(encoding="utf-8")
    head, _, body = text.partition("version: 1\n")
    lines = body.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.startswith("id:"):
            lines[index] = "id: policy\n"
        elif line.startswith("title:") and answers.title:
            lines[index] = f"title: {_quote(answers.title)}\n"
    return f"{head}version: 1\n{''.join(lines)}"


def config_text(answers: Answers) -> str:
    """``derbes.yml`` with the places that were named, or an empty list."""
    text = (HERE / "starter_derbes.yaml").read_text(encoding="utf-8")
    if answers.built_in:
        text = text.replace("policy: policy.yml\n", "policy: hosting-pro\n")
    places = "".join(_place(place) for place in answers.places)
    return text + (f"places:\n{places}" if places else "places: []\n")


def _place(place: StarterPlace) -> str:
    lines = [f"  - id: {_quote(place.id)}", f"    target: {_quote(place.target)}"]
    if place.kind:
        lines.append(f"    kind: {place.kind}")
    lines.append(f"    owner: {_quote(place.owner)}" if place.owner else "    # owner: кто отвечает")
    if place.purposes:
        lines.append(f"    purposes: [{', '.join(place.purposes)}]")
    else:
        lines.append("    # purposes: [services]   # без целей категории этого места не судят")
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
