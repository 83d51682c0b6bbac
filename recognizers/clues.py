"""Names in bulk: logs and texts of any size, where nearly every sentence has a capital letter and few have a name.

``ClueWords`` finds, in whole buffers of bytes, the capitalised Cyrillic words that can be evidence of a name: each
distinct word is judged once (``names.tag``), the rest is a look-up. ``BulkNameRecognizer`` reads only texts with a
clue: such a word, an initial, a label. Rules read all of these, the model a sample chosen by their content, so that it
does not matter how a file was cut (decision 0016).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar
from zlib import crc32

import numpy as np

from derbes.recognizers.base import Match
from derbes.recognizers.bytes_of import gate
from derbes.recognizers.names import tag
from derbes.recognizers.ner import NameRecognizer, settled, union
from derbes.recognizers.person import PersonRecognizer
from derbes.recognizers.person_anchor import CYRILLIC_WORD, cyrillic_initials

_EVIDENCE = frozenset("GAESZKPO")  # tags without which, and without initial or label, no rule finds a name
_KNOWN_WORDS = 1 << 17
_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|['`?-](?=[^\W\d_]))*+")
_IN_WORD = rb"[A-Za-z'`?\x80-\xff-]"
_REST = re.compile(_IN_WORD + rb"*+")
_INSIDE = [re.match(_IN_WORD, bytes([byte])) is not None for byte in range(256)]
# Bounded before the capital: else each letter of a run of Latin ones would be tried as the beginning.
_CHUNK = re.compile(_IN_WORD + rb"{0,64}" + CYRILLIC_WORD + _IN_WORD + rb"*")


class ClueWords:
    """Which words of a buffer are evidence. A word here is a run of letters and of what may stand between them."""

    def __init__(self) -> None:
        self._known: dict[bytes, bool] = {}

    def lines(self, buffer: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end (``\\n`` excluded) of each line of ``buffer[start:end]``, whole lines, that has evidence."""
        piece = buffer[start:end]
        line_end = -1
        for first, last in _capitalised(piece):
            if first > line_end and self._tells(piece[first:last]):
                line_end = piece.find(b"\n", last)
                line_end = len(piece) if line_end < 0 else line_end
                yield start + piece.rfind(b"\n", 0, first) + 1, start + line_end

    def fires(self, text: bytes) -> bool:
        """Whether some word of ``text`` is evidence."""
        return not text.isascii() and any(map(self._tells, _CHUNK.findall(text)))

    def _tells(self, chunk: bytes) -> bool:
        verdict = self._known.get(chunk)
        if verdict is None:
            if len(self._known) >= _KNOWN_WORDS:
                self._known.clear()
            tokens = _TOKEN.findall(chunk.decode("utf-8", "replace"))
            verdict = self._known[chunk] = any(tag(token) in _EVIDENCE for token in tokens if token[0].isupper())
        return verdict


def _capitalised(piece: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every word of ``piece`` in which a Cyrillic capital stands before a Cyrillic letter."""
    if len(piece) < 4 or piece.isascii():
        return
    data = np.frombuffer(piece, dtype=np.uint8)
    lead, second = data[:-2], data[1:-1]
    capital = (lead == 0xD0) & (second < 0xB0)
    capital |= ((lead & 0xFE) == 0xD2) & ((second & 1) == 0)  # Kazakh letters: capitals are even
    at = np.flatnonzero(capital)
    at = at[(data[at + 2] & 0xFC) == 0xD0]
    end = 0
    for first in at.tolist():
        if first >= end:
            start = first
            while start > end and _INSIDE[piece[start - 1]]:
                start -= 1
            end = _REST.match(piece, first).end()  # type: ignore[union-attr]  # it matches the empty string, too
            yield start, end


class BulkNameRecognizer(NameRecognizer):
    """Names where there is a clue; the model reads one in ``sample`` of the texts that the rules leave open.

    ``left`` counts the texts that it did not read for that reason.
    """

    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        *(pattern for pattern in PersonRecognizer.ANCHOR if pattern != CYRILLIC_WORD),
        *cyrillic_initials(),
    )

    def __init__(self, sample: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sample = sample
        self.left = 0
        self.words = ClueWords()

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        """Names of each text; without a clue there are none."""
        rules = [list(self.rules.find(text)) if self.has_clue(text) else None for text in texts]
        unsettled = [
            text if found is not None and not settled(text, found) else ""
            for text, found in zip(texts, rules, strict=True)
        ]
        to_read = [text if self._reads(text) else "" for text in unsettled]
        self.left += to_read.count("") - unsettled.count("")
        seen = self.model.read(to_read)
        every = zip(texts, rules, seen, strict=True)
        return [[] if found is None else union(text, found, spans) for text, found, spans in every]

    def has_clue(self, text: str) -> bool:
        """A word that is evidence of a name, an initial, a label."""
        encoded = text.encode("utf-8", "surrogatepass")
        return self.words.fires(encoded) or _gate().search(encoded) is not None

    def _reads(self, text: str) -> bool:
        return self.sample == 1 or crc32(text.encode("utf-8", "surrogatepass")) % self.sample == 0


@cache
def _gate() -> Any:
    return gate(BulkNameRecognizer.ANCHOR)
