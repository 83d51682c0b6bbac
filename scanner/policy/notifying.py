"""``notify:`` of ``derbes.yml``: who is told that something is new. Secrets are named, never written."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from derbes.scanner.policy.scalars import Many, Model, Seconds

_NAMED = re.compile(r"\$\{(?:file:)?[^${}]{1,4096}\}")


def _secret(value: Any) -> Any:
    """Only the name of a secret: the file is read by many, and errors quote it."""
    if not isinstance(value, str) or not _NAMED.fullmatch(value):
        raise PydanticCustomError("secret", "a secret is named, not written")
    return value


Secret = Annotated[str, BeforeValidator(_secret), WithJsonSchema({"type": "string", "pattern": r"^\$\{.+\}$"})]


class Webhook(Model):
    """A POST of JSON; with ``secret`` its body is signed (``X-Derbes-Signature``)."""

    url: Annotated[str, Field(min_length=1)]
    secret: Secret | None = None
    timeout: Seconds = 10.0


class Mail(Model):
    """A letter through ``smtp://host:port`` (STARTTLS when offered) or ``smtps://host:port``."""

    server: Annotated[str, Field(min_length=1)]
    sender: Annotated[str, Field(min_length=3, alias="from")]
    to: Many
    user: str = ""
    password: Secret | None = None
    timeout: Seconds = 10.0


class Notify(Model):
    """``when: new`` tells of new violations, places and categories alone. ``{run}`` in ``link`` is the run's id."""

    when: Literal["new", "always"] = "new"
    link: str = ""
    webhooks: tuple[Webhook, ...] = ()
    mail: tuple[Mail, ...] = ()
