"""Files that define something: which, their text, their definitions and the answers in their comments."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from derbes.scanner.connectors.encodings import guess
from derbes.scanner.connectors.schema import SHEETS, readers_of
from derbes.scanner.connectors.schema.base import (
    Answers,
    Counted,
    Definition,
    Item,
    UnknownAnswer,
    Unread,
    answers_in,
)
from derbes.scanner.connectors.schema.trees import SECONDS
from derbes.scanner.errors import UsageError
from derbes.scanner.model.inventory import Unscanned

LARGEST = 16 << 20
_SKIPPED = frozenset({"node_modules", "vendor", "site-packages", "__pycache__", "dist", "build", "venv"})


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One file as it was read. ``idle`` counts the statements that were understood and define nothing."""

    path: str
    definitions: tuple[Definition, ...] = ()
    unread: tuple[Unread, ...] = ()
    idle: int = 0
    answers: tuple[Answers, ...] = ()
    lines: int = 0
    size: int = 0
    problems: tuple[Unscanned, ...] = field(default=())

    def own(self, definition: Definition) -> Answers:
        """Answers in a comment in front of the definition or within it; none when the file has only this one."""
        if len(self.definitions) == 1:
            return Answers()
        found = Answers()
        for answers in self.answers:
            if definition.line - 1 <= answers.line <= max(definition.end, definition.line):
                found = found.over(answers)
        return found

    def common(self) -> Answers:
        """Answers that hold for the whole file."""
        alone = len(self.definitions) == 1
        found = Answers()
        for answers in self.answers:
            if alone or not any(d.line - 1 <= answers.line <= max(d.end, d.line) for d in self.definitions):
                found = found.over(answers)
        return found


def find_files(paths: Iterable[str]) -> Iterator[str | Unscanned]:
    """Named files, and in folders every file that some reader knows; hidden and third-party folders left out."""
    for named in paths:
        path = Path(named)
        if path.is_dir():
            yield from _walk(path)
        elif path.exists():
            yield named
        else:
            yield Unscanned(named, "", "target-missing", "нет такого файла")


def _walk(folder: Path) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        yield from (str(Path(here, name)) for name in sorted(files) if readers_of(name))


def read_file(path: str) -> DefinitionFile:
    """Read and parse one file; trouble is part of the answer."""
    try:
        if not Path(path).is_file():
            return _failed(path, "file-special", "не обычный файл")
        if Path(path).stat().st_size > LARGEST:
            return _failed(path, "limit-size", "файл больше {limit} МиБ", limit=LARGEST >> 20)
        data = Path(path).read_bytes()
    except OSError as error:
        return _failed(path, "file-unreadable", "файл не читается: {reason}", reason=error.strerror or "OSError")
    return parse(path, data)


def parse(path: str, data: bytes) -> DefinitionFile:
    """The definitions in ``data``, named ``path``. Raises ``UsageError`` for an answer that means nothing."""
    if path.lower().endswith(SHEETS):
        from derbes.scanner.connectors.schema.specs import read_sheet

        return _parsed(path, lambda: read_sheet(data, path), "", len(data))
    readers = readers_of(Path(path).name)
    if not readers:
        return _failed(path, "format-unsupported", "не похоже на схему, миграцию, форму или описание API")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _failed(path, "file-binary", "не текст")
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else guess(data), "replace")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return _parsed(path, lambda: (item for reader in readers for item in reader(text, path)), text, len(data))


def _parsed(path: str, read: object, text: str, size: int) -> DefinitionFile:
    try:
        items: list[Item] = list(read())  # type: ignore[operator]
    except (RecursionError, MemoryError):
        return _failed(path, "limit-depth", "вложено слишком глубоко")
    except TimeoutError:
        return _failed(path, "limit-time", "разбор занял больше {limit} с", limit=round(SECONDS))
    except ValueError:
        return _failed(path, "file-damaged", "не разобрать: ошибка в записи")
    try:
        answers = tuple(answers_in(text))
    except UnknownAnswer as error:
        raise UsageError(
            "review-answer", "{file}:{line}: неизвестный ответ {key}", "знаем purpose, subject, retain, owner",
            file=path, line=error.line, key=error.key,
        ) from None  # fmt: skip
    return DefinitionFile(
        path=path,
        definitions=tuple(item for item in items if isinstance(item, Definition)),
        unread=tuple(item for item in items if isinstance(item, Unread)),
        idle=sum(item.statements for item in items if isinstance(item, Counted)),
        answers=answers,
        lines=text.count("\n") + 1,
        size=size,
    )


def _failed(path: str, code: str, message: str, **params: object) -> DefinitionFile:
    return DefinitionFile(path, problems=(Unscanned(path, "", code, message, params),))
