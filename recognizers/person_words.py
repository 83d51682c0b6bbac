"""Runs of words that may hold a name, one letter a word, and the grammar of how names are written here."""

from __future__ import annotations

import re
from typing import NamedTuple

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match
from derbes.recognizers.name_forms import PARTICLES
from derbes.recognizers.names import tag

_L = context.LETTER
_CAP = "A-ZÁÄĞǴÍÏŃÑÓÖŞÚÜŪÝİ\u0400-\u042fҒҚҢҮҰҺӘӨ"
_LETTERS = rf"(?:[{_L}]|[`?-](?=[{_L}])|['’](?=[{_L}]{{2}}))*+"  # O'Connor, not Aigerim's
_LOST = rf"(?:(?<![{_L}])\?(?=[{_CAP}]{{2}}))?"  # a Kazakh letter that cp1251 lost: ?СЕЛ
_DOT = r"(?:ж|h|(?<=Y)[aeu])?\."
_HEAD = rf"(?:{_DOT}|{_LETTERS}(?![0-9_@]|[./:]\w))"  # after a capital: an initial, or a word that is no host or login
_INITIAL = rf"[{_CAP}]{_DOT}"
_LINK = "де|фон|ван|дер|да|ди|ла|ле|аль|эль|бен|бин|ибн|von|van|de|der|al|bin"
_PARTICLE = rf"(?:{'|'.join(sorted(PARTICLES))})(?![{_L}])"
# One run: words and initials with a capital, parted by spaces, commas or the separators of exports.
RUN = re.compile(
    # not within a word, a path, a login; behind the line of a signature: «______ /Иванов И.И./», «_____Иванов И.И.»
    rf"{_LOST}[{_CAP}](?<![{_L}0-9@\\.-].)(?<![^_]_.)(?<![^\s_]/.)(?<![/_][A-Za-z]){_HEAD}"
    rf"(?:(?: (?:{_LINK}) | ?[,;|\t] ?| {{1,2}}|(?<=\.))(?:{_LOST}[{_CAP}]{_HEAD}|{_PARTICLE}))*+"
)
TOKEN = re.compile(rf"{_INITIAL}|\??[{_L}]{_LETTERS}|[,;|\t]")
_SEPARATORS = {",": ",", ";": ";", "|": ";", "\t": ";"}
_VALUE_WORD = rf"(?:{_INITIAL}|[{_L}]{_LETTERS})"
VALUE = re.compile(rf"{_VALUE_WORD}(?:(?:,? |(?<=\.)|,(?=[{_CAP}])){_VALUE_WORD}){{0,3}}")

_Q = "[,;]?"
_P = "(?:P|[GAKx]O)"
GRAMMAR = re.compile(
    rf"(?P<patronymic>(?:[SZK],|[SZKGAxylE];?)[GAKE]{_Q}{_P}|[SZKG]{_Q}[xl]{_Q}P|[GAKxyl]{_P}[SZKxGl]|P;?[GA][SZKx]?|P[SZ]"
    rf"|[GASZKxyl]{_P}|[GA]O)"
    r"|(?P<initials>[GAE]I[SZKxl]|[SZKGxyAPl](?:,(?=II?(?![SZKGAxyl])))?II?|cII(?![SZKGxy])|Si$|II?P|II?[SZKGA]|II[xcy])"
    r"|(?P<initial>I[x])"
    rf"|(?P<pair>G[GA]{{0,2}}[SZKx]|[AE]G?[SZ]|E[Kx]|A[KG]|GG|[SZK](?:,(?=[GAE](?![SZKx]))|;)?[GAE])"
    rf"|(?P<likely>[xy]S(?!{_Q}[GAEIP])|Ax|Gc)"
    r"|(?P<patronymic_alone>P)|(?P<given>G)|(?P<surname>[SZ])|(?P<unknown>[xyK])"
)
SCORES = {
    "patronymic": 0.9, "initials": 0.85, "initial": 0.6, "pair": 0.85,
    "likely": 0.6, "patronymic_alone": 0.75, "given": 0.55, "surname": 0.4, "unknown": 0.3,
}  # fmt: skip
LABELLED, KNOWN_AGAIN = 0.8, 0.7
EVIDENCE = frozenset("SZPGAExKyO")
LONE_TAGS = {"G": "given", "S": "surname", "Z": "surname", "x": "unknown", "y": "unknown", "K": "unknown"}
LONE = frozenset(LONE_TAGS.values())
SURE = frozenset("SZPIO")


class Token(NamedTuple):
    """A word or a separator of a run and its letter (``names.tag``, or ``I`` for an initial)."""

    start: int
    end: int
    tag: str
    word: str


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words with a capital and the separators of ``text[start:end]``."""
    tokens = [
        Token(m.start(), m.end(), letter_of(m[0]), m[0])
        for m in TOKEN.finditer(text, start, end)
        if m[0].lstrip("?")[0].isupper() or m[0] in PARTICLES or m[0] in _SEPARATORS
    ]
    if len(tokens) > 1 and not text[start:end].isupper():
        tokens = [token._replace(tag="V") if _is_abbreviation(token) else token for token in tokens]
    return tokens


def _is_abbreviation(token: Token) -> bool:
    """«Windows NT», «Server OK»: a short Latin word in capitals, among words that are not."""
    return 1 < len(token.word) < 4 and token.tag != "I" and token.word.isascii() and token.word.isupper()


def letter_of(word: str) -> str:
    """What ``word`` may be in a name."""
    if word in _SEPARATORS:
        return _SEPARATORS[word]
    if word[-1] == ".":
        return "I"
    found = tag(word)
    # In capitals every word looks like a name: an unknown one needs a patronymic beside it.
    return "y" if found == "x" and word.isupper() else found


def match_of(text: str, start: int, end: int, score: float, labelled: bool = False) -> Match:
    """A person; a sole trader's name is named by that."""
    trader = context.is_sole_trader(text, start)
    return Match(start, end, "PERSON", score, labelled=labelled or trader, tag="natural-person" if trader else "")
