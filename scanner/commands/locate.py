"""``derbes locate``: where is this person's data? The value comes from a prompt or stdin and stays in memory."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from derbes.reports.i18n import count, tr
from derbes.reports.safe import printable
from derbes.scanner.codes import NOTES
from derbes.scanner.commands.common import Size, console, language_option, policy_options
from derbes.scanner.commands.progress import open_progress
from derbes.scanner.errors import UsageError
from derbes.scanner.exits import Exit

if TYPE_CHECKING:
    from derbes.scanner.locate import Located
    from derbes.scanner.sought import Kind, Sought

TITLES = {"iin": "ИИН", "email": "адрес электронной почты", "phone": "номер телефона"}
_MAX_VALUE = 400


@click.command(short_help="где лежат данные одного человека; ничего не сохраняет")
@click.argument("targets", nargs=-1)
@click.option("--iin", "kind", flag_value="iin", help="искать ИИН")
@click.option("--email", "kind", flag_value="email", help="искать адрес электронной почты")
@click.option("--phone", "kind", flag_value="phone", help="искать номер телефона")
@click.option("-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="что печатать")
@click.option("--timeout", type=float, default=30.0, show_default=True, help="секунд на запрос или архив")
@click.option("--encoding", metavar="NAME", help="кодировка файлов, если она известна")
@click.option("--max-file-size", type=Size(), metavar="SIZE", help="файлы больше пропускать")
@click.option("--foreign-tables", is_flag=True, help="читать и внешние таблицы")
@click.option("-q", "--quiet", is_flag=True, help="без хода работы")
@click.option("--allow-incomplete", is_flag=True, help="непрочитанное не меняет код выхода")
@policy_options
@language_option
def locate(
    targets: tuple[str, ...],
    kind: Kind | None,
    format_: str,
    timeout: float,
    encoding: str | None,
    max_file_size: int | None,
    foreign_tables: bool,
    quiet: bool,
    allow_incomplete: bool,
    config: str | None,
    policy: str | None,
    lang: str,
) -> None:
    """Где лежат данные одного человека: живой поиск, только чтение, ничего не сохраняется.

    Значение вводится по запросу или приходит первой строкой stdin, но не пишется в команде: её видят другие.
    TARGET — место из derbes.yml, путь, маска или адрес базы. Без TARGET — все места.
    """
    from derbes.scanner.commands.run import load
    from derbes.scanner.commands.targets import places_of, rooted_places
    from derbes.scanner.connectors.base import Options
    from derbes.scanner.locate import locate as search
    from derbes.scanner.sought import sought

    if kind is None:
        raise UsageError("usage", "не сказано, что искать", "--iin, --email или --phone")
    _no_values(targets)
    setup = load(config, policy)
    places = places_of(targets, setup.config)
    value = sought(kind, _asked(kind))
    options = Options(
        full=True, timeout=timeout, encoding=encoding, max_file_size=max_file_size, foreign_tables=foreign_tables
    )
    declared = rooted_places(setup.config) if setup.config is not None else ()
    speaker = console(quiet, no_color=True)
    progress = open_progress(speaker.quiet or not speaker.terminal, speaker.terminal)
    try:
        found = search(value, places, declared, options, progress)
    finally:
        progress.close()
    code = _exit(found, allow_incomplete)
    click.echo(_json(kind, found) if format_ == "json" else _text(value, found), nl=False)
    sys.exit(code)


def _no_values(targets: tuple[str, ...]) -> None:
    """A value on the command line is seen by everyone on the machine: refuse it, and do not repeat it."""
    from derbes.recognizers.numbers import email, iin, phone

    for target in targets:
        if target == "-":
            raise UsageError("usage", "stdin занят значением: данные из «-» здесь не читаются")
        if iin.is_valid(target) or email.is_valid(target) or phone.is_valid(target) or target.isdigit():
            message = "значение не пишется в командной строке: её видят другие и помнит оболочка"
            raise UsageError("usage", message, "введите его по запросу или подайте в stdin")


def _asked(kind: Kind) -> str:
    """The value: typed unseen on a terminal, else the first line of stdin."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(tr("{title} (ввод не виден): ", title=tr(TITLES[kind])))
    line = sys.stdin.readline(_MAX_VALUE)
    if not line.strip():
        raise UsageError("value", "значение не введено", "подайте его первой строкой stdin")
    return line


def _exit(found: Located, allow_incomplete: bool) -> Exit:
    if not found.opened and not found.unscanned:
        return Exit.NOTHING
    missed = [one for one in found.unscanned if one.code not in NOTES]
    if missed and all(one.code == "target-missing" for one in missed) and not found.opened:
        return Exit.NOTHING
    return Exit.INCOMPLETE if missed and not allow_incomplete else Exit.OK


def _text(value: Sought, found: Located) -> str:
    lines = [tr("Ищем: {title}; значение не показывается и не сохраняется", title=tr(TITLES[value.kind]))]
    if not value.proven:
        lines.append(tr("  внимание: контрольная цифра или код не сходятся, проверьте ввод"))
    lines.append("")
    for spot in found.spots:
        units = _UNITS[spot.unit]
        owner = f"  {printable(spot.place.owner)}" if spot.place.owner else ""
        lines.append(f"✓ {printable(spot.place.id)} · {printable(spot.path)}  {count(spot.units, *units)}{owner}")
    for one in found.unscanned:
        where = printable(one.place) + (f" · {printable(one.path)}" if one.path else "")
        lines.append(f"{'·' if one.code in NOTES else '✗'} {where}  {printable(tr(one.message, **one.params))}")
    places = len({spot.place.id for spot in found.spots})
    if found.spots or found.unscanned:
        lines.append("")
    lines.append(_summary(places, found))
    return "\n".join(lines) + "\n"


def _summary(places: int, found: Located) -> str:
    read = count(found.units_read, "запись прочитана", "записи прочитаны", "записей прочитано")
    if places:
        where = count(places, "месте", "местах", "местах")
        return tr("Найдено в {where}; {read}", where=where, read=read)
    whole = not [one for one in found.unscanned if one.code not in NOTES]
    return tr("Не найдено; {read}", read=read) + ("" if whole else tr(", но прочитано не всё"))


_UNITS = {
    "row": ("строка", "строки", "строк"),
    "line": ("строка", "строки", "строк"),
    "message": ("письмо", "письма", "писем"),
    "document": ("документ", "документа", "документов"),
}


def _json(kind: Kind, found: Located) -> str:
    document = {
        "schema": "derbes/locate/1",
        "kind": kind,
        "found": [
            {"place": s.place.id, "location": s.place.location, "owner": s.place.owner, "path": s.path, "unit": s.unit,
             "units": s.units}
            for s in found.spots
        ],
        "unscanned": [
            {"place": one.place, "path": one.path, "code": one.code, "message": tr(one.message, **one.params)}
            for one in found.unscanned
        ],
        "units_read": found.units_read,
        "complete": not [one for one in found.unscanned if one.code not in NOTES],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
