"""Invented people and companies with numbers that pass their checks. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from derbes.recognizers.numbers import bin_, iin

_GIVEN = {
    "m": ("Ерлан", "Данияр", "Нурлан", "Асхат", "Тимур", "Бауыржан", "Арман", "Сергей", "Алексей", "Дмитрий", "Ержан"),
    "f": ("Айгерим", "Жанар", "Сауле", "Динара", "Мадина", "Асель", "Гульнара", "Ольга", "Елена", "Наталья", "Айжан"),
}
_FAMILY = (
    "Ахметов", "Оспанов", "Сагындыков", "Жумабеков", "Тлеубаев", "Касымов", "Байжанов", "Смагулов", "Абдрахманов",
    "Иванов", "Петренко", "Ким", "Кузнецов", "Есенгельдин", "Бекмуханов", "Сулейменов", "Нургалиев", "Попов",
)  # fmt: skip
_FATHERS = ("Ерлан", "Марат", "Кайрат", "Серик", "Болат", "Талгат", "Иван", "Сергей", "Виктор")
_LATIN = dict(
    pair.split(":")
    for pair in (
        "а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh "
        "щ:sch ъ: ы:y ь: э:e ю:yu я:ya"
    ).split()
)
_STREETS = ("Абая", "Толе би", "Сатпаева", "Жибек Жолы", "Кабанбай батыра", "Гагарина", "Райымбека")
_CITIES = (("Алматы", "050000"), ("Астана", "010000"), ("Караганда", "100000"), ("Шымкент", "160000"))
_FIRMS = ("Алтын Дән", "Жеті Су Трейд", "Тұлпар Строй", "Береке Плюс", "Ақ Жол Логистик", "Сарыарқа Софт")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented client."""

    family: str
    given: str
    patronymic: str
    born: date
    iin: str
    phone: str
    email: str
    address: str

    @property
    def full(self) -> str:
        """``Фамилия Имя Отчество``."""
        return f"{self.family} {self.given} {self.patronymic}"


def person(dice: Random) -> Person:
    """Draw one person."""
    sex = dice.choice("mf")
    given = dice.choice(_GIVEN[sex])
    family = dice.choice(_FAMILY)
    if sex == "f" and family.endswith(("ов", "ев", "ин")):
        family += "а"
    father = dice.choice(_FATHERS)
    stem = father[:-1] + "е" if father.endswith("й") else father + "о"
    patronymic = stem + ("вич" if sex == "m" else "вна")
    born = date(1960, 1, 1) + timedelta(days=dice.randrange(15_000))
    city, index = dice.choice(_CITIES)
    address = f"{index}, г. {city}, ул. {dice.choice(_STREETS)}, д. {dice.randint(1, 190)}, кв. {dice.randint(1, 120)}"
    code = dice.choice(("701", "702", "705", "707", "747", "771", "775", "777", "778"))
    phone = f"+7 {code} {dice.randrange(1000):03} {dice.randrange(100):02} {dice.randrange(100):02}"
    login = _latin(given) + "." + _latin(family)
    email = f"{login}{dice.randint(1, 99)}@{dice.choice(('mail.kz', 'inbox.kz', 'bk.ru'))}"
    return Person(family, given, patronymic, born, personal_number(dice, born, sex), phone, email, address)


def personal_number(dice: Random, born: date, sex: str) -> str:
    """An IIN with the right check digit for a birth date."""
    century = 5 if born.year >= 2000 else 3
    while True:
        body = f"{born:%y%m%d}{century + (sex == 'f')}{dice.randrange(10_000):04}"
        for digit in "0123456789":
            if iin.is_valid(body + digit):
                return body + digit


def company(dice: Random) -> tuple[str, str]:
    """A company's name and BIN."""
    while True:
        body = f"{dice.randint(5, 25):02}{dice.randint(1, 12):02}40{dice.randrange(100_000):05}"
        for digit in "0123456789":
            if bin_.is_valid(body + digit):
                return f"ТОО «{dice.choice(_FIRMS)}»", body + digit


def order_number(dice: Random) -> str:
    """The trap: a 12-digit number whose check digit is right and whose date is not."""
    while True:
        body = f"{dice.randint(20, 26)}{dice.randint(13, 99)}{dice.randrange(10**7):07}"
        if not iin.is_valid(body + "0") and len(body) == 11:
            digit = next((d for d in "0123456789" if iin.check_digit_ok(body + d)), None)
            if digit is not None:
                return body + digit


def _latin(text: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in text.lower())
