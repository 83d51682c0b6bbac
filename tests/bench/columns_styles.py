"""More generated values, in the manner of real systems: exports, forms, CRM, billing, reference lists, noise."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import yaml

from tests.bench.columns_values import (
    _CITIES,
    _FIRMS,
    _LATIN,
    _R,
    _STREETS,
    GENERATORS,
    ROWS,
    _address,
    _bin,
    _each,
    _email,
    _fio,
    _given,
    _iin,
    _number,
    _phone,
    _prose,
    _surname,
)

LISTS = Path(__file__).parent / "columns/lists.yaml"
_KK_MEN = "Ерлан Нұрлан Бауыржан Айдос Мұхтар Қайрат Әлихан Дәурен Жандос Сұлтан".split()
_KK_WOMEN = "Әсем Гүлнұр Қарлығаш Айгүл Мөлдір Жансая Аружан Дінара".split()
_KK_FAMILIES = "Әбдірахманов Қасымова Жұмабаев Сәрсенбаев Өмірбеков Нұрғалиева Тілеуберген Сүлейменов".split()
_WORLD = "Berlin Paris Almaty Istanbul Moscow London Tashkent Frankfurt Delhi Madrid Denver Goroka Nadzab".split()
_STREETS_MARKED = ("ул. {} {}", "пр. {}, {}", "{} көшесі, {} үй", "улица {}, дом {}")


def _street_marked() -> str:
    return _R.choice(_STREETS_MARKED).format(_R.choice(_STREETS), _R.randrange(1, 150))


_KEYS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("nickname", lambda: _R.choice(_LATIN)),
    ("first_name", _given),
    ("last_name", _surname),
    ("description", lambda: ""),
    ("rich_editing", lambda: "true"),
    ("admin_color", lambda: "fresh"),
    ("wp_capabilities", lambda: 'a:1:{s:8:"customer";b:1;}'),
    ("wp_user_level", lambda: "0"),
    ("billing_phone", _phone),
    ("billing_email", _email),
    ("billing_address_1", _street_marked),
    ("billing_city", lambda: _R.choice(_CITIES)),
    (
        "session_tokens",
        lambda: f'a:1:{{s:64:"{_R.getrandbits(256):064x}";a:1:{{s:10:"expiration";i:17{_number(8)};}}}}',
    ),
    ("last_update", lambda: "17" + _number(8)),
)
_POST_KEYS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("_edit_lock", lambda: f"17{_number(8)}:1"),
    ("_price", lambda: str(_R.randrange(100, 90000))),
    ("_sku", lambda: "SKU-" + _number(5)),
    ("_stock_status", lambda: "instock"),
    ("_wp_attached_file", lambda: f"2026/0{_R.randrange(1, 9)}/{_R.choice(_LATIN)}-{_number(3)}.jpg"),
    ("_thumbnail_id", lambda: _number(4)),
    ("total_sales", lambda: str(_R.randrange(50))),
    ("_menu_item_url", lambda: "https://shop.kz/" + _R.choice(_LATIN)),
)
_PROPS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("Ф.И.О.", "FIO", _fio),
    ("E-Mail", "EMAIL", _email),
    ("Телефон", "PHONE", _phone),
    ("Индекс", "ZIP", lambda: "0" + _number(5)),
    ("Город", "CITY", lambda: _R.choice(_CITIES)),
    ("Адрес доставки", "ADDRESS", _address),
    ("Удобное время", "TIME", lambda: "с 10 до 18"),
)


def _phone_mixed() -> str:
    code, rest = _R.choice(("701", "702", "705", "707", "747", "775", "777")), _number(7)
    form = _R.choice(("+7{}{}", "8{}{}", "8 {} {}", "+7 ({}) {}", "{}{}", "+7-{}-{}", "8({}){}", "7{}{}"))
    return form.format(code, rest)


def _kk_name() -> tuple[str, str, str]:
    father = _R.choice(_KK_MEN)
    if _R.random() < 0.5:
        return _R.choice(_KK_FAMILIES), _R.choice(_KK_MEN), father + "ұлы"
    return _R.choice(_KK_FAMILIES), _R.choice(_KK_WOMEN), father + "қызы"


def _name_mess() -> str:
    first, last, small = _given(), _surname(), _R.choice(_LATIN)
    return _R.choice(
        (
            first,
            f"{first} {last}",
            f"{last} {first}",
            f"{last.upper()} {first.upper()}",
            small,
            f"{small.title()} Akhmetov",
            _fio(),
            f"{last} {first[0]}.",
        )
    )


def _org_mixed() -> str:
    firm = _R.choice(_FIRMS)
    forms = ("ТОО «{}»", 'ТОО "{}"', "ИП {p}", "АО «{}»", "{} LLP", "ТОО {}", "ЖШС «{}»", "ГУ «Школа № {n}»", "КХ «{}»")
    return _R.choice(forms).format(firm, p=f"{_surname()} {_R.choice('АБЕНС')}.{_R.choice('АКМТ')}.", n=_number(2))


def _org_long() -> str:
    return _R.choice(
        (
            f"Товарищество с ограниченной ответственностью «{_R.choice(_FIRMS)}»",
            f"Акционерное общество «{_R.choice(_FIRMS)}»",
            f"КГУ «Общеобразовательная школа № {_number(2)}» управления образования города {_R.choice(_CITIES)}",
            f"Индивидуальный предприниматель «{_surname()} {_given()}»",
        )
    )


def _address_mixed() -> str:
    city, street = _R.choice(_CITIES), _R.choice(_STREETS)
    return _R.choice(
        (
            _address(),
            f"г.{city} ул.{street} {_R.randrange(200)}",
            city,
            f"{city}, {street} {_R.randrange(90)}",
            f"{city} қ., {street} көшесі {_R.randrange(90)}",
            f"мкр. Самал-{_R.randrange(3)}, {_R.randrange(90)}",
            f"Алматинская обл., Талгарский р-н, с. Бесагаш, ул. {street} {_R.randrange(90)}",
        )
    )


def _iban() -> str:
    body = "722C" + _number(12)
    value = int("".join(str(int(c, 36)) for c in body + "KZ00"))
    return f"KZ{98 - value % 97:02}{body}"


def _rnn() -> str:
    from derbes.recognizers.numbers import rnn

    while True:
        number = "60" + _number(10)
        if rnn.is_valid(number):
            return number


def _paired(pairs: Sequence[Sequence[object]], part: int) -> Callable[[], list[str]]:
    def make() -> list[str]:
        out = []
        for row in range(ROWS):
            value = pairs[row % len(pairs)][part]
            out.append(str(value() if callable(value) else value))
        return out

    return make


STYLES: dict[str, Callable[[], list[str]]] = {
    "org_mixed": _each(_org_mixed),
    "org_long": _each(_org_long),
    "org_kk": _each(
        lambda: f"«{_R.choice(_FIRMS)}» {_R.choice(('ЖШС', 'АҚ', 'жауапкершілігі шектеулі серіктестігі'))}"
    ),
    "farm": _each(lambda: f"{_R.choice(('КХ', 'ТОО', 'ФХ'))} «{_R.choice(_FIRMS)}»"),
    "iban": _each(_iban),
    "rnn": _each(_rnn),
    "bin_some_iin": _each(lambda: _iin() if _R.random() < 0.1 else _bin()),
    "iin_some": _each(lambda: _iin() if _R.random() < 0.15 else ""),
    "phone_mixed": _each(_phone_mixed),
    "phone_plus": _each(lambda: "+77" + _R.choice(("01", "02", "47", "77")) + _number(7)),
    "phone_land": _each(lambda: f"8 (727{_R.randrange(2, 4)}) {_number(2)}-{_number(2)}-{_number(2)}"),
    "fio_kk": _each(lambda: " ".join(_kk_name())),
    "surname_kk": _each(lambda: _kk_name()[0]),
    "given_kk": _each(lambda: _kk_name()[1]),
    "patronymic_kk": _each(lambda: _kk_name()[2]),
    "surname_caps": _each(lambda: _surname().upper()),
    "given_caps": _each(lambda: _given().upper()),
    "surname_latin": _each(
        lambda: _R.choice(("Akhmetov", "Ospanova", "Ivanov", "Zhumabekov", "Kim", "Petrova", "Lee"))
    ),
    "name_mess": _each(_name_mess),
    "street_marked": _each(_street_marked),
    "address_mixed": _each(_address_mixed),
    "flat": _each(lambda: _R.choice(("", "", f"кв. {_R.randrange(90)}", f"офис {_R.randrange(400)}", "2 этаж"))),
    "contact_values": _each(lambda: _R.choice((_phone(), _email(), f"https://{_R.choice(_LATIN)}.site/x"))),
    "email_list": _each(lambda: ", ".join(_email() for _ in range(_R.randrange(1, 4)))),
    "mail_from": _each(lambda: f'"{_given()} {_surname()}" <{_email()}>'),
    "mail_to": _each(lambda: f"support@firma.kz, {_email()}"),
    "message_id": _each(lambda: f"<{_number(10)}.{_number(6)}@mx{_number(1)}.firma.kz>"),
    "maildir": _each(lambda: f"/var/vmail/{_R.choice(_LATIN)}.kz/{_R.choice(_LATIN)}"),
    "signature": _each(lambda: f"С уважением, {_given()} {_surname()}\nТехническая поддержка"),
    "letter_template": _each(lambda: "Здравствуйте, {CLIENT_NAME}! Ваш счет {INVOICE} выставлен. " + _prose()),
    "village": _each(lambda: _R.choice(("Бесагаш", "Шамалган", "Каскелен", "Акколь", "Узынагаш")) + " с.о."),
    "complex": _each(lambda: "ЖК " + _R.choice(("Нурсая", "Хайвилл", "Асыл Тау", "Времена года", "Аружан"))),
    "airport": _each(lambda: f"{_R.choice(_WORLD)} {_R.choice(('Airport', 'International Airport', 'Heliport'))}"),
    "airline": _each(
        lambda: f"{_R.choice(('Air', 'Royal', 'Trans'))} {_R.choice(_WORLD)} {_R.choice(('Airlines', ''))}"
    ),
    "coordinate": _each(lambda: f"{_R.uniform(-90, 90):.6f}"),
    "code4": _each(lambda: "".join(_R.choices("ABCDEFGH", k=4))),
    "code6": _each(lambda: _number(6)),
    "customer_no": _each(lambda: f"R{_number(2)}C{_number(4)}"),
    "contract_no": _each(lambda: f"{_number(4)}-{_R.choice('АКДТ')}/{_R.randrange(2015, 2026)}"),
    "trackid": _each(lambda: "-".join("".join(_R.choices("ABCDEFGHJKMNPQRSTUVWXYZ23456789", k=3)) for _ in range(3))),
    "tracking": _each(lambda: f"RA{_number(9)}KZ"),
    "sku": _each(lambda: f"{_R.choice(('NB', 'KB', 'MN'))}-{_number(5)}"),
    "icq": _each(lambda: _number(9)),
    "ids": _each(lambda: ",".join(_number(2) for _ in range(3))),
    "kato_list": _each(lambda: f"[{_R.choice('17')}{_number(8)}, {_number(9)}]"),
    "file": _each(
        lambda: f"{_R.choice(('счет', 'scan', 'Договор', 'IMG'))}_{_number(4)}.{_R.choice(('pdf', 'jpg', 'docx'))}"
    ),
    "path": _each(lambda: f"/var/www/{_R.choice(_LATIN)}.kz/web/{_R.choice(_LATIN)}"),
    "transport": _each(lambda: f"smtp:[mx.{_R.choice(_LATIN)}.kz]:25"),
    "agent": _each(
        lambda: f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{_R.randrange(90, 130)}.0"
    ),
    "sha1": _each(lambda: f"{_R.getrandbits(160):040x}"),
    "sha256": _each(lambda: f"{_R.getrandbits(256):064x}"),
    "crypt": _each(lambda: "$2y$10$" + "".join(_R.choices("abcdefABCDEF0123456789./", k=53))),
    "token": _each(lambda: "".join(_R.choices("abcdefghABCDEFGH0123456789", k=20))),
    "birth_time": _each(
        lambda: f"{_R.randrange(1955, 2004)}-{_R.randrange(1, 13):02}-{_R.randrange(1, 29):02} 00:00:00"
    ),
    "card": _each(lambda: "4400 43" + _number(2) + " " + _number(4) + " " + _number(4)),
    "form_json": _each(
        lambda: json.dumps(
            {
                "1": {"name": "Имя", "value": f"{_given()} {_surname()}"},
                "2": {"value": _email()},
                "3": {"value": _phone()},
            },
            ensure_ascii=False,
        )
    ),
    "mac": _each(lambda: ":".join(f"{_R.randrange(256):02x}" for _ in range(6))),
    "code3": _each(lambda: _number(3)),
    "code5": _each(lambda: _number(5)),
    "last4": _each(lambda: _number(4)),
    "login_caps": _each(lambda: _R.choice(_LATIN).upper()),
    "email_caps": _each(lambda: _email().upper()),
    "email_json": _each(lambda: json.dumps([_email()])),
    "phones_json": _each(lambda: json.dumps([{"value": _phone_mixed(), "type": 1}])),
    "phone_dots": _each(lambda: f"{_number(3)}.{_number(3)}.{_number(4)}"),
    "address_kk": _each(
        lambda: f"{_R.choice(_CITIES)} қ., {_R.choice(_STREETS)} көш., {_R.randrange(90)}-үй, {_R.randrange(60)}-пәтер"
    ),
    "doc_text": _each(
        lambda: f"№ 0{_number(8)} от {_R.randrange(10, 29)}.0{_R.randrange(1, 9)}.20{_number(2)}, МВД РК"
    ),
    "payment_purpose": _each(
        lambda: (
            f"Оплата по договору {_number(4)} от {_R.randrange(10, 29)}.05.2025 за {_R.choice(('хостинг', 'домен'))}"
        )
    ),
    "sms": _each(lambda: f"Здравствуйте, Ваша заявка {_number(6)} исполнена. Код {_number(4)}"),
    "mail_headers": _each(
        lambda: f"Received: from mx1.firma.kz\r\nFrom: {_given()} {_surname()} <{_email()}>\r\nX-Mailer: PHP"
    ),
    "composers": _each(lambda: _R.choice(("Angus Young, Malcolm Young", "Abai Kunanbaev", "Сергей Рахманинов"))),
    "eav_value": _each(lambda: _R.choice((_phone(), _email(), f"{_surname()} {_given()}", "1", "ru", "2025-01-02"))),
    "meta_key": _paired(_KEYS, 0),
    "meta_value": _paired(_KEYS, 1),
    "postmeta_key": _paired(_POST_KEYS, 0),
    "postmeta_value": _paired(_POST_KEYS, 1),
    "prop_name": _paired(_PROPS, 0),
    "prop_code": _paired(_PROPS, 1),
    "prop_value": _paired(_PROPS, 2),
    "json_params": _each(lambda: json.dumps({"lang": "ru-RU", "editor": "", "timezone": "Asia/Almaty"})),
    "session_json": _each(lambda: json.dumps({"email": _email(), "phone": _phone(), "cart": _number(3)})),
    "session_value": _each(lambda: _R.choice(("root@localhost", "Action=AgentDashboard", "17" + _number(8)))),
    "option_value": _each(
        lambda: _R.choice(("yes", "1", "https://shop.kz", "a:0:{}", "Мой магазин", "10", "Asia/Almaty"))
    ),
}


def register() -> None:
    """Let the bench find these too."""
    GENERATORS.update(STYLES)
    for name, values in yaml.safe_load(LISTS.read_text(encoding="utf-8")).items():
        GENERATORS[name] = _each(partial(_R.choice, values))
