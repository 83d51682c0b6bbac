"""The command ``derbes``: a group whose commands are imported when they are called, so that ``--help`` is quick."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from derbes import __version__
from derbes.reports.i18n import tr, use_language
from derbes.scanner.commands.clicks import language_in, speak, translated
from derbes.scanner.commands.common import language_option
from derbes.scanner.errors import DerbesError
from derbes.scanner.exits import Exit

# Command -> (module:function, one line of help). Importing none of them is what keeps `--help` under 0.3 s.
COMMANDS: dict[str, tuple[str, str]] = {
    "accept": ("derbes.scanner.commands.accept:accept", "записать исключение для нарушения"),
    "analyze": ("derbes.scanner.commands.analyze:analyze", "найти персональные данные в тексте"),
    "breach": ("derbes.scanner.commands.breach:breach", "утечка из места: что, чьё, кого и когда уведомить"),
    "check": ("derbes.scanner.commands.scan:check", "проверить по политике; нарушения дают код 1"),
    "demo": ("derbes.scanner.commands.demo:demo", "вымышленная хостинговая компания: пример за минуту"),
    "diff": ("derbes.scanner.commands.diff:diff", "что изменилось между двумя описями"),
    "explain": ("derbes.scanner.commands.explain:explain", "разобрать нарушение, правило или пункт политики"),
    "export": ("derbes.scanner.commands.export:export", "опись для каталога данных: Fides, ODCS, DataHub и другие"),
    "init": ("derbes.scanner.commands.init:init", "создать derbes.yml и policy.yml с пояснениями"),
    "locate": ("derbes.scanner.commands.locate:locate", "где лежат данные одного человека; ничего не сохраняет"),
    "place": ("derbes.scanner.commands.place:place", "места из derbes.yml: список, соединение и права"),
    "policy": ("derbes.scanner.commands.policy:policy", "проверить политику, показать её, схема файлов"),
    "recognizers": ("derbes.scanner.commands.recognizers:recognizers", "что умеет распознавать derbes"),
    "report": ("derbes.scanner.commands.report:report", "любой отчёт ещё раз из JSON-отчёта"),
    "review": ("derbes.scanner.commands.review:review", "проверить схему, миграцию, форму или API до запуска"),
    "scan": ("derbes.scanner.commands.scan:scan", "опись: где какие персональные данные лежат"),
}


class Lazy(click.Group):
    """Lists commands from the table and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, alphabetical."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        return translated(getattr(import_module(module), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` names; for a mistyped one the error knows what there is."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. The reader of a pipe may go away (``derbes analyze | head``): that is no error of ours, while
        click would make it exit code 1, which means violations."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _drop_output()
            raise click.exceptions.Exit(Exit.OK) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command list of ``--help``, without importing any."""
        with formatter.section(tr("Команды")):
            formatter.write_dl([(name, tr(COMMANDS[name][1])) for name in self.list_commands(ctx)])


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Находит персональные данные, называет их словами вашей политики и показывает, где политика их не допускает.",
)
@language_option
@click.version_option(__version__, "-V", "--version", message="derbes %(version)s", help="показать версию")
def cli(lang: str) -> None:
    """The group itself does nothing."""


def main(argv: list[str] | None = None) -> Any:
    """Run and exit. The only place where errors become text and a code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # Before numpy is loaded, here and in workers: processes share the cores, and threads of each would fight for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(ImportError, ValueError, OSError):  # a crash leaves no image of the memory, which holds values
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(ValueError):  # only the main thread may; asked to end, a run ends as with Ctrl-C and can be resumed
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    args = sys.argv[1:] if argv is None else argv
    use_language(language_in(args))
    speak()
    try:
        code = translated(cli).main(args=args, prog_name="derbes", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        from derbes.scanner.commands.messages import usage_text

        click.echo(usage_text(error), err=True)
        code = Exit.ERROR
    except DerbesError as error:
        from derbes.scanner.commands.messages import error_text

        click.echo(error_text(error), err=True)
        code = Exit.ERROR
    except (KeyboardInterrupt, click.Abort):
        code = Exit.INTERRUPTED
    except OSError as error:
        # A full disk, a device that is gone: what the system says of it names no data.
        from derbes.scanner.commands.messages import system_text

        _drop_output()
        click.echo(system_text(error), err=True)
        code = Exit.ERROR
    except Exception as error:
        from derbes.scanner.commands.messages import crash_text

        click.echo(crash_text(error), err=True)
        code = Exit.ERROR
    sys.exit(int(code or 0))


def _drop_output() -> None:
    """What is still to be written to stdout goes nowhere: it would fail once more at the very end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
