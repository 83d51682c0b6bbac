"""E-mail addresses in text, logs and mail headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer
from derbes.recognizers.numbers import email

# The local part is read backwards from the sign. Of what RFC 5321 allows, only what mailboxes are really called:
# the rest ( = & ? ' / | … ) are delimiters of query strings and logs far more often.
_LOCAL = re.compile(r'"[^"\\\r\n@]{1,62}"|[\w.+%-]{1,64}')
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[xX][nN]--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,24})")
_MIXED = re.compile("[A-Za-z-]+(?=[А-Яа-яЁёҚқ])")
_OBFUSCATED = re.compile(
    r"(?<![\w.+-])(?P<local>[\w+-]{1,64}(?:\.[\w+-]{1,64}){0,4})"
    r"(?:\s?[\[({]\s?(?:at|собака|эт|dog|sobaka|@)\s?[\])}]\s?|\s(?:собака|sobaka)\s)"
    r"(?P<domain>[^\W_][\w-]{0,62}(?:(?:\.|\s?[\[({]\s?(?:dot|точка)\s?[\])}]\s?)[^\W_][\w-]{0,62}){1,4})",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[\[({]\s?(?:at|собака|эт|dog|sobaka|@)\s?[\])}]", re.IGNORECASE)
_DOT = re.compile(r"\s?[\[({]\s?(?:dot|точка)\s?[\])}]\s?", re.IGNORECASE)

# What stands before something that only looks like an address.
_NOT_BEFORE = re.compile(
    r"(?:://[^\s/@<>\"']{0,64}|(?:sips?|xmpp|h323|cid|mid|news):|(?:message|msg)-?id=<?"
    r"|(?:\b(?:ssh|scp|sftp|rsync|git|mosh)\b(?: -{1,2}[\w=-]+(?: [0-9\w./~-]+)?)* ))$",
    re.IGNORECASE,
)
_ENDS_OF_NOT_BEFORE = frozenset(":=< ")  # where it holds no URL
_ID_HEADER = re.compile(
    r"(?:^|[\n(,;\s\"])(?:resent-)?(?:message-id|references|in-reply-to|content-id|x-[a-z-]{0,30}id)\"?\s?[:=][^\n]*$",
    re.IGNORECASE,
)
_ID_PAIR = re.compile(r"(?:^|[\s,;(\[])(?:id|mid|msgid|resent-msgid)=<?$", re.IGNORECASE)
# A path, a port or another @ behind: a git remote, a package, a URL.
_NOT_BEHIND = re.compile(r":(?![0-9]{3}\b)[\w~/]|/[A-Za-z_~](?![^\s/@]{0,64}@)|@[\w]")
_MACHINE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f-]{12,}|[0-9a-f]{24,}|[0-9]{13,}|.*JavaMail.*|.*\.[0-9a-f]{8,}\.[0-9a-f]{4,}.*"
    r"|E?[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}|[0-9]{8,}\.[0-9A-Za-z.]{3,}",
    re.IGNORECASE,
)
# RFC 2606 reserves these and no others: whoever registered example.kz gets the mail.
_EXAMPLE = re.compile(
    r"(?:.*\.)?example\.(?:com|net|org)|(?:.*\.)?(?:test|invalid|example|localhost|localdomain)", re.IGNORECASE
)
_ROLE = re.compile(
    r"(?:info|sales?|abuse|hostmaster|postmaster|webmaster|no-?reply|do-?not-?reply|support|admin|office|contact|help|"
    r"billing|noc|root|mailer-daemon|security|zakaz|buh|bank|инфо|бухгалтерия|поддержка)(?:[-_+.].*)?",
    re.IGNORECASE,
)
_RETURN_PATH = re.compile(r"[\w.+=%#-]{1,120}=$")


class EmailAddressRecognizer(TextRecognizer):
    """E-mail address (``numbers.email``) with a top-level domain of the bundled list: 0.95; disguised by ``(at)``,
    ``[собака]``: 0.60.

    Mailboxes of a role (``info@``) carry the tag ``role``, rewritten return paths (SRS, VERP) ``bounce``. Not read:
    credentials in URLs, ``git@host:path``, ``sip:``, ``icon@2x.png``, message ids, example domains.
    """

    ENTITIES: ClassVar[tuple[str, ...]] = ("EMAIL_ADDRESS",)
    COUNTRY_CODE: ClassVar[str | None] = None
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"[\"0-9A-Za-z_.+%\x80-\xff-]@[0-9A-Za-z\x80-\xff][0-9A-Za-z_\x80-\xff-]{0,126}\.[0-9A-Za-z\x80-\xff]",
        rb"[\[({]\s?(?:[Aa][Tt]|[Dd][Oo][Gg]|@|[Ss][Oo][Bb][Aa][Kk][Aa]|\xd1\x8d\xd1\x82|\xd0\xad\xd0\xa2|\xd0\xad\xd1\x82|\xd1\x8d\xd0\xa2)\s?[\])}]",
        rb"(?:\xd1\x81|\xd0\xa1)(?:\xd0\xbe|\xd0\x9e)(?:\xd0\xb1|\xd0\x91)(?:\xd0\xb0|\xd0\x90)(?:\xd0\xba|\xd0\x9a)(?:\xd0\xb0|\xd0\x90)",
        rb"\s[Ss][Oo][Bb][Aa][Kk][Aa]\s",
    )
    CONTEXT: ClassVar[list[str]] = ["почта", "эл. почта", "e-mail", "email", "электрондық пошта", "поштасы", "contact"]

    def find(self, text: str) -> Iterator[Match]:
        at = text.find("@")
        while at >= 0:
            if match := _address_at(text, at):
                yield match
            at = text.find("@", at + 1)
        for disguised in _OBFUSCATED.finditer(text) if _may_be_disguised(text) else ():
            address = disguised["local"] + "@" + _DOT.sub(".", disguised["domain"])
            if (
                "@" not in disguised["domain"]
                and email.is_valid(address)
                and not _EXAMPLE.fullmatch(address.partition("@")[2])
            ):
                yield Match(disguised.start(), disguised.end(), "EMAIL_ADDRESS", 0.6, True)


def _may_be_disguised(text: str) -> bool:
    """Most lines with brackets leave here: the sign itself is quickly looked for."""
    low = text.lower()
    return "собака" in low or "sobaka" in low or _BRACKETED.search(low) is not None


def _address_at(text: str, at: int) -> Match | None:
    """The address whose sign stands at ``at``."""
    domain = _domain(text, at + 1)
    local = _local(text, at, domain) if domain else ""
    if not domain or not local or not email.has_public_suffix(domain) or not email.is_valid(f"{local}@{domain}"):
        return None
    start, end = at - len(local), at + 1 + len(domain)
    if _EXAMPLE.fullmatch(domain) or _is_something_else(text, start, end, local):
        return None
    returned = _return_path(text, start, local)
    tag = "bounce" if returned else "role" if _ROLE.fullmatch(local) else ""
    return Match(start - returned, end, "EMAIL_ADDRESS", 0.95, True, False, tag)


def _domain(text: str, start: int) -> str:
    found = _DOMAIN.match(text, start, start + 256)
    if found is None:
        return ""
    domain = found[0]
    head, _, top = domain.rpartition(".")
    if not email.has_public_suffix(domain):
        mixed = _MIXED.match(top)  # «a@b.kzТел»: a word is glued behind
        if mixed:
            return f"{head}.{mixed[0]}"
        return head if "." in head and email.has_public_suffix(head) else domain  # «a@b.kz.Следующее предложение»
    return domain


def _local(text: str, at: int, domain: str) -> str:
    head = text[max(0, at - 65) : at]
    if head.endswith('"'):
        quoted = re.search(r'"[^"\\\r\n@]{1,62}"$', head)
        return quoted[0] if quoted else ""
    backwards = re.match(r"[\w.+%-]{1,64}", head[::-1])
    local = backwards[0][::-1] if backwards else ""
    if domain.isascii() and not local.isascii():  # «почта-asel@mail.kz»: a word is glued before
        local = re.split(r"[^\x00-\x7f]", local)[-1].lstrip("_")
    encoded = re.match(r".*%[0-9A-Fa-f]{2}", local)  # a query string: what is encoded is a delimiter
    if encoded:
        local = local[encoded.end() :]
    return local.lstrip(".-%")


def _is_something_else(text: str, start: int, end: int, local: str) -> bool:
    before = text[max(0, start - 80) : start]
    before_may_tell = "://" in before or before[-1:] in _ENDS_OF_NOT_BEFORE
    if local == "git" or (before_may_tell and _NOT_BEFORE.search(before)) or _NOT_BEHIND.match(text, end):
        return True
    if re.match("[0-9]+x\\.", text[text.find("@", start) + 1 : end]):
        return True
    line = text[max(text.rfind("\n", 0, start) + 1, start - 300) : start]
    return (
        bool(_ID_HEADER.search(line) or (_ID_PAIR.search(before) and _is_machine(local)))
        or _MACHINE.fullmatch(local) is not None
    )


def _is_machine(local: str) -> bool:
    return sum(char.isdigit() for char in local) >= 6 or len(local) > 24 or _MACHINE.fullmatch(local) is not None


def _return_path(text: str, start: int, local: str) -> int:
    """Characters before the local part that belong to it: ``SRS0=…=user``, ``bounce-1-asel=mail.kz``."""
    found = _RETURN_PATH.search(text[max(0, start - 64) : start])
    if found is None:
        return 0
    is_rewritten = re.match("SRS[01]=|prvs=|bounces?[-+=]", found[0], re.IGNORECASE)
    is_returned = "." in local and email.has_public_suffix(local) and re.search("[-+=][\\w.]+=$", found[0])
    return len(found[0]) if is_rewritten or is_returned else 0
