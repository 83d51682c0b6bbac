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
from typing import ClassVar, NamedTuple

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.name_forms import PARTICLES, surname_key
from derbes.recognizers.names import is_core_given, is_firm_given, tag
from derbes.recognizers.person_anchor import ANCHOR

_L = context.LETTER
_CAP = "A-ZÁÄĞǴÍÏŃÑÓÖŞÚÜŪÝİ\u0400-\u042fҒҚҢҮҰҺӘӨ"
_LETTERS = rf"(?:[{_L}]|['`?-](?=[{_L}]))*+"
_DOT = r"(?:ж|h|(?<=Y)[aeu])?\."
_HEAD = rf"(?:{_DOT}|{_LETTERS}(?![0-9_@]|[./:]\w))"  # after a capital: an initial, or a word that is no host or login
_INITIAL = rf"[{_CAP}]{_DOT}"
_LINK = "де|фон|ван|дер|да|ди|ла|ле|аль|эль|бен|бин|ибн|von|van|de|der|al|bin"
_PARTICLE = rf"(?:{'|'.join(sorted(PARTICLES))})(?![{_L}])"
# One run: words and initials with a capital, parted by spaces, commas or the separators of exports.
_RUN = re.compile(
    # not within a word, a path, a login; behind the line of a signature: «______ /Иванов И.И./», «_____Иванов И.И.»
    rf"[{_CAP}](?<![{_L}0-9@\\.-].)(?<![^_]_.)(?<![^\s_]/.)(?<![/_][A-Za-z]){_HEAD}"
    rf"(?:(?: (?:{_LINK}) | ?[,;|\t] ?| {{1,2}}|(?<=\.))(?:[{_CAP}]{_HEAD}|{_PARTICLE}))*+"
)
_TOKEN = re.compile(rf"{_INITIAL}|[{_L}]{_LETTERS}|[,;|\t]")
_SEPARATORS = {",": ",", ";": ";", "|": ";", "\t": ";"}
_BOUNDARY = re.compile(r"(?:^|[.!?…:;=\n\t|\"«(\[>{-]|[—–])[ ]{0,3}$")
_MID_SENTENCE = re.compile(r"[a-zа-яёіәғқңөұүһ],? {1,2}$")

_NAME_KEY = re.compile(r"name[\"']?[=:][\"']?\Z", re.IGNORECASE)
_GOES_ON = re.compile(r",? [а-яёіәғқңөұүһ]|[!?]?\s*$")

_Q = "[,;]?"
_P = "(?:P|[GAKx]O)"
_GRAMMAR = re.compile(
    rf"(?P<patronymic>(?:[SZK],|[SZKGAxylE];?)[GAKE]{_Q}{_P}|[SZKG]{_Q}[xl]{_Q}P|[GAKxyl]{_P}[SZKxGl]|P;?[GA][SZKx]?"
    rf"|[GASZKxyl]{_P}|[GA]O)"
    r"|(?P<initials>[GAE]I[SZKxl]|[SZKGxyAPl](?:,(?=II?(?![SZKGAxyl])))?II?|cII(?![SZKGxy])|Si$|II?P|II?[SZKGA]|II[xcy])"
    r"|(?P<initial>I[x])"
    rf"|(?P<pair>G[GA]{{0,2}}[SZKx]|[AE]G?[SZ]|E[Kx]|A[KG]|GG|[SZK](?:,(?=[GAE](?![SZKx]))|;)?[GAE])"
    rf"|(?P<likely>[xy]S(?!{_Q}[GAEIP])|Ax|Gc)"
    r"|(?P<patronymic_alone>P)|(?P<given>G)|(?P<surname>[SZ])|(?P<unknown>[xyK])"
)
_SCORES = {
    "patronymic": 0.9, "initials": 0.85, "initial": 0.6, "pair": 0.85,
    "likely": 0.6, "patronymic_alone": 0.75, "given": 0.55, "surname": 0.4, "unknown": 0.3,
}  # fmt: skip
_LABELLED, _KNOWN_AGAIN = 0.8, 0.7
_EVIDENCE = frozenset("SZPGAExKyO")
_LONE_TAGS = {"G": "given", "S": "surname", "Z": "surname", "x": "unknown", "y": "unknown", "K": "unknown"}
_LONE = frozenset(_LONE_TAGS.values())
_SURE = frozenset("SZPIO")
_VALUE_WORD = rf"(?:{_INITIAL}|[{_L}]{_LETTERS})"
_VALUE = re.compile(rf"{_VALUE_WORD}(?:(?:,? |(?<=\.)|,(?=[{_CAP}])){_VALUE_WORD}){{0,3}}")


class _Token(NamedTuple):
    start: int
    end: int
    tag: str
    word: str


class PersonRecognizer(TextRecognizer):
    """Finds names of natural persons; one span for one full name, without its label."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = ANCHOR

    def find(self, text: str) -> Iterator[Match]:
        """Yield names in ``text``; those below 0.5 are hints for a reader who knows more (a column, a second hit)."""
        found = [*_by_label(text), *_by_grammar(text)]
        found.sort(key=lambda match: (match.start - match.end, -match.score))
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
        for run in _RUN.finditer(text)
        for token in _tokens(text, run.start(), run.end())
    )


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    tokens = [
        _Token(m.start(), m.end(), _tag(m[0]), m[0])
        for m in _TOKEN.finditer(text, start, end)
        if m[0][0].isupper() or m[0] in PARTICLES or m[0] in _SEPARATORS
    ]
    if len(tokens) > 1 and not text[start:end].isupper():
        tokens = [token._replace(tag="V") if _is_abbreviation(token) else token for token in tokens]
    return tokens


def _is_abbreviation(token: _Token) -> bool:
    """«Windows NT», «Server OK»: a short Latin word in capitals, among words that are not."""
    return 1 < len(token.word) < 4 and token.tag != "I" and token.word.isascii() and token.word.isupper()


def _tag(word: str) -> str:
    if word in _SEPARATORS:
        return _SEPARATORS[word]
    if word[-1] == ".":
        return "I"
    found = tag(word)
    # In capitals every word looks like a name: an unknown one needs a patronymic beside it.
    return "y" if found == "x" and word.isupper() else found


def _by_grammar(text: str) -> Iterator[Match]:
    alone: list[tuple[str, _Token]] = []
    known: set[str] = set()
    for run in _RUN.finditer(text):
        if run[0].isalpha():  # one word, as most runs are
            letter = _tag(run[0])
            if letter in _LONE_TAGS:
                alone.append((_LONE_TAGS[letter], _Token(run.start(), run.end(), letter, run[0])))
            if letter != "P":
                continue
        tokens = _tokens(text, run.start(), run.end())
        tags = "".join([token.tag for token in tokens])
        if _EVIDENCE.isdisjoint(tags):
            continue
        if len(tags) > 1:
            tags = _at_start(tags) if _opens(text, run.start()) else tags.replace(",", ".")
        titled = text[run.start() - 1 : run.start()] == "«" and text[run.end() : run.end() + 1] == "»"
        for shape in _GRAMMAR.finditer(tags):
            kind = shape.lastgroup or ""
            if titled and kind == "pair" and not context.is_sole_trader(text, run.start()):
                continue  # «Анна Каренина», a book
            group = tokens[shape.start() : shape.end()]
            if kind in _LONE:
                alone.append((kind, group[0]))
                continue
            if kind == "patronymic_alone" and group[0].word.isascii():
                continue
            weak = set(shape[0]).isdisjoint(_SURE)
            if not context.is_called_after(text, group[0].start, group[-1].end, weak=weak):
                known.update(surname_key(token.word.lower()) for token in group if token.tag in "SZKx")
                yield from _spans(text, group, _SCORES[kind])
    yield from _singles(text, alone, known)


def _opens(text: str, start: int) -> bool:
    """A sentence, a line, a value or a quotation begins here."""
    return start == 0 or bool(_BOUNDARY.search(text, max(0, start - 5), start))


def _at_start(tags: str) -> str:
    """There the first word has its capital from its place, and «Иванов, Иван» may be one name."""
    if tags[0] == "x":
        return "y" + tags[1:]
    return "c" + tags[1:] if tags[:2] == "Ax" else tags  # «Енді Үкімет»


def _singles(text: str, alone: list[tuple[str, _Token]], known: set[str]) -> Iterator[Match]:
    """Given names within a sentence, and surnames of persons whose full names the text holds."""
    for kind, token in alone:
        again = bool(known) and surname_key(token.word.lower()) in known
        if not again and (kind == "unknown" or not _stands_alone(text, token, kind)):
            continue
        if not context.is_called_after(text, token.start, token.end, weak=kind == "given"):
            yield _match(text, token.start, token.end, _KNOWN_AGAIN if again else _SCORES[kind])


def _stands_alone(text: str, token: _Token, kind: str) -> bool:
    """Cyrillic, in title case, within a sentence; a given name not too rare, a very common one at the start as well."""
    if token.word.isascii() or not token.word[1:].islower():
        return False
    if kind == "given" and _NAME_KEY.search(text, max(0, token.start - 8), token.start):
        return is_core_given(token.word)
    if _MID_SENTENCE.search(text, max(0, token.start - 4), token.start):
        return kind == "surname" or is_core_given(token.word)
    return (
        kind == "given"
        and is_firm_given(token.word)
        and bool(_GOES_ON.match(text, token.end))
        and _opens(text, token.start)
    )


def _spans(text: str, group: list[_Token], score: float) -> Iterator[Match]:
    """One span, or one for each column where the separators of an export part the words."""
    part: list[_Token] = []
    for token in [*group, _Token(0, 0, ";", "")]:
        if token.tag == ";":
            if part:
                yield _match(text, part[0].start, part[-1].end, score)
            part = []
        else:
            part.append(token)


def _match(text: str, start: int, end: int, score: float, labelled: bool = False) -> Match:
    trader = context.is_sole_trader(text, start)
    return Match(start, end, "PERSON", score, labelled=labelled or trader, tag="natural-person" if trader else "")


def _by_label(text: str) -> Iterator[Match]:
    low = text.lower()
    if len(low) != len(text):
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    for label in context.label().finditer(low):
        value = _VALUE.match(text, label.end())
        if not value:
            continue
        tokens = _label_tokens(text, value, label.lastgroup or "", latin=label[0].isascii())
        if tokens and not context.is_called_after(
            text, tokens[0].start, tokens[-1].end, weak=_SURE.isdisjoint(token.tag for token in tokens)
        ):
            yield _match(text, tokens[0].start, tokens[-1].end, _LABELLED, labelled=True)


def _label_tokens(text: str, value: re.Match[str], kind_of_label: str, latin: bool) -> list[_Token]:
    """The words after a label that are a name; after a role or in a letter they need more than their place."""
    tokens: list[_Token] = []
    for m in _TOKEN.finditer(text, value.start(), value.end()):
        word = m[0]
        kind = _tag(word) if word[0].isupper() or word in PARTICLES or word == "," else tag(word.title())
        if kind in "Vi" or (kind in "cxl" and not word[0].isupper()) or (kind == "," and len(tokens) != 1):
            break
        tokens.append(_Token(m.start(), m.end(), kind, word))
    tokens = _without_what_follows(tokens)
    after = text[tokens[-1].end : tokens[-1].end + 2] if tokens else ""
    if re.match(r"[@_0-9]|[./]\w", after) or (len(tokens) == 1 and re.match(r" ?[:=]", after)):
        return []  # a login, a host; «Registrant Phone:» is a label itself
    return tokens if _is_name_after_label(tokens, kind_of_label, latin) else []


def _without_what_follows(tokens: list[_Token]) -> list[_Token]:
    """«ДИРЕКТОР ЕРЖАН СЕРІКҰЛЫ ҚОЛ ҚОЙДЫ», «Уважаемый Ержан, Срок …»: the words after the name are not part of it."""
    tags = "".join(token.tag for token in tokens)
    if "," in tags and not re.match("[SZKx],[GAEx]", tags):
        return tokens[: tags.index(",")]
    shape = _GRAMMAR.match(tags)
    if shape and shape.lastgroup not in _LONE:
        return tokens[: shape.end()]
    while len(tokens) > 1 and tokens[-1].tag in "cy" and tokens[-1].word.isupper() and set(tags) & set("GSZP"):
        tokens = tokens[:-1]
    return tokens


def _is_name_after_label(tokens: list[_Token], label: str, latin: bool) -> bool:
    tags = "".join(token.tag for token in tokens if token.tag != ",")
    sure = sum(letter in "GSZP" for letter in tags)
    if not tags or set(tags) <= set("cIO") or re.fullmatch("ll+", tags):
        return False
    if label == "role" and "l" in tags and tokens[0].word.isupper() and tokens[0].word.isascii():
        return False  # ИП BEKZAT STYLE
    if label == "role" and latin:  # user, client: so common in logs that only two words in title case will do
        titled = all(token.word.istitle() for token in tokens if token.tag != ",")
        return sure >= 1 and "c" not in tags and len(tags) > 1 and titled
    if not tokens[0].word[0].isupper():
        return sure >= (1 if label == "name" else 2)
    return sure >= 1 if label != "name" else sure >= 1 or "c" not in tags or "x" in tags
