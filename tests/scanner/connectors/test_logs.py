"""Logs: the format is told from lines and names, and each hit gets the name of its field."""
# ruff: noqa: E501 - lines of logs are long

from __future__ import annotations

import json
import pickle
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.scanner.connectors.log_dates import parse_date
from derbes.scanner.connectors.log_formats import FORMATS, PLAIN
from derbes.scanner.connectors.log_keys import json_fields
from derbes.scanner.connectors.logs import is_log_name, sniff_log, span_of_dates

UA = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
# name of the file, name of the format, lines, {field: text} of the first line, its date
SAMPLES = {
    "nginx combined": (
        "access.log",
        "access-log",
        f'203.0.113.7 - ivan [22/Nov/2026:10:00:00 +0500] "GET /f?e=a@b.kz HTTP/1.1" 200 512 "https://x.kz/?q=1" "{UA}"',
        {"remote_addr": "203.0.113.7", "user": "ivan", "request": "GET /f?e=a@b.kz HTTP/1.1", "status": "200",
         "referer": "https://x.kz/?q=1", "user_agent": UA, "time": "22/Nov/2026:10:00:00 +0500"},
        "2026-11-22",
    ),
    "apache common": (
        "access_log",
        "access-log",
        '2001:db8::1 - - [01/Feb/2026:10:00:00 +0000] "POST /login HTTP/2.0" 302 -',
        {"remote_addr": "2001:db8::1", "request": "POST /login HTTP/2.0", "bytes": "-"},
        "2026-02-01",
    ),
    "apache vhost with trailing fields": (
        "other_vhosts_access.log.1",
        "access-log",
        f'shop.example.kz:443 203.0.113.7 - a b [22/Nov/2026:10:00:00 +0500] "GET /\\"x HTTP/1.1" 404 5 "-" "{UA}" 0.012 "x"',
        {"vhost": "shop.example.kz:443", "user": "a b", "request": 'GET /\\"x HTTP/1.1', "extra": ' 0.012 "x"'},
        "2026-11-22",
    ),
    "nginx error": (
        "error.log",
        "nginx-error-log",
        '2026/11/22 10:00:00 [error] 1234#0: *5 open() "/srv/a" failed (2: No such file), client: 203.0.113.7, server: x.kz, '
        'request: "GET /?phone=1 HTTP/1.1", upstream: "http://127.0.0.1:8000/", host: "x.kz", referrer: "https://r.kz/"',
        {"remote_addr": "203.0.113.7", "request": "GET /?phone=1 HTTP/1.1", "vhost": "x.kz", "referer": "https://r.kz/",
         "level": "error"},
        "2026-11-22",
    ),
    "apache error": (
        "error_log",
        "apache-error-log",
        "[Sun Nov 22 10:00:00.123456 2026] [core:error] [pid 12:tid 140] (13)Permission denied: [client 203.0.113.7:5000] "
        "AH00035: access to / denied, referer: http://r.kz/?a=1",
        {"remote_addr": "203.0.113.7:5000", "referer": "http://r.kz/?a=1", "level": "core:error", "pid": "pid 12:tid 140"},
        "2026-11-22",
    ),
    "exim arrival": (
        "mainlog-20261122.gz",
        "exim-log",
        "2026-11-22 10:00:00 1tEabc-0000Ab-3c <= from@example.kz H=(host) [203.0.113.7] P=esmtpsa A=plain:user@example.kz "
        'S=100 id=x@y T="Заявка \\"A\\"" from <from@example.kz> for to@example.kz two@example.kz',
        {"from": "from@example.kz", "user": "plain:user@example.kz", "subject": 'Заявка \\"A\\"', "id": "1tEabc-0000Ab-3c",
         "to": "to@example.kz two@example.kz", "message_id": "x@y"},
        "2026-11-22",
    ),
    "exim delivery": (
        "exim_mainlog",
        "exim-log",
        "2026-11-22 10:00:01.123 +0500 [77] 1tEabc-000000001Ab-0cDe => box <to@example.kz> R=local T=maildir",
        {"to": "box <to@example.kz>", "id": "1tEabc-000000001Ab-0cDe"},
        "2026-11-22",
    ),
    "exim reject": (
        "rejectlog.2",
        "exim-log",
        "2026-11-22 10:00:02 H=localhost (x) [127.0.0.1] F=<bad@example.kz> rejected RCPT <box@example.kz>: relay denied",
        {"from": "bad@example.kz", "to": "box@example.kz"},
        "2026-11-22",
    ),
    "postfix": (
        "mail.log",
        "syslog",
        "Nov 22 10:00:00 mx1 postfix/smtp[18154]: 9E0443E949: to=<to@example.kz>, orig_to=<o@example.kz>, relay=r[203.0.113.9]:25",
        {"to": "to@example.kz", "program": "postfix/smtp", "host": "mx1", "pid": "18154"},
        "2026-11-22",
    ),
    "dovecot": (
        "maillog",
        "syslog",
        "Nov  2 10:00:00 mx1 dovecot: imap-login: Login: user=<box@example.kz>, method=PLAIN, rip=203.0.113.7, TLS",
        {"user": "box@example.kz", "remote_addr": "203.0.113.7", "program": "dovecot"},
        "2026-11-02",
    ),
    "rsyslog with ISO time": (
        "syslog.2.xz",
        "syslog",
        "2026-11-22T10:00:00.123456+05:00 web1 sshd[99]: Accepted password for root from 203.0.113.7 port 22 ssh2",
        {"message": "Accepted password for root from 203.0.113.7 port 22 ssh2", "program": "sshd"},
        "2026-11-22",
    ),
    "RFC 5424": (
        "messages",
        "syslog-5424",
        '<34>1 2026-11-22T10:00:00.003Z web1 app 12 ID47 [ex@1 k="v \\" ]"][b c="d"] client called',
        {"message": "client called", "host": "web1", "program": "app"},
        "2026-11-22",
    ),
    "journal as JSON": (
        "export.json",
        "json-log",
        '{ "__CURSOR" : "s=1", "__REALTIME_TIMESTAMP" : "1795323600123456", "PRIORITY" : "6", "MESSAGE" : "login of ivan" }',
        {"MESSAGE": "login of ivan", "PRIORITY": "6"},
        "2026-11-22",
    ),
    "JSON lines": (
        "events",
        "json-log",
        '{"ts":"2026-11-22T10:00:00Z","level":"info","user":{"email":"a@b.kz","phones":["+7701",{"n":"8702"}]},"ok":true}',
        {"user.email": "a@b.kz", "user.phones[]": "+7701", "user.phones[].n": "8702", "ok": "true"},
        "2026-11-22",
    ),
    "docker": (
        "abc-json.log",
        "json-log",
        '{"log":"2026 say \\"hi\\"\\n","stream":"stdout","time":"2026-11-22T10:00:00.1Z"}',
        {"log": '2026 say \\"hi\\"\\n', "stream": "stdout"},
        "2026-11-22",
    ),
    "logfmt": (
        "app.log",
        "logfmt",
        'time="2026-11-22T10:00:00Z" level=info msg="sent to \\"a@b.kz\\"" to=a@b.kz',
        {"msg": 'sent to \\"a@b.kz\\"', "to": "a@b.kz"},
        "2026-11-22",
    ),
    "Laravel": (
        "laravel-2026-11-22.log",
        "monolog",
        '[2026-11-22 10:00:00] production.ERROR: SQLSTATE[23000]: no {"userId":7,"user":{"email":"a@b.kz"},"exception":"[object]',
        {"logger": "production", "level": "ERROR", "context.user.email": "a@b.kz", "context.userId": "7"},
        "2026-11-22",
    ),
    "Django": (
        "django.log",
        "python-log",
        "ERROR 2026-11-22 10:00:00,123 views 12 140 Заявка от клиента",
        {"level": "ERROR", "time": "2026-11-22 10:00:00,123", "message": "views 12 140 Заявка от клиента"},
        "2026-11-22",
    ),
    "Python logging": (
        "worker.out.log",
        "python-log",
        "2026-11-22 10:00:00,123 - shop.api - WARNING - sent to a@b.kz",
        {"level": "WARNING", "logger": "shop.api", "message": "sent to a@b.kz"},
        "2026-11-22",
    ),
    "gunicorn": (
        "gunicorn.log",
        "python-log",
        "[2026-11-22 10:00:00 +0500] [123] [INFO] Booting",
        {"level": "INFO", "message": "Booting"},
        "2026-11-22",
    ),
    "PHP": (
        "php_errors.log",
        "php-error-log",
        "[22-Nov-2026 10:00:00 Asia/Almaty] PHP Warning:  Undefined array key in /srv/a.php on line 5",
        {"message": "PHP Warning:  Undefined array key in /srv/a.php on line 5"},
        "2026-11-22",
    ),
    "runserver": (
        "server.log",
        "timestamped-log",
        '[22/Nov/2026 10:00:00] "GET /?a=1 HTTP/1.1" 200 12',
        {"request": "GET /?a=1 HTTP/1.1"},
        "2026-11-22",
    ),
    "Java": (
        "catalina.out",
        "timestamped-log",
        "2026-11-22 10:00:00.123 [main] INFO  kz.example.App - client a@b.kz",
        {"message": "[main] INFO  kz.example.App - client a@b.kz"},
        "2026-11-22",
    ),
    "Windows": (
        "CBS.log",
        "timestamped-log",
        "2026-11-22 10:00:00, Info                  CBS    Loaded servicing stack",
        {"level": "Info", "message": "CBS    Loaded servicing stack"},
        "2026-11-22",
    ),
    "Android": (
        "logcat.txt",
        "timestamped-log",
        "11-22 10:00:00.811  1702  2395 D WindowManager: printFreezingDisplayLogs",
        {"message": "1702  2395 D WindowManager: printFreezingDisplayLogs"},
        None,
    ),
    "PostgreSQL": (
        "postgresql-2026-11-22.log",
        "timestamped-log",
        "2026-11-22 10:00:00.123 +05 [12] app@db LOG:  statement: SELECT 1",
        {},
        "2026-11-22",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES)
def test_formats_by_their_lines(case: str) -> None:
    name, expected, line, fields, day = SAMPLES[case]
    log = sniff_log((line + "\n") * 5 + line[:20], name)
    assert log is not None
    assert log.name == expected
    found: dict[str, str] = {}
    for field, start, end in log.locate(line):
        found.setdefault(field, line[start:end])
    assert {field: found.get(field) for field in fields} == fields
    assert log.timestamp(line, date(2026, 11, 30)) == (date.fromisoformat(day) if day else None)
    assert pickle.loads(pickle.dumps(log)) == log


@pytest.mark.parametrize("case", [case for case in SAMPLES if case not in ("RFC 5424",)])
def test_formats_are_told_without_a_name_too(case: str) -> None:
    _, expected, line, _, _ = SAMPLES[case]
    log = sniff_log(((line + "\n") * 5).encode(), "data.txt")
    assert log is not None
    assert log.name == expected


def test_the_narrow_field_stands_before_the_message_it_lies_in() -> None:
    line = SAMPLES["postfix"][2]
    log = sniff_log(line + "\n", "mail.log")
    assert log is not None
    at = line.index("to@example.kz")
    assert next(name for name, start, end in log.locate(line) if start <= at < end) == "to"


TRACEBACK = """2026-11-22 10:00:00,123 ERROR django.request Internal Server Error: /order
Traceback (most recent call last):
  File "/srv/app/views.py", line 10, in order
    raise ValueError(client.email)
ValueError: a@b.kz
"""


def test_tracebacks_belong_to_the_message() -> None:
    log = sniff_log(TRACEBACK * 3, "django.log")
    assert log is not None
    assert log.name == "python-log"
    assert log.locate("ValueError: a@b.kz") == [("message", 0, 18)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("access.log", True), ("access.log.1", True), ("access.log.12.gz", True), ("mainlog-20241122.gz", True),
        ("/var/log/nginx/example.kz-ssl_log", True), ("error_log", True), ("syslog.2.xz", True), ("messages", True),
        ("laravel-2024-11-22.log", True), ("app.log-20241122.zst", True), ("app.log.old", True), ("catalina.out", True),
        ("C:\\logs\\app.log", True), ("logs", True), ("catalog", True),
        ("report.csv", False), ("access.log.csv", False), ("blog.txt", False), ("clients.json", False), ("dialog.html", False),
    ],
)  # fmt: skip
def test_names_of_logs(name: str, expected: bool) -> None:
    assert is_log_name(name) is expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clients.csv", "id,name,phone\n1,Иван,77010000000\n2,Анна,77010000001\n"),
        ("visits.csv", "2026-11-22 10:00:00;Иван;77010000000\n" * 5),
        ("visits.tsv", "2026-11-22 10:00:00\tИван\t77010000000\n" * 5),
        ("clients.jsonl", '{"id":1,"name":"Иван","created_at":"2026-11-22"}\n' * 5),
        ("feedback.jsonl", '{"time":"2026-11-22","name":"Иван","phone":"77010000000"}\n' * 5),
        ("readme.txt", "Это просто текст.\nИ ещё строка.\n"),
        ("dump.sql", "INSERT INTO clients VALUES (1,'Иван');\n"),
        ("empty.txt", ""),
    ],
)
def test_data_is_no_log(name: str, text: str) -> None:
    assert sniff_log(text, name) is None


def test_a_log_of_unknown_shape_is_one_by_its_name() -> None:
    assert sniff_log("что-то\nсвоё\n", "app.log.3") == PLAIN
    assert sniff_log("", "app.log") == PLAIN
    assert PLAIN.locate("что-то") == []


def test_json_lines_under_a_log_name_are_json() -> None:
    log = sniff_log('{"user":"a@b.kz"}\n' * 3, "feedback.log")
    assert log is not None
    assert log.locate('{"user":"a@b.kz"}') == [("user", 9, 15)]


def test_dates_of_a_log() -> None:
    log = sniff_log("Dec 31 23:59:59 h p: x\n", "syslog")
    assert log is not None
    head = "-- Boot --\nDec 31 23:59:59 h p: x\n"
    tail = "Jan  2 00:00:00 h p: x\ncontinued\n"
    assert span_of_dates(log, head, tail, date(2026, 1, 2)) == ("2025-12-31", "2026-01-02")
    assert span_of_dates(log, "no date", "none", date(2026, 1, 2)) == (None, None)


@pytest.mark.parametrize("text", ["31/Feb/2026", "2026-13-01", "Foo 10 10:00:00", "", "99999999999", "Feb 30 10:00:00"])
def test_dates_that_are_none(text: str) -> None:
    assert parse_date(text, date(2026, 11, 22)) is None


def test_keys_that_hold_data_are_not_shown() -> None:
    line = '{"77010000000":{"name":"x"},"a@b.kz":1,"@timestamp":2,"ok.key":[[3]]}'
    assert [path for path, _, _ in json_fields(line)] == ["{}.name", "{}", "@timestamp", "ok.key[][]"]


@pytest.mark.parametrize(
    "line",
    [
        '{"msg":"he said "Ivanov": "Ivanov" is here"}',
        'ption":"x","Ivanov":1}',
        '", "Ivanov": {"a',
        '{"Ivanov"',
        "[" * 100_000,
    ],
)
def test_what_is_no_json_has_no_keys(line: str) -> None:
    assert json_fields(line) == []


def test_a_string_cut_at_the_end_of_the_line() -> None:
    line = '{"user":{"email":"a@b.kz","exception":"[object] (Error'
    assert [(path, line[start:end]) for path, start, end in json_fields(line)] == [
        ("user.email", "a@b.kz"),
        ("user.exception", "[object] (Error"),
    ]


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abcd"), children, max_size=3),
    max_leaves=12,
)


def _leaves(value: object, path: str) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item, path + "[]")]
    return [(path or "line", value)]


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(st.sampled_from("abcd"), values, max_size=4), ascii=st.booleans())
def test_json_is_located_as_the_standard_library_reads_it(value: dict[str, object], ascii: bool) -> None:
    line = json.dumps(value, ensure_ascii=ascii)
    found = [
        (path, json.loads(f'"{text}"' if line[start - 1 : start] == '"' else text))
        for path, start, end in json_fields(line)
        for text in [line[start:end]]
    ]
    assert found == _leaves(value, "")


@pytest.mark.parametrize(
    "piece", ['"', "\\", '\\"', "[", "{", '{"a":', " ", "1", "a", ".", "=", "a=", '="', "[a]", "<", ", ", "а"]
)
def test_hostile_lines_are_read_in_linear_time(piece: str) -> None:
    line = piece * (300_000 // len(piece))
    starts = (
        "",
        "2026-11-22 10:00:00 ",
        "203.0.113.7 - ",
        "Nov 22 10:00:00 h p: ",
        "<34>1 - h p 1 2 [",
        '{"level":"x","ts":',
    )
    begin = time.process_time()
    sniff_log((line[:500] + "\n") * 100, "app.log")
    sniff_log(line[:65536], "data")
    assert time.process_time() - begin < 5
    for log in (*FORMATS, PLAIN):
        for start in starts:
            begin = time.process_time()
            log.locate(start + line)
            assert time.process_time() - begin < 5, (log.name, start)
