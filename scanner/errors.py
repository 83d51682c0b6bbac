"""Errors that a person sees: a stable slug, a message, a hint. They pickle and never hold a value.

Messages are templates in Russian (the catalogues' message ids) plus parameters; the language is chosen where they
are printed. Parameters are names, paths, codes and counts: never data, never a driver's own text (drivers put
parameters and addresses into theirs).
"""

from __future__ import annotations

from typing import Any


class DerbesError(Exception):
    """An expected failure. ``slug`` is stable; ``message`` and ``hint`` are ``str.format`` templates."""

    def __init__(self, slug: str, message: str, hint: str = "", **params: Any) -> None:
        super().__init__(slug, message, hint, params)
        self.slug = slug
        self.message = message
        self.hint = hint
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword arguments do not survive a process boundary by themselves.
        return _rebuild, (type(self), self.slug, self.message, self.hint, self.params)

    def __str__(self) -> str:
        return f"{self.slug}: {self.message.format(**self.params)}"


def _rebuild(cls: type[DerbesError], slug: str, message: str, hint: str, params: dict[str, Any]) -> DerbesError:
    return cls(slug, message, hint, **params)


class UsageError(DerbesError):
    """Usage, configuration, policy or connection: nothing was judged (exit code 2)."""


class SourceError(DerbesError):
    """A place, file, table or unit that could not be read; becomes an ``Unscanned`` in the report."""
