"""Precision, recall and F1 of ADDRESS and ORGANIZATION on hand-written lines, and false alarms on news.

``python tests/bench/address_dev.py [DATA]``: ``DATA`` is a folder with ``kaznerd_valid.iob2`` and
``ru_wikinews.jsonl``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from derbes.recognizers.address import AddressRecognizer
from derbes.recognizers.base import TextRecognizer
from derbes.recognizers.organization import OrganizationRecognizer

HERE = Path(__file__).parent
Span = tuple[int, int]


def read_marked(name: str) -> Iterator[tuple[str, list[Span]]]:
    """Lines with their spans, which stand in ⟦ ⟧."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            continue
        spans = []
        text = ""
        for piece in re.split("([⟦⟧])", line):
            if piece == "⟦":
                spans.append((len(text), 0))
            elif piece == "⟧":
                spans[-1] = (spans[-1][0], len(text))
            else:
                text += piece
        yield text, spans


def found(recognizer: TextRecognizer, text: str) -> list[Span]:
    """What would be reported."""
    return [(m.start, m.end) for m in recognizer.find_in_views(text) if m.score >= 0.5]


def measure(recognizer: TextRecognizer, lines: Iterable[tuple[str, list[Span]]], *, verbose: bool) -> None:
    """Print exact and overlap figures, and the errors."""
    wanted = got = exact = hit_wanted = hit_got = 0
    for text, gold in lines:
        spans = found(recognizer, text)
        wanted, got, exact = wanted + len(gold), got + len(spans), exact + len(set(gold) & set(spans))
        hit_wanted += sum(any(s < e2 and s2 < e for s2, e2 in spans) for s, e in gold)
        hit_got += sum(any(s < e2 and s2 < e for s2, e2 in gold) for s, e in spans)
        if verbose and set(gold) != set(spans):
            print("  -", text, "->", [text[s:e] for s, e in spans])
    print(f"{recognizer.name}: exact {_f1(exact, got, exact, wanted)}  overlap {_f1(hit_got, got, hit_wanted, wanted)}")


def _f1(right: int, got: int, reached: int, wanted: int) -> str:
    precision, recall = right / max(1, got), reached / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"


def news(data: Path) -> Iterator[str]:
    """Sentences of news, where an address is a rarity."""
    for sentence in (data / "kaznerd_valid.iob2").read_text(encoding="utf-8").split("\n\n"):
        words = [line.split()[0] for line in sentence.splitlines() if line.strip()]
        yield re.sub(r" ([,.!?;:»)])", r"\1", re.sub(r"([«(]) ", r"\1", " ".join(words)))
    with (data / "ru_wikinews.jsonl").open(encoding="utf-8") as lines:
        yield from (paragraph for line in lines for paragraph in json.loads(line)["text"].splitlines() if paragraph)


def main() -> None:
    """Print everything."""
    pairs = (
        (AddressRecognizer(), "address_dev.txt"),
        (AddressRecognizer(), "address_dev2.txt"),
        (OrganizationRecognizer(), "organization_dev.txt"),
    )
    for recognizer, name in pairs:
        measure(recognizer, read_marked(name), verbose=True)
    if len(sys.argv) > 1:
        texts = list(news(Path(sys.argv[1])))
        for recognizer, _ in pairs[1:]:
            hits = [text[s:e] for text in texts for s, e in found(recognizer, text)]
            print(f"{recognizer.name}: {len(hits)} hits in {len(texts)} lines of news", *hits[:60], sep="\n  ")


if __name__ == "__main__":
    main()
