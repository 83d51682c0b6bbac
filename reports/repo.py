"""Where in a repository a violation can be shown: CI systems want a file and a line for everything.

A column of a database stands at the line of ``derbes.yml`` that declares its place; data in a file in that file. Hosts
are left out: what CI shows is seen by more people than may know where a database stands.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from typing import NamedTuple

from derbes.reports.view import View
from derbes.scanner.model.findings import Violation
from derbes.scanner.model.inventory import PlaceRecord
from derbes.scanner.model.places import SourceLine

CONFIG = "derbes.yml"
_HOST = re.compile(r"(?<![\w+.-])([A-Za-z][\w+.-]{0,30})://[^/\s'\"«»]{1,255}")


class CodeLine(NamedTuple):
    """A relative path with forward slashes and a 1-based line and column; ``exact`` when they are the datum's own."""

    path: str
    line: int
    column: int
    exact: bool


def hostless(text: str) -> str:
    """``postgresql://db1.int/billing`` as ``postgresql://…/billing``."""
    return _HOST.sub(r"\1://…", text)


def code_line(view: View, violation: Violation) -> CodeLine:
    """The file and line that stand for a violation."""
    record = view.records.get(violation.place)
    if record is not None and violation.locations and view.outcome.inventory.run.command == "review":
        file = definition_file(record, violation.path)
        return CodeLine(_relative(file), max(violation.locations[0].unit, 1), 1, True)
    if record is None or record.place.kind == "database" or "://" in record.place.location:
        return _declaration(record)
    path = _file_of(record, violation.path)
    if not path:
        return _declaration(record)
    tables = any(dataset.name for dataset in record.datasets)  # then the units are rows of a table in the file
    if record.unit == "line" and violation.locations and not tables and "!" not in path:
        first = violation.locations[0]
        return CodeLine(path, max(first.unit, 1), first.column + 1, True)
    return CodeLine(path.partition("!")[0], 1, 1, False)


def definition_file(record: PlaceRecord, path: str) -> str:
    """The file of a reviewed definition: the place itself, else what stands in front of ``#``, below the folder that
    derbes.yml names where it names one."""
    file, mark, _ = path.partition("#")
    location = record.place.location
    if not mark:
        return location
    folder = location
    while set(folder) & set("*?["):
        folder = posixpath.dirname(folder)
    is_folder = folder != location or not posixpath.splitext(posixpath.basename(location))[1]
    return posixpath.join(folder, file) if is_folder and not file.startswith(folder) else file


def fingerprint(violation: Violation) -> str:
    """The same for the same violation in every run: no line, no count, no value."""
    parts = (violation.id, violation.rule, violation.place, violation.path, violation.category)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _declaration(record: PlaceRecord | None) -> CodeLine:
    at = record.place.declared_at if record else None
    at = at or SourceLine(CONFIG, 1)
    return CodeLine(_relative(at.file) or CONFIG, max(at.line, 1), 1, False)


def _file_of(record: PlaceRecord, path: str) -> str:
    """The file that a path of a place lies in: the place itself, or a file below its folder or pattern."""
    location = record.place.location
    parts = {dataset.part for dataset in record.datasets if dataset.part}
    part = next((part for part in sorted(parts, key=len, reverse=True) if path in (part, f"{part}#") or
                 path.startswith(f"{part}#")), "") if record.place.declared else ""  # fmt: skip
    if not part:
        single = not set(location) & set("*?[")
        return _relative(location) if single and location != "-" else ""
    folder = location
    while set(folder) & set("*?["):
        folder = posixpath.dirname(folder)
    return _relative(part if part.startswith(location) else posixpath.join(folder, part))


def _relative(path: str) -> str:
    """``path`` below the current folder; outside of it without what leads there, which CI could not follow."""
    path = path.replace("\\", "/") if os.sep == "\\" else path
    if posixpath.isabs(path):
        here = os.path.relpath(path)
        path = path if here.startswith("..") else here
    path = posixpath.normpath(path).lstrip("/")
    while path.startswith("../"):
        path = path[3:]
    return "" if path in (".", "..") else path
