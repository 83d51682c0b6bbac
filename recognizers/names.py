"""What a single word can be in a person's name: gazetteers behind one key for all scripts, and one tag a word.

The lists (``words/names.txt.gz``, built by ``tools/build_names.py`` from MIT-licensed sources) are read once, at first
use, and shared by every recognizer and by the classifier of columns.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from derbes.recognizers.name_forms import (
    PARTICLES,
    double_father,
    fold,
    is_adjectival,
    is_patronymic_form,
    is_surname_form,
    kazakh_bases,
    latin_father,
    russian_bases,
    unmix,
)

_KAZAKH_LETTERS = "әғқңөұүһі"
_LONGEST = 40  # letters; a longer word is no name


_INSIDE = str.maketrans({"?": "", "'": "-", "’": "-", "`": "-"})  # may stand in a name: a lost letter, an apostrophe


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Words in lower case; the first six hold keys (``name_forms.fold``).

    ``core`` are the given names of Kazakhstan and Russia, ``firm`` the most common, ``foreign`` those of Europe.
    """

    given: frozenset[str]
    core: frozenset[str]
    firm: frozenset[str]
    ambiguous: frozenset[str]
    surnames: frozenset[str]
    foreign: frozenset[str]
    latin_given: frozenset[str]
    latin_surnames: frozenset[str]
    common: frozenset[str]
    stop: frozenset[str]
    historic: frozenset[str]
    places: frozenset[str]


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The lists of ``words/person.yaml``; ``_`` inside an entry is read as a space."""
    path = files("derbes.recognizers.words").joinpath("person.yaml")
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {title: tuple(word.replace("_", " ") for word in text.split()) for title, text in raw.items()}


@cache
def gazetteer() -> Gazetteer:
    """All lists, read once a process (about 30 ms)."""
    packed = files("derbes.recognizers.words").joinpath("names.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    lists = {title[1:-1]: frozenset(body.split()) for title, body in zip(lines[::2], lines[1::2], strict=True)}
    own = words()
    return Gazetteer(
        given=lists["given"],
        core=lists["core"],
        firm=lists["firm"],
        ambiguous=lists["ambiguous"] | frozenset(own["ambiguous"]),
        surnames=lists["surnames"] | {fold(word) for word in own["short_surnames"]},
        foreign=lists["foreign"],
        latin_given=lists["latin_given"],
        latin_surnames=lists["latin_surnames"],
        common=lists["common"],
        stop=frozenset(own["stop"]),
        historic=frozenset(own["historic"]),
        places=frozenset(own["places"]),
    )


def _given_key(low: str) -> str:
    """The key of the given name that ``low`` (lower case) is a form of; empty when there is none."""
    given = gazetteer().given
    if "?" in low:
        return next((key for word in _restored(low) if (key := _given_key(word))), "")
    if low.isascii():
        candidates = (low, *kazakh_bases(low))
        return next((key for base in candidates if len(base) > 2 and (key := fold(base)) in given), "")
    if (key := fold(low)) in given and len(low) > 2:
        return key
    for base in russian_bases(low):
        if len(base) > 2 and (key := fold(base)) in given:
            return key
    if not is_surname_form(low):
        for base in kazakh_bases(low):
            if (key := fold(base)) in given:
                return key
    return ""


def _restored(low: str) -> Iterator[str]:
    """``low`` with each of the letters that only Kazakh has where one was lost (``?``), up to two of them."""
    if low.count("?") <= 2:
        at = low.index("?")
        for letter in _KAZAKH_LETTERS:
            word = low[:at] + letter + low[at + 1 :]
            yield from _restored(word) if "?" in word else (word,)


@lru_cache(maxsize=1 << 16)
def tag(word: str) -> str:
    """What ``word`` may be in a name, as one letter.

    ``G`` a given name · ``A`` a given name that is also a word or a place · ``E`` a given name of Europe ·
    ``P`` a patronymic · ``O`` a detached оглы, кызы, ұлы · ``S`` a surname by its ending (``Z``: -ский) ·
    ``K`` a surname from the list · ``i`` one or two bare capitals · ``c`` a common word · ``x`` any other word
    (``l`` in Latin) · ``V`` no part of a name.
    """
    low = unmix(word).lower()
    if low in PARTICLES:
        return "O"
    lists = gazetteer()
    if len(low) > _LONGEST or low in lists.stop or not _cased_like_a_name(word):
        return "V"
    if len(low) == 1 or (len(low) == 2 and word.isupper()):
        return "i"
    if is_place(low):
        return "V"
    common = low in lists.common
    if is_patronymic_form(low) and _has_a_father(low):
        return "c" if common else "P"
    return _tag_plain(low, common)


def _has_a_father(low: str) -> bool:
    """False for «truly» and for «Бонч-Бруевич»: before -uly, and in a double word, stands a name that is known."""
    if father := double_father(low):
        return any(fold(father + ending) in gazetteer().given for ending in ("", "й", "ь"))
    return not (father := latin_father(low)) or bool(_given_key(father))


def is_place(low: str) -> bool:
    """A country, city or region, in any Russian or Kazakh case (``low``: lower case)."""
    places = gazetteer().places
    return low in places or any(base in places for base in (*russian_bases(low), *kazakh_bases(low)))


def _is_ambiguous(low: str) -> bool:
    lists = gazetteer()
    if low.isascii():
        return fold(low) in _ambiguous_keys()
    return low in lists.ambiguous or any(base in lists.ambiguous for base in (*russian_bases(low), *kazakh_bases(low)))


@cache
def _ambiguous_keys() -> frozenset[str]:
    return frozenset(map(fold, gazetteer().ambiguous))


def is_core_given(word: str) -> bool:
    """A given name common enough to be believed without a neighbour."""
    return _given_key(unmix(word).lower()) in gazetteer().core


def is_firm_given(word: str) -> bool:
    """One of the most common given names, not inflected: believed even where every word has a capital."""
    low = unmix(word).lower()
    return fold(low) in gazetteer().firm


def is_plain_latin_given(word: str) -> bool:
    """A Latin spelling of one of the most common given names that is no word and no product besides."""
    return word.lower() in _plain_latin()


@cache
def _plain_latin() -> frozenset[str]:
    return frozenset(words()["latin_plain"])


def _tag_plain(low: str, common: bool) -> str:
    lists = gazetteer()
    parts = low.split("-") if "-" in low else [low]
    keys = [key for key in (_given_key(low), *(_given_key(part) for part in parts)) if key]
    if fold(low) in lists.surnames and not common and (not keys or _is_ambiguous(low)):
        return "K"
    if keys and (len(parts) == 1 or len(keys) >= len(parts)):
        if common or _is_ambiguous(low) or low in lists.historic:
            return "A"
        return "G"
    if is_surname_form(parts[-1]):
        return "c" if common else "Z" if is_adjectival(parts[-1]) else "S"
    if len(parts) == 2 and is_surname_form(parts[0]) and lists.common.isdisjoint((low, *parts)):
        return "S"  # Смирнова-Ким
    if (low in lists.latin_given and low not in lists.ambiguous) or (
        not low.isascii() and not common and fold(low) in lists.foreign
    ):
        return "E"
    if low in lists.latin_surnames:
        return "K"
    if _IRISH.match(low):
        return "S"
    if common:
        return "c"
    return "l" if low.isascii() and not _KAZAKH_LATIN.search(low) else "x"


# Surnames without a suffix, in Latin: Seitkali, Zhanabay, Tursynbek.
_KAZAKH_LATIN = re.compile("..(?:[gqk]ali|bek|ba[iy]|[kq]han|zhan|mbet|g[uú]l|myrza|[kq]ul|berdi|keldi)$")
_IRISH = re.compile("[оo]['’`][^\\W\\d_]{4}")  # О'Коннор


def _cased_like_a_name(word: str) -> bool:
    """Иванов, ИВАНОВ, Ахметова-Серік, О'Нил, McDonald: yes; OpenSSH, iPhone: no."""
    plain = word.translate(_INSIDE)
    return plain.isupper() or all(
        part[:1].isupper() and (part[1:].islower() or len(part) == 1 or part.isupper() or part[:2] == "Mc")
        for part in plain.split("-")
    )


def _titled(token: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in token.strip().split("-"))


def is_given_name(token: str) -> bool:
    """A known given name, in any case, script, letter case and Russian or Kazakh inflection."""
    return tag(_titled(token)) in "GAE"


def is_surname(token: str) -> bool:
    """A surname by its ending or from the list; own-style Kazakh surnames are given names by their form."""
    low = _titled(token)
    return tag(low) in "SZK" or (tag(low) == "c" and is_surname_form(low.lower()))


def is_patronymic(token: str) -> bool:
    """-ович, -евна, -ұлы, -қызы, -uly, -kyzy with case endings."""
    return is_patronymic_form(unmix(token.strip()).lower())


_VALUE = re.compile(r"[^\W\d_](?:[^\W\d_]|['`?-])*\.?")
_INITIALS = re.compile(r"^[^\W\d_]{1,2}\.$")


def looks_like_full_name(value: str) -> float:
    """How surely a whole cell is a person's name, 0..1: one to four words, nothing else in the cell.

    A full name scores 0.8 and more, a single given name or surname 0.5 to 0.6, anything with digits 0.
    """
    value = value.strip().strip("\"'«»")
    if not 2 <= len(value) <= 80:
        return 0.0
    tokens = _VALUE.findall(value)
    rest = _VALUE.sub("", value).replace(",", "").replace(" ", "")
    if rest or not 1 <= len(tokens) <= 4:
        return 0.0
    tags = "".join("I" if _INITIALS.match(token) else tag(_titled(token.rstrip("."))) for token in tokens)
    return value_score(tags)


def value_score(tags: str) -> float:
    """``looks_like_full_name`` of a value whose words carry these ``tag``s (``I``: initials)."""
    if "V" in tags:
        return 0.0
    if len(tags) == 1:
        return {"G": 0.6, "P": 0.6, "S": 0.5, "Z": 0.4, "A": 0.4, "K": 0.4, "E": 0.4}.get(tags, 0.0)
    evidence = sum(letter in "GSZPAKEO" for letter in tags)
    if "P" in tags or "O" in tags:
        return 0.95 if evidence >= 2 else 0.8
    if "I" in tags:
        return 0.9 if tags.strip("I") in "SZGKAx" and len(tags.strip("I")) == 1 else 0.0
    if evidence == len(tags) and re.search("[GE]|A[SZK]|[SZK]A", tags):
        return 0.9
    return 0.6 if ("G" in tags and "c" not in tags) else 0.0
