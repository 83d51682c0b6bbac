"""Collect every message that people may read, and keep the catalogues: ``python tools/messages.py [update|check]``.

Russian texts stand in the code as message ids. Most are given to a function that translates them where they are
printed (``tr``, ``count``, errors, notes on what was not read, reasons, click's help); the rest are constants that
reach one of these by a variable. So everything in Cyrillic counts, but docstrings and comments: a string that nobody
reads does not hurt a catalogue, one that is forgotten hurts the reader.

``update`` writes the ``.po`` files (what is translated stays) and compiles the ``.mo``; ``check`` says what lacks.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "reports" / "locale"
LANGUAGES = ("kk", "en")
_CYRILLIC = re.compile("[а-яёА-ЯЁ]")
_TEMPLATE = re.compile(r'_\(\s*"((?:[^"\\]|\\.)*)"')
# Data, not messages: invented people, recognizers' words, the policy's own text (which brings its languages along).
_NOT_MESSAGES = (
    "scanner/demo/people.py",
    "scanner/demo/world.py",
    "scanner/classify/context.py",
    "scanner/classify/definitions.py",
    "scanner/classify/meaning.py",
    "scanner/connectors/log_keys.py",
    "scanner/policy/starter",
    "scanner/detect.py",
    "scanner/connectors/encodings.py",
    "scanner/connectors/schema/specs.py",
)
_WORDS = {"tr", "DerbesError", "UsageError", "SourceError", "Unscanned", "Reason", "Problem", "option",
          "command", "echo", "problem", "unscanned", "Trouble", "argument", "group"}  # fmt: skip


def messages() -> dict[str, str]:
    """Message id -> the first file that has it, sorted by file."""
    found: dict[str, str] = {}
    for path in sorted([*ROOT.glob("scanner/**/*.py"), *ROOT.glob("reports/**/*.py")]):
        name = path.relative_to(ROOT).as_posix()
        for message in _of_module(ast.parse(path.read_text("utf-8")), not name.startswith(_NOT_MESSAGES)):
            found.setdefault(message, name)
    for path in sorted(ROOT.glob("reports/templates/*.j2")):
        for match in _TEMPLATE.finditer(path.read_text("utf-8")):
            found.setdefault(match[1].replace('\\"', '"'), path.relative_to(ROOT).as_posix())
    return found


def _of_module(tree: ast.Module, everything: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [text for text in map(_text, _arguments(node)) if text is not None]
            if name == "count" and (forms := [t for t in texts if _CYRILLIC.search(t)]):
                if len(forms) == 3:
                    yield "|".join(forms)
            elif name in _WORDS:
                yield from (text for text in texts if _CYRILLIC.search(text))
    if everything:
        yield from _constants(tree)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _constants(tree: ast.Module) -> Iterator[str]:
    """Strings in Cyrillic that are no docstrings, no parts of f-strings, and no forms of one word.

    Three strings that stand together as a tuple are the forms of a countable word and belong to ``count``.
    """
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            command = isinstance(node, ast.FunctionDef) and any(_is_command(d) for d in node.decorator_list)
            if ast.get_docstring(node) is not None:
                skipped.add(id(node.body[0].value))  # type: ignore[attr-defined]
                if command and _CYRILLIC.search(ast.get_docstring(node) or ""):
                    yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "compile",
            "count",
        ):
            skipped |= {id(part) for argument in _arguments(node) for part in ast.walk(argument)}
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            forms = [_text(part) for part in node.elts]
            if all(form and _CYRILLIC.search(form) for form in forms) and _same_word([str(f) for f in forms]):
                skipped |= {id(part) for part in node.elts}
                yield "|".join(str(form) for form in forms)
                yield str(forms[0])
    for node in ast.walk(tree):
        text = _text(node) if isinstance(node, ast.expr) and id(node) not in skipped else None
        if text and _CYRILLIC.search(text) and (" " in text or _CYRILLIC.match(text)):
            yield text


def _same_word(forms: list[str]) -> bool:
    return len({form[:2] for form in forms}) == 1


def _is_command(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(function, ast.Attribute) and function.attr in ("command", "group")


# Catalogues


def read(lang: str) -> dict[str, str]:
    """The translations of a language as they stand in its ``.po``."""
    path = _po(lang)
    table: dict[str, str] = {}
    if not path.exists():
        return table
    key, texts = "", {"msgid": "", "msgstr": ""}
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        if line.startswith(("msgid ", "msgstr ")):
            key, _, rest = line.partition(" ")
            texts[key] = ast.literal_eval(rest)
        elif line.startswith('"'):
            texts[key] += ast.literal_eval(line)
        elif not line and key:
            if texts["msgid"] and texts["msgstr"]:
                table[texts["msgid"]] = texts["msgstr"]
            key, texts = "", {"msgid": "", "msgstr": ""}
    return table


def write(lang: str, found: dict[str, str], table: dict[str, str]) -> None:
    """The ``.po`` with all messages, translated or not, and the ``.mo`` with the translated ones."""
    path = _po(lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"Language: {lang}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    head += "Content-Transfer-Encoding: 8bit\n"
    blocks = [f'msgid ""\nmsgstr {_quoted(head)}\n']
    blocks += [
        f"#: {file}\nmsgid {_quoted(text)}\nmsgstr {_quoted(table.get(text, ''))}\n" for text, file in found.items()
    ]
    path.write_text("\n".join(blocks), "utf-8")
    path.with_suffix(".mo").write_bytes(compiled(lang))


def compiled(lang: str) -> bytes:
    """The binary catalogue (the format of GNU gettext, little-endian, without a hash table)."""
    head = f"Language: {lang}\nContent-Type: text/plain; charset=UTF-8\n"
    pairs = sorted((key.encode(), text.encode()) for key, text in {"": head, **read(lang)}.items())
    keys_at, texts_at = 28, 28 + 8 * len(pairs)
    start = 28 + 16 * len(pairs)
    keys, texts, data = b"", b"", b""
    for key, _ in pairs:
        keys += struct.pack("<II", len(key), start + len(data))
        data += key + b"\0"
    for _, text in pairs:
        texts += struct.pack("<II", len(text), start + len(data))
        data += text + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), keys_at, texts_at, 0, start) + keys + texts + data


def _quoted(text: str) -> str:
    """As a C string, in lines where the text has lines."""
    escape = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\u202f": "\u202f"}
    lines = ["".join(escape.get(c, c) for c in line) for line in text.splitlines(keepends=True)] or [""]
    return f'"{lines[0]}"' if len(lines) == 1 else "\n".join(['""', *(f'"{line}"' for line in lines)])


def _po(lang: str) -> Path:
    return LOCALES / lang / "LC_MESSAGES" / "derbes.po"


def main(action: str) -> int:
    """Exit code 1 when something lacks."""
    found = messages()
    lacking = 0
    for lang in LANGUAGES:
        table = read(lang)
        if action == "update":
            write(lang, found, table)
        missing = [message for message in found if message not in table]
        lacking += len(missing)
        sys.stdout.write(f"{lang}: {len(found) - len(missing)} / {len(found)}\n")
        sys.stdout.writelines(f"  {found[message]}: {message!r}\n" for message in missing)
    return 1 if lacking and action == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
