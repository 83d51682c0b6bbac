"""Train the name model: ``python -m tools.train DATA [--out DIR] [--epochs N] [--seed N] [--all]``.

``DATA`` is the folder with ``kaznerd_valid.iob2``, ``factrueval_devset.jsonl``, ``ru_wikinews.jsonl``,
``kazakh_names.json`` and ``kato.csv``. Beside the weights it needs ``lexicon.txt.gz`` and ``vectors.npz`` of the
package (``resources.py``). Deterministic: one thread, one seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from derbes.recognizers import nlp as pipeline
from tools.train.augment import Augmenter, foreign_names
from tools.train.corpus import Text, split
from tools.train.evaluate import report, score
from tools.train.generate import Generator
from tools.train.names import Bank

WIDTH, DEPTH, HIDDEN = 96, 4, 64
ROWS = [8000, 6000, 4000, 2000, 4000, 500, 200]
WORDS_A_BATCH = 1200
LEARN_RATE, DROPOUT = 0.001, 0.25
GENERATED = 5000


def repeats(text: Text) -> int:
    """How often an epoch shows a text: gold with persons more than the rest."""
    if text.origin == "wikinews":
        return 1
    has_person = any(label == "PERSON" for *_, label in text.spans)
    return 1 + has_person + (text.origin == "factrueval")


def examples(nlp: Any, texts: list[Text]) -> Iterator[Any]:
    """Texts as spaCy examples; spans that do not begin and end with our tokens are widened to them."""
    from spacy.tokens import Doc, Span
    from spacy.training import Example
    from spacy.util import filter_spans

    for text in texts:
        offsets = pipeline.tokens(text.text)
        if not offsets:
            continue
        words = [text.text[a:b] for a, b in offsets]
        gold = Doc(nlp.vocab, words=words)
        spans = []
        for start, end, label in text.spans:
            inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
            if inside:
                spans.append(Span(gold, inside[0], inside[-1] + 1, label=label))
        gold.set_ents(filter_spans(spans), default="outside")
        yield Example(Doc(nlp.vocab, words=words), gold)


def batches(items: list[Any], words: int) -> Iterator[list[Any]]:
    """Groups of examples with about ``words`` words each."""
    group: list[Any] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item.reference)
        if size >= words:
            yield group
            group, size = [], 0
    if group:
        yield group


def main(argv: list[str]) -> None:
    """Train, keep the averaged weights of the last epoch, print the figures of the held-out slices."""
    parser = argparse.ArgumentParser(prog="python -m tools.train")
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=pipeline.MODEL)
    parser.add_argument("--epochs", type=int, default=11)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--all", action="store_true", help="train on the held-out slices, too")
    options = parser.parse_args(argv)

    from spacy.util import fix_random_seed
    from thinc.api import Adam

    fix_random_seed(options.seed)
    train, held_out = split(options.data)
    if options.all:
        train += [text for texts in held_out.values() for text in texts]
    bank = Bank(options.data, options.seed)
    augment, generate = Augmenter(bank, foreign_names(train)), Generator(bank)
    nlp = pipeline.blank()
    ner = pipeline.add_ner(nlp, WIDTH, DEPTH, ROWS, HIDDEN)
    for label in ("PERSON", "ORG", "LOC"):
        ner.add_label(label)
    nlp.initialize(lambda: list(examples(nlp, train[:200])))
    pipeline.fast(ner.model)
    optimizer = Adam(LEARN_RATE, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)

    shuffle = random.Random(options.seed)
    repeated = [text for text in train for _ in range(repeats(text))]
    for epoch in range(options.epochs):
        began, losses = time.monotonic(), {}
        fresh = [*augment(repeated), *generate(GENERATED)]
        shuffle.shuffle(fresh)
        with nlp.memory_zone():
            groups = list(batches(list(examples(nlp, fresh)), WORDS_A_BATCH))
            for index, group in enumerate(groups):
                done = (epoch + index / len(groups)) / options.epochs
                optimizer.learn_rate = LEARN_RATE * min(1.0, done * 40 + 0.05) * max(0.02, 1 - done)
                nlp.update(group, sgd=optimizer, drop=DROPOUT, losses=losses)
        del groups, fresh, group
        line = f"epoch {epoch + 1} loss {losses['ner']:.0f} {time.monotonic() - began:.0f} s"
        with nlp.select_pipes(enable=["ner"]), ner.model.use_params(optimizer.averages):
            figures = {name: score(nlp, texts) for name, texts in held_out.items()}
            options.out.mkdir(parents=True, exist_ok=True)
            pipeline.save(nlp, options.out)
        print(line, report(figures), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
