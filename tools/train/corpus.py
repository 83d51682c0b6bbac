"""The labelled texts: Kazakh gold (KazNERD), Russian gold (factRuEval) and Russian silver (Wikinews by a teacher).

A held-out slice of each is for development: blocks of fifty sentences of KazNERD (neighbours talk of the same people),
whole documents of factRuEval.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Span = tuple[int, int, str]
KAZNERD = {"PERSON": "PERSON", "ORGANISATION": "ORG", "GPE": "LOC", "LOCATION": "LOC", "FACILITY": "LOC"}
BLOCK, HELD_OUT_BLOCK = 50, 3  # of every ten blocks
HELD_OUT_DOCUMENT = 5  # every fifth
SILVER = Path(__file__).parent / "silver.jsonl.gz"


@dataclass(frozen=True)
class Text:
    """A text with its spans (character offsets, label), language (kk, ru) and origin."""

    text: str
    spans: tuple[Span, ...]
    language: str
    origin: str


def kaznerd(data: Path) -> Iterator[Text]:
    """Sentences as published: tokens with one space between."""
    rows: list[tuple[str, str]] = []
    with (data / "kaznerd_valid.iob2").open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                word, _, tag = line.rstrip("\n").rpartition(" ")
                rows.append((word, tag))
            elif rows:
                yield _sentence(rows)
                rows = []
    if rows:
        yield _sentence(rows)


def _sentence(rows: list[tuple[str, str]]) -> Text:
    spans: list[Span] = []
    at = 0
    for word, tag in rows:
        end = at + len(word)
        label = KAZNERD.get(tag[2:])
        if label and tag[0] == "I" and spans and spans[-1][1] == at - 1:
            spans[-1] = (spans[-1][0], end, spans[-1][2])
        elif label:
            spans.append((at, end, label))
        at = end + 1
    return Text(" ".join(word for word, _ in rows), tuple(spans), "kk", "kaznerd")


def factrueval(data: Path) -> Iterator[Text]:
    """Whole news texts."""
    with (data / "factrueval_devset.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            spans = tuple((s["start"], s["end"], s["label"]) for s in row["spans"])
            yield Text(row["text"], spans, "ru", "factrueval")


def wikinews(data: Path) -> Iterator[Text]:
    """News texts with the labels of the teacher (``teacher.py``)."""
    with gzip.open(SILVER, "rt", encoding="utf-8") as lines:
        silver = {row["id"]: row["spans"] for row in map(json.loads, lines)}
    with (data / "ru_wikinews.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            spans = (part for span in silver[row["id"]] for part in _outside_brackets(row["text"], *span))
            yield Text(row["text"], tuple(spans), "ru", "wikinews")


def _outside_brackets(text: str, start: int, end: int, label: str) -> Iterator[Span]:
    """The teacher takes «Барри Лоуенкрон (Barry Lowenkron)» for one name; the gold has two."""
    for part in re.finditer(r"[^()]+", text[start:end]):
        words = part[0].strip()
        if words:
            at = start + part.start() + part[0].index(words)
            yield at, at + len(words), label


def paragraphs(text: Text) -> Iterator[Text]:
    """The lines of a text, each with its own spans; a span over a line break is dropped with its line."""
    for match in re.finditer(r"[^\n]+", text.text):
        start, end = match.span()
        inside = tuple((s - start, e - start, label) for s, e, label in text.spans if start <= s and e <= end)
        if not any(s < start < e or s < end < e for s, e, _ in text.spans):
            yield Text(match.group(), inside, text.language, text.origin)


def split(data: Path) -> tuple[list[Text], dict[str, list[Text]]]:
    """Texts to train on, and the held-out ones by language."""
    train: list[Text] = []
    held_out: dict[str, list[Text]] = {"kk": [], "ru": []}
    for index, text in enumerate(kaznerd(data)):
        (held_out["kk"] if index // BLOCK % 10 == HELD_OUT_BLOCK else train).append(text)
    for index, text in enumerate(factrueval(data)):
        if index % HELD_OUT_DOCUMENT == 0:
            held_out["ru"].append(text)
        else:
            train.extend(paragraphs(text))
    for text in wikinews(data):
        train.extend(paragraphs(text))
    return train, held_out
