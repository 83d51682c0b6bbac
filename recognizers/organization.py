"""Organisations by their legal form: «ТОО «Алтын Дән»», «Алтын Дән» ЖШС, Altyn Dan LLP, ИП Сауле."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.bytes_of import gate
from derbes.recognizers.legal_forms import Form, forms, lists
from derbes.recognizers.organization_anchors import ANCHORS
from derbes.recognizers.organization_quotes import quoted_left, quoted_right

WORDS = 4  # capitalised words of a name without quotes
_WORD = re.compile(r"[^\W_][\w&+'’`.-]*[^\W_]\.?|[^\W_]\.?|&|№\s?\d+")
_INITIALS = re.compile(r"[^\W\d_]\.\s?(?:[^\W\d_]\.)?(?![^\W\d_]{2})")
_REQUISITE = re.compile(r"БИН|БСН|ИИН|ЖСН|BIN|IIN|ИИК|ЖСК|БИК|БСК|лиценз", re.IGNORECASE)


class OrganizationRecognizer(TextRecognizer):
    """Organisations with a legal form of Kazakhstan (Russian, Kazakh, English), of Russia or of another country.

    The span takes in form and quotes. An ordinary abbreviation (АО, ГУ, ОФ …) needs quotes or to be a whole value;
    forms behind Latin names that logs are full of (Inc., Ltd) need words of trade or Cyrillic beside them. «ЖК» is a
    sole trader in Kazakh and a housing estate in Russian. Tag ``natural-person``: sole traders, farms, notaries,
    bailiffs, whose requisites are personal data. Source: classifier of legal forms, Civil Code, article 34.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("ORGANIZATION",)
    ANCHOR: ClassVar[tuple[bytes, ...]] = ANCHORS

    def find(self, text: str) -> Iterator[Match]:
        """Yield organisations; linear in the length of ``text``."""
        if not _gate().search(text.encode("utf-8", "surrogatepass")):
            return
        taken = 0
        last: Match | None = None
        for form in forms(text):
            if form.start < taken or (span := _span(text, form, taken)) is None:
                continue
            start, end, quoted = span
            match = Match(start, end, "ORGANIZATION", _score(text, form, start, end, quoted), tag=_tag(form))
            if last is not None and text[taken:start] == " ":  # «КГУ «Школа» ГУ «Управление»: a body of a body
                match = replace(last, end=end)
            elif last is not None:
                yield last
            last, taken = match, end
        if last is not None:
            yield last


@cache
def _gate() -> Any:
    return gate(ANCHORS)


def _tag(form: Form) -> str:
    return "natural-person" if form.person else ""


def _score(text: str, form: Form, start: int, end: int, quoted: bool) -> float:
    if form.kind == "foreign" and not (
        _is_whole_line(text, start, end) or lists().context.search(_line_around(text, start, end))
    ):
        return 0.4
    base = 0.8 if quoted else 0.65
    near = text[max(0, start - 60) : start] + "\n" + text[end : end + 60]
    return base + 0.1 * bool(_REQUISITE.search(near))


def _span(text: str, form: Form, taken: int) -> tuple[int, int, bool] | None:
    """Form and name, on the side where the form looks first, then on the other; and whether it is quoted."""
    if form.kind == "person" and text[form.start : form.end] == "ЖК" and not _is_trader(text, form):
        return None
    right, left = quoted_right(text, form.end), quoted_left(text, form.start, taken)
    if form.side == "left" and left is not None:
        return left, form.end, True
    if right is not None:
        return form.start, _with_tail(text, form, right), True
    if left is not None:
        return left, form.end, True
    return _unquoted(text, form, taken)


def _unquoted(text: str, form: Form, taken: int) -> tuple[int, int, bool] | None:
    """A name without quotes: capitalised words on one side. Weak forms must fill the line with it."""
    latin_behind = form.kind == "foreign" or (form.kind == "latin" and form.side == "left")
    right = None if latin_behind else _words_right(text, form)
    left = None if form.kind == "latin" and form.side == "right" else _words_left(text, form, taken)
    if left is not None and (right is None or form.side == "left"):
        start, end = left, form.end
    elif right is not None:
        start, end = form.start, right
    else:
        return None
    sure = form.kind not in ("shy", "descriptive") and (end != form.end or form.side == "left")
    if _is_lawyer(text, form):
        sure = bool(_REQUISITE.search(text[end : end + 80])) or bool(_INITIALS.search(text, form.end, end))
    return (start, end, False) if sure or _is_whole_line(text, start, end) else None


def _is_lawyer(text: str, form: Form) -> bool:
    """Lawyers and notaries are named in prose too; their requisites are not."""
    return form.person and text[form.start : form.end].lower().startswith(("адвокат", "нотариус"))


def _is_trader(text: str, form: Form) -> bool:
    """ЖК as «жеке кәсіпкер»: Kazakh around it, or a person's name with initials behind it."""
    line = _line_around(text, form.start, form.end)
    return bool(lists().trader.search(line)) or bool(quoted_left(text, form.start, 0))


# -- names with a tail, names without quotes


def _with_tail(text: str, form: Form, end: int) -> int:
    """Whose body it is or where it sits, where that closes the line: «КГУ «Отдел» Управления образования»."""
    match = _WORD.match(text, end + 1) if text[end : end + 1] == " " else None
    if match is None or match.group().rstrip(".").lower() not in lists().tail:
        return end
    stop = re.compile(r"[,;|\t\n]|$").search(text, end, end + 160)
    to = stop.start() if stop else end
    rest = text[end:to].rstrip(" .")
    if re.search(r"\d{3}|[:=]", rest) or not _is_whole_line(text, form.start, end + len(rest)):
        return end
    return end + len(rest)


def _words_right(text: str, form: Form) -> int | None:
    """The end of up to four capitalised words behind the form."""
    at, last, count = form.end, None, 0
    while count < WORDS:
        blank = re.compile(r" {1,2}").match(text, at)
        if blank is None:
            break
        initials = _INITIALS.match(text, blank.end())
        word = initials if initials and count and initials.group()[0].isupper() else _WORD.match(text, blank.end())
        if word is None or not _is_name(word.group(), form, first=count == 0):
            break
        if initials and count == 1 and not form.person:
            return None  # «директор ТОО Ахметов Б.С.»
        last = at = word.end()
        count += 1
        if not initials and text[last - 1] == "." and len(word.group()) > 3:
            return last - 1
        if at < len(text) and text[at] in ',;)»"\n':
            break
    if last is None:
        return None
    return last - 1 if text[last - 1] == "." and not _INITIALS.search(text, max(form.end, last - 5), last) else last


def _is_name(word: str, form: Form, *, first: bool) -> bool:
    bare = word.rstrip(".")
    if bare.upper() in lists().stop or bare.lower() in lists().labels:
        return False
    if not first and (word == "&" or (bare.isdigit() and len(bare) < 4) or word[0] == "№"):
        return True
    if not word[0].isupper() or (first and len(bare) < 2):
        return False
    return not (form.kind == "latin" and (bare.isupper() or not bare.isascii()))


def _words_left(text: str, form: Form, taken: int) -> int | None:
    """The start of up to four capitalised words before the form."""
    window = text[max(taken, form.start - 80) : form.start]
    window = window[window.rfind("\n") + 1 :]
    body = window.rstrip(" ")
    if form.kind in ("latin", "foreign"):
        body = body.rstrip(",")
    if len(window) - len(body) > 3 or not body or body == window:
        return None
    found = None
    end = len(body)
    for count, word in enumerate(reversed(list(_WORD.finditer(body)))):
        if count >= WORDS or body[word.end() : end].strip(" ") or (count and end - word.end() > 2):
            break
        if not _is_left_name(word.group(), body, word.start()):
            break
        if word.group() not in "&" and not word.group()[0].isdigit():
            found = word.start()
        end = word.start()
    return None if found is None else form.start - len(window) + found


def _is_left_name(word: str, body: str, start: int) -> bool:
    bare = word.rstrip(".,")
    if bare.lower() in lists().labels or bare.upper() in lists().stop:
        return False
    if word.endswith(".") and len(bare) > 3:
        return False
    if start and body[start - 1] in "=:/\\@_":
        return body[start - 1] not in "/\\@_"
    return word == "&" or word[0].isupper() or (bare.isdigit() and len(bare) < 5)


# -- where it stands


def _line_around(text: str, start: int, end: int) -> str:
    left = max(text.rfind("\n", max(0, start - 150), start) + 1, start - 150, 0)
    right = text.find("\n", end, end + 150)
    return text[left:start] + " " + text[start:end] + " " + text[end : right if right >= 0 else end + 150]


def _is_whole_line(text: str, start: int, end: int) -> bool:
    left = max(text.rfind("\n", max(0, start - 40), start) + 1, start - 40, 0)
    right = text.find("\n", end, end + 40)
    rest = text[left:start] + text[end : right if right >= 0 else end + 40]
    return not any(c.isalnum() for c in rest)


def looks_like_organization(value: str) -> float:
    """How much the whole of ``value`` reads like an organisation's name, 0..1."""
    value = value.strip()
    if not 3 <= len(value) <= 400:
        return 0.0
    whole = [m for m in OrganizationRecognizer().find(value) if m.end - m.start >= 0.7 * len(value)]
    if whole:
        return max(0.85, *(m.score for m in whole))
    return 0.3 if re.fullmatch(r"[«\"“].{2,80}[»\"”]", value) else 0.0
