"""Surnames, first names and patronymics in Russian, Kazakh and Latin script.

No model: every capitalised run of words is tagged word by word (``names.tag``) and the row of tags is matched against
a small grammar of how names are written here: «Ф И О», «И О Ф», «И Ф», «Иванов И. И.», «Қайратұлы Нұрлан»,
«Мамед оглы» … Labels («ФИО:», ``surname=``, «меня зовут») admit what the grammar alone would not, in lower case too;
streets, companies, schools and tariffs called after people are vetoed. A surname standing alone counts once its full
name has been met in the same text. Examples: tests/cases/person.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.name_forms import surname_key
from derbes.recognizers.names import is_core_given, is_firm_given, is_plain_latin_given
from derbes.recognizers.person_anchor import ANCHOR
from derbes.recognizers.person_forms import names_in_other_forms
from derbes.recognizers.person_labels import names_by_label
from derbes.recognizers.person_words import (
    EVIDENCE,
    GRAMMAR,
    KNOWN_AGAIN,
    LONE,
    LONE_TAGS,
    RUN,
    SCORES,
    SURE,
    Token,
    letter_of,
    match_of,
    tokens_of,
)

_BOUNDARY = re.compile(r"(?:^|[.!?…:;=\n\t|\"«(\[>{-]|[—–])[ ]{0,3}$")
_MID_SENTENCE = re.compile(r"[a-zа-яёіәғқңөұүһ],? {1,2}$")
_NAME_KEY = re.compile(r"name[\"']?[=:][\"']?\Z", re.IGNORECASE)
# «Обновил Иван Петрович», «Передать Марии»: Russian past tense, imperative, infinitive; not «Церетели».
_VERB = re.compile(r"..(?:[аеиоуыя]л(?:а|о|ся|ась)?|[аиоуыя]ли(?:сь)?|[иьй]те(?:сь)?|[аеиуыя]ть(?:ся)?)$")
_GOES_ON = re.compile(r",? [а-яёіәғқңөұүһ]|[!?]?\s*$")
_HAS_A_PHONE = re.compile(r"[,:]? {0,2}\+?[78][ (-]{0,2}[0-9]{3}")  # «Тел. Марина 8 903 123 45 67»
_LATIN_AFTER = re.compile(r"[,!?]?(?:$|\n| [a-z])|\.(?:$|\s)")


class PersonRecognizer(TextRecognizer):
    """Finds names of natural persons; one span for one full name, without its label."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = ANCHOR

    def find(self, text: str) -> Iterator[Match]:
        """Yield names in ``text``; those below 0.5 are hints for a reader who knows more (a column, a second hit)."""
        found = [*names_by_label(text), *_by_grammar(text), *names_in_other_forms(text)]
        found.sort(key=lambda match: (match.start - match.end, not match.labelled, -match.score))
        taken: list[Match] = []
        seen: set[int] = set()
        for match in found:
            span = range(match.start, match.end)
            if seen.isdisjoint(span):
                seen.update(span)
                taken.append(match)
        yield from sorted(taken, key=lambda match: match.start)


def has_name_candidate(text: str) -> bool:
    """True when some capitalised word of ``text`` could be part of a name: the windows worth a model's time."""
    return any(
        token.tag in "SZGPKxE"
        or (token.tag == "A" and _MID_SENTENCE.search(text, max(0, token.start - 4), token.start))
        for run in RUN.finditer(text)
        for token in tokens_of(text, run.start(), run.end())
    )


def _by_grammar(text: str) -> Iterator[Match]:
    alone: list[tuple[str, Token]] = []
    known: set[str] = set()
    for run in RUN.finditer(text):
        if run[0].isalpha():  # one word, as most runs are
            letter = letter_of(run[0])
            if letter in LONE_TAGS:
                alone.append((LONE_TAGS[letter], Token(run.start(), run.end(), letter, run[0])))
            if letter != "P":
                continue
        tokens = tokens_of(text, run.start(), run.end())
        tags = "".join([token.tag for token in tokens])
        if EVIDENCE.isdisjoint(tags):
            continue
        if len(tags) > 1:
            tags = _at_start(tags, tokens[0]) if _opens(text, run.start()) else tags.replace(",", ".")
        titled = text.endswith(("«", "« "), 0, run.start()) and text.startswith(("»", " »"), run.end())
        for shape in GRAMMAR.finditer(tags):
            kind = shape.lastgroup or ""
            if titled and kind in ("pair", "patronymic_alone") and not context.is_sole_trader(text, run.start()):
                continue  # «Анна Каренина», a book; «Алашұлы», a band
            group = tokens[shape.start() : shape.end()]
            if kind in LONE:
                alone.append((kind, group[0]))
            elif _means_a_person(kind, group, tags[: shape.start()]):
                weak = set(shape[0]).isdisjoint(SURE)
                if not context.is_called_after(text, group[0].start, group[-1].end, weak=weak):
                    known.update(surname_key(token.word.lower()) for token in group if token.tag in "SZKx")
                    yield from _spans(text, group, SCORES[kind])
    yield from _singles(text, alone, known)


def _means_a_person(kind: str, group: list[Token], before: str) -> bool:
    """Not a lone Latin patronymic, nor the letter of a supplement: «Приложение А. Схема сети»."""
    if kind == "initial":
        return before[-1:] not in ("V", "c")
    return kind != "patronymic_alone" or not group[0].word.isascii()


def _opens(text: str, start: int) -> bool:
    """A sentence, a line, a value or a quotation begins here."""
    return start == 0 or bool(_BOUNDARY.search(text, max(0, start - 5), start))


def _at_start(tags: str, first: Token) -> str:
    """There the first word has its capital from its place, and «Иванов, Иван» may be one name."""
    if tags[0] == "x":
        return ("V" if _VERB.search(first.word) else "y") + tags[1:]
    return "c" + tags[1:] if tags[:2] == "Ax" else tags  # «Енді Үкімет»


def _singles(text: str, alone: list[tuple[str, Token]], known: set[str]) -> Iterator[Match]:
    """Given names within a sentence, and surnames of persons whose full names the text holds."""
    for kind, token in alone:
        again = bool(known) and surname_key(token.word.lower()) in known
        if not again and (kind == "unknown" or not _stands_alone(text, token, kind)):
            continue
        if not context.is_called_after(text, token.start, token.end, weak=kind == "given"):
            told = again or (kind == "given" and _HAS_A_PHONE.match(text, token.end))
            yield match_of(text, token.start, token.end, KNOWN_AGAIN if told else SCORES[kind])


def _stands_alone(text: str, token: Token, kind: str) -> bool:
    """In title case, within a sentence; a given name not too rare, a very common one at the start as well.

    Latin: only the most common given names of Kazakhstan and Russia, and no word of a name beside them.
    """
    if not token.word[1:].islower():
        return False
    keyed = kind == "given" and _NAME_KEY.search(text, max(0, token.start - 8), token.start)
    if token.word.isascii():
        return kind == "given" and is_plain_latin_given(token.word) and (bool(keyed) or _is_spoken_of(text, token))
    if keyed or (kind == "given" and _HAS_A_PHONE.match(text, token.end)):
        return is_core_given(token.word)
    if _MID_SENTENCE.search(text, max(0, token.start - 4), token.start):
        return kind == "surname" or is_core_given(token.word)
    return (
        kind == "given"
        and is_firm_given(token.word)
        and bool(_GOES_ON.match(text, token.end))
        and _opens(text, token.start)
    )


def _is_spoken_of(text: str, token: Token) -> bool:
    """«Thanks, Aigerim», «the order of Aigerim was sent», a line of its own: words around it, no key and no path."""
    before = text[max(0, token.start - 4) : token.start]
    opens = not before or before[-1] == "\n" or before[-2:] == ", " or bool(_MID_SENTENCE.search(before))
    return opens and bool(_LATIN_AFTER.match(text, token.end))


def _spans(text: str, group: list[Token], score: float) -> Iterator[Match]:
    """One span, or one for each column where the separators of an export part the words."""
    part: list[Token] = []
    for token in [*group, Token(0, 0, ";", "")]:
        if token.tag == ";":
            if part:
                yield match_of(text, part[0].start, part[-1].end, score)
            part = []
        else:
            part.append(token)
