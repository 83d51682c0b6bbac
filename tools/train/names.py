"""Names to train with: banks of given names and surnames, and their case endings in Kazakh and Russian."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

WORDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
MALE, FEMALE, STEMS, SKY, OTHER = (WORDS[key].split() for key in ("male", "female", "stems", "sky", "other"))

KK_CASES = ("", "gen", "dat", "acc", "loc", "abl", "ins")
_KK_ENDINGS = {  # after a vowel, a nasal, a sonorant, з/ж, a voiceless consonant; back vowels
    "gen": ("ның", "ның", "дың", "дың", "тың"),
    "dat": ("ға", "ға", "ға", "ға", "қа"),
    "acc": ("ны", "ды", "ды", "ды", "ты"),
    "loc": ("да", "да", "да", "да", "та"),
    "abl": ("дан", "нан", "дан", "дан", "тан"),
    "ins": ("мен", "мен", "мен", "бен", "пен"),
}
_KK_POSSESSIVE = {"gen": "ның", "dat": "на", "acc": "н", "loc": "нда", "abl": "нан", "ins": "мен"}
_FRONT = str.maketrans({"ы": "і", "а": "е", "ғ": "г", "қ": "к"})
_KK_CASE_OF = {
    form.translate(table): case for case, forms in _KK_ENDINGS.items() for form in forms for table in ({}, _FRONT)
}
_KK_TAIL = re.compile(f"(?<=...)({'|'.join(sorted(_KK_CASE_OF, key=len, reverse=True))})$")


def kk_case(base: str, case: str) -> str:
    """``base`` in a Kazakh case, by vowel harmony and the last sound."""
    if not case:
        return base
    lower = base.lower()
    vowels = re.findall("[аоұыуяюёәеөүіиэ]", lower) or ["а"]
    deciding = vowels[-2] if lower.endswith("ев") and len(vowels) > 1 else vowels[-1]
    front = deciding in "әеөүіиэ"
    if re.search("(?:ұлы|қызы|улы|кызы)$", lower):
        ending = _KK_POSSESSIVE[case]
    else:
        last = lower[-1]
        group = (
            0 if last in "аоұыяюёәеөүіиэ" else 1 if last in "мнң" else 2 if last in "лрйу" else 3 if last in "зж" else 4
        )
        ending = _KK_ENDINGS[case][group]
    return base + (ending if case == "ins" else ending.translate(_FRONT) if front else ending)


def kk_split(word: str) -> tuple[str, str]:
    """Base and case of a Kazakh word, as its ending suggests."""
    match = _KK_TAIL.search(word)
    return (word[: match.start()], _KK_CASE_OF[match.group()]) if match else (word, "")


def ru_forms(name: str, female: bool) -> tuple[str, ...]:
    """Nominative, genitive, dative, accusative, instrumental, prepositional of a Russian or russified name."""
    base = name[:-1]
    last = name[-1]
    if name.endswith(("ий", "ый")) and name.endswith(("ский", "цкий")):
        stem = name[:-2]
        return (name, stem + "ого", stem + "ому", stem + "ого", stem + "им", stem + "ом")
    if female and name.endswith(("ская", "цкая")):
        stem = name[:-2]
        return (name, stem + "ой", stem + "ой", stem + "ую", stem + "ой", stem + "ой")
    if female and re.search("(?:[оеё]в|[иы]н)а$", name):
        return (name, base + "ой", base + "ой", base + "у", base + "ой", base + "ой")
    if not female and re.search("(?:[оеё]в|[иы]н)$", name):
        return (name, name + "а", name + "у", name + "а", name + "ым", name + "е")
    if last == "а":
        i = "и" if base[-1] in "гкхжшчщ" else "ы"
        return (name, base + i, base + "е", base + "у", base + "ой", base + "е")
    if last == "я":
        e = "и" if base.endswith("и") else "е"
        return (name, base + "и", base + e, base + "ю", base + "ей", base + e)
    if female:
        return (name, base + "и", base + "и", name, name + "ю", base + "и") if last == "ь" else (name,) * 6
    if last in "йь":
        e = "и" if name.endswith("ий") else "е"
        return (name, base + "я", base + "ю", base + "я", base + "ем", base + e)
    if last in "оеуыиюэ":
        return (name,) * 6
    return (name, name + "а", name + "у", name + "а", name + "ом", name + "е")


class Bank:
    """Names of the gazetteers, drawn at random."""

    def __init__(self, data: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.data = data

    @cached_property
    def _book(self) -> list[dict[str, list[str]]]:
        with (self.data / "kazakh_names.json").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def _words(self, key: str, pattern: str) -> list[str]:
        good = re.compile(pattern)
        found = {name.capitalize() for row in self._book for name in row[key]}
        return sorted(name for name in found if good.fullmatch(name.lower()) and not re.search(r"(.)\1\1|ии|аа", name))

    @cached_property
    def kazakh(self) -> list[str]:
        """Given names in Kazakh spelling."""
        return self._words("kazakhNames", "[а-яәғқңөұүһіё]{3,12}")

    @cached_property
    def surnames(self) -> list[str]:
        """Masculine Kazakh surnames with Russian suffix."""
        return self._words("familyNames", "[а-яәғқңөұүһіё]{3,10}(?:[оеё]в|ин)")

    @cached_property
    def patronymics(self) -> list[str]:
        """Kazakh patronymics: -ұлы, -қызы."""
        return self._words("middleNames", "[а-яәғқңөұүһіё]{3,10}(?:ұлы|қызы)")

    def rare(self, name: str) -> str:
        """``name`` or, one time in four, a name that no list has: its beginning with the end of another."""
        if self.random.random() > 0.25 or len(name) < 5:
            return name
        cut, other = self.random.randrange(3, len(name) - 1), self.pick(self.kazakh)
        return name[:cut] + other[-self.random.randrange(2, 5) :].lower()

    @cached_property
    def towns(self) -> dict[str, list[str]]:
        """One-word settlements by language."""
        found: dict[str, set[str]] = {"ru": set(), "kk": set()}
        with (self.data / "kato.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for language, names in found.items():
                    name = re.sub(r"^(?:г|с|п)\.\s*|\s(?:қ|а)\.$", "", row[f"name_{language}"])
                    if re.fullmatch("[А-ЯӘҒҚҢӨҰҮІ][а-яәғқңөұүһі]{3,12}", name):
                        names.add(name)
        return {language: sorted(names) for language, names in found.items()}

    def pick(self, values: Sequence[str]) -> str:
        """One of ``values``."""
        return values[self.random.randrange(len(values))]

    @cached_property
    def given_forms(self) -> dict[str, list[tuple[bool, int]]]:
        """Form of a Russian given name -> (female, case number) it may be."""
        found: dict[str, list[tuple[bool, int]]] = {}
        for female, names in ((False, MALE), (True, FEMALE)):
            for name in names:
                for case, form in enumerate(ru_forms(name, female)):
                    found.setdefault(form, []).append((female, case))
        return found

    def given(self, female: bool, foreign: float = 0.5) -> str:
        """A given name in Russian spelling; ``foreign`` is the share from the Kazakh book."""
        if self.random.random() < foreign:
            return russian(self.rare(self.pick(self.kazakh)))
        return self.pick(FEMALE if female else MALE)

    def surname(self, female: bool) -> str:
        """A surname in Russian spelling, nominative."""
        draw = self.random.random()
        if draw < 0.5:
            name = russian(self.pick(self.surnames))
        elif draw < 0.75:
            name = self.pick(STEMS)
            name += "ев" if name[-1] in "еьий" else self.pick(("ов", "ов", "ев", "ин"))
        elif draw < 0.85:
            return self.pick(SKY).removesuffix("ск").removesuffix("цк") + ("ская" if female else "ский")
        else:
            return self.pick(OTHER)
        return name + "а" if female else name

    def russian(self, case: int = 0) -> list[str]:
        """Surname, given name, patronymic in a Russian case."""
        female = self.random.random() < 0.45
        father = self.given(False).rstrip("ьйая")
        suffix = ("евна", "овна") if female else ("евич", "ович")
        patronymic = father + suffix[father[-1] not in "еи"]
        if self.random.random() < 0.25:
            patronymic = russian(self.pick(self.patronymics))
            return [
                ru_forms(self.surname(female), female)[case],
                ru_forms(self.given(female), female)[case],
                patronymic,
            ]
        return [ru_forms(part, female)[case] for part in (self.surname(female), self.given(female), patronymic)]

    def kazakh_person(self) -> list[str]:
        """Surname, given name, patronymic in Kazakh, nominative."""
        surname = self.pick(self.surnames)
        if self.random.random() < 0.3:
            surname += "а"
        elif self.random.random() < 0.35:
            surname = self.rare(self.pick(self.kazakh))
        return [surname, self.rare(self.pick(self.kazakh)), self.pick(self.patronymics)]


def russian(word: str) -> str:
    """A Kazakh word with Russian letters only."""
    return word.translate(str.maketrans("ӘәҒғҚқҢңӨөҰұҮүҺһІі", "АаГгКкНнОоУуУуХхИи"))


_ROMAN = "a,b,v,g,d,e,yo,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya".split(",")
_LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _ROMAN, strict=True))


def latin(word: str) -> str:
    """A word as a passport or a mailbox spells it."""
    return "".join(_LATIN.get(char, char) for char in russian(word).lower()).capitalize()
