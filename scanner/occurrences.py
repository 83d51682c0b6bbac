"""``--occurrences``: every detection of a unit as one line of JSON; positions and masks only."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from typing import BinaryIO

from derbes.recognizers.base import Match


class Occurrences:
    """Collects the lines of one batch. What does not change from line to line is written once."""

    def __init__(self, place: str, prefix: str, categories: Mapping[str, str]) -> None:
        self.prefix, self.categories = prefix, categories
        self.lines: list[str] = []
        self._place = f'{{"place": {_json(place)}, "path": '
        self._paths: dict[str, str] = {}

    def add(self, path: str, unit: int, match: Match, masked: str, column: int = 0) -> None:
        """One detection; ``column`` is added to its offsets."""
        head = self._paths.get(path)
        if head is None:
            head = self._paths[path] = f'{self._place}{_json(self.prefix + path)}, "unit": '
        category = self.categories.get(match.entity, "undeclared")
        self.lines.append(
            f'{head}{unit}, "start": {match.start + column}, "end": {match.end + column}, "entity": "{match.entity}", '
            f'"category": "{category}", "score": {round(match.score, 2)}, "masked": {_json(masked)}}}'
        )


class Spool:
    """What units sent home, in a temporary file: their order is known at the end, memory must not grow till then."""

    def __init__(self, in_memory: int = 8 << 20) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - closed by ``close``
        self._parts: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, key: tuple[str, str], content: bytes) -> None:
        """Keep the lines of one unit of one place."""
        if content:
            self._parts[key] = (self._file.tell(), len(content))
            self._file.write(content)

    def write_to(self, target: BinaryIO) -> None:
        """Everything, by place and unit: the same whatever order it came in."""
        for _, (start, size) in sorted(self._parts.items()):
            self._file.seek(start)
            while size > 0 and (piece := self._file.read(min(size, 1 << 20))):
                target.write(piece)
                size -= len(piece)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
