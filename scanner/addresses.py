"""Addresses that are safe to print: the one rule for ``derbes.yml``, connectors, reports and errors."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

_SECRET_KEY = re.compile(r"pass|pwd|secret|token|key|cred|user|auth|conv|init", re.IGNORECASE)
_SECRET_BEFORE_AT = re.compile(
    r"[?&][^=&@]{0,80}(?:pass|pwd|secret|token|key|cred)[^=&@]{0,80}=.*@", re.IGNORECASE | re.DOTALL
)
_FILE = re.compile(r"(?:sqlite(?:\+\w+)?|file)$", re.IGNORECASE)  # sqlite:///a@b.db has no user, only a path


def safe_location(target: str) -> str:
    """An address without user, password and secret parameters; never fails, and rather drops too much than too little.

    A path stays as it is. Everything up to the *last* ``@`` goes, because a password may hold any character.
    ``${VARIABLES}`` stay unresolved.
    """
    scheme, mark, rest = target.partition("://")
    if not mark:
        return target
    if _SECRET_BEFORE_AT.search(rest):  # a secret parameter with an @ in it, or a password with ?…= in it
        rest = ""
    elif not rest.startswith("/"):
        rest = rest.rpartition("@")[2]
    elif "@" in rest and not _FILE.match(scheme):  # broken: where a password would end, nobody can tell
        rest = ""
    address, _, query = rest.partition("?")
    kept = [(k, v) for k, v in parse_qsl(query) if not _SECRET_KEY.search(k) and "@" not in v]
    return scheme + mark + address + ("?" + urlencode(kept, safe="/:,${}") if kept else "")
