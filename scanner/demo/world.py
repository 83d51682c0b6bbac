"""A small invented hosting company on disk: billing, logs, a form, a forgotten dump, an archive nobody can open."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import quote

from derbes.scanner.demo.people import Person, company, order_number, person

SEED = 20130521  # the day of the law on personal data; any number would do
CLIENTS, INVOICES, TICKETS, ACCESS, EXIM, FORMS = 400, 1200, 300, 5000, 3000, 300

CONFIG = """\
# Демонстрация derbes: где лежат данные вымышленной хостинговой компании и для чего.
version: 1
policy: hosting-pro
places:
  - id: billing
    target: billing.sqlite
    kind: database
    owner: Отдел биллинга
    subjects: [client]
    purposes: [services]
    retention: {column: closed_at, keep: P5Y}     # договор закрыт больше пяти лет назад: хранить незачем
    fields:
      "tickets.body": {purposes: [reply]}         # в обращения пишут, чтобы получить ответ
  - id: web-logs
    target: "logs/*log*"
    kind: log                                     # журналы: только технические данные
    owner: Служба эксплуатации
  - id: feedback
    target: forms/feedback.csv
    kind: form
    owner: Отдел продаж
    subjects: [correspondent]
    purposes: [reply]
"""


def build(folder: Path, today: date) -> None:
    """Write the world as it is on its first day."""
    dice = Random(SEED)
    people = [person(dice) for _ in range(CLIENTS)]
    for name in ("logs", "forms", "dumps", "backups"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(folder / "derbes.yml", CONFIG)
    _billing(folder / "billing.sqlite", people, dice, today)
    _write(folder / "logs/access.log", "".join(_access(people, dice, today)))
    _write(folder / "logs/exim_mainlog", "".join(_exim(people, dice, today)))
    _write(folder / "forms/feedback.csv", _feedback(people[:60], dice, today))
    _write(folder / "dumps/clients_2021.sql", _dump(people[:150]))
    (folder / "dumps/clients_2021.sql").chmod(0o644)  # forgotten, and open to everybody on the server
    (folder / "backups/2022.zip").write_bytes(_locked_archive())
    (folder / "backups/2022.zip").chmod(0o600)


def next_day(folder: Path, today: date) -> None:
    """What changed by the next day: a new export for the analysts, a cleaned log, more letters through the form."""
    dice = Random(SEED + 1)
    people = [person(dice) for _ in range(CLIENTS)]
    (folder / "exports").mkdir(exist_ok=True)
    rows = [(p.full, p.iin, p.phone, p.email, p.born.isoformat()) for p in people[:120]]
    _write(folder / "exports/clients_for_analytics.csv", _csv(("fio", "iin", "phone", "email", "birth_date"), rows))
    with (folder / "forms/feedback.csv").open("a", encoding="utf-8") as form:
        form.writelines(_feedback(people[:20], dice, today).splitlines(keepends=True)[1:])
    log = folder / "logs/exim_mainlog"
    kept = log.read_text(encoding="utf-8").splitlines(keepends=True)
    _write(log, "".join(kept[: len(kept) // 2]))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _billing(path: Path, people: Sequence[Person], dice: Random, today: date) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.executescript(
            """
            CREATE TABLE clients (id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, middle_name TEXT, email TEXT,
              phone TEXT, iin TEXT, birth_date TEXT, address TEXT, company TEXT, bin TEXT, created_at TEXT,
              closed_at TEXT);
            CREATE TABLE invoices (id INTEGER PRIMARY KEY, client_id INTEGER, order_no TEXT, amount REAL, paid_at TEXT);
            CREATE TABLE tickets (id INTEGER PRIMARY KEY, client_id INTEGER, subject TEXT, body TEXT, created_at TEXT);
            CREATE TABLE tariffs (id INTEGER PRIMARY KEY, name TEXT, price REAL);
            """
        )
        db.executemany("INSERT INTO clients VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", _clients(people, dice, today))
        db.executemany(
            "INSERT INTO invoices VALUES (?,?,?,?,?)",
            [
                (
                    n,
                    dice.randint(1, CLIENTS),
                    order_number(dice),
                    dice.randint(1, 90) * 990,
                    str(_day(dice, today, 900)),
                )
                for n in range(1, INVOICES + 1)
            ],
        )
        db.executemany("INSERT INTO tickets VALUES (?,?,?,?,?)", _tickets(people, dice, today))
        names = ("Алтын", "Күміс", "Старт", "Бизнес", "Виртуальный сервер S", "Почта Плюс")
        db.executemany("INSERT INTO tariffs VALUES (?,?,?)", [(n, t, n * 990) for n, t in enumerate(names, 1)])
    db.close()
    path.chmod(0o600)


def _clients(people: Sequence[Person], dice: Random, today: date) -> Iterator[tuple[object, ...]]:
    for number, p in enumerate(people, 1):
        firm, code = company(dice) if number % 4 == 0 else (None, None)
        created = _day(dice, today, 4000)
        closed = created + timedelta(days=dice.randint(200, 1200)) if number % 3 == 0 else None
        yield (
            number, p.family, p.given, p.patronymic, p.email, p.phone, p.iin, p.born.isoformat(), p.address, firm, code,
            created.isoformat(), closed.isoformat() if closed and closed < today else None,
        )  # fmt: skip


def _tickets(people: Sequence[Person], dice: Random, today: date) -> Iterator[tuple[object, ...]]:
    plain = (
        "Здравствуйте! Не открывается панель управления, ошибка 502.",
        "Сәлеметсіз бе! Домен қашан іске қосылады?",
        "Прошу выставить счёт на продление хостинга.",
        "Не приходят письма с сайта, проверьте, пожалуйста, очередь.",
    )
    for number in range(1, TICKETS + 1):
        p = dice.choice(people)
        body = dice.choice(plain)
        if number % 12 == 0:
            body = f"Переоформите договор на меня: {p.full}, ИИН {p.iin}, тел. {p.phone}."
        elif number % 7 == 0:
            body += f" Мой телефон {p.phone}. С уважением, {p.given} {p.family}"
        yield number, number % CLIENTS + 1, "Вопрос", body, _day(dice, today, 600).isoformat()


def _access(people: Sequence[Person], dice: Random, today: date) -> Iterator[str]:
    pages = ("/", "/hosting", "/domains?zone=kz", "/cp/login", "/static/app.js", "/img/icon@2x.png", "/api/v1/orders")
    start = datetime(today.year, today.month, today.day) - timedelta(days=2)
    for number in range(ACCESS):
        when = (start + timedelta(seconds=number * 30)).strftime("%d/%b/%Y:%H:%M:%S +0500")
        page = dice.choice(pages)
        if number % 211 == 0:
            page = f"/password/reset?email={quote(dice.choice(people).email)}"
        elif number % 977 == 0:
            page = f"/callback?name={quote(dice.choice(people).given)}&phone={quote(dice.choice(people).phone)}"
        address = f"10.{dice.randint(0, 255)}.{dice.randint(0, 255)}.{dice.randint(1, 254)}"
        yield f'{address} - - [{when}] "GET {page} HTTP/1.1" 200 {dice.randint(200, 90000)} "-" "Mozilla/5.0"\n'


def _exim(people: Sequence[Person], dice: Random, today: date) -> Iterator[str]:
    start = datetime(today.year, today.month, today.day) - timedelta(days=2)
    for number in range(EXIM):
        when = start + timedelta(seconds=number * 50)
        key = f"1t{number:04x}-{dice.randrange(16**6):06x}-{dice.randrange(256):02X}"
        if number % 3:
            yield f"{when} {key} Completed\n"
        else:
            sender = dice.choice(people).email
            yield f"{when} {key} <= {sender} H=mx1.mail.kz [10.1.2.3] P=esmtps S={dice.randint(900, 90000)}\n"


def _feedback(people: Sequence[Person], dice: Random, today: date) -> str:
    rows = []
    for number in range(FORMS if len(people) > 20 else 20):
        p = people[number % len(people)]
        text = "Перезвоните мне, пожалуйста"
        if number % 10 == 3:
            text = f"Хочу заключить договор. ИИН {p.iin}, удостоверение личности № {dice.randrange(10**8):09}"
        sent = datetime(today.year, today.month, today.day) - timedelta(hours=number)
        rows.append((str(sent), f"{p.given} {p.family}", p.phone, p.email, text))
    return _csv(("Дата", "Имя", "Телефон", "E-mail", "Сообщение"), rows)


def _dump(people: Sequence[Person]) -> str:
    rows = ",\n".join(f"({n},'{p.full}','{p.iin}','{p.phone}','{p.address}')" for n, p in enumerate(people, 1))
    return (
        "-- MySQL dump 10.19\nCREATE TABLE `clients` (\n  `id` int NOT NULL,\n  `fio` varchar(255),\n"
        "  `iin` char(12),\n  `phone` varchar(32),\n  `address` text\n);\n"
        f"INSERT INTO `clients` VALUES {rows};\n"
    )


def _locked_archive() -> bytes:
    """A zip whose only member asks for a password: shown in the report as not read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("clients.xlsx", b"nobody remembers the password")
    raw = bytearray(packed.getvalue())
    raw[6] |= 1  # general purpose flag, bit 0, in the local header …
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # … and in the directory
    return bytes(raw)


def _day(dice: Random, today: date, back: int) -> date:
    return today - timedelta(days=dice.randrange(back) + 1)
