"""What an export is, and how its files are written: the same outcome gives the same bytes, and no name can act."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from derbes.reports.export.catalogue import System, systems
from derbes.reports.safe import ACTIVE, encodable
from derbes.scanner.model.findings import Outcome

PRODUCER = "urn:derbes:"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to a catalogue. ``path`` begins with a slash, ``body`` is what becomes JSON."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Export(ABC):
    """``file`` is the usual file name. ``only``: place ids; ``names``: place id -> its name in the catalogue."""

    name: ClassVar[str]
    file: ClassVar[str]
    databases_only: ClassVar[bool] = False

    def __init__(
        self, lang: str = "ru", *, only: Sequence[str] = (), names: Mapping[str, str] | None = None, env: str = "PROD"
    ) -> None:
        self.lang = lang
        self.only = tuple(only)
        self.names = dict(names or {})
        self.env = env

    @abstractmethod
    def render(self, outcome: Outcome) -> bytes:
        """Everything as one file."""

    def files(self, outcome: Outcome) -> dict[str, bytes]:
        """File name -> content, for a folder."""
        return {self.file: self.render(outcome)}

    def calls(self, outcome: Outcome) -> list[Call] | None:
        """The same as requests to a catalogue's server; ``None`` where there is no such server."""
        return None

    def systems(self, outcome: Outcome) -> tuple[System, ...]:
        """The systems that this export can name."""
        found = systems(outcome, self.only)
        return tuple(s for s in found if s.address is not None) if self.databases_only else found

    def left_out(self, outcome: Outcome) -> int:
        """How many places with findings the format has no word for."""
        return len(systems(outcome, self.only)) - len(self.systems(outcome))


def as_json(value: Any, indent: int | None = 1) -> bytes:
    """JSON with every active character as an escape."""
    return (_escaped(json.dumps(encodable(value), ensure_ascii=False, indent=indent)) + "\n").encode()


def as_yaml(*documents: Any) -> bytes:
    """YAML documents; a string with an active character is quoted, so that its escapes mean what they say."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Our own, so that nobody else's dumper changes."""

        def ignore_aliases(self, data: Any) -> bool:
            """No anchors: they read badly, and what is equal here is equal by chance."""
            return True

    def string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if ACTIVE.search(text) else None)

    Dumper.add_representer(str, string)
    text = yaml.dump_all(
        [encodable(document) for document in documents],
        Dumper=Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=2_000,
        explicit_start=len(documents) > 1,
    )
    return _escaped(text, "\\U{:08x}").encode()


def _escaped(text: str, long: str = "") -> str:
    """Active characters but line ends as ``\\uXXXX``: in JSON and YAML they stand inside double quotes alone."""

    def escape(found: re.Match[str]) -> str:
        character = found.group()
        if character == "\n":
            return character
        code = ord(character)
        return f"\\u{code:04x}" if code < 0x10000 else long.format(code) or json.dumps(character)[1:-1]

    return ACTIVE.sub(escape, text)
