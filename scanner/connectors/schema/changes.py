"""What a branch adds: definitions of the working tree without the fields that stood there before, by git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from derbes.scanner.connectors.schema import SHEETS, readers_of
from derbes.scanner.connectors.schema.base import Definition
from derbes.scanner.connectors.schema.files import DefinitionFile, parse, read_file
from derbes.scanner.errors import UsageError

_TIMEOUT = 60


def changed(ref: str, paths: Sequence[str]) -> Iterator[DefinitionFile]:
    """Changed and new files with what is new in them. A field that merely moved to another file is not new.

    Compared with the point where the branch left ``ref``. Raises ``UsageError`` when git cannot tell.
    """
    top = Path(_git("rev-parse", "--show-toplevel").decode().strip())
    base = _git("merge-base", "--end-of-options", ref, "HEAD").decode().strip()
    inside = [os.path.abspath(path) for path in paths]
    named = ("--", *inside) if inside else ()
    names = _git("diff", "--name-only", "--no-renames", "-z", base, *named).split(b"\0")
    fresh = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", *named).split(b"\0")
    files = sorted({os.fsdecode(name) for name in (*names, *fresh) if name})
    files = [
        name for name in files if readers_of(name) or (name.lower().endswith(SHEETS) and _explicit(top, name, inside))
    ]
    before = [parse(name, old) for name in files if (old := _old(base, name)) is not None]
    known = {one.field.path for file in before for d in file.definitions for one in d.fields}
    exposed = {(d.name, *d.exposed[:2]) for file in before for d in file.definitions if d.exposed}
    for name in files:
        if (top / name).exists():
            file = read_file(os.path.relpath(top / name))
            logs = any(d.shape == "log" for d in file.definitions)
            lines = _added_lines(base, str(top / name)) if logs and _old(base, name) is not None else None
            yield _added(file, known, exposed, lines)


def _explicit(top: Path, name: str, inside: Sequence[str]) -> bool:
    return str(top / name) in inside


def _added(
    file: DefinitionFile, known: set[str], exposed: set[tuple[str, str, str]], lines: set[int] | None
) -> DefinitionFile:
    """``file`` with new fields alone (of a form that is sent another way than before: all); of log statements those
    on ``lines`` (``None``: all)."""

    def rest(definition: Definition) -> Definition:
        if definition.exposed and (definition.name, *definition.exposed[:2]) not in exposed:
            return definition
        if definition.shape == "log":
            written = tuple(one for one in definition.fields if lines is None or one.line in lines)
            return replace(definition, fields=written)
        fields = tuple(one for one in definition.fields if one.field.path not in known)
        return replace(definition, fields=fields)

    # Definitions that lose all their fields stay: comments in the file belong to one or to all by their number.
    return replace(file, definitions=tuple(map(rest, file.definitions)))


def _added_lines(base: str, file: str) -> set[int]:
    """Lines of the working tree that were not there before."""
    text = _git("diff", "--unified=0", "--no-color", "--no-ext-diff", base, "--", file).decode("utf-8", "replace")
    hunks = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", text, re.MULTILINE)
    return {int(first) + step for first, many in hunks for step in range(int(many or 1))}


def _old(base: str, name: str) -> bytes | None:
    try:
        return _git("show", "--end-of-options", f"{base}:{name}")
    except UsageError:
        return None  # it is new


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("review-since", "git не отвечает: {reason}", reason=type(error).__name__) from None
    if done.returncode:
        raise UsageError(
            "review-since", "git не знает, что добавлено: {command}", "назовите ветку или коммит, например origin/main",
            command=arguments[0],
        )  # fmt: skip
    return done.stdout
