"""Write an exception into ``derbes-exceptions.yml`` as a person would: comments and order stay as they are."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import groupby
from pathlib import Path

from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import Exemption, Violation
from derbes.scanner.policy.exceptions import accepted_units, needs_approval, where
from derbes.scanner.policy.saving import save_text

HEADER = "# Каждая запись имеет причину, автора и срок. Просроченная запись не действует и показывается в отчёте.\n"
_PLAIN = re.compile(r"^[A-Za-z0-9][\w@./-]{0,100}$", re.ASCII)


def add_exception(
    path: Path,
    violation: Violation,
    *,
    reason: str,
    by: str,
    until: date,
    today: date,
    approved_by: str | None = None,
) -> Exemption:
    """Accept ``violation`` until that day. An older entry of the same id is replaced, all else is left untouched.

    Raises :class:`UsageError` for an empty reason, a day gone by or a file that cannot be written,
    :class:`PolicyErrors` for one that is wrong. Returns the entry as it will take effect: ``unapproved`` when it is too
    long for one person to decide.
    """
    if not reason.strip():
        raise UsageError(
            "exception-reason", "исключению нужна причина", 'derbes accept {id} --reason "…"', id=violation.id
        )
    if until < today:
        raise UsageError("exception-until", "срок {until} уже прошёл", until=until.isoformat())
    reason = " ".join(reason.split())
    fields = {
        "id": violation.id,
        "rule": violation.rule,
        "where": where(violation),
        "reason": reason,
        "by": by,
        "approved_by": approved_by,
        "until": until.isoformat(),
        "added": today.isoformat(),
        "units": accepted_units(violation),
    }
    lines = [f"{name}: {_scalar(value)}" for name, value in fields.items() if value is not None]
    if violation.covers:
        lines.append("covers:")
        by_path = groupby(violation.covers, key=lambda part: part[0])
        lines += [f"  {_scalar(path)}: [{', '.join(name for _, name in parts)}]" for path, parts in by_path]
    old = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    save_text(path, _insert(old, path, violation.id, lines))
    return Exemption(
        id=violation.id,
        reason=reason,
        by=by,
        until=until.isoformat(),
        approved_by=approved_by,
        status="unapproved" if needs_approval(until, today) and not approved_by else "active",
    )


def _scalar(value: str | int) -> str:
    """A YAML scalar that reads back as the same text; JSON strings are YAML."""
    text = str(value)
    return text if _PLAIN.match(text) else json.dumps(text, ensure_ascii=False)


def _insert(old: str, path: Path, id_: str, entry: list[str]) -> str:
    from derbes.scanner.policy.exceptions import load_exceptions
    from derbes.scanner.policy.problems import PolicyErrors
    from derbes.scanner.policy.yamlmarks import parse_document

    existing = load_exceptions(path)
    if not existing:
        kept = re.sub(r"(?m)^exceptions:[ \t]*(\[\]|~|null)?[ \t]*(#.*)?$\n?", "", old)
        if kept and not kept.endswith("\n"):
            kept += "\n"
        return (kept or HEADER) + "exceptions:\n" + _block(entry, "  ")
    document = parse_document(old, str(path))
    starts = [document.mark(("exceptions", index)) for index in range(len(existing))]
    lines = old.splitlines(keepends=True)
    first = lines[starts[0].line - 1]
    dash = first.find("-")
    if dash < 0 or first[:dash].strip():
        message = "список exceptions в {file} записан в одну строку; запишите его построчно, через «- »"
        raise PolicyErrors([document.problem("exception-style", ("exceptions",), message, file=str(path))])
    after_list = [mark.line for keys, mark in document.keys.items() if len(keys) == 1 and mark.line > starts[-1].line]
    bounds = [mark.line - 1 for mark in starts] + [min(after_list, default=len(lines) + 1) - 1]
    index = next((n for n, item in enumerate(existing) if item.id == id_), None)
    begin, end = (bounds[-1], bounds[-1]) if index is None else (bounds[index], bounds[index + 1])
    floor = bounds[len(existing) - 1] if index is None else begin
    while end - 1 > floor and _is_idle(lines[end - 1]):  # comments below belong to what follows
        end -= 1
    if index is None:
        begin = end
    if begin and not lines[begin - 1].endswith("\n"):
        lines[begin - 1] += "\n"
    return "".join([*lines[:begin], _block(entry, first[:dash]), *lines[end:]])


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _block(entry: list[str], indent: str) -> str:
    return "".join(f"{indent}{'  ' if n else '- '}{line}\n" for n, line in enumerate(entry))
