"""Notifications to real servers on loopback: counts and a link, signed, in time, without evidence and without a say."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from derbes.scanner.model.findings import Outcome
from derbes.scanner.notify import News, news_of
from derbes.scanner.policy.notifying import Notify
from tests.http_server import http_server
from tests.reports.outcomes import clean, outcome
from tests.servers import _free_port
from tests.world import derbes

LETTERS = ["a letter", "a.zeinoldina77@qyzmet.kz", "b.omarova81@firma.kz"]
SECRET = "s1gn-canary"


class Smtp:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.got: list[tuple[str, list[str], EmailMessage]] = []
        self.logins = 0
        self.url = f"smtp://127.0.0.1:{(port := _free_port())}"
        given: dict[str, Any] = {"auth_require_tls": False, "authenticator": self.login}
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **given)
        self.controller.start()

    def login(self, *_: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        self.logins += 1
        return AuthResult(success=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default))
        self.got.append((envelope.mail_from, envelope.rcpt_tos, letter))
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    yield server
    server.controller.stop()


def world(folder: Path, notify: str, rows: list[str] = LETTERS) -> list[str | Path]:
    """A declared log with e-mail addresses in it, and who is to be told. The arguments of a scan."""
    (folder / "app.log").write_text("".join(f"2026-11-22 10:00:0{n} INFO to {row}\n" for n, row in enumerate(rows)))
    (folder / "app.log").chmod(0o600)
    (folder / "derbes.yml").write_text(
        f"version: 1\nplaces:\n  - {{id: app-log, target: app.log, kind: log}}\nnotify:\n{notify}"
    )
    return ["scan", "-c", folder / "derbes.yml", "--state", folder / "state.sqlite", "-q"]


def test_a_webhook_gets_counts_and_a_link_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with http_server() as heard:
        monkeypatch.setenv("HOOK_URL", heard.url + "/hook")
        args = world(tmp_path, "  link: https://reports.example.kz/{run}.html\n"
                     "  webhooks: [{url: '${HOOK_URL}', secret: '${HOOK_SECRET}'}]\n")  # fmt: skip
        ran = derbes(*args)
        (asked,) = heard.asked
        assert derbes(*args).code == ran.code == 0
        assert len(heard.asked) == 1  # nothing new the second time
        with (tmp_path / "app.log").open("a") as log:
            log.write("2026-11-22 10:00:09 INFO phone +7 701 918 27 36 called\n")
        derbes(*args)
    assert len(heard.asked) == 2
    body = asked.json()
    assert (body["schema"], body["command"], body["new"]["major"] >= 1) == ("derbes/notification/1", "scan", True)
    assert body["link"] == f"https://reports.example.kz/{body['run']}.html"
    digest = hmac.new(SECRET.encode(), asked.body, hashlib.sha256).hexdigest()
    assert asked.headers["X-Derbes-Signature"] == f"sha256={digest}"
    for text in (asked.body.decode(), json.dumps(body, ensure_ascii=False)):
        assert "zeinoldina" not in text
        assert "app.log" not in text
        assert "app-log" not in text
        assert "•" not in text
    assert heard.asked[1].json()["new_fields"] >= 1


def test_a_letter(tmp_path: Path, smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", smtp.url)
    notify = "  mail: [{server: '${MAIL}', from: derbes@example.kz, to: [dpo@example.kz, ops@example.kz]}]\n"
    assert derbes(*world(tmp_path, notify)).code == 0
    ((sender, to, letter),) = smtp.got
    assert (sender, to) == ("derbes@example.kz", ["dpo@example.kz", "ops@example.kz"])
    assert letter["Subject"] == "derbes: 1 новое нарушение (1 существенное)"
    text = letter.get_content()
    assert "всего нарушений: 1" in text
    assert not any(row in text for row in (*LETTERS[1:], "app.log", "app-log", "•"))


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path, smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", smtp.url)
    monkeypatch.setenv("MAIL_PASSWORD", "m4il-canary")
    notify = ("  mail: [{server: '${MAIL}', from: derbes@example.kz, to: dpo@example.kz, user: u,"
              " password: '${MAIL_PASSWORD}'}]\n")  # fmt: skip
    ran = derbes(*world(tmp_path, notify))
    assert (ran.code, smtp.got, smtp.logins) == (0, [], 0)
    assert "пароль не послан" in ran.err
    assert "m4il-canary" not in ran.err


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "${NOT_SET}", "ftp://127.0.0.1/x", "http://u:p4ss@127.0.0.1:1/", "http://["]
)
def test_what_cannot_be_delivered_is_a_line_and_no_verdict(tmp_path: Path, address: str) -> None:
    mail = "  mail: [{server: 'smtp://127.0.0.1:1', from: a@b.kz, to: a@b.kz}]\n"
    ran = derbes(*world(tmp_path, f"  webhooks: [{{url: '{address}'}}]\n{mail}"))
    assert ran.code == 0
    assert ran.err.count("ошибка") == 2
    assert "p4ss" not in ran.err
    check = ["check", *world(tmp_path, "  webhooks: [{url: 'http://127.0.0.1:1'}]\n  when: always\n")[1:]]
    assert derbes(*check).code == 1


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_server_that_refuses(tmp_path: Path, status: int) -> None:
    with http_server(lambda _: (status, {})) as heard:
        ran = derbes(*world(tmp_path, f"  webhooks: [{{url: '{heard.url}'}}]\n"))
    assert (ran.code, len(heard.asked)) == (0, 1)
    assert f"не доставлено (HTTP {status})" in ran.err


def test_a_silent_server_costs_its_timeout(tmp_path: Path) -> None:
    with http_server(slow=20.0) as heard:
        started = time.monotonic()
        ran = derbes(*world(tmp_path, f"  webhooks: [{{url: '{heard.url}', timeout: 0.5}}]\n"))
        assert (ran.code, "не доставлено" in ran.err) == (0, True)
        assert time.monotonic() - started < 15


def test_one_that_fails_does_not_keep_the_others_from_hearing(tmp_path: Path) -> None:
    with http_server() as heard:
        ran = derbes(*world(tmp_path, f"  webhooks: [{{url: 'http://127.0.0.1:1'}}, {{url: '{heard.url}'}}]\n"))
    assert len(heard.asked) == 1
    assert ran.err.count("ошибка") == 1


@pytest.mark.parametrize("secret", ["hunter2-canary", "$HOOK", "x${HOOK}"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, secret: str) -> None:
    ran = derbes(*world(tmp_path, f"  webhooks:\n    - url: http://127.0.0.1:1\n      secret: {secret}\n"))
    assert ran.code == 2
    assert "секрет не пишется в файле" in ran.err
    assert "derbes.yml:7" in ran.err
    assert secret not in ran.err


def test_without_notify_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("x\n")
    (tmp_path / "derbes.yml").write_text("version: 1\nplaces:\n  - {id: app-log, target: a.log, kind: log}\n")
    assert derbes("scan", "-c", tmp_path / "derbes.yml", "--state", "none", "-q").err == ""


# -- what is new --------------------------------------------------------------------------------------------------


def news(now: Outcome, before: Outcome | None) -> News:
    return news_of(now, before, "https://x/{run}")


def test_without_a_run_before_everything_unknown_is_new() -> None:
    found = news(outcome(), None)
    assert (found.new, found.total, found.unscanned) == ({"critical": 1, "major": 2, "minor": 0}, 4, 2)
    assert found.link == "https://x/20261122-030000-abcd"


def test_against_the_run_before() -> None:
    assert not news(outcome(), outcome()).anything
    found = news(outcome(), clean())
    assert (found.places, found.fields, found.gone) == (4, 6, 0)
    assert news(clean(), outcome()).gone == 5


def test_subject_in_words() -> None:
    assert news(outcome(), None).subject() == "derbes: 3 новых нарушения (1 критическое, 2 существенных)"
    assert news(outcome(), outcome()).subject() == "derbes: новых нарушений нет"


def test_people_read_whole_seconds_and_programs_the_time_as_it_is() -> None:
    told = replace(news(outcome(), None), finished_at="2026-11-22T03:41:00.123+05:00")
    assert "· 2026-11-22T03:41:00+05:00" in told.text()
    assert told.document()["finished_at"] == "2026-11-22T03:41:00.123+05:00"


def test_the_model_is_closed() -> None:
    with pytest.raises(ValueError, match="Extra"):
        Notify.model_validate({"webhook": "x"})
