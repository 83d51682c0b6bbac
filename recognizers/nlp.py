"""The spaCy pipeline behind ``NerRecognizer``: its tokens, what it knows of a word, loading it from the package.

The pipeline is small (hash embeddings, one convolutional encoder, a transition-based tagger of spans) and bilingual:
Kazakh and Russian in one. Words enter as seven features, computed once a distinct word; one of them is what the
lexicon says of the word (given name, surname, settlement), so that names never met in training are still seen as names.
Everything is read from ``models/ner`` inside the package; nothing is downloaded. How it is trained: ``tools/train``,
``docs/models.md``.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

MODEL = Path(__file__).parent / "models" / "ner"
CHUNK = 256  # tokens that the model sees at once
_WARM_WORDS = 1 << 16

TOKEN = re.compile(r"[^\W\d_]{1,64}|\d{1,64}|\n|[^\w\s]|_")
_KK_ENDING = re.compile(
    r"(?:[дт]ағы|[дт]егі|[ндт]ың|[ндт]ің|[мбп]ен|[дтн]ан|[дтн]ен|нда|нде|[дт]а|[дт]е|[дтн]ы|[дтн]і|ға|ге|қа|ке|на|не)$"
)
_RU_ENDING = re.compile(r"(?:ого|ому|ыми|ами|ой|ый|ая|ую|ою|ым|ых|ом|ем|ём|ей|ам|ах|ья|ью|а|я|у|ю|ы|и|е|о|й|ь)$")
_SURNAME = re.compile(r"(?:[оеё]в|[иы]н|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|ч?ук|[иы]х)(?:а|у|ым|е|ой|ы|ых)?$")
_PATRONYMIC = re.compile(
    r"(?:[оеё]вич|[иы]ч|[оеё]вн|ичн|инишн)(?:а|у|ем|ом|е|ы|ой)?$|[ұу]л[ыі]|[қк][ыі]з[ыі]$|^(?:оглы|кызы)$"
)
_KAZAKH = re.compile("[әғқңөұүһі]")
_RUSSIAN = str.maketrans("әғқңөұүһі", "агкноуухи")

Features = tuple[str, ...]


def tokens(text: str) -> list[tuple[int, int]]:
    """Offsets of the words, numbers and marks of ``text``; a line break is a mark of its own."""
    return [match.span() for match in TOKEN.finditer(text)]


def stem(lower: str) -> str:
    """``lower`` without one Kazakh or, failing that, Russian case ending; at least three letters stay."""
    for ending in (_KK_ENDING, _RU_ENDING):
        if (match := ending.search(lower)) and match.start() >= 3:
            return lower[: match.start()]
    return lower


@lru_cache(maxsize=1)
def lexicon() -> dict[str, str]:
    """Lower-case stem -> classes: ``g``/``G`` Russian or Kazakh given name, ``s`` surname, ``l`` settlement."""
    with gzip.open(MODEL / "lexicon.txt.gz", "rt", encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split("\t") for line in lines)


def word_class(word: str) -> str:
    """What the lexicon and the suffixes say of a capitalised word; empty for any other."""
    if not word[:1].isupper() or len(word) < 3:
        return ""
    lower = word.lower()
    base = stem(lower)
    found = lexicon().get(lower) or lexicon().get(base) or ""
    if _PATRONYMIC.search(lower) or _PATRONYMIC.search(base):
        return found + "p"
    if _SURNAME.search(lower) or _SURNAME.search(base):
        return found + "f"
    return found


def shape(word: str) -> str:
    """Case, script and length class of a word; a mark is its own shape."""
    if word.isdigit():
        return f"d{min(len(word), 7)}"
    if not word[0].isalpha():
        return word
    lower = word.lower()
    script = "l" if word[0] < "Ͱ" else "k" if _KAZAKH.search(lower) else "c"
    case = "x" if word == lower else "X" if len(word) == 1 else "XX" if word == word.upper() else "Xx"
    return case + script + ("" if word[1:] == lower[1:] or case == "XX" else "~") + str(min(len(word), 4))


def known_form(lower: str, base: str) -> str:
    """The form of a word that has a vector: itself, its base, or its base in Russian letters; else the word itself."""
    rows = vectors()[0]
    if lower in rows:
        return lower
    if base in rows:
        return base
    plain = base.translate(_RUSSIAN)
    return plain if plain in rows else lower


@lru_cache(maxsize=_WARM_WORDS)
def features(word: str) -> Features:
    """Form, stem, prefix, two suffixes, shape and class of a word, in the order of ``SLOTS``."""
    lower = "0" * len(word) if word.isdigit() else word.lower()
    base = stem(lower)
    return known_form(lower, base), base, lower[:4], lower[-3:], lower[-5:], shape(word), word_class(word) or "-"


# Where spaCy keeps a feature of a word: LANG and ID are slots of a lexeme that nothing else here uses.
SLOTS = ("LOWER", "NORM", "PREFIX", "SUFFIX", "ID", "SHAPE", "LANG")


def blank() -> Any:
    """A spaCy pipeline without components whose words have our features and static vectors."""
    import numpy as np
    import spacy
    from spacy import attrs
    from spacy.strings import get_string_id
    from spacy.vectors import Vectors

    nlp = spacy.blank("xx")
    nlp.vocab.lex_attr_getters = {
        getattr(attrs, slot): lambda word, index=index: features(word)[index] for index, slot in enumerate(SLOTS)
    }
    nlp.tokenizer = _Tokenizer(nlp.vocab)
    rows, data = vectors()
    keys = np.array([get_string_id(word) for word in rows], dtype="uint64")
    nlp.vocab.vectors = Vectors(data=data, keys=keys, attr="LOWER")
    return nlp


class _Tokenizer:
    """spaCy's door to ``tokens``; blanks are not kept, offsets are the caller's business."""

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Any:
        from spacy.tokens import Doc

        return Doc(self.vocab, words=[text[start:end] for start, end in tokens(text)])


@lru_cache(maxsize=1)
def vectors() -> tuple[dict[str, int], Any]:
    """Word -> row, and the rows: word vectors, which are kept as bytes with one scale a dimension."""
    import numpy as np

    with np.load(MODEL / "vectors.npz") as stored:
        words = gzip.decompress(stored["words"].tobytes()).decode().split("\n")
        data = stored["data"].astype("float32") * stored["scale"]
    return {word: row for row, word in enumerate(words)}, data


def fast(model: Any) -> None:
    """Let ``model`` multiply with NumPy's BLAS: three times as fast as BLIS here, and as exact."""
    from thinc.api import NumpyOps

    ops = NumpyOps(use_blis=False)
    for node in model.walk():
        node.ops = ops


def add_ner(nlp: Any, width: int, depth: int, rows: list[int], hidden: int) -> Any:
    """Add the span tagger with its own token encoder."""
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": width,
        "attrs": list(SLOTS),
        "rows": rows,
        "include_static_vectors": True,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": width,
        "depth": depth,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": hidden,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }
    return nlp.add_pipe("ner", config={"model": model})


def save(nlp: Any, folder: Path) -> None:
    """Write the tagger: its settings and its weights as half floats, gzipped."""
    import srsly

    nlp.config.to_disk(folder / "config.cfg")
    packed = srsly.msgpack_dumps(_cast(srsly.msgpack_loads(nlp.get_pipe("ner").to_bytes(exclude=["vocab"])), "float16"))
    with gzip.GzipFile(folder / "ner.msgpack.gz", "wb", mtime=0) as out:
        out.write(packed)


@lru_cache(maxsize=2)
def load(folder: Path = MODEL) -> Any:
    """The shipped pipeline, once a process."""
    import srsly
    from thinc.api import Config

    config = Config().from_disk(folder / "config.cfg")
    nlp = blank()
    ner = nlp.add_pipe("ner", config={"model": config["components"]["ner"]["model"]})
    with gzip.open(folder / "ner.msgpack.gz") as stored:
        ner.from_bytes(srsly.msgpack_dumps(_cast(srsly.msgpack_loads(stored.read()), "float32")), exclude=["vocab"])
    fast(ner.model)
    return nlp


def _cast(node: Any, kind: str) -> Any:
    """A decoded msgpack tree with every float array, and nested tree, cast to ``kind``."""
    import numpy as np
    import srsly

    if isinstance(node, np.ndarray):
        return node.astype(kind) if node.dtype.kind == "f" else node
    if isinstance(node, dict):
        return {key: _cast(value, kind) for key, value in node.items()}
    if isinstance(node, list):
        return [_cast(value, kind) for value in node]
    if isinstance(node, bytes) and len(node) > 1000:
        return srsly.msgpack_dumps(_cast(srsly.msgpack_loads(node), kind))
    return node


Span = tuple[int, int, str]


def entities(nlp: Any, texts: Iterable[str], batch: int = 128) -> Iterator[list[Span]]:
    """Spans of each text, in order: ``(start, end, label)`` in characters. Memory does not grow with new words."""
    from spacy.tokens import Doc

    pending = iter(texts)
    ner = nlp.get_pipe("ner")
    while group := list(islice(pending, batch)):
        spans: list[list[Span]] = [[] for _ in group]
        with nlp.memory_zone():
            pieces = [(i, piece) for i, text in enumerate(group) for piece in _pieces(text)]
            docs = (Doc(nlp.vocab, words=[group[i][a:b] for a, b in piece]) for i, piece in pieces)
            for (i, piece), doc in zip(pieces, ner.pipe(docs, batch_size=batch), strict=True):
                spans[i] += [(piece[e.start][0], piece[e.end - 1][1], e.label_) for e in doc.ents]
        yield from spans


def chunks(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the stretches of ``text`` that the model reads one at a time."""
    for piece in _pieces(text):
        yield piece[0][0], piece[-1][1]


def _pieces(text: str) -> Iterator[list[tuple[int, int]]]:
    """The tokens of a text in chunks that end, where they can, at the end of a line or sentence."""
    offsets = tokens(text)
    start = 0
    while start < len(offsets):
        end = start + CHUNK
        if end < len(offsets):
            ends = (i + 1 for i in range(end - 1, start + CHUNK // 2, -1) if text[offsets[i][0]] in "\n.!?;")
            end = next(ends, end)
        yield offsets[start:end]
        start = end
