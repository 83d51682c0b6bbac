"""Precision and recall of columns on hand-judged public schemas, by names alone and with generated values.

    python -m tests.bench.columns_dev [--errors]

``columns/schemas.yaml`` holds real schemas judged by name; ``columns/values.yaml`` columns whose values a generator
makes, hard negatives among them; ``columns/fresh*.yaml`` schemas that were judged before the classifier saw them, by
name and with values in the manner of the system. A column counts as flagged with a category when a row of at least 0.5
says so.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from derbes.scanner.classify import classify, classify_schema
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.model.data import Dataset, Field, TableBatch
from derbes.scanner.policy.load import load_policy
from tests.bench import columns_styles
from tests.bench.columns_values import GENERATORS, ROWS, seed

HERE = Path(__file__).parent / "columns"
ENOUGH = 0.5
FRESH = tuple(sorted(path.stem for path in HERE.glob("fresh*.yaml")))
FEW = (8, 40, ROWS)  # rows of a table; small systems have small tables
# Data outside section 2.3 that a name alone gives away (sex, photos, health …): not what is measured here.
_BESIDE = frozenset(yaml.safe_load((HERE.parents[2] / "scanner/classify/special.yaml").read_text("utf-8"))["entities"])
_LINE = re.compile(
    r"^(?P<name>\S+)(?: (?P<type>[^=?~@-][^=?~@]*?))?(?: -- (?P<comment>[^=?~@]*?))?"
    r"(?: @(?P<made>\w+))?(?: (?P<marks>[=?~].*))?$"
)


@dataclass
class Judged:
    """A column and what it should be; ``soft`` categories are neither asked for nor held against anybody, those of
    ``told`` are asked for where there are values.
    """

    path: str
    field: Field
    wanted: frozenset[str]
    soft: frozenset[str]
    told: frozenset[str] = frozenset()
    generator: str = ""


@dataclass
class Score:
    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    negatives: int = 0
    flagged: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, table: str, judged: Judged, found: frozenset[str]) -> None:
        for category in judged.wanted:
            (self.right if category in found else self.missed)[category] += 1
        extra = found - judged.wanted - judged.soft - {"technical"}
        self.wrong.update(extra)
        if not judged.wanted - {"technical"} and not judged.soft:
            self.negatives += 1
            self.flagged += bool(extra)
        if extra or judged.wanted - found:
            want, got = sorted(judged.wanted), sorted(found)
            self.errors.append(f"  {table}.{judged.field.name} [{judged.generator}] wanted {want}, got {got}")

    def lines(self, title: str) -> Iterator[str]:
        yield title
        for category in sorted({*self.right, *self.missed, *self.wrong}):
            right, missed, wrong = self.right[category], self.missed[category], self.wrong[category]
            precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
            f1 = 2 * right / max(1, 2 * right + missed + wrong)
            yield f"  {category:<18} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  columns {right + missed}"
        share = 100 * self.flagged / max(1, self.negatives)
        yield f"  negatives flagged  {self.flagged} of {self.negatives} ({share:.2f} %)"


def main(errors: bool) -> None:
    """Print all tables."""
    _print(by_name(False), "names only", errors)
    _print(by_name(True), "names only, held out", errors)
    _print(with_values(), "with values", errors)
    for name in FRESH:
        _print(fresh_by_name(name), f"{name}: names only", errors)
        _print(fresh_with_values(name), f"{name}: with values", errors)


def by_name(held: bool) -> Score:
    """Schemas by names, types, comments and tables; ``held`` chooses the sources kept apart."""
    policy, score = load_policy("hosting-pro"), Score()
    for source in yaml.safe_load((HERE / "schemas.yaml").read_text(encoding="utf-8")):
        if bool(source.get("held")) != held:
            continue
        for table, text in source["tables"].items():
            columns = [_judged(table, line) for line in text.splitlines() if line.strip()]
            dataset = Dataset("", table, "database", "row", "sql", tuple(c.field for c in columns))
            _compare(score, table, columns, classify_schema(dataset, policy))
    return score


def with_values() -> Score:
    """Tables of generated columns."""
    policy, score, detector = load_policy("hosting-pro"), Score(), Detector(Settings(key=b"bench"))
    for table, text in yaml.safe_load((HERE / "values.yaml").read_text(encoding="utf-8")).items():
        columns = [_with_generator(table, line) for line in text.splitlines() if line.strip()]
        dataset = Dataset("", table, "database", "row", "sql", tuple(c.field for c in columns), ROWS)
        series = {c.path: pd.Series(GENERATORS[c.generator](), index=range(1, ROWS + 1), dtype=object) for c in columns}
        profiles = list(detector.detect(TableBatch(dataset, series, ROWS)))
        _compare(score, table, columns, classify(dataset, profiles, policy))
    return score


def fresh_by_name(name: str) -> Score:
    """Schemas of one unseen round by names, types, comments and tables."""
    policy, score = load_policy("hosting-pro"), Score()
    for table, columns in _fresh(name):
        dataset = Dataset("", table, "database", "row", "sql", tuple(c.field for c in columns))
        by_name = [replace(c, soft=c.soft | c.told) for c in columns]
        _compare(score, table, by_name, classify_schema(dataset, policy))
    return score


def fresh_with_values(name: str) -> Score:
    """The same schemas with generated values; the columns without a generator are empty and count for nothing."""
    policy, score, detector = load_policy("hosting-pro"), Score(), Detector(Settings(key=b"bench"))
    for n, (table, columns) in enumerate(_fresh(name)):
        rows, series = FEW[n % len(FEW)], {}
        full = [replace(c, wanted=c.wanted | c.told) for c in columns if c.generator]
        for column in full:
            seed(f"{name} {table} {column.field.name}")
            values = GENERATORS[column.generator]()[:rows]
            series[column.path] = pd.Series(values, index=range(1, rows + 1), dtype=object)
        dataset = Dataset("", table, "database", "row", "sql", tuple(c.field for c in columns), rows)
        _compare(
            score, table, full, classify(dataset, list(detector.detect(TableBatch(dataset, series, rows))), policy)
        )
    return score


def _fresh(name: str) -> Iterator[tuple[str, list[Judged]]]:
    columns_styles.register()
    for source in yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")):
        for table, text in source["tables"].items():
            yield table, [_judged(table, line) for line in text.splitlines() if line.strip()]


def _compare(score: Score, table: str, columns: list[Judged], rows: list[Any]) -> None:
    for judged in columns:
        found = frozenset(
            row.category
            for row in rows
            if row.path == judged.path and row.confidence >= ENOUGH and not _BESIDE.issuperset(_entities(row))
        )
        score.add(table, judged, found)


def _entities(row: Any) -> set[str]:
    return {count.entity for count in row.entities}


def _judged(table: str, line: str) -> Judged:
    found = _LINE.match(line.strip())
    if found is None:
        raise ValueError(f"{table}: {line}")
    marks = found["marks"] or ""
    wanted = frozenset(re.findall(r"\w+", " ".join(re.findall(r"= ([\w, ]+)", marks))))
    soft = frozenset(re.findall(r"\?(\w+)", marks))
    path = f"{table}.{found['name']}"
    told = frozenset(re.findall(r"~(\w+)", marks))
    declared = Field(path, found["name"], found["type"] or "", None, found["comment"] or "")
    return Judged(path, declared, wanted, soft, told, found["made"] or "")


def _with_generator(table: str, line: str) -> Judged:
    """``name generator [= category]``."""
    judged = _judged(table, line)
    name, generator = judged.field.name, judged.field.type
    return replace(judged, field=Field(judged.path, name), generator=generator)


def _print(score: Score, title: str, errors: bool) -> None:
    print("\n".join([*score.lines(title), *(score.errors if errors else ())]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what was judged wrongly")
    main(parser.parse_args().errors)
