"""Mail: mailboxes and messages as real programs write them, broken ones included."""
# ruff: noqa: E501 - headers are long

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterable
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart

import pytest

from derbes.scanner.connectors import mail
from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.mail import messages, read_mail
from derbes.scanner.connectors.mail_text import html_text
from derbes.scanner.connectors.readers.base import Budget, Reading
from derbes.scanner.model.data import TableBatch, TextBatch
from derbes.scanner.model.inventory import Unscanned

Columns = dict[str, dict[int, str]]


def read(data: bytes, name: str = "box.mbox") -> tuple[Columns, list[TableBatch | TextBatch], list[Unscanned]]:
    """Columns of the mail itself, batches of attachments, problems."""
    options = Options()
    reading = Reading("place", name, name, options, Budget(options))
    columns: Columns = {}
    others: list[TableBatch | TextBatch] = []
    problems = []
    units = 0
    for item in read_mail(io.BytesIO(data), reading, data[:65536]):
        if isinstance(item, Unscanned):
            problems.append(item)
        elif isinstance(item, TableBatch) and item.dataset.kind == "mail":
            assert item.dataset.unit == "message"
            units += item.units
            for path, values in item.columns.items():
                columns.setdefault(path, {}).update({unit: v for unit, v in values.items() if v is not None})
        else:
            others.append(item)
    columns["units"] = {0: str(units)}
    return columns, others, problems


def letter(body: str = "Добрый день", subject: str = "Заявка", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Айгерим Сулейменова <aigerim@example.kz>"
    message["To"] = "info@example.kz"
    message["Subject"] = subject
    message["Date"] = "Sun, 22 Nov 2026 10:00:00 +0500"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def mbox(items: Iterable[Message]) -> bytes:
    return b"".join(
        b"From sender@example.kz Sun Nov 22 10:00:00 2026\n" + item.as_bytes().replace(b"\nFrom ", b"\n>From ") + b"\n"
        for item in items
    )


def test_fields_of_a_mailbox() -> None:
    columns, _, problems = read(
        mbox([letter("Имя: Айгерим\nТелефон: 1"), letter("From me\n\nFrom you", "two", Cc="c@example.kz")])
    )
    assert columns["units"] == {0: "2"}
    assert columns["from"][1] == "Айгерим Сулейменова <aigerim@example.kz>"
    assert columns["to"] == {1: "info@example.kz", 2: "info@example.kz\nc@example.kz"}
    assert columns["subject"] == {1: "Заявка", 2: "two"}
    assert columns["date"][1] == "2026-11-22"
    assert columns["body"][1] == "Имя: Айгерим\nТелефон: 1"
    assert "From you" in columns["body"][2]
    assert problems == []


def test_a_single_message() -> None:
    columns, _, _ = read(letter().as_bytes(), "a.eml")
    assert columns["body"] == {1: "Добрый день"}
    assert columns["units"] == {0: "1"}


def test_apple_puts_a_length_first() -> None:
    data = letter().as_bytes()
    assert read(b"%d    \n" % len(data) + data, "a.emlx")[0]["subject"] == {1: "Заявка"}


def test_a_body_in_two_forms_is_read_once_but_wholly() -> None:
    message = letter("Телефон: 1\n")
    message.add_alternative("<div>Телефон: 1</div><p>Только здесь</p>", subtype="html")
    assert read(message.as_bytes())[0]["body"] == {1: "Телефон: 1\n\nТолько здесь"}


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "utf-8", "utf-16"])
@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
def test_charsets_and_transfer_encodings(charset: str, transfer: str) -> None:
    import quopri

    body = "Сообщение от клиента из Алматы".encode(charset)
    coded = {"base64": base64.b64encode, "quoted-printable": quopri.encodestring, "8bit": bytes}[transfer](body)
    if (charset, transfer) == ("utf-16", "8bit"):
        return  # forbidden by the standard: a line end is two bytes
    head = f"From: a@example.kz\nTo: b@example.kz\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {transfer}\n\n"
    assert read(head.encode() + coded)[0]["body"][1].strip() == "Сообщение от клиента из Алматы"


def test_charsets_that_lie() -> None:
    text = "Сообщение от клиента из города Алматы, прошу перезвонить"
    for declared in ("iso-8859-1", "us-ascii", "utf-8", "no-such-charset", ""):
        head = f"From: a@example.kz\nSubject: x\nContent-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
        assert read(head.encode() + text.encode("cp1251"))[0]["body"] == {1: text}


def test_headers_without_any_encoding() -> None:
    data = "From: Айгерим <a@example.kz>\nSubject: Заявка от клиента из города Алматы\n\nx".encode("cp1251")
    columns = read(data)[0]
    assert columns["subject"] == {1: "Заявка от клиента из города Алматы"}
    assert columns["from"][1].endswith("<a@example.kz>")


def test_encoded_words_cut_in_the_middle_of_a_letter() -> None:
    word = base64.b64encode("Айгерим".encode()[:3]).decode(), base64.b64encode("Айгерим".encode()[3:]).decode()
    data = f"From: =?utf-8?B?{word[0]}?=\n =?utf-8?B?{word[1]}?= <a@example.kz>\nSubject: =?koi8-r?B?????=\n\nx"
    columns = read(data.encode())[0]
    assert columns["from"] == {1: "Айгерим <a@example.kz>"}
    assert 1 in columns["subject"]


def test_attachments_are_parts_of_their_own() -> None:
    message = letter()
    message.add_attachment(
        "name;phone\nИван;77010000000\nАнна;77010000001\n".encode(),
        maintype="text",
        subtype="csv",
        filename="../цены!.csv",
    )
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(bytes(range(256)) * 9, maintype="application", subtype="octet-stream", filename="x.bin")
    _, others, problems = read(mbox([letter(), message]))
    assert [(o.dataset.part, list(o.columns)) for o in others if isinstance(o, TableBatch)] == [
        ("box.mbox!2/.._цены_.csv", ["name", "phone"])
    ]
    assert {(p.path, p.code) for p in problems} == {
        ("box.mbox", "format-unsupported"),
        ("box.mbox!2/x.bin", "file-binary"),
    }


def test_forwarded_messages_and_delivery_reports_belong_to_the_body() -> None:
    outer = MIMEMultipart("mixed")
    outer["From"] = "a@example.kz"
    inner = letter("внутри", To_whom="x")
    data = (
        b"From: a@example.kz\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: message/rfc822\n\n" + inner.as_bytes() + b"\n--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; lost@example.kz\n\n--b--\n"
    )
    body = read(data)[0]["body"][1]
    for part in ("aigerim@example.kz", "Subject: Заявка", "внутри", "lost@example.kz"):
        assert part in body


def test_what_is_encrypted_is_said() -> None:
    data = b"From: a@example.kz\nSubject: x\nContent-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB\n"
    assert [p.code for p in read(data)[2]] == ["file-encrypted"]


def test_a_giant_message_is_cut_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MAX_MESSAGE", 2000)
    columns, _, problems = read(mbox([letter("x" * 60 + "\n" + "y\n" * 3000), letter("вторая")]))
    assert columns["body"][2] == "вторая"
    assert [(p.code, p.params["count"]) for p in problems] == [("limit-size", 1)]


def test_one_broken_message_does_not_cost_its_neighbours() -> None:
    broken = b'From x Sun Nov 22 10:00:00 2026\nContent-Type: multipart/mixed; boundary="\n\n--\n=?\n\xff\xfe\n\n'
    columns = read(mbox([letter("первая")]) + broken + mbox([letter("третья")]))[0]
    assert columns["units"] == {0: "3"}
    assert (columns["body"][1], columns["body"][3]) == ("первая", "третья")


def test_from_lines() -> None:
    data = b"From - Sun Nov 22 10:00:00 2026\r\nSubject: a\r\n\r\nx\r\n\r\nFrom here on it is text\r\n\r\nFrom b@x.kz Sun Nov 22 10:00:00 2026\r\n\r\nz"
    assert len(list(messages(io.BytesIO(data), data))) == 2
    assert list(messages(io.BytesIO(b""), b"")) == [(b"", False)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>A&amp;B<br>C</p>\n<td>1</td><td>2</td>", "A&B\nC\n1 2"),
        ("<style>p{}</style><script>x</script>text<!-- no -->", "text"),
        ('<a href="mailto:a@example.kz?subject=x">write</a>', "a@example.kz write"),
        ('<a href="mailto:a@example.kz">a@example.kz</a>', "a@example.kz"),
        ("<!-- never closed", ""),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_html(source: str, text: str) -> None:
    assert html_text(source) == text


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: text/plain" + b";" * 1_000_000 + b"\n\nx",
        b'Content-Type: multipart/mixed; boundary="a"' + b';"' * 300_000 + b"\n\nx",
        b"Subject: " + b"=?a?q?" * 150_000 + b"\n\nx",
        b"Subject: x\n" * 90_000 + b"\nx",
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(20_000)),
        b"Content-Type: text/html\n\n" + b"<" * 1_000_000,
        b"Content-Type: text/html\n\n" + b"<!--" * 250_000,
        b"Content-Type: text/html\n\n" + b"<script>" * 120_000,
        b"Content-Type: text/html\n\n" + b"<a " * 300_000,
        b"Content-Type: text/html\n\n" + b"&" * 1_000_000,
        b"Content-Type: text/plain\n\n" + b"\n" * 1_000_000,
        b"From a Sun Nov 22 10:00:00 2026\n\n" * 20_000,
    ],
    ids=range(13),
)
def test_hostile_mail_is_read_in_bounded_time(data: bytes) -> None:
    begin = time.process_time()
    read(data)
    assert time.process_time() - begin < 20


def multipart(boundary: str, *parts: bytes, kind: str = "mixed") -> bytes:
    mark = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\nignored\n'.encode()
    return head + b"".join(mark + b"\n" + part + b"\n" for part in parts) + mark + b"--\n"


def test_a_boundary_that_begins_like_another_one() -> None:
    inner = multipart("b1", b"\nfirst", b"\nsecond", kind="alternative")
    data = b"From: a@example.kz\n" + multipart("b", inner, b"\nthird --b is here\n--bb\nlast")
    assert read(data)[0]["body"] == {1: "first\n\nsecond\n\nthird --b is here\n--bb\nlast"}


def test_a_multipart_without_its_boundary_is_text() -> None:
    data = b"From: a@example.kz\nContent-Type: multipart/mixed\n\nstill text"
    assert read(data)[0]["body"] == {1: "still text"}
    assert read(data.replace(b"mixed", b"mixed; boundary=zz"))[0]["body"] == {1: "still text"}


def test_an_unclosed_multipart_is_read_to_the_end() -> None:
    data = b"From: a@example.kz\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\n\nlast"
    assert read(data)[0]["body"] == {1: "first\n\nlast"}


def test_nesting_beyond_reason_is_read_as_text_and_said() -> None:
    data = b"\nPhone 77010000000"
    for level in range(40):
        data = multipart(f"b{level}", data)
    columns, _, problems = read(b"From: a@example.kz\n" + data)
    assert "Phone 77010000000" in columns["body"][1]
    assert [p.code for p in problems] == ["limit-depth"]


def test_damaged_base64_goes_as_far_as_it_goes() -> None:
    body = base64.b64encode("Телефон клиента".encode())
    head = b"From: a@example.kz\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert read(head + body[:-3])[0]["body"][1].startswith("Телефон клиент")
    assert read(head + body[:8] + b"\n!!\n" + body[8:])[0]["body"] == {1: "Телефон клиента"}


def test_headers_alone_and_nothing_but_text() -> None:
    assert read(b"From: a@example.kz\nSubject: only\n")[0]["subject"] == {1: "only"}
    assert read(b"\nSubject: no header\n")[0]["body"] == {1: "Subject: no header"}
