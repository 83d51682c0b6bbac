"""Names in forms that the grammar of runs does not reach, where no label says that a name follows.

Small letters: «свяжитесь с ахметов ерлан серикович» (known given name and patronymic, with a surname on either side or
without one). A maiden name: «Сафина (Ганиева) Гульнара Ильдаровна». Tickets: ``AKHMETOV/DANIYAR MR``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derbes.recognizers import person_context as context
from derbes.recognizers.base import Match
from derbes.recognizers.names import tag
from derbes.recognizers.person_words import SCORES, match_of

_SMALL = "а-яёіәғқңөұүһ"
_WORD = rf"[{_SMALL}]{{2,30}}(?:-[{_SMALL}]{{2,30}})?"
_PATRONYMIC = re.compile(
    rf"(?<![{context.LETTER}-])[{_SMALL}]{{2,30}}(?:(?:ович|евич)(?:а|у|ем|е)?|(?:овн|евн)(?:а|ы|е|у|ой)|ұлы|қызы|улы|кызы)"
    rf"(?![{context.LETTER}-])"
)
_TWO_BEFORE = re.compile(rf"(?:^|[^{context.LETTER}-])({_WORD}) {{1,2}}({_WORD}) {{1,2}}$")
_ONE_BEFORE = re.compile(rf"(?:^|[^{context.LETTER}-])({_WORD}) {{1,2}}$")
_BEHIND = re.compile(rf" {{1,2}}({_WORD})(?![{context.LETTER}@_-])")
_REACH = 70
_SCORE = 0.8
_NAME = rf"[А-ЯЁӘҒҚҢӨҰҮҺІ][{_SMALL}]{{1,30}}"
_MAIDEN = re.compile(
    rf"(?<![{context.LETTER}-])({_NAME}) \(({_NAME})\) ({_NAME})(?: ({_NAME}))?(?![{context.LETTER}-])"
)
_PASSENGER = re.compile(r"(?<![A-Za-z0-9/])([A-Z]{2,30})/([A-Z]{2,30}) ?(?:MR|MRS|MS|MSTR|MISS)(?![A-Za-z0-9/])")


def names_in_other_forms(text: str) -> Iterator[Match]:
    """Yield them; linear: every reach is bounded."""
    yield from _in_small_letters(text)
    for found in _MAIDEN.finditer(text) if "(" in text else ():
        tags = "".join(tag(word) for word in found.groups() if word)
        if re.fullmatch("[SZKx]{2}[GAE]P?", tags) and "S" in tags[:2]:
            yield match_of(text, *found.span(), SCORES["patronymic" if tags[3:] else "pair"])
    for found in _PASSENGER.finditer(text) if "/" in text else ():
        if any(tag(word.title()) in "GSZEK" for word in found.groups()):
            yield match_of(text, *found.span(), SCORES["pair"])


def _in_small_letters(text: str) -> Iterator[Match]:
    for found in _PATRONYMIC.finditer(text):
        if tag(found[0].title()) != "P":
            continue
        start, left = found.start(), max(0, found.start() - _REACH)
        two, one = _TWO_BEFORE.search(text, left, start), _ONE_BEFORE.search(text, left, start)
        if not one or tag(one[1].title()) not in "GA":
            continue
        if two and tag(two[1].title()) in "SZK":
            yield match_of(text, two.start(1), found.end(), _SCORE)
        elif (behind := _BEHIND.match(text, found.end())) and tag(behind[1].title()) in "SZK":
            yield match_of(text, one.start(1), behind.end(1), _SCORE)
        else:
            yield match_of(text, one.start(1), found.end(), _SCORE)
