"""Flags that commands share, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from derbes.reports import REPORTS
from derbes.reports.i18n import LANGUAGES, language, use_language

F = TypeVar("F", bound=Callable[..., Any])

SIZES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


class Size(click.ParamType[int]):
    """``500``, ``64K``, ``1G``: bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes as an integer."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("b").removesuffix("i")
        factor = SIZES.get(text[-1:], 1)
        digits = text[:-1] if text[-1:] in SIZES else text
        if not digits.isdigit():
            self.fail(f"{value!r}: 500, 64K, 16M, 1G", param, ctx)
        return int(digits) * factor


def _language(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    return use_language(value) if value else language()  # `main` has chosen it from the whole line


def language_option(function: F) -> F:
    """``--lang``, before the command or after it, chosen before anything is said."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        is_eager=True,
        callback=_language,
        help="язык сообщений и отчётов (по умолчанию DERBES_LANG или ru)",
    )(function)


def stack(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, shown in ``--help`` in this order."""

    def apply(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return apply


policy_options = stack(
    click.option("-c", "--config", metavar="FILE", help="derbes.yml (иначе ищется вверх от текущей папки)"),
    click.option("-p", "--policy", metavar="FILE|ID", help="политика: встроенная (hosting-pro) или файл"),
)

report_options = stack(
    click.option("-o", "--output", multiple=True, metavar="[FORMAT:]FILE", help="записать отчёт; можно повторять"),
    click.option(
        "-f", "--format", "format_", type=click.Choice(sorted(REPORTS)), default="text", help="что печатать в stdout"
    ),
    click.option("--occurrences", metavar="FILE", help="каждое обнаружение отдельной строкой JSON, без значений"),
    language_option,
    click.option("-q", "--quiet", is_flag=True, help="без хода работы и подсказок"),
    click.option("-v", "--verbose", count=True, help="подробнее"),
    click.option("--no-color", is_flag=True, help="без цвета (как NO_COLOR)"),
)

reading_options = stack(
    click.option("--sample-rows", type=click.IntRange(1), metavar="N", help="случайная выборка до N строк на таблицу"),
    click.option("--full", is_flag=True, help="каждая строка, что бы ни говорил budget места"),
    click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="сколько процессов (по умолчанию — по объёму файлов; базы — один)",
    ),
    click.option("--executor", metavar="SPEC", help="serial, pool или dask://HOST:PORT"),
    click.option("--timeout", type=float, default=30.0, show_default=True, help="секунд на запрос или архив"),
    click.option("--encoding", metavar="NAME", help="кодировка файлов, если она известна"),
    click.option("--max-file-size", type=Size(), metavar="SIZE", help="файлы больше пропускать"),
    click.option("--max-depth", type=click.IntRange(0), default=10, show_default=True, help="вложенность архивов"),
    click.option("--max-members", type=click.IntRange(1), default=100_000, show_default=True, help="файлов в архиве"),
    click.option(
        "--max-ratio", type=float, default=200.0, show_default=True, help="во сколько раз может распаковаться"
    ),
    click.option("--max-unpacked", type=Size(), metavar="SIZE", help="байт из одного архива (1G или 50 его размеров)"),
    click.option("--max-rows-per-second", type=click.IntRange(1), metavar="N", help="щадить рабочую базу"),
    click.option("--follow-links", is_flag=True, help="идти по символическим ссылкам"),
    click.option("--foreign-tables", is_flag=True, help="читать и внешние таблицы (FOREIGN TABLE)"),
)


@dataclass(frozen=True, slots=True)
class Console:
    """How to speak: to a person on a terminal, or to a log."""

    quiet: bool
    color: bool
    terminal: bool


def console(quiet: bool, no_color: bool) -> Console:
    """Honours ``NO_COLOR``, ``FORCE_COLOR`` and ``CI``."""
    import sys

    terminal = sys.stderr.isatty() and not os.environ.get("CI")
    wanted = bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    return Console(quiet, wanted and not no_color, terminal)
