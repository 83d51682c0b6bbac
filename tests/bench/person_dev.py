"""Precision and recall of names on development sets, and the speed on prose.

    python tests/bench/person_dev.py DATA [--errors SET]

``DATA`` holds ``factrueval_devset.jsonl`` and ``kaznerd_valid.iob2``. A predicted span counts when it overlaps a gold
span that no other prediction has taken; F1 over spans of at least 0.5.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from derbes.recognizers.person import PersonRecognizer

Sample = tuple[str, list[tuple[int, int]]]
REPORTED = 0.5


@dataclass
class Count:
    right: int = 0
    exact: int = 0
    predicted: int = 0
    gold: int = 0

    def row(self, name: str) -> str:
        def f1(right: int) -> float:
            return 2 * right / max(1, self.predicted + self.gold)

        precision, recall = self.right / max(1, self.predicted), self.right / max(1, self.gold)
        overlap = f"P {precision:.3f} R {recall:.3f} F1 {f1(self.right):.3f}"
        return f"{name:<12} {overlap} exact {f1(self.exact):.3f} gold {self.gold}"


def factrueval(data: Path) -> Iterator[Sample]:
    for line in (data / "factrueval_devset.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], [_span(span) for span in row["spans"] if "PERSON" in map(str, _values(span))]


def _values(span: object) -> list[object]:
    return list(span.values()) if isinstance(span, dict) else list(span)  # type: ignore[call-overload]


def _span(span: object) -> tuple[int, int]:
    start, end = [value for value in _values(span) if isinstance(value, int)][:2]
    return start, end


def kaznerd(data: Path) -> Iterator[Sample]:
    """Sentences with the spaces people would write: none before a stop, none inside quotes."""
    for sentence in (data / "kaznerd_valid.iob2").read_text(encoding="utf-8").split("\n\n"):
        text, gold, glued = "", [], True
        for line in sentence.splitlines():
            token, label = line.rsplit(" ", 1)
            text += "" if glued or token in ".,!?:;)»…" else " "
            if label == "B-PERSON":
                gold.append((len(text), len(text) + len(token)))
            elif label == "I-PERSON" and gold:
                gold[-1] = (gold[-1][0], len(text) + len(token))
            text += token
            glued = token in "«("
        if text:
            yield text, gold


def snippets() -> Iterator[Sample]:
    raw = yaml.safe_load((Path(__file__).parent / "person_snippets.yaml").read_text(encoding="utf-8"))
    for template, kinds in raw["person"]:
        before, _, after = template.replace("{{", "{").replace("}}", "}").partition("{n}")
        for name in (name for kind in kinds for name in raw["names"][kind]):
            yield before + name + after, [(len(before), len(before) + len(name))]
    for line in raw["nothing"].splitlines():
        yield line, []


def count(samples: Iterator[Sample], recognizer: PersonRecognizer, errors: bool) -> Count:
    total = Count()
    for text, gold in samples:
        found = [(m.start, m.end) for m in recognizer.find_in_views(text) if m.score >= REPORTED]
        free = list(gold)
        wrong = []
        for start, end in found:
            hit = next((span for span in free if span[0] < end and start < span[1]), None)
            if hit is None:
                wrong.append((start, end))
                continue
            free.remove(hit)
            total.right += 1
            total.exact += hit == (start, end)
        total.predicted += len(found)
        total.gold += len(gold)
        if errors:
            _show(text, "+", wrong)
            _show(text, "-", free)
    return total


def _show(text: str, sign: str, spans: list[tuple[int, int]]) -> None:
    for start, end in spans:
        around = f"{text[max(0, start - 40) : start]}[[{text[start:end]}]]{text[end : end + 30]}"
        sys.stdout.write(f"{sign} {around!r}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--errors", help="print what is wrong in this set")
    options = parser.parse_args()
    recognizer = PersonRecognizer()
    sets = {"factrueval": factrueval(options.data), "kaznerd": kaznerd(options.data), "snippets": snippets()}
    for name, samples in sets.items():
        if options.errors in (None, name):
            sys.stdout.write(count(samples, recognizer, bool(options.errors)).row(name) + "\n")
    prose = "\n".join(text for text, _ in factrueval(options.data)) * 4
    start = time.process_time()
    found = sum(1 for _ in recognizer.find(prose))
    spent = time.process_time() - start
    sys.stdout.write(f"speed        {len(prose.encode()) / spent / 1e6:.1f} MB/s on prose, {found} names\n")


if __name__ == "__main__":
    main()
