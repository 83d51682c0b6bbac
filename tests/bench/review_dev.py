"""How well new fields are classified from definitions alone: precision and recall on hand-judged public schemas.

``python -m tests.bench.review_dev [LIST]`` prints the figures of docs/review.md: ``dev`` is the list that the
classifier was improved on, ``fresh`` one of projects judged before it met them. A list holds names, types and comments
of fields with the judgement; a ``?`` counts neither way.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from derbes.scanner.classify import classify_schema
from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.data import Dataset, Field
from derbes.scanner.policy.load import load_policy

LISTS = ("dev", "fresh")
Row = tuple[str, str, str, str, str, str]


def rows(name: str) -> list[Row]:
    """Project, table, field, type, comment, judgement."""
    lines = Path(__file__).with_name(f"review_{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [tuple(line.split("\t")) for line in lines]  # type: ignore[misc]


def answers(judged: list[Row]) -> Iterator[tuple[Row, set[str]]]:
    """Each row with the categories that the classifier gives it."""
    policy = load_policy()
    for (_, table), group in groupby(judged, key=lambda row: row[:2]):
        of_table = list(group)
        fields = tuple(
            Field(f"{table}.{name}", name, type_, None, comment) for _, _, name, type_, comment, _ in of_table
        )
        dataset = Dataset(table, table, "schema", "line", "sql", fields)
        found: dict[str, set[str]] = {}
        for row in classify_schema(dataset, policy):
            if row.confidence >= ENOUGH:
                found.setdefault(row.path, set()).add(row.category)
        for one in of_table:
            yield one, found.get(f"{table}.{one[2]}", set())


def main(name: str) -> None:
    """Print right, wrong and missed by project, then each that is wrong or missed."""
    tally: dict[str, Counter[str]] = {}
    odd = []
    for row, found in answers(rows(name)):
        project, table, name, *_, judged = row
        if judged == "?":
            continue
        counts = tally.setdefault(project, Counter())
        expected = {judged} - {"-"}
        counts["fields"] += 1
        counts["right"] += len(found & expected)
        counts["wrong"] += len(found - expected)
        counts["missed"] += len(expected - found)
        if found != expected:
            odd.append(f"{project} {table}.{name}: judged {judged}, found {', '.join(sorted(found)) or '-'}")
    total = sum(tally.values(), Counter[str]())
    for project, counts in [*tally.items(), ("together", total)]:
        right = counts["right"]
        precision, recall = right / max(1, right + counts["wrong"]), right / max(1, right + counts["missed"])
        print(f"{project:16} {dict(counts)} precision {precision:.3f} recall {recall:.3f}")
    print("\n".join(odd))


if __name__ == "__main__":
    for chosen in sys.argv[1:] or LISTS:
        print(f"== {chosen}")
        main(chosen)
