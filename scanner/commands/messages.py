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
    """Click's own messages in the form of ours, with the code that follows."""
    context = getattr(error, "ctx", None)
    hint = f"\n  {tr('помощь')}: {context.command_path} --help" if context else ""
    return f"{tr('ошибка')} usage: {printable(_click_message(error))}   ({tr('код')} 2){hint}"


def _click_message(error: click.ClickException) -> str:
    possible = list(getattr(error, "possibilities", None) or ())
    if isinstance(error, click.NoSuchOption):
        text = tr("нет параметра {name}", name=error.option_name)
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        text = tr(
            "не указан параметр {name}", name=error.param.get_error_hint(error.ctx or click.Context(click.Command("")))
        )
    else:
        text = error.format_message()
    return f"{text}. {tr('Возможно')}, {', '.join(possible)}?" if possible else text


def crash_text(error: Exception) -> str:
    """An error of ours: where it happened, by class and line, never with its text, which might hold data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{tr('ошибка')} internal: {type(error).__name__} ({where})"


def system_text(error: OSError) -> str:
    """What the operating system refused: no space left, no permission."""
    return f"{tr('ошибка')} io: {printable(error.strerror or type(error).__name__)}"
