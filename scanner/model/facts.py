"""What a source knows of a place besides its data: modes, grants, transport, dates. No values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Grant:
    """``grantee`` may read ``path`` (``schema.table`` or ``schema.table.column``); ``PUBLIC`` is a grantee.

    ``via`` names the role or view through which the right comes; empty when granted directly.
    """

    path: str
    grantee: str
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of one place or of one file of it (``part``). ``None`` means not known or not applicable."""

    part: str = ""
    mode: int | None = None  # permission bits of a file; of one that git keeps they are nobody's decision
    owner: str | None = None
    web_root: bool = False
    remote: bool | None = None  # a database connection that leaves this machine
    encrypted: bool | None = None  # the connection as negotiated, or the file at rest
    copy: str | None = None  # "dump" | "backup" | "export" when name or format says so, "repository": git keeps it
    modified: str | None = None  # ISO date of the last change (file) or of the newest record
    oldest: str | None = None  # ISO date of the oldest record, where cheap (log's first line)
    grants: tuple[Grant, ...] = ()
    forms: tuple[tuple[str, str, int], ...] = ()  # (method, action, line) of HTML forms
    copied: tuple[Grant, ...] = ()  # who reads a copy of a column and not the column itself (`via`)
    reviewed: Mapping[str, bool] = field(default_factory=dict)  # path -> whether a review before launch covered it
