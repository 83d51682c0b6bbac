"""``derbes.yml``: where it is found, and what it says of places."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from derbes.scanner.addresses import safe_location
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Budget, Place, Retention, SourceLine

if TYPE_CHECKING:
    from derbes.scanner.policy.files import ConfigFile, PlaceSpec
    from derbes.scanner.policy.notifying import Notify
    from derbes.scanner.policy.types import Policy
    from derbes.scanner.policy.yamlmarks import Document

NAME = "derbes.yml"
SYSTEM = Path("/etc/derbes/derbes.yml")
VARIABLE = "DERBES_CONFIG"


@dataclass(frozen=True, slots=True)
class Config:
    """A loaded ``derbes.yml``. ``policy``: built-in id, or a path relative to the file's folder like ``exceptions``."""

    file: str
    policy: str
    places: tuple[Place, ...]
    exceptions: str | None = None
    technical: Literal["technical", "personal"] | None = None
    notify: Notify | None = None
    keep_runs: int | None = None  # of our own history
    keep_period: str = ""

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the file start from."""
        return Path(self.file).parent

    @property
    def exceptions_path(self) -> Path | None:
        """Where the exceptions file is, if one is named."""
        return self.folder / self.exceptions if self.exceptions else None

    def place(self, id_: str) -> Place | None:
        """The declared place of that id."""
        return next((place for place in self.places if place.id == id_), None)


def find_config(explicit: str | None = None, start: Path | None = None) -> Path | None:
    """``--config``, else ``DERBES_CONFIG``, else ``derbes.yml`` upwards to the git root, else the system's.

    A file that is named and missing raises :class:`UsageError`; no file at all is ``None``.
    """
    for named in (explicit, os.environ.get(VARIABLE)):
        if named:
            if not Path(named).is_file():
                raise UsageError("config-missing", "нет файла настроек {file}", "создать его: derbes init", file=named)
            return Path(named)
    here = (start or Path()).absolute()
    for folder in (here, *here.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            break
    return SYSTEM if SYSTEM.is_file() else None


def load_config(path: Path | str, policy: Policy | None = None) -> Config:
    """Read ``derbes.yml`` and check it against ``policy`` (by default the one that it names).

    Raises :class:`PolicyErrors` with the mistakes of both files.
    """
    return load_setup(path, policy)[0]


def load_setup(path: Path | str, policy: Policy | None = None) -> tuple[Config, Policy]:
    """The configuration and the policy that judges it: ``policy`` when given, else the one that the file names."""
    from derbes.scanner.policy.decode import decode
    from derbes.scanner.policy.files import ConfigFile
    from derbes.scanner.policy.load import DEFAULT, load_policy
    from derbes.scanner.policy.problems import PolicyErrors, in_order
    from derbes.scanner.policy.references import check_config
    from derbes.scanner.policy.yamlmarks import read_document

    document = read_document(Path(path))
    parsed, problems = decode(document, ConfigFile)
    named = parsed.policy if parsed else document.data.get("policy") if isinstance(document.data, dict) else None
    if policy is None:
        try:
            policy = load_policy(str(named or DEFAULT), Path(path).parent)
        except PolicyErrors as error:
            problems += [
                document.problem(problem.slug, ("policy",), problem.message, **problem.params)
                if problem.file in {"", str(Path(path).parent / str(named))} and not problem.line
                else problem
                for problem in error.problems
            ]
    problems += check_config(document, policy)
    if problems or parsed is None or policy is None:
        raise PolicyErrors(in_order(problems))
    return _config(document, parsed), policy


def _config(document: Document, parsed: ConfigFile) -> Config:
    places = tuple(
        _place(spec, SourceLine(document.file, document.mark(("places", index, "id"), key=True).line))
        for index, spec in enumerate(parsed.places)
    )
    history = parsed.history
    return Config(
        document.file,
        parsed.policy,
        places,
        parsed.exceptions,
        parsed.technical,
        notify=parsed.notify,
        keep_runs=history.runs if history else None,
        keep_period=(history.keep if history else None) or "",
    )


def _place(spec: PlaceSpec, line: SourceLine) -> Place:
    return Place(
        id=spec.id,
        target=spec.target,
        location=safe_location(spec.target),
        kind=spec.kind,
        declared=True,
        owner=spec.owner,
        subjects=spec.subjects,
        purposes=spec.purposes,
        field_purposes={path: field.purposes for path, field in spec.fields.items()},
        roles=spec.access.roles if spec.access else None,
        retention=Retention(spec.retention.keep or "", spec.retention.column) if spec.retention else None,
        budget=Budget(spec.budget.rows, spec.budget.time) if spec.budget else None,
        transfer=spec.transfer if spec.transfer != "none" else None,
        consent=spec.consent,
        encoding=spec.encoding,
        declared_at=line,
    )
