"""The byte patterns of the sieve for names: a superset of what ``person.py`` finds, in the dialect of ``base.py``.

Cyrillic: any word with a capital. Latin: two capitalised words side by side, or one and an initial, unless both are
words that logs are full of (``Windows NT``, ``INSERT INTO``) and that ``names.tag`` takes for no part of a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derbes.recognizers.name_forms import PARTICLES
from derbes.recognizers.names import words

CYRILLIC_WORD = rb"(?:\xd0[\x80-\xaf]|\xd2[\x92\x9a\xa2\xae\xb0\xba]|\xd3[\x98\xa8])[\xd0-\xd3]"
_CYRILLIC_CAPITAL = CYRILLIC_WORD.removesuffix(rb"[\xd0-\xd3]")
_CAPITAL = rb"[A-Z\xc3-\xc9]"  # the lead byte of a Latin letter beyond ASCII stands for it
_IN_WORD = rb"A-Za-z'`?\x80-\xff-"
_WORD = _CAPITAL + rb"[" + _IN_WORD + rb"]"  # its beginning: a capital and one more letter
_WHOLE_WORD = _WORD + rb"[" + _IN_WORD + rb"]*"
_EDGE = rb"(?:^|[^A-Za-z0-9_@/\\.\xc3-\xc9-])"
_NOT_IN_WORD = rb"\x00-&(-,.->@[-_{-\x7f"
_END = rb"(?:$|[" + _NOT_IN_WORD + rb"])"
_LINKS = "de von van der al bin де фон ван дер да ди ла ле аль эль бен бин ибн".split()
_GAP = rb"(?: ?[,;|\t] ?| {1,2}| (?:" + b"|".join(link.encode() for link in _LINKS) + rb") )"
_INITIAL = rb"(?:[A-Z]|[\xc3-\xc9][\x80-\xbf]|" + _CYRILLIC_CAPITAL + rb")(?:[haeu]|\xd0\xb6)?\."

# Capitalised words of logs, user agents and SQL. None may be evidence of a name: ``tests/recognizers/test_sieve.py``.
BORING = (
    "Android AppleWebKit Browser Chrome Firefox Gecko Intel KHTML Linux Mac Macintosh Mobile Mozilla NT OS Safari "
    "Ubuntu Version Win Windows AND BY CREATE DELETE FROM GROUP INNER INSERT INTO IS JOIN LEFT LIMIT NOT NULL ON OR "
    "ORDER SELECT SET TABLE UPDATE VALUES WHERE COMMIT GET HTTP HTTPS POST PUT "
    "The DEBUG ERROR FATAL INFO TRACE WARN WARNING Error Info Warning "
    "Application Bad Connection Content Database Exception Failed File Found Internal Invalid Job Message Not OK "
    "Query Request Response Server Service Session Started Starting System Task Thread Type Unable User Value Worker"
).split()


def _any_case(word: str) -> bytes:
    """``word`` in lower case, capitals or any mixture, over UTF-8; a space may be ``_``."""
    out = b""
    for char in word:
        low, up = char.lower().encode(), char.upper().encode()
        if char == " ":
            out += b"[ _]"
        elif low == up:
            out += b"\\" + low if low.isascii() and not low.isalnum() and low != b"_" else low
        elif len(low) == len(up) == 1:
            out += b"[" + up + low + b"]"
        else:
            out += b"(?:" + b"".join(b"\\x%02x" % b for b in low) + b"|" + b"".join(b"\\x%02x" % b for b in up) + b")"
    return out


def _one_of(entries: Iterable[str]) -> bytes:
    return b"(?:" + b"|".join(entry.encode() for entry in sorted(set(entries))) + b")"


def _none_of(entries: Sequence[str]) -> bytes:
    """A whole capitalised Latin word of two letters or more that is none of ``entries``."""
    beginnings = {entry[:size] for entry in entries for size in range(2, len(entry))} - set(entries)
    return rb"(?:" + _departs(entries) + rb"[" + _IN_WORD + rb"]*|" + _one_of(beginnings) + rb")"


def _departs(entries: Iterable[str], first: bool = True) -> bytes:
    """The beginning of a word up to the letter that none of ``entries`` has there: the complement of their trie."""
    rests: dict[str, set[str]] = {}
    for entry in filter(None, entries):
        rests.setdefault(entry[0], set()).add(entry[1:])
    taken = "".join(sorted(rests)).encode()
    if first:
        other = rb"[" + bytes(b for b in range(0x41, 0x5B) if b not in taken) + rb"\xc3-\xc9][" + _IN_WORD + rb"]"
    else:
        other = rb"[^" + taken + _NOT_IN_WORD + rb"]"
    branches = [other, *(letter.encode() + _departs(rest, False) for letter, rest in sorted(rests.items()))]
    return b"(?:" + b"|".join(branches) + b")"


# What may stand right before and right after a label: no letter and no digit.
_BEFORE_LABEL = rb"(?:^|[^A-Za-z0-9\x80-\xff]|\xc2[\x80-\xbf]|[\xe0-\xf4][\x80-\xbf]{2,3})"
_AFTER_LABEL = rb"(?:[\t\r\n \"'(),:=>\[\]-]|\xc2\xab|\xe2\x80[\x93\x94])"
_A_PATTERN = 60  # labels; Hyperscan takes at most 16,000 bytes a pattern


def _labels() -> list[bytes]:
    """Labels that admit a single or a lower-case name. A Latin role admits neither, so it needs no anchor."""
    lists = words()
    every = sorted(
        {
            *(word for kind in ("name", "given", "letter", "title") for word in lists[f"labels_{kind}"]),
            *(word for word in lists["labels_role"] if not word.isascii()),
        }
    )
    needed = [w for w in every if not any(w != o and (w.startswith(o + " ") or w.endswith(" " + o)) for o in every)]
    return [
        _BEFORE_LABEL + b"(?:" + b"|".join(map(_any_case, needed[i : i + _A_PATTERN])) + b")" + _AFTER_LABEL
        for i in range(0, len(needed), _A_PATTERN)
    ]


def _latin_plain() -> list[bytes]:
    """Given names that count alone, as literals: with a capital, a blank, comma or line before them."""
    names = [word.capitalize().encode() for word in words()["latin_plain"]]
    return [rb"(?:^|[ \n])(?:" + b"|".join(names[i : i + _A_PATTERN]) + rb")" for i in range(0, len(names), _A_PATTERN)]


# «иванов иван иванович»: the end of a patronymic in lower case; behind a capital the patterns above fire anyway.
_PATRONYMIC = (
    rb"(?:\xd0\xbe|\xd0\xb5)\xd0\xb2\xd0(?:\xb8\xd1\x87|\xbd\xd0(?:\xb0|\xb5|\xbe)|\xbd\xd1(?:\x8b|\x83))"  # -ович
    rb"|(?:\xd1\x83|\xd2\xb1)\xd0\xbb\xd1\x8b|(?:\xd0\xba|\xd2\x9b)\xd1\x8b\xd0\xb7\xd1\x8b"  # ұлы, қызы
)
_TELLING = _none_of(BORING)


def cyrillic_initials() -> tuple[bytes, ...]:
    """A Cyrillic word and an initial side by side, for those who do without ``CYRILLIC_WORD``."""
    letter = rb"[\xd0-\xd3][\x80-\xbf]"
    return (
        _INITIAL + rb"(?: {0,2}" + _INITIAL + rb")?" + rb"(?: ?|" + _GAP + rb")" + CYRILLIC_WORD,
        letter + rb"(?: ?|" + _GAP + rb")" + _INITIAL,
    )


ANCHOR: tuple[bytes, ...] = (
    CYRILLIC_WORD,
    rb"[A-Z][\xd0-\xd3]",  # scripts mixed in one word
    _CYRILLIC_CAPITAL + rb"[A-Za-z'`?-]",
    _EDGE + _TELLING + _GAP + _WORD,  # Aigerim Ospanova
    _EDGE + _one_of(BORING) + _GAP + _TELLING + _END,
    _EDGE + rb"(?:" + _INITIAL + rb" {0,2})?" + _INITIAL + rb"(?: ?|" + _GAP + rb")" + _WORD,  # A. Ospanova
    _EDGE + _WHOLE_WORD + _GAP + _INITIAL,  # Ospanova A.
    rb"[" + _IN_WORD + rb"]" + _GAP + _one_of(sorted(PARTICLES)) + _END,  # Mamed ogly
    *_labels(),
    *_latin_plain(),
    _PATRONYMIC,
    rb"[A-Z]{2}/[A-Z]{2,25} ?M[RSI]",  # AKHMETOV/DANIYAR MR
)
