"""Sentences that news does not have: forms, requisites, logs, mails; and capitalised words that are no persons.

A template names its slots in braces. ``P`` surname, given name, patronymic; ``Q`` given name and surname; ``I``
surname and initials; ``L`` Latin; ``K`` Kazakh person; a digit after ``P``/``Q`` is the Russian case (1 genitive … 5),
letters after ``K`` the Kazakh one. ``O`` an organisation, ``C``/``D`` a town in Russian/Kazakh, ``S`` a person whom
a street is named after, ``W`` a given name that is no person here, ``N`` a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.train.corpus import Span, Text
from tools.train.names import WORDS, Bank, kk_case, latin, russian


class Generator:
    """Random lines; the same bank (seed) gives the same lines."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.streets = WORDS["streets"].split(", ")
        self.companies = WORDS["companies"].split(", ")
        self.templates = [(line, language) for language, lines in WORDS["templates"].items() for line in lines]

    def __call__(self, count: int) -> Iterator[Text]:
        for _ in range(count):
            yield self.line(*self.bank.pick(self.templates))

    def line(self, template: str, language: str) -> Text:
        """One template with its slots filled."""
        parts: list[str] = []
        spans: list[Span] = []
        length = at = 0
        for slot in re.finditer(r"\{(\w)(\w*)\}", template):
            word, label = self.fill(slot[1], slot[2], language)
            before = template[at : slot.start()]
            length += len(before)
            parts += [before, word]
            if label:
                spans.append((length, length + len(word), label))
            length += len(word)
            at = slot.end()
        return Text("".join([*parts, template[at:]]), tuple(spans), language, "generated")

    def fill(self, slot: str, case: str, language: str) -> tuple[str, str]:
        """Words for a slot and their label; no label where the words are no entity."""
        if slot in "PQI":
            return self._russian(slot, int(case or 0)), "PERSON"
        if slot in "KG":
            return self._kazakh(slot, case), "PERSON"
        if slot == "L":
            return self._latin(), "PERSON"
        if slot == "O":
            return self._organisation(language), "ORG"
        if slot in "CD":
            return self.bank.pick(self.bank.towns["ru" if slot == "C" else "kk"]), "LOC"
        return self._no_entity(slot, language), ""

    def _russian(self, slot: str, case: int) -> str:
        pick = self.bank.pick
        surname, given, patronymic = self.bank.russian(case)
        if slot == "Q":
            return pick((f"{given} {surname}", f"{given} {surname}", given, f"{surname} {given}"))
        if slot == "I":
            gap, first = pick(("", " ")), f"{given[0]}."
            initials = pick((first, f"{first}{gap}{patronymic[0]}."))
            return pick((f"{surname} {initials}", f"{initials}{gap}{surname}"))
        full = f"{surname} {given} {patronymic}"
        return pick((full, full, f"{given} {patronymic} {surname}", f"{surname} {given}", full.upper()))

    def _kazakh(self, slot: str, case: str) -> str:
        if slot == "G":
            return kk_case(self.bank.pick(self.bank.kazakh), case if case in ("gen", "dat", "acc") else "")
        surname, given, patronymic = self.bank.kazakh_person()
        orders = (
            f"{surname} {given} {patronymic}",
            f"{given} {surname}",
            f"{surname} {given}",
            f"{given} {patronymic}",
        )
        return kk_case(self.bank.pick(orders), case)

    def _latin(self) -> str:
        surname, given = latin(self.bank.surname(False)), latin(self.bank.given(False))
        orders = (f"{given} {surname}", f"{given} {surname}", f"{surname} {given}", f"{given[0]}. {surname}")
        return self.bank.pick(orders)

    def _organisation(self, language: str) -> str:
        pick, kazakh = self.bank.pick, self.bank.kazakh
        name = pick((*self.companies, pick(kazakh), russian(pick(kazakh)), self.bank.surname(False)))
        forms = ["ТОО «{}»", "АО «{}»", 'ТОО "{}"', "«{}» ЖШС", "«{}» АҚ"]
        return pick(forms if language == "kk" else forms[:3]).format(name)

    def _no_entity(self, slot: str, language: str) -> str:
        bank, pick = self.bank, self.bank.pick
        if slot == "S":
            surname = "" if language == "kk" else "а"
            return pick((pick(self.streets), pick(self.streets), bank.surname(False) + surname))
        if slot == "W":
            return pick((bank.given(False), pick(bank.kazakh), pick(("Алтын", "Жұлдыз", "Старт", "Бизнес"))))
        return str(bank.random.randrange(10 ** bank.random.randrange(1, 9)))
