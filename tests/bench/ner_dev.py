"""Persons on the held-out slices, rules alone, model alone and both: ``python -m tests.bench.ner_dev DATA``.

The slices are those that training leaves out (``tools/train/corpus.py``): 1,117 Kazakh sentences of KazNERD's
validation split and 25 documents of factRuEval's devset. A model trained with ``--all`` has seen them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from derbes.recognizers.base import Match
from derbes.recognizers.ner import NameRecognizer, NerRecognizer
from derbes.recognizers.person import PersonRecognizer
from tools.train.corpus import Text, split
from tools.train.evaluate import compare

Reader = Callable[[Sequence[str]], list[list[Match]]]


def readers() -> dict[str, Reader]:
    """The three ways to look for persons."""
    rules, model, both = PersonRecognizer(), NerRecognizer(), NameRecognizer()

    def strong(found: list[list[Match]]) -> list[list[Match]]:
        return [[match for match in matches if match.score >= 0.5] for matches in found]

    return {
        "rules": lambda texts: strong([list(rules.find(text)) for text in texts]),
        "model": model.find_many,
        "both": lambda texts: strong(both.find_many(texts)),
    }


def upper(texts: Sequence[Text]) -> list[Text]:
    """The same in capitals."""
    return [Text(t.text.upper(), t.spans, t.language, t.origin) for t in texts if len(t.text.upper()) == len(t.text)]


def main(data: Path) -> None:
    """Print one line a slice and reader."""
    _, held_out = split(data)
    slices = {**held_out, "kk upper": upper(held_out["kk"]), "ru upper": upper(held_out["ru"])}
    print("slice      reader    exact P      R     F1  overlap P      R     F1   words/s")
    for name, texts in slices.items():
        words = sum(len(text.text.split()) for text in texts)
        for label, read in readers().items():
            began = time.process_time()
            found = read([text.text for text in texts])
            spent = time.process_time() - began
            pairs = [
                ([(m.start, m.end) for m in matches], [(s, e) for s, e, kind in text.spans if kind == "PERSON"])
                for matches, text in zip(found, texts, strict=True)
            ]
            one, two = compare(pairs, overlap=False), compare(pairs, overlap=True)
            print(
                f"{name:10} {label:8} {one.precision:8.3f} {one.recall:6.3f} {one.f1:6.3f}"
                f" {two.precision:10.3f} {two.recall:6.3f} {two.f1:6.3f} {words / spent:9,.0f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
