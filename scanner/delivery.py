"""Requests and letters to the servers that a person named: short, bounded in time, silent about what they carry."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from typing import IO, Any

from derbes.scanner.addresses import safe_location
from derbes.scanner.errors import UsageError

MAX_ANSWER = 16 << 20


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Where a person said, and nowhere else: a redirect could take a token or counts to a stranger."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


def request(
    method: str,
    url: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    *,
    secret: str | None = None,
    timeout: float = 10.0,
) -> Any:
    """Send JSON, return the JSON answer (``None`` when there is none). Raises ``UsageError`` ``delivery``.

    With ``secret`` the body is signed: ``X-Derbes-Signature: sha256=…`` is its HMAC-SHA256 in hex.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError("delivery", "адрес {url} не http:// и не https://", url=safe_location(url))
    data = json.dumps(body, ensure_ascii=False, sort_keys=True).encode() if body is not None else None
    given = {"Content-Type": "application/json", "User-Agent": "derbes", **(headers or {})}
    if secret is not None and data is not None:
        given["X-Derbes-Signature"] = "sha256=" + hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
    asked = urllib.request.Request(url, data, given, method=method)  # noqa: S310 - the scheme was looked at
    try:
        with urllib.request.build_opener(_NoRedirects).open(asked, timeout=timeout) as answer:
            text = answer.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        raise _refused(url, f"HTTP {error.code}") from None
    except urllib.error.URLError as error:
        raise _refused(url, _reason(error.reason)) from None
    except (OSError, ValueError) as error:
        raise _refused(url, _reason(error)) from None
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return None


def mail(
    url: str, sender: str, to: tuple[str, ...], subject: str, text: str, *, user: str = "", password: str = "",
    timeout: float = 10.0,
) -> None:  # fmt: skip
    """Send a letter through ``smtp://host[:port]`` (with STARTTLS when offered) or ``smtps://host[:port]``.

    Raises ``UsageError`` ``delivery``. A password is never sent over a connection that is not encrypted.
    """
    import smtplib
    from urllib.parse import urlsplit

    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, ", ".join(to), subject
    letter.set_content(text)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in ("smtp", "smtps") or not host:
            raise UsageError("delivery", "адрес {url} не smtp:// и не smtps://", url=safe_location(url))
        encrypted = parts.scheme == "smtps"
        kind = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
        with kind(host, port or (465 if encrypted else 25), timeout=timeout) as server:
            server.ehlo()
            if not encrypted and server.has_extn("starttls"):
                import ssl

                server.starttls(context=ssl.create_default_context())
                server.ehlo()
                encrypted = True
            if user:
                if not encrypted:
                    raise UsageError("delivery", "сервер {url} не шифрует: пароль не послан", url=safe_location(url))
                server.login(user, password)
            server.send_message(letter)
    except smtplib.SMTPResponseException as error:
        raise _refused(url, f"SMTP {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _refused(url, _reason(error)) from None


def _refused(url: str, reason: str) -> UsageError:
    return UsageError("delivery", "{url}: не доставлено ({reason})", url=safe_location(url), reason=reason)


def _reason(error: object) -> str:
    """The system's own words, else the class: the text of a library may quote what was sent."""
    words = getattr(error, "strerror", None)
    return words if isinstance(words, str) else type(error).__name__
