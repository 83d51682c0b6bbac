# ruff: noqa: E501  # statements of SQL read best whole
"""As a new user would: a PostgreSQL, a MariaDB, logs and form dumps that nobody prepared for derbes, from the command
line, under a ``derbes.yml`` of three dozen lines. Every rule fires where it should and nowhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from derbes.recognizers.numbers import iin
from tests.servers import PASSWORD, Server
from tests.world import derbes

FAMILIES = ("Ахметов", "Нурланова", "Ким", "Иванова", "Сейтказиев", "Зейнолдинова", "Петров", "Оспанова")
GIVEN = ("Ерлан", "Айгуль", "Анна", "Мария", "Бауыржан", "Айсана", "Пётр", "Гульнара")
STREETS = ("Абая", "Сатпаева", "Толе би", "Ермекова", "Назарбаева")


def number(n: int) -> str:
    """An IIN of nobody, born in the eighties, valid by its check digit."""
    for serial in range(1000):
        for check in range(10):
            text = f"{80 + n % 10}{1 + n % 12:02}{1 + n % 28:02}3{(n * 37 + serial) % 10_000:04}{check}"
            if iin.is_valid(text):
                return text
    raise AssertionError


def people(count: int) -> list[tuple[str, str, str, str, str, str]]:
    """(family, given, e-mail, phone, IIN, address) of invented persons."""
    return [
        (
            FAMILIES[n % 8],
            GIVEN[(n * 3) % 8],
            f"client{n}@mail.kz",
            f"+7 701 {200 + n % 700} {10 + n % 80} {10 + n % 89}",
            number(n),
            f"г. Алматы, ул. {STREETS[n % 5]}, д. {1 + n % 90}, кв. {1 + n % 60}",
        )
        for n in range(count)
    ]


def quoted(values: Sequence[object]) -> str:
    return "(" + ", ".join("NULL" if v is None else "'" + str(v).replace("'", "''") + "'" for v in values) + ")"


PAGILA = """
CREATE TYPE rating AS ENUM ('G', 'PG', 'R');
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TABLE customer (customer_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email text,
  phone varchar(40), iin bigint, active boolean DEFAULT true, closed_at date, created tstzrange DEFAULT '(,)');
CREATE TABLE address (address_id serial PRIMARY KEY, address text, district text, postal_code varchar(10));
CREATE TABLE film (film_id serial PRIMARY KEY, title text, release_year year, rating rating, special_features text[],
  rental_rate numeric DEFAULT 'NaN', fulltext tsvector, picture bytea DEFAULT '\\x00ff0102');
CREATE TABLE payment (payment_id bigserial, customer_id int, amount numeric(5, 2), payment_date date NOT NULL)
  PARTITION BY RANGE (payment_date);
CREATE TABLE payment_1 PARTITION OF payment FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE payment_2 PARTITION OF payment FOR VALUES FROM ('2026-07-01') TO ('infinity');
CREATE TABLE "Odd ""Name%s" ("select" text, "Ключ" jsonb);
CREATE TABLE secret (iin text);
CREATE VIEW customer_list AS SELECT customer_id, first_name || ' ' || last_name AS name FROM customer;
"""


@pytest.fixture(scope="module")
def pagila(postgresql_server: Server) -> Server:
    """A video shop like the one of the PostgreSQL world, with persons of ours, a reader and a support role."""
    server = postgresql_server
    server.execute("DROP DATABASE IF EXISTS pagila", "CREATE DATABASE pagila")
    rows = people(240)
    customers = [
        quoted((g, f, e, p, i, "2019-01-15" if n % 4 == 0 else None)) for n, (f, g, e, p, i, _) in enumerate(rows)
    ]
    payments = [quoted((n % 240 + 1, f"{n % 90}.99", f"2026-{1 + n % 11:02}-05")) for n in range(2000)]
    server.execute(
        *filter(str.strip, PAGILA.split(";\n")),
        f"INSERT INTO customer (first_name, last_name, email, phone, iin, closed_at) VALUES {', '.join(customers)}",
        f"INSERT INTO address (address, district) VALUES {', '.join(quoted((r[5], 'Алматы')) for r in rows)}",
        "INSERT INTO film (title, release_year, rating, special_features, fulltext) SELECT 'ACADEMY ' || n, 2006, 'PG', "
        "ARRAY['Trailers', 'Deleted Scenes'], 'academi:1' FROM generate_series(1, 300) n",
        f"INSERT INTO payment (customer_id, amount, payment_date) VALUES {', '.join(payments)}",
        """INSERT INTO "Odd ""Name%s" VALUES ('x', '{"phone": "+7 701 234 56 78"}'), ('y', '{"phone": null}')""",
        f"INSERT INTO secret VALUES {', '.join(quoted((r[4],)) for r in rows)}",
        "DO $$ BEGIN CREATE ROLE shop_reader LOGIN PASSWORD '" + PASSWORD + "'; EXCEPTION WHEN duplicate_object THEN END $$",
        "DO $$ BEGIN CREATE ROLE marketing; EXCEPTION WHEN duplicate_object THEN END $$",
        "GRANT USAGE ON SCHEMA public TO shop_reader, marketing",
        'GRANT SELECT ON customer, address, film, payment, payment_1, payment_2, customer_list, "Odd ""Name%s" TO shop_reader',
        "GRANT SELECT ON customer TO marketing",
        database="pagila",
    )  # fmt: skip
    return server


WORDPRESS = """
CREATE TABLE wp_users (ID bigint unsigned AUTO_INCREMENT PRIMARY KEY, user_login varchar(60), user_pass varchar(255),
  user_email varchar(100), user_registered datetime DEFAULT '2020-01-01', display_name varchar(250)) CHARSET=utf8mb4;
CREATE TABLE wp_options (option_id bigint unsigned AUTO_INCREMENT PRIMARY KEY, option_name varchar(191), option_value longtext)
  CHARSET=utf8mb4;
CREATE TABLE wp_comments (comment_ID bigint unsigned AUTO_INCREMENT PRIMARY KEY, comment_author tinytext,
  comment_author_email varchar(100), comment_author_IP varchar(100), comment_content text) CHARSET=utf8mb4;
CREATE TABLE tblclients (id int AUTO_INCREMENT PRIMARY KEY, firstname text, lastname text, companyname text, email text,
  address1 text, phonenumber text, password text, status enum('Active','Closed')) CHARSET=cp1251;
CREATE TABLE tblinvoices (id int AUTO_INCREMENT PRIMARY KEY, userid int, invoicenum text, date date, total decimal(16,2)) CHARSET=utf8mb4
"""


@pytest.fixture(scope="module")
def wordpress(mariadb_server: Server) -> Server:
    """A site and its billing, as hosting companies have them."""
    server = mariadb_server
    server.execute("DROP DATABASE IF EXISTS site", "CREATE DATABASE site")
    rows = people(150)
    users = [quoted((f"user{n}", "$P$B" + "a1b2" * 7, r[2], f"{r[1]} {r[0]}")) for n, r in enumerate(rows)]
    comments = [quoted((r[1], r[2], f"10.0.0.{n % 250}", "Спасибо за статью")) for n, r in enumerate(rows)]
    clients = [quoted((r[1], r[0], f"ТОО «Ромашка {n}»", r[2], r[5], r[3], "x", "Active")) for n, r in enumerate(rows)]
    server.execute(
        *filter(str.strip, WORDPRESS.split(";\n")),
        f"INSERT INTO wp_users (user_login, user_pass, user_email, display_name) VALUES {', '.join(users)}",
        "INSERT INTO wp_options (option_name, option_value) VALUES ('siteurl', 'https://example.kz'), "
        """('widget', 'a:1:{s:5:"phone";s:16:"+7 701 234 56 78";}')""",
        "INSERT INTO wp_comments (comment_author, comment_author_email, comment_author_IP, comment_content) VALUES "
        + ", ".join(comments),
        "INSERT INTO tblclients (firstname, lastname, companyname, email, address1, phonenumber, password, status) VALUES "
        + ", ".join(clients),
        "INSERT INTO tblinvoices (userid, invoicenum, date, total) VALUES "
        + ", ".join(quoted((n, f"INV-2026-{n:05}", "2026-05-01", 990 * n)) for n in range(1, 151)),
        database="site",
    )
    return server


CONFIG = """\
version: 1
policy: hosting-pro
places:
  - id: shop
    target: ${SHOP_URL}
    kind: database
    owner: Отдел продаж
    purposes: [services]
    access: {roles: [shop_reader]}
    retention: {column: closed_at, keep: P5Y}
  - id: site
    target: ${SITE_URL}
    kind: database
    owner: Отдел сайта
    purposes: [reply]
  - id: web-logs
    target: "logs/*"
    kind: log
  - id: feedback
    target: forms
    kind: form
    purposes: [reply]
    transfer: third-party
"""


@pytest.fixture
def company(tmp_path: Path, pagila: Server, wordpress: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an engineer of that company."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_URL", pagila.url("shop_reader", "pagila"))
    monkeypatch.setenv("SITE_URL", wordpress.url(database="site"))
    (tmp_path / "derbes.yml").write_text(CONFIG)
    for name in ("logs", "forms", "public_html", "old"):
        (tmp_path / name).mkdir()
    rows = people(60)
    _write(tmp_path / "logs/access.log", "".join(
        f'10.0.0.{n} - - [22/Nov/2026:10:00:{n:02} +0500] "GET /{f"?email={rows[n][2]}" if n % 9 == 0 else "img/a@2x.png"}'
        f' HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n' for n in range(60)
    ))  # fmt: skip
    _write(
        tmp_path / "forms/contact.csv", "Имя;Телефон;E-mail\n" + "".join(f"{r[1]} {r[0]};{r[3]};{r[2]}\n" for r in rows)
    )
    _write(tmp_path / "public_html/export.csv", "fio,iin\n" + "".join(f"{r[0]} {r[1]},{r[4]}\n" for r in rows))
    _write(
        tmp_path / "public_html/order.html",
        '<html><form method="post" action="http://example.kz/order"><input name="phone"></form><p>Менеджер: Ким Анна, anna.kim@firma.kz</p></html>',
    )
    _write(tmp_path / "old/prices.csv", "tariff,price\nСтарт,990\nБизнес,4990\n")
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def check(*args: str) -> tuple[int, Any, str]:
    ran = derbes("check", *args, "-o", "report.json", "--state", "state/h.sqlite", "-q")
    assert "Traceback" not in ran.err
    assert PASSWORD not in ran.out + ran.err + Path("report.json").read_text()
    return ran.code, json.loads(Path("report.json").read_bytes()), ran.err


def test_the_nine_rules_fire_where_they_should_and_not_elsewhere(company: Path) -> None:
    code, report, _ = check("shop", "site", "web-logs", "feedback", "public_html", "old")
    assert code == 1
    fired = {(v["rule"], v["place"]) for v in report["violations"]}
    assert fired == {
        ("access-too-wide", "shop"),  # marketing reads the customers
        ("retention-exceeded", "shop"),  # closed seven years ago
        ("category-not-allowed", "site"),  # addresses and companies are not needed to reply
        ("personal-data-in-log", "web-logs"),
        ("transfer-without-consent", "feedback"),
        ("undeclared-place", "public_html/export.csv"),
        ("access-too-wide", "public_html/export.csv"),
        ("unprotected-copy", "public_html/export.csv"),
        ("unencrypted-channel", "public_html/order.html"),  # posts to http://
        ("undeclared-place", "public_html/order.html"),
        ("access-too-wide", "public_html/order.html"),
    }
    wide = [v for v in report["violations"] if v["rule"] == "access-too-wide" and v["place"] == "shop"]
    assert {v["path"] for v in wide} == {"public.customer"}
    assert [(u["path"], u["code"]) for u in report["unscanned"] if u["place"] == "shop"] == [
        ("public.film.picture", "column-binary"), ("public.secret", "no-select"),
    ]  # fmt: skip


def test_partitions_are_read_once_and_odd_names_are_read(company: Path) -> None:
    _, report, _ = check("shop")
    (shop,) = report["places"]
    assert shop["units_read"] == 240 + 240 + 240 + 300 + 2000 + 2  # customer, its view, address, film, payments, odd
    paths = {row["path"]: row["category"] for row in report["fields"]}
    assert paths["public.customer.iin"] == "identity_document"
    assert paths["public.address.address"] == "address"
    assert any("Odd" in path and category == "phone" for path, category in paths.items())
    assert not any(path.startswith(("public.film", "public.payment")) for path in paths)


def test_the_servers_are_as_before(company: Path, pagila: Server, wordpress: Server) -> None:
    def state() -> list[Any]:
        tables = pagila.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_all_tables WHERE schemaname <> 'pg_toast' "
            "AND schemaname NOT LIKE 'pg_%' ORDER BY 1", database="pagila")  # fmt: skip
        objects = pagila.execute("SELECT oid, relname FROM pg_class WHERE oid > 16384 ORDER BY 1", database="pagila")
        temporary = pagila.execute("SELECT temp_files FROM pg_stat_database WHERE datname = 'pagila'")
        sums = [wordpress.execute(f"CHECKSUM TABLE {table}", database="site") for table in ("wp_users", "tblclients")]
        return [tables, objects, temporary, sums]

    before = state()
    check("shop", "site")
    assert state() == before


def test_check_accept_check(company: Path) -> None:
    _, report, _ = check("web-logs")
    ids = {v["id"] for v in report["violations"]}
    for id_ in ids:
        ran = derbes("accept", id_, "--reason", "чистим до пятницы", "--until", "2026-12-31", "--by", "ops@example.kz",
                     "--state", "state/h.sqlite")  # fmt: skip
        assert ran.code == 0, ran.err
    code, report, _ = check("web-logs")
    assert code == 0
    assert {v["state"] for v in report["violations"]} == {"accepted"}


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://shop_reader:{PASSWORD}@127.0.0.1:1/pagila",
        f"postgresql://shop_reader:{PASSWORD}@no-such-host.invalid/pagila",
        f"postgresql://shop_reader:{PASSWORD}@x@127.0.0.1/pagila",
        f"postgresql://shop_reader:{PASSWORD}@127.0.0.1:port/pagila",
        f"mysql://root:{PASSWORD}@127.0.0.1:1/site",
        f"nonsense://root:{PASSWORD}@127.0.0.1/site",
        f"oracle://root:{PASSWORD}@127.0.0.1/site",
        "sqlite:///no/such/file.sqlite",
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.chdir(tmp_path)
    ran = derbes("check", address, "--state", "none", "-q")
    assert ran.code == 2
    assert ran.err.startswith("ошибка ")
    assert "Traceback" not in ran.err
    assert PASSWORD not in ran.out + ran.err


def test_a_wrong_password_and_a_missing_database(
    pagila: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for address in (pagila.url("shop_reader", "pagila", "wr0ng-canary"), pagila.url("shop_reader", "no_such")):
        ran = derbes("check", address, "--state", "none", "-q")
        assert ran.code == 2
        assert not any(text in ran.out + ran.err for text in ("Traceback", "wr0ng-canary", PASSWORD))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="нужен LibreOffice")
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_sheets_saved_by_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.chdir(tmp_path)
    rows = people(30)
    _write(tmp_path / "clients.csv", "ФИО,ИИН,Телефон\n" + "".join(f"{r[0]} {r[1]},{r[4]},{r[3]}\n" for r in rows))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix,
         "--outdir", "saved", "clients.csv"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    ran = derbes("scan", f"saved/clients.{suffix}", "-o", "report.json", "--state", "none", "-q")
    report = json.loads(Path("report.json").read_bytes())
    assert ran.code == 0
    assert {row["category"] for row in report["fields"]} == {"full_name", "identity_document", "phone"}
    assert report["places"][0]["units_read"] == 30
