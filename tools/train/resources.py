"""What the model knows beforehand: the lexicon of names and places, and the word vectors.

Run in the teacher's environment (natasha's files, navec; see docs/models.md):

    PYTHONPATH=src python -m tools.train.resources DATA NATASHA_DIR MODEL_DIR

Sources: ``kazakh_names.json`` (MIT), ``kato.csv`` (MIT), natasha's dictionaries (MIT), navec news vectors (MIT); which
words are written small comes from the training texts.
"""

import csv
import gzip
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from derbes.recognizers.nlp import stem
from tools.train import corpus

WORD = re.compile(r"[а-яәғқңөұүһіё]{3,}$")
REGULAR = re.compile(r"(?:[оеё]в|[иы]н|[сц]кий|енко|ский|ова|ева|ина)$")
SETTLEMENT = re.compile(r"^(?:г|с|п|а|ст|рзд|уч|зим)\.\s*")
VECTORS, DIMENSIONS = 100_000, 48


def kazakh_given(data: Path) -> Iterator[str]:
    """Given names of the book, lower case."""
    with (data / "kazakh_names.json").open(encoding="utf-8") as lines:
        for line in lines:
            yield from (name.lower() for name in json.loads(line)["kazakhNames"])


def kazakh_surnames(data: Path) -> Iterator[str]:
    """Surnames that their own suffix does not give away."""
    with (data / "kazakh_names.json").open(encoding="utf-8") as lines:
        for line in lines:
            yield from (name.lower() for name in json.loads(line)["familyNames"])


def settlements(data: Path) -> Iterator[str]:
    """Names of towns, villages and districts, both languages, one word each."""
    with (data / "kato.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for name in (row["name_ru"], row["name_kk"]):
                words = [word for word in re.findall(r"[^\W\d_]+", SETTLEMENT.sub("", name)) if word[:1].isupper()]
                if len(words) == 1 and len(words[0]) > 3:
                    yield words[0].lower()


def common_words(data: Path) -> Iterator[str]:
    """Stems that the training texts have in lower case, three times or more."""
    texts = [*corpus.kaznerd(data), *corpus.factrueval(data), *corpus.wikinews(data)]
    small = (stem(word) for text in texts for word in re.findall(r"\b[^\W\d_]{3,}\b", text.text) if word.islower())
    yield from (word for word, count in Counter(small).items() if count >= 3)


def write_lexicon(data: Path, natasha: Path, target: Path) -> None:
    """``word<TAB>classes`` a line, sorted; regular surnames are left to the suffix."""
    dictionary = natasha / "data" / "dict"
    sources = {
        "g": (dictionary / "first.txt").read_text(encoding="utf-8").split(),
        "G": kazakh_given(data),
        "s": [
            word
            for word in [*(dictionary / "last.txt").read_text(encoding="utf-8").split(), *kazakh_surnames(data)]
            if not REGULAR.search(word)
        ],
        "l": settlements(data),
        "w": common_words(data),
    }
    classes: dict[str, set[str]] = {}
    for kind, words in sources.items():
        for word in words:
            for form in {word, nominative_stem(word)} if kind in "gG" else {word}:
                if WORD.match(form):
                    classes.setdefault(form, set()).add(kind)
    with gzip.GzipFile(target, "wb", mtime=0) as out:
        for word in sorted(classes):
            out.write(f"{word}\t{''.join(sorted(classes[word]))}\n".encode())


def nominative_stem(word: str) -> str:
    """As ``stem`` does with the vowel of a nominative: «ольга» is met as «ольг»."""
    return re.sub(r"(?<=...)[аяйь]$", "", word)


def write_vectors(natasha: Path, target: Path) -> None:
    """The most frequent words of the news corpus, projected on their main axes, a byte a number."""
    import numpy as np
    from navec import Navec

    navec = Navec.load(str(next((natasha / "data" / "emb").glob("navec_news_*.tar"))))
    counts = np.array(navec.vocab.counts[: len(navec.vocab.words) - 2])
    chosen = [int(i) for i in np.argsort(-counts, kind="stable") if navec.vocab.words[i].isalpha()][:VECTORS]
    words = [navec.vocab.words[i] for i in chosen]
    full = navec.pq.unpack()[chosen].astype("float32")
    full -= full.mean(axis=0)
    weights = np.log1p(counts[chosen])[:, None].astype("float32")
    _, axes = np.linalg.eigh((full * weights).T @ full)
    small = full @ axes[:, ::-1][:, :DIMENSIONS]
    scale = (np.abs(small).max(axis=0) / 127).astype("float32")
    stored = {
        "words": np.frombuffer(gzip.compress("\n".join(words).encode(), mtime=0), dtype="uint8"),
        "data": np.round(small / scale).astype("int8"),
        "scale": scale / np.float32(small.std() or 1.0),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **stored)
    target.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    write_lexicon(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) / "lexicon.txt.gz")
    write_vectors(Path(sys.argv[2]), Path(sys.argv[3]) / "vectors.npz")
