"""Identity documents in text: number beside the word that names the document, or before its issuer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.context import (
    LETTER,
    Label,
    is_glued_after,
    is_money,
    label_anchor,
    label_before,
    label_pattern,
)
from derbes.recognizers.numbers import ru_passport

_DOCUMENTS = ("other_document", "permit", "ru_passport", "id_card", "passport")
_CANDIDATE = re.compile(
    rf"(?<![0-9{LETTER}])(?:"
    r"(?P<n>[NН] ?[0-9]{7,8})"
    r"|(?P<series>[0-9]{2} ?[0-9]{2},? ?(?:№|N|номер|нөмірі)? ?[0-9]{6})"
    r"|(?P<letters>(?!РК|РФ|ҚР|KZ|RK)[A-ZА-Я]{2} ?№? ?[0-9]{6,8})"
    r"|(?P<roman>[IVXХ]{1,4}-[A-ZА-Я]{2} ?№? ?[0-9]{6})"
    rf"|(?P<digits>[0-9]{{7,9}}))(?![0-9{LETTER}])"
)
_ISSUER = re.compile(
    r"(?:МВД|МЮ|МИД|ІІМ|IIM|ӘМ|СІМ|УФМС|ФМС|ОВД|MIA|[Мм]инистерств|код подразделения|issued|берген|выдан)"
)
_AGENCY = re.compile(r"[\s,;(–—-]{1,4}(?:выдан[оа]?\s)?(?:МВД|МЮ|МИД|ІІМ|ҚР ІІМ|ҚР ӘМ)(?![А-Яа-яЁё])")
_DATE = re.compile(r"[0-3]?[0-9]\.[01][0-9]\.(?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")
_GAP = 45


class IdentityDocumentRecognizer(TextRecognizer):
    """Numbers of identity cards, passports, residence permits and other documents of a person.

    The numbers have no check digit: a word that names the document (удостоверение личности, жеке куәлік, паспорт …)
    must stand within 45 characters before: 0.75, with an issuer or date beside it 0.90. Nine digits right before an
    issuer (``045678912 МВД РК``) score 0.60. A word such as «оборудования», «договор», «НДС» in between is a veto.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = (
        "KZ_ID_CARD",
        "KZ_PASSPORT",
        "KZ_RESIDENCE_PERMIT",
        "RU_PASSPORT",
        "IDENTITY_DOCUMENT",
    )
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        *(label_anchor((group,), rb"(?:[0-9]{0,5}[^0-9])*[0-9]{6}") for group in _DOCUMENTS),
        rb"[0-9]{9}[^0-9]{1,40}(?:\xd0\x9c\xd0(?:\x92\xd0\x94|\xae|\x98\xd0\x94)|\xd0\x86\xd0\x86\xd0\x9c|\xd3\x98\xd0\x9c)",
    )
    CONTEXT: ClassVar[list[str]] = ["удостоверение личности", "жеке куәлік", "паспорт", "төлқұжат", "вид на жительство"]

    def find(self, text: str) -> Iterator[Match]:
        labels = label_pattern("not_document", *_DOCUMENTS)
        for candidate in _CANDIDATE.finditer(text):
            start, end = candidate.span()
            if is_glued_after(text, end) or is_money(text, end) or text[max(0, start - 1) : start] in ("/", "."):
                continue
            label = label_before(labels, text, start, _GAP + 40)
            if label is None or label.group == "not_document" or not _is_near(label):
                if (
                    label is None
                    and candidate.lastgroup == "digits"
                    and len(candidate[0]) == 9
                    and _AGENCY.match(text, end)
                ):
                    yield Match(start, end, "KZ_ID_CARD", 0.6)
                continue
            has_issuer = _has_issuer(text, start, end)
            judged = _judge(label.group, candidate.lastgroup or "", candidate[0], has_issuer)
            if judged:
                entity, score = judged
                yield Match(start, end, entity, min(score + 0.15 * has_issuer, 0.9), False, True)


def _is_near(label: Label) -> bool:
    gap = _DATE.sub("", label.gap)
    keys = len(re.findall("[:=]", gap))
    return len(label.gap) <= _GAP and keys < 2 and not re.search(r"[0-9]{3}|\n\s*\n|[;|]", gap)


def _has_issuer(text: str, start: int, end: int) -> bool:
    behind, before = text[end : end + 80], text[max(0, start - 40) : start]
    return bool(_ISSUER.search(behind) or _DATE.search(behind) or _ISSUER.search(before) or _DATE.search(before))


def _judge(group: str, form: str, raw: str, has_issuer: bool) -> tuple[str, float] | None:
    """Entity and score of a number of some form behind a word of some group."""
    digits = len(re.sub("[^0-9]", "", raw))
    if form == "series":
        is_russian = group in ("ru_passport", "passport") and ru_passport.is_valid(raw)
        return ("RU_PASSPORT", 0.75) if is_russian else ("IDENTITY_DOCUMENT", 0.5) if group == "ru_passport" else None
    if form in ("letters", "roman"):
        return None if group == "id_card" else ("IDENTITY_DOCUMENT", 0.75)
    if form == "n":
        return "KZ_PASSPORT", 0.75
    if group == "permit":
        return "KZ_RESIDENCE_PERMIT", 0.75 if digits == 9 else 0.55
    if group == "id_card":
        return "KZ_ID_CARD", 0.75 if digits == 9 else 0.5
    if group == "other_document":
        return ("KZ_ID_CARD" if has_issuer and digits == 9 else "IDENTITY_DOCUMENT"), 0.7
    if group == "passport" and digits == 8:
        return "KZ_PASSPORT", 0.7
    return "IDENTITY_DOCUMENT", 0.6 if digits == 9 else 0.5
