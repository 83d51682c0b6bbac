"""Texts for the speed bench, the same in every run: people are invented, numbers drawn from a seeded generator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from derbes.scanner.demo.people import company, person

_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "curl/8.5.0",
    "python-requests/2.32.3",
)
_PATHS = (
    "/api/v1/domains/{}/records",
    "/panel/hosting/{}",
    "/static/js/app.{:x}.js",
    "/wp-login.php?r={}",
    "/favicon.ico",
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EVENTS = (
    "домен продлён, заказ {}",
    "резервная копия тома vol-{:08x} создана за 12.4 с",
    "сервер vps-{} перезапущен по таймеру",
    "задача {} поставлена в очередь billing.invoice",
    "проверка сертификата завершена: осталось {} дней",
    "cache miss key=session:{:016x} ttl=3600",
    "SELECT id, state FROM orders WHERE id = {} LIMIT 1 [0.41 ms]",
)


def access_log(dice: Random, share: float) -> Iterator[str]:
    """nginx «combined» lines; ``share`` of them leak something of a client in the query."""
    while True:
        day, clock = (
            f"{dice.randint(1, 28):02}/{dice.choice(_MONTHS)}/2026",
            f"{dice.randrange(24):02}:{dice.randrange(60):02}",
        )
        at = f"{day}:{clock}:07 +0500"
        path = dice.choice(_PATHS).format(dice.randrange(10**7))
        if dice.random() < share:
            path = "/api/v1/clients?" + _leak(dice)
        address = ".".join(str(dice.randint(1, 254)) for _ in range(4))
        code, size = dice.choice((200, 200, 200, 304, 404, 502)), dice.randrange(90_000)
        yield f'{address} - - [{at}] "GET {path} HTTP/1.1" {code} {size} "-" "{dice.choice(_AGENTS)}"'


def _leak(dice: Random) -> str:
    someone = person(dice)
    return dice.choice(
        (
            f"email={someone.email}",
            f"iin={someone.iin}",
            f"phone={someone.phone.replace(' ', '')}",
            f"q={someone.email}",
        )
    )


def app_log(dice: Random, share: float) -> Iterator[str]:
    """Lines of an application that writes Russian; ``share`` of them name a client."""
    while True:
        text = dice.choice(_EVENTS).format(dice.randrange(10**6))
        if dice.random() < share:
            someone = person(dice)
            text = dice.choice(
                (
                    f"клиент {someone.full}, тел. {someone.phone}",
                    f"счёт выставлен, ИИН {someone.iin}",
                    f"письмо отправлено на {someone.email}",
                    f"договор с {company(dice)[0]} подписан",
                )
            )
        clock = f"{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}.{dice.randrange(1000):03}"
        level = dice.choice(("INFO ", "INFO ", "DEBUG", "WARN "))
        yield f"2026-03-{dice.randint(1, 28):02} {clock} {level} [worker-{dice.randrange(16)}] billing.core: {text}"


def customers(dice: Random) -> Iterator[str]:
    """A CSV of clients: every row is a person."""
    yield "id,fio,iin,phone,email,address,company,balance"
    number = 0
    while True:
        number += 1
        one, (firm, _), sum_ = person(dice), company(dice), dice.randrange(10**6) / 100
        yield f'{number},{one.full},{one.iin},{one.phone},{one.email},"{one.address}",{firm},{sum_}'


def numbers(dice: Random) -> Iterator[str]:
    """A CSV of measurements: digits and nobody."""
    yield "id,at,cpu,memory,traffic,order_id"
    number = 0
    while True:
        number += 1
        row = (
            number,
            1_767_225_600 + 60 * number,
            dice.randrange(10_000) / 100,
            dice.randrange(2**34),
            dice.randrange(2**40),
        )
        yield ",".join(map(str, row)) + f",{dice.randrange(10**11, 10**12)}"


def prose(dice: Random) -> Iterator[str]:
    """Names in every sentence."""
    while True:
        one, two = person(dice), person(dice)
        yield (
            f"{one.given} {one.family} встретил {two.given} {two.family} в городе, и {one.full} обещал приехать на "
            f"Новый Год. Позже {two.family} {two.given[0]}.{two.patronymic[0]}. написал об этом Директору Завода."
        )


def messages(dice: Random, folder: Path) -> Iterator[str]:
    """Real Russian and Kazakh sentences, shuffled; nothing when ``folder`` is not there."""
    lines = list(sentences(folder))
    while lines:
        dice.shuffle(lines)
        yield from lines


def sentences(folder: Path) -> Iterator[str]:
    """Lines of Russian news and Kazakh sentences from ``folder``."""
    news, kazakh = folder / "ru_wikinews.jsonl", folder / "kaznerd_valid.iob2"
    if news.is_file():
        for row in news.read_text(encoding="utf-8").splitlines():
            yield from (line for line in json.loads(row)["text"].splitlines() if line.strip())
    if kazakh.is_file():
        for block in kazakh.read_text(encoding="utf-8").split("\n\n"):
            yield " ".join(row.split(" ")[0] for row in block.splitlines() if row)


Lines = Callable[[Random], Iterator[str]]


def catalogue(data: Path) -> dict[str, tuple[str, int, Lines]]:
    """Name -> file name, size in MB, lines."""
    return {
        "access log, 0.1 % of lines hit": ("access01.log", 64, partial(access_log, share=0.001)),
        "access log, 0.5 %": ("access05.log", 64, partial(access_log, share=0.005)),
        "access log, 5 %": ("access5.log", 64, partial(access_log, share=0.05)),
        "application log in Russian, 0.5 %": ("app05.log", 64, partial(app_log, share=0.005)),
        "application log in Russian, 5 %": ("app5.log", 64, partial(app_log, share=0.05)),
        "Russian and Kazakh sentences": ("messages.txt", 16, partial(messages, folder=data)),
        "names in every sentence": ("prose.txt", 4, prose),
        "customers, CSV": ("customers.csv", 16, customers),
        "numbers, CSV": ("numbers.csv", 16, numbers),
    }


def write(path: Path, megabytes: int, lines: Lines, seed: int = 1) -> None:
    """Fill ``path`` with about ``megabytes`` MB of different lines; big files repeat a tenth ten times."""
    size = megabytes * 1_000_000
    portion: list[bytes] = []
    length = 0
    for line in lines(Random(seed)):
        portion.append(line.encode() + b"\n")
        length += len(portion[-1])
        if length >= min(size, 16_000_000):
            break
    with path.open("wb") as file:
        for _ in range(max(1, round(size / max(length, 1)))):
            file.writelines(portion)


def first_lines(lines: Lines, count: int, seed: int = 1) -> list[str]:
    """A few lines, for references that are too slow for a file."""
    return list(islice(lines(Random(seed)), count))
