"""``--occurrences``: every detection of a unit as one line of JSON; positions and masks only."""

from __future__ import annotations

import json
from collections.abc import Mapping

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


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
