"""The documents cannot drift: every command in them parses, every make target and every linked file is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from derbes.scanner.cli import COMMANDS, cli
from derbes.scanner.codes import CODES
from derbes.scanner.exits import Exit

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_COMMAND = re.compile(r"(?:^|[`&;|]\s*)(?:\$ )?(derbes [a-z][^`\n#|;&]*)", re.MULTILINE)
_MAKE = re.compile(r"(?:^\$ |`)make ([a-z][a-z-]*)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def commands() -> list[tuple[str, str]]:
    """``(page, command line)`` of every command shown in a document."""
    found = []
    for page in PAGES:
        for match in _COMMAND.finditer(page.read_text("utf-8")):
            line = match.group(1).replace("[", "").replace("]", "").strip(" .,:)…")
            if line.split()[1] in COMMANDS:
                found.append((str(page.relative_to(ROOT)), line))
    return found


def parse(command: click.Command, args: list[str], parent: click.Context | None = None) -> None:
    """Let click read the options of a command line, and of the sub-command in it."""
    context = click.Context(command, info_name=command.name, parent=parent)
    _, rest, _ = command.make_parser(context).parse_args(args=list(args))
    if isinstance(command, click.Group) and rest:
        inner = command.get_command(context, rest[0])
        assert inner is not None, rest[0]
        parse(inner, rest[1:], context)


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_in_the_documents_parses(page: str, line: str) -> None:
    parse(cli, shlex.split(line.replace("…", "x"))[1:])


def test_the_readme_shows_commands() -> None:
    assert sum(page == "README.md" for page, _ in commands()) >= 5


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = {name for page in PAGES for name in _MAKE.findall(page.read_text("utf-8"))}
    assert shown
    assert shown <= targets


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {link}"
        for page in PAGES
        for link in _LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_the_readme_lists_every_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [code.value for code in Exit]


def test_every_command_has_help() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.help, name


def test_codes_used_in_the_source_are_in_the_closed_list() -> None:
    used = set()
    for path in [*ROOT.glob("scanner/connectors/**/*.py"), ROOT / "scanner/engine.py"]:
        used |= set(
            re.findall(
                r'(?:Unscanned|problem|unscanned)\(\s*(?:[\w.]+,\s*){0,2}"([a-z]+(?:-[a-z]+)+)"',
                path.read_text("utf-8"),
            )
        )
    assert used
    assert used <= CODES
