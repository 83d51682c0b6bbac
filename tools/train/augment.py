"""Each epoch sees the texts anew: other names in the same case, all capitals, lost Kazakh letters, cut edges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tools.train.corpus import Span, Text
from tools.train.names import KK_CASES, Bank, kk_case, kk_split, ru_forms, russian

Replace = Callable[[str], str]
_WORD = re.compile(r"[^\W\d_]+")
_SURNAME = re.compile(r"(.{2,}?)([оеё]в|[иы]н)(а|у|ым|е|ой|)$")
_PATRONYMIC = re.compile(r"(.{2,}?)([оеё]вич|[оеё]вн)(а|у|ем|е|ы|ой|)$")
_KK_PATRONYMIC = re.compile(r"(.{3,})(ұлы|қызы)$")


class Augmenter:
    """Random variants of texts; the same seed gives the same variants."""

    def __init__(self, bank: Bank, foreign: list[str]) -> None:
        self.bank = bank
        self.random = bank.random
        self.foreign = foreign

    def __call__(self, texts: Iterable[Text]) -> Iterator[Text]:
        for text in texts:
            if any(label != "ORG" for _, _, label in text.spans) and self.random.random() < 0.6:
                text = self.rename(text)
            draw = self.random.random()
            if draw < 0.07:
                text = _mapped(text, str.upper)
            elif draw < 0.11 and text.language == "kk":
                text = _mapped(text, russian)
            elif draw < 0.15:
                text = self.cut(text)
            elif draw < 0.20:
                text = Text(text.text.rstrip(" .!?"), text.spans, text.language, text.origin)
            yield _clipped(text)

    def rename(self, text: Text) -> Text:
        """Other people and, in Kazakh, other towns; each span with probability 0.7."""

        def swap(word: str, label: str) -> str:
            if self.random.random() > 0.7 or label == "ORG":
                return word
            if label == "LOC":
                return self.town(word) if text.language == "kk" else word
            upper = self.random.random() < 0.03
            person = self.kazakh(word) if text.language == "kk" else self.russian(word)
            return _WORD.sub(lambda m: m.group(), person).upper() if upper else person

        return rewritten(text, swap)

    def town(self, span: str) -> str:
        """A settlement of KATO in the case of ``span``; longer names stay."""
        if not _WORD.fullmatch(span) or not span[0].isupper():
            return span
        return kk_case(self.bank.pick(self.bank.towns["kk"]), kk_split(span)[1])

    def kazakh(self, span: str) -> str:
        """Another person with the case ending of ``span``."""
        base, case = kk_split(span)
        if self.random.random() < 0.3:
            case = self.bank.pick(KK_CASES)
        words = _WORD.findall(base)
        if not words or len(words) > 3 or any(word.isupper() for word in words):
            return span
        person = self.bank.kazakh_person()
        draw = self.random.random()
        if len(words) == 1:
            name = person[0] if _SURNAME.match(words[0]) else person[1]
        elif draw < 0.22 and self.foreign:
            name = self.bank.pick(self.foreign)
        elif draw < 0.32:
            name = " ".join(self.bank.russian()[i] for i in (1, 0))
        elif len(words) == 3:
            name = " ".join(person)
        elif _KK_PATRONYMIC.match(words[-1]):
            name = f"{person[1]} {person[2]}"
        elif draw < 0.42:
            name = f"{person[1][0]}.{self.bank.pick(('', ' '))}{person[0]}"
        elif draw < 0.52:
            name = f"{person[0]} {person[1]}"
        else:
            name = f"{person[1]} {person[0]}"
        return kk_case(name, case)

    def russian(self, span: str) -> str:
        """``span`` with each word that shows what it is swapped for another of the same form."""
        return _WORD.sub(lambda match: self._russian_word(match.group()), span)

    def _russian_word(self, word: str) -> str:
        if word.isupper():
            return self.bank.pick("АБВГДЕЖЗИКЛМНОПРСТУФХЭЮЯ") if len(word) == 1 else word
        if known := self.bank.given_forms.get(word):
            female, case = self.bank.pick(known)
            return ru_forms(self.bank.given(female), female)[case]
        if patronymic := _PATRONYMIC.match(word):
            father = self.bank.given(False).rstrip("ьйая")
            return father + patronymic[2] + patronymic[3]
        if surname := _SURNAME.match(word):
            other = _SURNAME.match(self.bank.surname(False))
            return other[1] + other[2] + surname[3] if other else word
        return word

    def cut(self, text: Text) -> Text:
        """A piece of the text that begins and ends between words, with the spans that lie wholly in it."""
        blanks = [m.start() for m in re.finditer(" ", text.text)]
        free = [b for b in blanks if not any(s <= b < e for s, e, _ in text.spans)]
        if len(free) < 4:
            return text
        start, end = sorted(self.random.sample(free, 2))
        spans = tuple((s - start - 1, e - start - 1, x) for s, e, x in text.spans if s > start and e <= end)
        return Text(text.text[start + 1 : end], spans, text.language, text.origin)


def rewritten(text: Text, swap: Callable[[str, str], str]) -> Text:
    """``text`` with each span's words replaced."""
    parts: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for start, end, label in sorted(text.spans):
        if start < at:
            continue
        new = swap(text.text[start:end], label)
        length += start - at
        parts += [text.text[at:start], new]
        spans.append((length, length + len(new), label))
        length += len(new)
        at = end
    return Text("".join([*parts, text.text[at:]]), tuple(spans), text.language, text.origin)


def _mapped(text: Text, change: Replace) -> Text:
    new = change(text.text)
    return Text(new, text.spans, text.language, text.origin) if len(new) == len(text.text) else text


def _clipped(text: Text) -> Text:
    """Nothing longer than the model is given at once."""
    if len(text.text) <= 1500:
        return text
    return Text(text.text[:1500], tuple(s for s in text.spans if s[1] <= 1500), text.language, text.origin)


def foreign_names(texts: Iterable[Text]) -> list[str]:
    """Two-word persons of Russian news in their dictionary form, as far as the ending shows."""
    found = {
        text.text[s:e] for text in texts if text.language == "ru" for s, e, label in text.spans if label == "PERSON"
    }
    plain = re.compile("[А-ЯЁ][а-яё]{2,}[бвгджзклмнпрстфхцчшщйиоэ] [А-ЯЁ][а-яё]{2,}[бвгджзклмнпрстфхцчшщйиоэ]")
    return sorted(name for name in found if plain.fullmatch(name))
