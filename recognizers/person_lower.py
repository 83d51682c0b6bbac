"""Full names written small: «свяжитесь с ахметов ерлан серикович», where no label says that a name follows.

Only three words in a row will do: a surname, a known given name and a patronymic, in one of the two usual orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match
from derbes.recognizers.names import tag
from derbes.recognizers.person_words import match_of

_SMALL = "а-яёіәғқңөұүһ"
_WORD = rf"[{_SMALL}]{{2,30}}(?:-[{_SMALL}]{{2,30}})?"
_PATRONYMIC = re.compile(
    rf"(?<![{context.LETTER}-])[{_SMALL}]{{2,30}}(?:(?:ович|евич)(?:а|у|ем|е)?|(?:овн|евн)(?:а|ы|е|у|ой)|ұлы|қызы|улы|кызы)"
    rf"(?![{context.LETTER}-])"
)
_TWO_BEFORE = re.compile(rf"(?:^|[^{context.LETTER}-])({_WORD}) {{1,2}}({_WORD}) {{1,2}}$")
_BEHIND = re.compile(rf" {{1,2}}({_WORD})(?![{context.LETTER}@_-])")
_REACH = 70
_SCORE = 0.8


def names_in_lower_case(text: str) -> Iterator[Match]:
    """Yield them; linear: each patronymic is looked at once, with a bounded reach on both sides."""
    for found in _PATRONYMIC.finditer(text):
        if tag(found[0].title()) != "P":
            continue
        before = _TWO_BEFORE.search(text, max(0, found.start() - _REACH), found.start())
        if before and tag(before[2].title()) == "G":
            if tag(before[1].title()) in "SZK":
                yield _match(text, before.start(1), found.end())
            elif (behind := _BEHIND.match(text, found.end())) and tag(behind[1].title()) in "SZK":
                yield _match(text, before.start(2), behind.end(1))
        elif found.start() and (behind := _BEHIND.match(text, found.end())) and tag(behind[1].title()) in "SZK":
            given = re.search(rf"({_WORD}) {{1,2}}$", text[max(0, found.start() - 34) : found.start()])
            if given and tag(given[1].title()) == "G":
                yield _match(text, found.start() - len(given[0]), behind.end(1))


def _match(text: str, start: int, end: int) -> Match:
    return match_of(text, start, end, _SCORE)
