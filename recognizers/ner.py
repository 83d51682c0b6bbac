"""Names that no rule can know: a small bilingual model (Kazakh and Russian) reads the sentence.

``NerRecognizer`` is the model alone; ``NameRecognizer`` is the rules of ``person.py`` and the model together, and what
the product uses. The model reads only lines in which some Cyrillic word could be a name, each distinct piece once, in
batches. The same vetoes hold as for the rules: a street, a company or a tariff called after a person is no person.
Training, data and figures: ``docs/models.md``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from derbes.recognizers import nlp as pipeline
from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.disjoint import Disjoint
from derbes.recognizers.names import tag
from derbes.recognizers.nlp import Span
from derbes.recognizers.person import PersonRecognizer
from derbes.recognizers.person_anchor import CYRILLIC_WORD
from derbes.recognizers.person_words import KNOWN_AGAIN

SCORE = 0.6
SURE = 0.85  # rules that saw two parts of a name
REPORTED = 0.5
CERTAIN = 0.9  # rules that saw a patronymic; in capitals any two words look like a name
_CACHED_PIECES, _CACHED_LENGTH = 4096, 400
_LONGEST_NAME = 6  # words
_LETTERS = "А-Яа-яЁёІіҒғҚқҢңҮүҰұҺһӘәӨө"
_NAME_WORD = re.compile(rf"[\u0400-\u042fҒҚҢҮҰҺӘӨ][{_LETTERS}]{{1,40}}")
_KAZAKH = re.compile("[ҒҚҢҮҰҺӘӨІғқңүұһәөі]")
_REACH = 100  # characters around a word that show the language
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*+\.?")
_CONJUNCTIONS = ("Мен", "Бен", "Пен")  # Kazakh for «and», but with a capital they are names
_LINE = re.compile(r"[^\n]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?»”\"\n•—–-])\s*$")
_GLUED_BEFORE = re.compile(r"[\w@/\\]|(?<=\w)[.-]")
_GLUED_AFTER = re.compile(r"[\d_@/\\]|[.:]\w")

_JOINT = r"(?:, | и | және | мен | пен | бен )"
_JOINT_BEFORE, _JOINT_BEHIND = re.compile(_JOINT + "$"), re.compile(_JOINT)
_LETTER_AND_WORD = re.compile(r"\w{1,2}\. ?\w+")  # «А. Общие», the head of a paragraph

_lock = threading.Lock()  # spaCy's vocabulary is shared by the threads of a process


class _Read(NamedTuple):
    """What the model sees."""

    start: int
    end: int
    label: str


class NerRecognizer(TextRecognizer):
    """Finds names of natural persons in Kazakh and Russian sentences with the model that ships in the package."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    # A Cyrillic capital followed by a Cyrillic letter.
    ANCHOR: ClassVar[tuple[bytes, ...]] = (CYRILLIC_WORD,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, list[Span]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_known": {}}

    def find(self, text: str) -> Iterator[Match]:
        """Yield names in ``text``, all with score 0.6."""
        yield from self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        """``find`` for each of ``texts``, in one batch."""
        return [persons(text, spans) for text, spans in zip(texts, self.read(texts), strict=True)]

    def read(self, texts: Sequence[str]) -> list[list[Span]]:
        """All that the model sees in each text: ``(start, end, label)`` with labels PERSON, ORG and LOC."""
        pieces = [list(_pieces(text)) for text in texts]
        answers = self._answers({piece for found in pieces for _, piece in found})
        return [[(at + s, at + e, x) for at, piece in found for s, e, x in answers[piece]] for found in pieces]

    def _answers(self, wanted: set[str]) -> dict[str, list[Span]]:
        """What the model sees in each distinct piece; short pieces are remembered."""
        answers = {piece: self._known[piece] for piece in wanted if piece in self._known}
        unread = sorted(wanted - answers.keys(), key=lambda piece: (len(piece), piece))
        if unread:
            with _lock:
                answers.update(zip(unread, pipeline.entities(pipeline.load(), unread), strict=True))
        if len(self._known) + len(unread) > _CACHED_PIECES:
            self._known.clear()
        self._known.update({p: answers[p] for p in unread[:_CACHED_PIECES] if len(p) <= _CACHED_LENGTH})
        return answers


class NameRecognizer(TextRecognizer):
    """Finds names of natural persons: the rules first, the model where they are silent or doubtful."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = tuple(dict.fromkeys((*PersonRecognizer.ANCHOR, *NerRecognizer.ANCHOR)))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = PersonRecognizer(*args, **kwargs)
        self.model = NerRecognizer(*args, **kwargs)

    def find(self, text: str) -> Iterator[Match]:
        """Yield names in ``text``."""
        yield from self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Match]]:
        """``find`` for each of ``texts``, the model in one batch."""
        rules = [list(self.rules.find(text)) for text in texts]
        open_ones = ["" if settled(text, found) else text for text, found in zip(texts, rules, strict=True)]
        return [union(*each) for each in zip(texts, rules, self.model.read(open_ones), strict=True)]


def settled(text: str, found: Sequence[Match]) -> bool:
    """Nothing but names that the rules are sure of, as the cells of a column are: the model has nothing to add."""
    at = 0
    for match in sorted(found, key=lambda m: m.start):
        if match.score < SURE or text[at : match.start].strip(" ,;\t"):
            return False
        at = match.end
    return bool(found) and not text[at:].strip(" ,;\t")


def persons(text: str, seen: Sequence[Span]) -> list[Match]:
    """The model's persons that stand up to the vetoes, and the words of their full names wherever else they occur."""
    found = [_trimmed(text, start, end) for start, end, label in seen if label == "PERSON"]
    spans = [(start, end) for start, end in found if _stands(text, start, end)]
    ends = {end for _, end in spans}
    spans += [(start, end) for start, end in found if _repeats_in_latin(text, start, end, ends)]
    spans += _echoes(text, spans, seen)
    return [Match(start, end, "PERSON", SCORE) for start, end in sorted(spans)]


def _repeats_in_latin(text: str, start: int, end: int, ends: set[int]) -> bool:
    """«Ян Вальд (Jan Wald)»: the second spelling of the name before it."""
    in_brackets = text[start - 1 : start] == "(" and text[end : end + 1] == ")" and " " in text[start:end]
    return in_brackets and not ends.isdisjoint((start - 2, start - 1))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without words at the edges that belong to no name, and without a noun that owes its capital to the sentence.

    «Ахметов Д.С. Тел», «Получатель Ким В.А.», «Ким В.А. қол»; «Академик Сагдеев», «Слова Сагдеева».
    """
    words = list(_WORD.finditer(text, start, end))
    end = words[-1].end() if words else end
    while len(words) > 1 and (_kind(words[-1][0]) == "V" or words[-1][0].islower()) and _kind(words[-1][0]) != "O":
        words.pop()
        end = words[-1].end()
    sentence = bool(_SENTENCE_START.search(text, max(0, start - 3), start))
    while len(words) > 1 and _kind(words[0][0]) in ("Vc" if sentence else "V") and _kind(words[1][0]) != "P":
        words.pop(0)
        start = words[0].start()
    return start, end


def _kind(word: str) -> str:
    if word in _CONJUNCTIONS or any(part[:1].isupper() for part in word.split("-")[1:]):  # «Ле Пен», «аль-Барадеи»
        return "x"
    return tag(word if len(word) <= 3 else word.rstrip("."))


def _echoes(text: str, spans: Sequence[tuple[int, int]], seen: Sequence[Span]) -> list[tuple[int, int]]:
    """Single words that the model left alone and that are part of a full name elsewhere in ``text``."""
    stems = {
        pipeline.stem(word.lower())
        for start, end in spans
        if " " in text[start:end]
        for word in _NAME_WORD.findall(text, start, end)
        if len(word) > 3 and not word.isupper()
    }
    if not stems:
        return []
    taken = bytearray(len(text))
    for start, end in (*((start, end) for start, end, _ in seen), *spans):
        taken[start:end] = b"\1" * (end - start)
    return [
        word.span()
        for word in _NAME_WORD.finditer(text)
        if not taken[word.start()]
        and len(word[0]) > 3
        and pipeline.stem(word[0].lower()) in stems
        and _stands(text, *word.span())
    ]


def union(text: str, rules: Sequence[Match], seen: Sequence[Span]) -> list[Match]:
    """One list of disjoint persons from the finds of the rules and the model's spans (all labels) in ``text``.

    Where both see the same person the longer span stays, with the rules' evidence. An unlabelled find of the rules
    falls where the model reads a place or an organisation; a lone word falls also where the model reads nothing.
    """
    read = Disjoint(_Read(*span) for span in seen)
    taken: Disjoint[Match] = Disjoint()
    for match in sorted([*(m for m in rules if _agreed(text, m, read)), *persons(text, seen)], key=_precedence):
        rivals = taken.over(match.start, match.end)
        if not rivals:
            taken.add(match)
        elif len(rivals) == 1 and match.score > rivals[0].score:
            taken.replace(rivals[0], replace(match, start=rivals[0].start, end=rivals[0].end))
    return sorted([*taken, *_listed(text, rules, taken)], key=lambda m: m.start)


def _listed(text: str, rules: Sequence[Match], taken: Disjoint[Match]) -> Iterator[Match]:
    """Lone given names that the model passed over, in a row with a person: «Арман, Дана және Ерасыл»."""
    starts, ends = {match.start for match in taken}, {match.end for match in taken}
    for match in rules:
        if match.score < REPORTED or taken.over(match.start, match.end):
            continue
        before = _JOINT_BEFORE.search(text, max(0, match.start - 8), match.start)
        behind = _JOINT_BEHIND.match(text, match.end)
        if (before and before.start() in ends) or (behind and behind.end() in starts):
            yield match


def _precedence(match: Match) -> tuple[bool, int, float]:
    return (not match.labelled, match.start - match.end, -match.score)


def _agreed(text: str, match: Match, read: Disjoint[_Read]) -> bool:
    """A find of the rules that the model does not contradict."""
    if match.labelled or not _NAME_WORD.search(text, match.start, match.end):
        return True
    labels = {span.label for span in read.over(match.start, match.end)}
    if "PERSON" in labels:
        return True
    name = text[match.start : match.end]
    if labels == {"LOC"} and match.score == KNOWN_AGAIN:
        return True  # a surname whose full name the text holds
    if labels or match.score >= CERTAIN:
        return not labels
    if name.isupper():
        return name.count(".") > 1
    return match.score >= KNOWN_AGAIN or (" " in name and not _LETTER_AND_WORD.fullmatch(name))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of every piece worth the model's time: whole lines, the long ones cut at sentence ends."""
    for line in _LINE.finditer(text):
        if not _NAME_WORD.search(line[0]):
            continue
        for start, end in pipeline.chunks(line[0]):
            piece = line[0][start:end]
            if any(tag(word) not in "Vc" for word in _NAME_WORD.findall(piece)):
                yield line.start() + start, piece


def _stands(text: str, start: int, end: int) -> bool:
    """The span looks like a name and nothing around it says otherwise."""
    name = text[start:end]
    words = name.split()
    if not _NAME_WORD.search(name) or len(words) > _LONGEST_NAME:
        return False
    if (start and _GLUED_BEFORE.match(text, start - 1)) or _GLUED_AFTER.match(text, end):
        return False
    if len(words) == 1 and _may_be_no_name(text, start, end):
        return False
    if start and text[start - 1] in '«"„“' and text[end : end + 1] in tuple('»"”“'):
        return False
    return not context.is_called_after(text, start, end, False)


def _may_be_no_name(text: str, start: int, end: int) -> bool:
    """A lone word that is a common one, an abbreviation, or both a name and a word where any word has a capital."""
    word = text[start:end]
    kind = tag(word)
    if kind in "Vc" or (word.isupper() and len(word) <= 4):
        return True
    # «Вера в успех», «Роза, Жасмин и Лилия». In Kazakh news such names do begin sentences, and the model knows them.
    around = text[max(0, start - _REACH) : end + _REACH]
    return kind == "A" and bool(_SENTENCE_START.search(text, max(0, start - 3), start)) and not _KAZAKH.search(around)
