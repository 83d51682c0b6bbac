"""Names behind a label: «ФИО:», ``surname=``, «меня зовут», «Уважаемый», «директор КГУ»; in lower case as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match
from derbes.recognizers.name_forms import PARTICLES
from derbes.recognizers.names import tag
from derbes.recognizers.person_words import GRAMMAR, LABELLED, LONE, SURE, TOKEN, VALUE, Token, letter_of, match_of

_SMALL_INITIALS = re.compile(r" [а-яёәғқңөұүһі]\. ?[а-яёәғқңөұүһі]\.(?!\w)")
_PERSONAL_FIELDS = re.compile(r"фамили|отчеств|әкесінің|тегі", re.IGNORECASE)  # «Фамилия: Бык; Имя: Роман»
_ENDS = re.compile(r"\s*(?:[,;.\n)\"'»|]|$)")


def names_by_label(text: str) -> Iterator[Match]:
    """What stands behind a label and is a name: which words may be one depends on how much the label promises."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    for label in context.label().finditer(low):
        value = VALUE.match(text, label.end())
        if not value:
            continue
        tokens = _label_tokens(text, value, label.lastgroup or "", latin=label[0].isascii())
        if not tokens:
            continue
        start, end = tokens[0].start, _behind_small_initials(text, tokens[-1])
        weak = SURE.isdisjoint(token.tag for token in tokens)
        if not context.is_called_after(text, start, end, weak, led=label.lastgroup == "head"):
            yield match_of(text, start, end, LABELLED, labelled=True)


def _label_tokens(text: str, value: re.Match[str], label: str, latin: bool) -> list[Token]:
    """The words after a label that are a name; after a role or in a letter they need more than their place."""
    tokens: list[Token] = []
    for m in TOKEN.finditer(text, value.start(), value.end()):
        word = m[0]
        kind = letter_of(word) if word[0].isupper() or word in PARTICLES or word == "," else tag(word.title())
        if kind in "Vi" or (kind == "," and len(tokens) != 1):
            break
        if kind in "cxl" and not word[0].isupper() and not _is_last_of_two(text, tokens, m.end(), label):
            break
        tokens.append(Token(m.start(), m.end(), kind, word))
    tokens = _without_what_follows(tokens)
    after = text[tokens[-1].end : tokens[-1].end + 2] if tokens else ""
    if re.match(r"[@_0-9]|[./]\w", after) or (len(tokens) == 1 and re.match(r" ?[:=]", after)):
        return []  # a login, a host; «Registrant Phone:» is a label itself
    if label == "given" and len(tokens) == 1 and tokens[0].tag == "A" and tokens[0].word.istitle():
        return tokens if _PERSONAL_FIELDS.search(text, max(0, tokens[0].start - 60), tokens[0].end + 30) else []
    if label == "role" and len(tokens) == 1 and tokens[0].tag in "SZK" and _SMALL_INITIALS.match(text, tokens[0].end):
        return tokens
    return tokens if _is_name(tokens, label, latin) else []


def _behind_small_initials(text: str, last: Token) -> int:
    """«фио: громов а. и.»: initials in small letters behind a surname in small letters."""
    initials = _SMALL_INITIALS.match(text, last.end) if last.word.islower() and last.tag in "SZKx" else None
    return initials.end() if initials else last.end


def _is_last_of_two(text: str, tokens: list[Token], end: int, label: str) -> bool:
    """«держатель карты kristina dolgikh»: a given name in lower case, an unknown word, the end."""
    return label == "name" and [token.tag for token in tokens] == ["G"] and bool(_ENDS.match(text, end))


def _without_what_follows(tokens: list[Token]) -> list[Token]:
    """«ДИРЕКТОР ЕРЖАН СЕРІКҰЛЫ ҚОЛ ҚОЙДЫ», «Уважаемый Ержан, Срок …»: the words after the name are not part of it."""
    tags = "".join(token.tag for token in tokens)
    if "," in tags and not re.match("[SZKx],[GAEx]", tags):
        return tokens[: tags.index(",")]
    shape = GRAMMAR.match(tags)
    if shape and shape.lastgroup not in LONE:
        return tokens[: shape.end()]
    while len(tokens) > 1 and tokens[-1].tag in "cy" and tokens[-1].word.isupper() and set(tags) & set("GSZP"):
        tokens = tokens[:-1]
    return tokens


def _is_name(tokens: list[Token], label: str, latin: bool) -> bool:
    tags = "".join(token.tag for token in tokens if token.tag != ",")
    sure = sum(letter in "GSZP" for letter in tags)
    if not tags or set(tags) <= set("cIO") or re.fullmatch("ll+", tags):
        return False
    if label == "title":
        return tokens[0].word.istitle() and "c" not in tags and (sure > 0 or tags[0] in "xKAE")
    if label == "head":
        return sure > 0 and ("I" in tags or sure > 1)
    if label in ("role", "given") and "l" in tags and tokens[0].word.isupper() and tokens[0].word.isascii():
        return False  # ИП BEKZAT STYLE
    if label == "given" and tags == "G":
        return True
    if label == "role" and latin:  # user, client: so common in logs that only two words in title case will do
        titled = all(token.word.istitle() for token in tokens if token.tag != ",")
        return sure >= 1 and "c" not in tags and len(tags) > 1 and titled
    if not tokens[0].word[0].isupper():
        return sure >= (1 if label == "name" else 2)
    return sure >= 1 if label != "name" else sure >= 1 or "c" not in tags or "x" in tags
