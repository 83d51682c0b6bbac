"""What click itself says (usage, errors, hints), in our languages; and help texts translated when they are shown.

Click asks gettext for its own messages by English ids at the moment it speaks. The table below gives each a Russian
template, which is an id of our catalogues; ``speak`` puts it in the place of gettext in click's modules. What is not in
the table (prompts of an editor, Windows consoles) stays as click has it.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from importlib import import_module

import click

from derbes.reports.i18n import LANGUAGES, tr

_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
WORDS = {
    # Help
    "Usage:": "Использование:",
    "Options": "Параметры",
    "Commands": "Команды",
    "Positional arguments": "Аргументы",
    "Show this message and exit.": "показать эту справку",
    "Show the version and exit.": "показать версию",
    "default: {default}": "по умолчанию: {default}",
    "env var: {var}": "переменная: {var}",
    "required": "обязательно",
    # Errors
    "Error: {message}": "ошибка: {message}",
    "Aborted!": "прервано",
    "Missing command.": "не названа команда",
    "Missing argument": "не указан аргумент",
    "Missing option": "не указан параметр",
    "Missing parameter": "не указан параметр",
    "Missing parameter: {param_name}": "не указан параметр: {param_name}",
    "Choose from:\n\t{choices}": "одно из: {choices}",
    "No such option {name!r}.": "нет параметра {name}",
    "No such command {name!r}.": "нет команды {name}",
    "Invalid value: {message}": "недопустимое значение: {message}",
    "Invalid value for {param_hint}: {message}": "недопустимое значение {param_hint}: {message}",
    "Option {name!r} does not take a value.": "параметр {name} задаётся без значения",
    "Option {name!r} requires an argument.": "параметру {name} нужно значение",
    "Option {name!r} requires {nargs} arguments.": "параметру {name} нужно значений: {nargs}",
    "Argument {name!r} takes {nargs} values.": "аргументу {name} нужно значений: {nargs}",
    "Got unexpected extra argument ({args})": "лишний аргумент ({args})",
    "Got unexpected extra arguments ({args})": "лишние аргументы ({args})",
    "{value!r} is not {choice}.": "{value}: здесь возможно {choice}",
    "{value!r} is not one of {choices}.": "{value}: здесь возможны {choices}",
    "{value!r} is not a valid {number_type}.": "{value}: нужно число",
    "{value} is not in the range {range}.": "{value}: нужно число в пределах {range}",
    "{value!r} does not match the format {format}.": "{value}: дата пишется так: 2026-11-30",
}


def gettext(message: str) -> str:
    """A message of click in the language in use."""
    return tr(WORDS[message]) if message in WORDS else message


def ngettext(one: str, many: str, number: int) -> str:
    """A message of click that depends on a number."""
    return gettext(one if number == 1 else many)


def speak() -> None:
    """Let click say its messages through our catalogues."""
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for word, function in (("_", gettext), ("ngettext", ngettext)):
            if hasattr(module, word):
                setattr(module, word, function)


def language_in(args: Sequence[str]) -> str | None:
    """The value of ``--lang``, wherever it stands: even an error in the first word is told in that language."""
    for at, arg in enumerate(args):
        if arg == "--":
            break
        value = args[at + 1] if arg == "--lang" and at + 1 < len(args) else arg.partition("--lang=")[2]
        if value in LANGUAGES and arg.startswith("--lang"):
            return value
    return None


def translated(command: click.Command) -> click.Command:
    """A copy of ``command`` whose help is in the language in use; commands of a group, too."""
    shown = copy.copy(command)
    shown.help = tr(inspect.cleandoc(command.help)) if command.help else command.help
    shown.short_help = tr(command.short_help) if command.short_help else command.short_help
    shown.params = [_translated(parameter) for parameter in command.params]
    if isinstance(shown, click.Group):
        shown.commands = {name: translated(inner) for name, inner in shown.commands.items()}
    return shown


def _translated(parameter: click.Parameter) -> click.Parameter:
    text = getattr(parameter, "help", None)
    if not text:
        return parameter
    shown = copy.copy(parameter)
    shown.help = tr(text)
    return shown
