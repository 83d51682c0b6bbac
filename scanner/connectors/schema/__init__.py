"""Definitions instead of data: SQL, migrations, models, forms, API descriptions, lists of fields, log statements.

Nothing is imported, rendered or run. A reader takes the text of a file and yields definitions with the line of every
field, and what it could not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from derbes.scanner.connectors.schema.base import Item

# The end of a file's name -> readers ("module:function"), each called with the text and the path.
_FORMS, _LOGS, _CODE = "forms:read_forms", "logs:read_logs", "code:read_code"
_CODE_LOGS = "code_logs:read_code_logs"
READERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((".sql", ".ddl"), ("ddl:read_sql_file",)),
    **dict.fromkeys((".html", ".htm", ".twig", ".jinja", ".jinja2", ".j2", ".njk", ".hbs", ".ejs", ".erb"), (_FORMS,)),
    **dict.fromkeys((".phtml", ".blade.php", ".tpl"), (_FORMS,)),
    ".vue": (_FORMS, _LOGS),
    **dict.fromkeys((".jsx", ".tsx"), (_FORMS, _CODE, _CODE_LOGS)),
    ".php": (_CODE, _FORMS, _CODE_LOGS),
    ".py": ("orm:read_models", "python_logs:read_python_logs"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".rb"), (_CODE, _CODE_LOGS)),
    **dict.fromkeys((".java", ".kt", ".go", ".cs", ".scala"), (_LOGS,)),
    **dict.fromkeys((".yaml", ".yml", ".json"), ("apis:read_api",)),
    **dict.fromkeys((".graphql", ".gql", ".graphqls"), ("sdl:read_graphql",)),
    ".xml": ("changelogs:read_changelog",),
    ".proto": ("sdl:read_proto",),
    ".prisma": ("sdl:read_prisma",),
}
SHEETS = (".csv", ".tsv", ".xlsx")  # lists of fields; read from the file itself, see specs.py


def readers_of(name: str) -> tuple[Callable[[str, str], Iterator[Item]], ...]:
    """The readers for a file of that name; none for what is no definition."""
    lowered = name.lower()
    found = [suffix for suffix in READERS if lowered.endswith(suffix)]
    return tuple(map(_reader, READERS[max(found, key=len)])) if found else ()


def _reader(named: str) -> Callable[[str, str], Iterator[Item]]:
    module, _, function = named.partition(":")
    reader: Callable[[str, str], Iterator[Item]] = getattr(import_module(f"{__name__}.{module}"), function)
    return reader
