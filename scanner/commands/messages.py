"""Errors and last lines as text. The only place where an error becomes words."""

from __future__ import annotations

import traceback

import click

from derbes.reports.i18n import tr
from derbes.reports.safe import printable
from derbes.scanner.errors import DerbesError


def error_text(error: DerbesError) -> str:
    """``ошибка slug: …`` with the remedy; a file with many mistakes shows all of them."""
    from derbes.scanner.policy.problems import PolicyErrors, render

    if isinstance(error, PolicyErrors):
        return render(error.problems, tr)
    lines = [f"{tr('ошибка')} {error.slug}: {_filled(error.message, error)}"]
    if error.hint:
        lines += [f"  {line}" for line in _filled(error.hint, error).splitlines()]
    return "\n".join(lines)


def _filled(template: str, error: DerbesError) -> str:
    safe = {key: printable(value) if isinstance(value, str) else value for key, value in error.params.items()}
    return tr(template, **safe)


def usage_text(error: click.ClickException) -> str:
    """Click's messages in the form of ours, with the code that follows; a group without a command shows its help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    context = getattr(error, "ctx", None)
    hint = f"\n  {tr('помощь')}: {context.command_path} --help" if context else ""
    return f"{tr('ошибка')} usage: {printable(_click_message(error))}   ({tr('код')} 2){hint}"


def _click_message(error: click.ClickException) -> str:
    """Click's words (``clicks.py`` translates them) without its own way of naming what is like it."""
    possible = sorted(getattr(error, "possibilities", None) or ())
    text = (error.message if possible else error.format_message()).rstrip(".")
    return f"{text}. {tr('Возможно, {names}?', names=', '.join(possible))}" if possible else text


def crash_text(error: Exception) -> str:
    """An error of ours: where it happened, by class and line, never with its text, which might hold data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{tr('ошибка')} internal: {type(error).__name__} ({where})"


def system_text(error: OSError) -> str:
    """What the operating system refused: no space left, no permission."""
    return f"{tr('ошибка')} io: {printable(error.strerror or type(error).__name__)}"
