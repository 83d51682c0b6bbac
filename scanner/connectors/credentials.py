"""Where secrets enter: variables and files in a target, and what an error may show of an address.

A target as written (``${BILLING_URL}``, ``mysql://reader:${file:/run/secrets/pw}@db/billing``) travels between
processes; what it expands to does not. Nothing here puts a secret, or an address it could not parse, into an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from derbes.scanner.addresses import safe_location
from derbes.scanner.errors import UsageError
from derbes.scanner.model.places import Place

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

MASK = "•••"
_VARIABLE = re.compile(r"\$\{(file:)?([^${}]{1,4096})\}")
_SCHEME = re.compile(r"([A-Za-z][\w+.-]{0,63})://")
# The drivers that derbes is built upon; any other is left to the one who names it.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_DRIVERS |= {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}


def variable_of(place: str) -> str:
    """Name of the environment variable that overrides the target of a place: ``DERBES_DSN_BILLING``."""
    return "DERBES_DSN_" + re.sub(r"\W", "_", place).upper()


def resolve(place: Place, environ: Mapping[str, str] | None = None) -> str:
    """The target of a place with its variables and secret files filled in. Never print the result.

    ``DERBES_DSN_<PLACE>`` comes before what ``derbes.yml`` says, for declared places alone: it is named by their id.
    """
    environ = os.environ if environ is None else environ
    override = environ.get(variable_of(place.id)) if place.declared else None
    return expand(override or place.target, environ)


def expand(text: str, environ: Mapping[str, str] | None = None) -> str:
    """Fill in ``${NAME}`` and ``${file:/path}`` (no last line break). Raises ``UsageError`` ``dsn-variable``."""
    environ = os.environ if environ is None else environ

    def fill(match: re.Match[str]) -> str:
        from_file, name = match.groups()
        if from_file:
            return _secret_file(name)
        if name not in environ:
            raise UsageError("dsn-variable", "не задана переменная окружения {name}", name=name)
        return environ[name]

    return _VARIABLE.sub(fill, text)


def _secret_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise UsageError(
            "dsn-variable", "не читается файл с паролем {name} ({reason})", name=name, reason=reason
        ) from None


def parse_url(target: str, place: Place) -> URL:
    """Parse an expanded database address. Raises ``UsageError`` ``dsn-parse`` that shows where, but no password."""
    from sqlalchemy.engine import make_url

    try:
        url = make_url(target)
        trouble = "@" in (url.host or "") or (url.host is None and _userinfo_without_host(target))
    except Exception:  # the library's message quotes the address: not one word of it is passed on
        url, trouble = None, True
    if url is None or trouble:
        raise _unparsed(target, place) from None
    family = url.drivername.partition("+")[0]
    return url.set(drivername=_DRIVERS[family]) if family in _DRIVERS else url


def _userinfo_without_host(target: str) -> bool:
    scheme = _SCHEME.match(target)
    return scheme is not None and "@" in target[scheme.end() :] and not target[scheme.end() :].startswith("/")


def _unparsed(target: str, place: Place) -> UsageError:
    hint = "или задайте адрес переменной {variable}; пароль можно взять из файла: ${{file:/run/secrets/…}}"
    params = {"place": named(place), "variable": variable_of(place.id)}
    message = "не удалось разобрать адрес места {place}"
    scheme = _SCHEME.match(target)
    if scheme is None:
        message += ": ожидается схема://пользователь:пароль@сервер/база"
        return UsageError("dsn-parse", message, hint, **params)
    user, _, tail = target[scheme.end() :].rpartition("@")
    if "@" not in user:  # what is wrong may be anything, so nothing of it is shown
        message += "\n  {address}\n  ожидается схема://пользователь:пароль@сервер:порт/база"
        return UsageError("dsn-parse", message, hint, address=scheme.group() + MASK, **params)
    name, colon, _ = user.partition(":")
    shown = scheme.group() + (f"{name}:{MASK}" if colon and "@" not in name else MASK)
    message += "\n  {address}\n  {caret}^ в пароле есть символ @; запишите его как %40"
    address = f"{shown}@{MASK}@{safe_location(scheme.group() + tail).partition('://')[2]}"
    return UsageError("dsn-parse", message, hint, address=address, caret=" " * len(shown), **params)


def named(place: Place) -> str:
    """A place as errors name it: ``billing (derbes.yml:12)``."""
    at = place.declared_at
    name = place.id if place.declared else safe_location(place.id)
    return f"{name} ({at.file}:{at.line})" if at else name
