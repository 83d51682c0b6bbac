"""Generated values for columns: invented people, valid and invalid numbers, and things that look like them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

from derbes.recognizers.numbers.iin import check_digit

ROWS = 300
_R = random.Random(20261122)
_MEN = "Ерлан Нурлан Данияр Асхат Бауыржан Айдос Тимур Руслан Сергей Виктор Марат Арман Олжас Ержан Алексей".split()
_WOMEN = "Айгерим Асель Жанар Мадина Динара Сауле Айгуль Анна Елена Гульнара Камила Ольга Наталья Алия".split()
_FAMILIES = (
    "Ахметов Сагындыков Оспанов Жумабеков Касымов Иванов Петров Байжанов Смагулов Ибраев Кузнецов Тулегенов".split()
)
_STREETS = "Абая Сатпаева Достык Жибек-Жолы Толе-би Гоголя Сейфуллина Кабанбай-батыра Республики Мира".split()
_CITIES = "Алматы Астана Шымкент Караганда Актобе Тараз Павлодар Костанай Атырау Семей".split()
_LATIN = "yerlan nurlan aidos timur sergey asel madina dinara saule anna olga ruslan marat arman".split()
_FIRST = "Penelope Nick Jennifer Johnny Grace Bette Matthew Joe Christian Zero Karl Vivien Uma Cuba Fred".split()
_LAST = "Guiness Wahlberg Chase Davis Lollobrigida Nicholson Mostel Johansson Swank Gable Cage Berry Wood".split()
_GOODS = "Ноутбук Монитор Клавиатура Кабель Принтер Тариф Сервер Хостинг Домен Сертификат Роутер Чехол".split()
_ADJECTIVES = "черный базовый игровой серый офисный старт премиум беспроводной новый".split()
_FIRMS = "Алтын-Дән Береке Жасыл-Ел Самрук Нур-Строй ТрансЛогистик АзияТрейд КазТехСервис Астра Жибек".split()
_WORDS = (
    "заявка сервер не отвечает прошу проверить оплату счет выставлен домен продлен спасибо ошибка доступ сайт".split()
)


def seed(text: str) -> None:
    """Start anew, so that the values of one column do not depend on those made before."""
    _R.seed(text)


def _number(digits: int) -> str:
    return "".join(_R.choices("0123456789", k=digits))


def _iin() -> str:
    while True:
        born = date(1955, 1, 1) + timedelta(days=_R.randrange(18000))
        head = born.strftime("%y%m%d") + str(_R.choice((3, 4) if born.year < 2000 else (5, 6))) + _number(4)
        if (digit := check_digit(head)) is not None:
            return head + str(digit)


def _bin() -> str:
    while True:
        head = f"{_R.randrange(100):02}{_R.randrange(1, 13):02}4{_R.choice('01')}" + _number(5)
        if (digit := check_digit(head)) is not None:
            return head + str(digit)


def _given() -> str:
    return _R.choice(_MEN + _WOMEN)


def _surname() -> str:
    return _R.choice(_FAMILIES) + _R.choice(("", "а"))


def _fio() -> str:
    man = _R.random() < 0.5
    father = _R.choice(_MEN)
    if man:
        return f"{_R.choice(_FAMILIES)} {_R.choice(_MEN)} {father}ович"
    return f"{_R.choice(_FAMILIES)}а {_R.choice(_WOMEN)} {father}овна"


def _phone() -> str:
    code, rest = _R.choice(("701", "702", "705", "707", "747", "775", "777")), _number(7)
    return f"+7 ({code}) {rest[:3]}-{rest[3:5]}-{rest[5:]}"


def _bare_phone(head: str = "") -> str:
    return head + _R.choice(("701", "702", "705", "707", "747", "775", "777")) + _number(7)


def _email() -> str:
    return f"{_R.choice(_LATIN)}{_R.randrange(999)}@{_R.choice(('mail.kz', 'gmail.com', 'inbox.ru', 'firma.com.kz'))}"


def _address() -> str:
    return f"г. {_R.choice(_CITIES)}, ул. {_R.choice(_STREETS)}, д. {_R.randrange(1, 150)}, кв. {_R.randrange(1, 90)}"


def _moment() -> datetime:
    return datetime(2019, 1, 1) + timedelta(minutes=_R.randrange(3_600_000))


def _some(make: Callable[[], str], share: float, other: Callable[[], str]) -> Callable[[], list[str]]:
    return lambda: [make() if _R.random() < share else other() for _ in range(ROWS)]


def _each(make: Callable[[], object]) -> Callable[[], list[str]]:
    return lambda: [str(make()) for _ in range(ROWS)]


def _prose() -> str:
    return " ".join(_R.choices(_WORDS, k=12)).capitalize() + "."


GENERATORS: dict[str, Callable[[], list[str]]] = {
    "iin": _each(_iin),
    "iin_number": _each(lambda: int(_iin())),
    "iin_float": _each(lambda: f"{int(_iin())}.0"),
    "iin_quoted": _each(lambda: f"'{_iin()}"),
    "iin_grouped": _each(lambda: f"{(n := _iin())[:6]} {n[6:]}"),
    "iin_wrong": _each(lambda: _iin()[:11] + _R.choice("0123456789")),
    "iin_dirty": _some(_iin, 0.4, lambda: _R.choice(("нет", "-", "не указан", ""))),
    "bin": _each(_bin),
    "iin_bin": _some(_iin, 0.5, _bin),
    "fio": _each(_fio),
    "fio_caps": _each(lambda: _fio().upper()),
    "short_fio": _each(lambda: f"{_surname()} {_R.choice('АБЕНС')}.{_R.choice('АКМТ')}."),
    "name_pair": _each(lambda: f"{_given()} {_surname()}"),
    "latin_pair": _each(lambda: f"{_R.choice(_LATIN).title()} {_R.choice(('Akhmetov', 'Ospanov', 'Ivanova'))}"),
    "given": _each(_given),
    "surname": _each(_surname),
    "patronymic": _each(lambda: _R.choice(_MEN) + _R.choice(("ович", "овна"))),
    "english_first": _each(lambda: _R.choice(_FIRST).upper()),
    "english_last": _each(lambda: _R.choice(_LAST)),
    "phone": _each(_phone),
    "phone_10": _each(_bare_phone),
    "phone_11": _each(lambda: _bare_phone("7")),
    "phone_8": _each(lambda: _bare_phone("8")),
    "phone_foreign": _each(lambda: f"({_number(3)}) 555-{_number(4)}"),
    "email": _each(_email),
    "email_some": _some(_email, 0.3, lambda: f"www.{_R.choice(_LATIN)}.kz"),
    "address": _each(_address),
    "address_street": _each(lambda: f"{_R.choice(_STREETS)} {_R.randrange(1, 200)}"),
    "address_english": _each(
        lambda: f"{_R.randrange(1, 2000)} {_R.choice(_LAST)} {_R.choice(('Street', 'Way', 'Drive'))}"
    ),
    "org": _each(lambda: f"ТОО «{_R.choice(_FIRMS)} {_R.randrange(99)}»"),
    "org_bare": _each(lambda: f"{_R.choice(_FIRMS)} {_R.choice(('Групп', 'Сервис', 'Трейд', 'Плюс'))}"),
    "birth": _each(lambda: date(1955, 1, 1) + timedelta(days=_R.randrange(18000))),
    "birth_dots": _each(lambda: f"{_R.randrange(1, 29):02}.{_R.randrange(1, 13):02}.{_R.randrange(1955, 2004)}"),
    "id_card": _each(lambda: "0" + _number(8)),
    "passport": _each(lambda: "N" + _number(8)),
    "contact": _each(lambda: f"{_fio()}, {_phone()}, {_email()}"),
    "ticket": _some(lambda: f"{_prose()} Мой телефон {_phone()}, ИИН {_iin()}", 0.1, _prose),
    "prose": _each(_prose),
    "goods": _each(lambda: f"{_R.choice(_GOODS)} {_R.choice(_ADJECTIVES)} {_R.randrange(99)}"),
    "goods_plain": _each(lambda: f"{_R.choice(_GOODS)} {_R.choice(_ADJECTIVES)}"),
    "city": _each(lambda: _R.choice(_CITIES)),
    "street": _each(lambda: _R.choice(_STREETS)),
    "order12": _each(lambda: _number(12)),
    "order10": _each(lambda: "7" + _number(9)),
    "order11": _each(lambda: str(_R.randrange(10**10, 10**11))),
    "sequence": lambda: [str(100_000 + n) for n in range(ROWS)],
    "sequence12": lambda: [str(202_611_000_000 + n) for n in range(ROWS)],
    "phone_sequence": lambda: [str(77_010_000_000 + n) for n in range(ROWS)],
    "moment_compact": _each(lambda: _moment().strftime("%y%m%d%H%M%S")),
    "moment": _each(lambda: _moment().isoformat(" ")),
    "day": _each(lambda: _moment().date()),
    "epoch": _each(lambda: int(_moment().timestamp())),
    "epoch_ms": _each(lambda: int(_moment().timestamp()) * 1000),
    "uuid": _each(lambda: uuid.UUID(int=_R.getrandbits(128))),
    "md5": _each(lambda: f"{_R.getrandbits(128):032x}"),
    "flag": _each(lambda: _R.choice("01")),
    "bool": _each(lambda: _R.choice(("true", "false"))),
    "money": _each(lambda: f"{_R.randrange(10**7) / 100:.2f}"),
    "small": _each(lambda: _R.randrange(50)),
    "bin6": _each(lambda: "4" + _number(5)),
    "status": _each(lambda: _R.choice(("active", "new", "closed"))),
    "status_ru": _each(lambda: _R.choice(("активен", "новый", "закрыт"))),
    "phone_type": _each(lambda: _R.choice(("mobile", "home", "work"))),
    "host": _each(lambda: f"{_R.choice(('web', 'db', 'mx'))}{_R.randrange(99)}.{_R.choice(_LATIN)}.kz"),
    "domain": _each(lambda: f"{_R.choice(_LATIN)}{_R.randrange(999)}.kz"),
    "url": _each(lambda: f"https://{_R.choice(_LATIN)}.kz/p/{_R.randrange(9999)}"),
    "ip": _each(lambda: ".".join(str(_R.randrange(1, 255)) for _ in range(4))),
    "login": _each(lambda: f"{_R.choice(_LATIN)}{_R.choice(('', '_', '.'))}{_R.choice(_LATIN)}"),
    "slug": _each(lambda: f"{_R.choice(_LATIN)}-{_R.randrange(99)}"),
    "ean": _each(lambda: "487" + _number(10)),
    "kato": _each(lambda: _R.choice("17") + _number(8)),
    "account": _each(lambda: _number(7)),
    "datacenter": _each(lambda: _R.choice(("Алматы, ЦОД 1", "Астана, ЦОД 2", "Frankfurt FRA-1"))),
    "format": _each(lambda: "{firstname} {lastname}, {address_1}, {city}"),
    "wallet": _each(lambda: f"0x{_R.getrandbits(160):040x}"),
    "version": _each(lambda: f"{_R.randrange(9)}.{_R.randrange(20)}.{_R.randrange(99)}"),
    "role": _each(lambda: _R.choice(("Администратор", "Менеджер", "Бухгалтер", "Оператор"))),
    "gender": _each(lambda: _R.choice(("М", "Ж"))),
    "zip": _each(lambda: "0" + _number(5)),
    "subject": _each(lambda: "Re: " + " ".join(_R.choices(_WORDS, k=4))),
}
