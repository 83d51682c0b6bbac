"""Twelve tables of an invented hosting company: 2.83 million rows, about 205 MB, the same in every run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from derbes.scanner.demo.people import company, order_number, person

Row = tuple[Any, ...]
_KINDS = ("login", "logout", "dns.update", "invoice.view", "vps.restart", "ticket.open", "password.change")
_STATES = ("active", "suspended", "closed", "pending")
_WORDS = (
    "сайт не открывается прошу проверить оплату счёт выставлен домен продлён спасибо ошибка доступ сервер почта не "
    "приходит переносим базу второй день подскажите когда будет готово заявка закрыта перезвоните резервная копия"
).split()


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` as in DDL, ``count`` rows in full size, ``row(dice, number, pool)``."""

    name: str
    columns: str
    count: int
    row: Callable[[Random, int, Pool], Row]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.split()[0] for column in self.columns.split(", "))


class Pool:
    """Invented people and companies that rows are put together of."""

    def __init__(self, dice: Random, size: int = 20_000) -> None:
        self.people = [person(dice) for _ in range(size)]
        self.firms = [company(dice) for _ in range(size // 4)]


def _moment(dice: Random) -> str:
    day, clock = dice.randint(1, 28), dice.randrange(86_400)
    return (
        f"{dice.randint(2019, 2026)}-{dice.randint(1, 12):02}-{day:02} "
        f"{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
    )


def _client(dice: Random, number: int, pool: Pool) -> Row:
    one = dice.choice(pool.people)
    phone = f"+7{dice.choice((701, 702, 705, 747, 777))}{dice.randrange(10**7):07}"
    email = f"{one.email.partition('@')[0]}{number}@{dice.choice(('mail.kz', 'inbox.kz', 'bk.ru', 'gmail.com'))}"
    return number, one.family, one.given, one.patronymic, one.iin, phone, email, str(one.born)


def _company(dice: Random, number: int, pool: Pool) -> Row:
    name, bin_ = dice.choice(pool.firms)
    return number, name, bin_, f"info{number}@firma{number % 997}.kz", _moment(dice)


def _contact(dice: Random, number: int, pool: Pool) -> Row:
    one = dice.choice(pool.people)
    kind = dice.choice(("phone", "email"))
    note = " ".join(dice.choices(_WORDS, k=3)) if dice.random() < 0.2 else None
    value = f"8 (7{dice.randint(10, 29)}) {number % 900 + 100}-12-{number % 90 + 10}" if kind == "phone" else one.email
    return number, number // 2, kind, value, note


def _address(dice: Random, number: int, pool: Pool) -> Row:
    postcode, city, rest = dice.choice(pool.people).address.split(", ", 2)
    return number, number, postcode, city, rest, "KZ"


def _user(dice: Random, number: int, pool: Pool) -> Row:
    address = ".".join(str(dice.randint(1, 254)) for _ in range(4))
    return number, number, f"user{number}", f"{dice.getrandbits(128):032x}", address, _moment(dice)


def _domain(dice: Random, number: int, pool: Pool) -> Row:
    name = f"{dice.choice(_KINDS)[:3]}-{dice.randrange(10**6)}.{dice.choice(('kz', 'com', 'ru', 'org'))}"
    return number, dice.randrange(150_000), name, _moment(dice)[:10], dice.choice(_STATES)


def _order(dice: Random, number: int, pool: Pool) -> Row:
    amount = dice.randrange(10**6) / 100
    return number, dice.randrange(150_000), order_number(dice), amount, "KZT", dice.choice(_STATES), _moment(dice)


def _invoice(dice: Random, number: int, pool: Pool) -> Row:
    total = dice.randrange(10**7) / 100
    return number, dice.randrange(430_000), total, round(total * 0.12, 2), dice.choice((0, 1)), _moment(dice)


def _payment(dice: Random, number: int, pool: Pool) -> Row:
    card = f"{dice.choice((440043, 539545, 400303))}******{dice.randrange(10**4):04}"
    return number, dice.randrange(430_000), card, dice.randrange(10**7) / 100, dice.randrange(10**12), _moment(dice)


def _ticket(dice: Random, number: int, pool: Pool) -> Row:
    body = " ".join(dice.choices(_WORDS, k=24)).capitalize() + "."
    if dice.random() < 0.02:
        one = dice.choice(pool.people)
        body += f" Мой телефон {one.phone}, ИИН {one.iin}. {one.full}"
    return number, dice.randrange(150_000), "Re: " + " ".join(dice.choices(_WORDS, k=3)), body, dice.choice(_STATES)


def _event(dice: Random, number: int, pool: Pool) -> Row:
    address = f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
    return number, dice.randrange(150_000), dice.choice(_KINDS), address, dice.randrange(10**9), _moment(dice)


def _usage(dice: Random, number: int, pool: Pool) -> Row:
    return (
        number,
        dice.randrange(5_000),
        1_767_225_600 + 60 * number,
        dice.randrange(10_000) / 100,
        dice.randrange(2**34),
    )


_ID = "id INTEGER PRIMARY KEY"
TABLES = (
    Table("clients", f"{_ID}, family TEXT, given TEXT, patronymic TEXT, iin TEXT, phone TEXT, email TEXT, born DATE",
          150_000, _client),
    Table("companies", f"{_ID}, name TEXT, bin TEXT, email TEXT, created_at TIMESTAMP", 40_000, _company),
    Table("contacts", f"{_ID}, client_id INTEGER, kind TEXT, value TEXT, note TEXT", 150_000, _contact),
    Table("addresses", f"{_ID}, client_id INTEGER, postcode TEXT, city TEXT, street TEXT, country TEXT",
          150_000, _address),
    Table("users", f"{_ID}, client_id INTEGER, login TEXT, password_hash TEXT, last_ip TEXT, last_login TIMESTAMP",
          150_000, _user),
    Table("domains", f"{_ID}, client_id INTEGER, fqdn TEXT, expires DATE, status TEXT", 200_000, _domain),
    Table("orders", f"{_ID}, client_id INTEGER, number TEXT, amount REAL, currency TEXT, status TEXT, at TIMESTAMP",
          430_000, _order),
    Table("invoices", f"{_ID}, order_id INTEGER, total REAL, vat REAL, paid INTEGER, at TIMESTAMP", 430_000, _invoice),
    Table("payments", f"{_ID}, invoice_id INTEGER, card TEXT, amount REAL, rrn BIGINT, at TIMESTAMP",
          380_000, _payment),
    Table("tickets", f"{_ID}, client_id INTEGER, subject TEXT, body TEXT, status TEXT", 60_000, _ticket),
    Table("events", f"{_ID}, user_id INTEGER, kind TEXT, ip TEXT, object BIGINT, at TIMESTAMP", 450_000, _event),
    Table("usage", f"{_ID}, server_id INTEGER, at BIGINT, cpu REAL, traffic BIGINT", 240_000, _usage),
)  # fmt: skip


def rows(table: Table, scale: float, seed: int = 1) -> Iterator[Row]:
    """Rows of one table; ``scale`` 1 is full size."""
    dice = Random(f"{seed} {table.name}")
    pool = Pool(dice, 2_000)
    for number in range(1, max(int(table.count * scale), 10) + 1):
        yield table.row(dice, number, pool)


def fill_sqlite(path: Path, scale: float) -> None:
    """All tables as an SQLite file."""
    connection = sqlite3.connect(path)
    with connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table.name} ({table.columns})")
            marks = ",".join("?" * len(table.names))
            connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows(table, scale))
    connection.close()


def fill_postgresql(connection: Any, scale: float) -> None:
    """All tables into a PostgreSQL database."""
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table.name} ({table.columns})")
        with connection.cursor().copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows(table, scale):
                copy.write_row(row)
        connection.execute(f"ANALYZE {table.name}")
