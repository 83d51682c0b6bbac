"""Technical data, which the policy does not count as personal: addresses of hosts, cookies, browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import ClassVar

from derbes.recognizers.base import Match, TextRecognizer

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_FOUND = re.compile(
    rf"(?<![\w.-])(?P<v4>{_OCTET}(?:\.{_OCTET}){{3}})(?![0-9A-Za-z_]|\.[0-9])"
    r"|(?<![0-9A-Za-z:.-])(?P<mac>[0-9A-Fa-f]{2}(?P<s>[:-])(?:[0-9A-Fa-f]{2}(?P=s)){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Za-z.]))"
    r"|(?<![0-9A-Za-z:.])(?P<v6>(?:[0-9A-Fa-f]{1,4}:|:){2,7}(?:[0-9A-Fa-f]{1,4}|:|[0-9.]{7,15})?)(?![0-9A-Za-z:])"
)
# Four numbers that are a version: «nginx version 1.2.3.4», «версия: 10.0.0.1».
_VERSION = re.compile(
    r"(?<![^\W_])(?:version|ver|v|build|release|rev|верси[яиюей]|сборк[аи]|релиз|нұсқа|нұсқасы)[\"']?\.?\s?[:=]?\s?[\"']?$",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"(?P<agent>Mozilla/[0-9.]{1,5} ?\([^()\r\n]{1,256}(?:\([^()\r\n]{0,64}\)[^()\r\n]{0,128}){0,2}\)"
    r"[^\"\r\n|\t]{0,300}"
    r"|(?<![\w/-])(?:curl|Wget|python-requests|Go-http-client|okhttp|PostmanRuntime|Dalvik|Opera|axios|Apache-HttpClient|"
    r"aiohttp|libwww-perl|Java|facebookexternalhit|TelegramBot)/[0-9][\w.]{0,20}(?: \([^()\r\n]{1,200}\))?)"
    r"|(?i:user-agent\"?\s?[:=]\s?\"?)(?P<header>[^\"\r\n]{3,400})"
)
_COOKIE = re.compile(
    r"(?<![\w-])(?:(?:set-)?cookie2?\"?\s?:\s?\"?(?P<header>[^\"\r\n]{3,4096})"
    r"|(?P<pair>(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|sessionid|session_id|sessid|csrftoken|xsrf-token|"
    r"laravel_session|wordpress_logged_in_[0-9a-f]{8,40}|_ga|_gid|_ym_uid|_fbp)=[\w.%:+/=-]{8,512}))",
    re.IGNORECASE,
)
# Of every match of the two patterns one of these is a part.
_AGENT_WORDS = (
    "mozilla/ user-agent curl/ wget/ python-requests/ go-http-client/ okhttp/ postmanruntime/ dalvik/ opera/ axios/ "
    "apache-httpclient/ aiohttp/ libwww-perl/ java/ facebookexternalhit/ telegrambot/".split()
)
_COOKIE_WORDS = "cookie sess connect.sid csrftoken xsrf-token wordpress_logged_in_ _ga _gid _ym_uid _fbp".split()


class TechnicalRecognizer(TextRecognizer):
    """IP (v4, v6) and MAC addresses, cookies and session ids, user agents. Every line of an access log has some."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("IP_ADDRESS", "MAC_ADDRESS", "COOKIE", "USER_AGENT")
    COUNTRY_CODE: ClassVar[str | None] = None
    # The sieve may leave these to the field (``client_ip``, ``user_agent``) instead of firing on every line.
    TECHNICAL: ClassVar[bool] = True
    ANCHOR: ClassVar[tuple[bytes, ...]] = (
        rb"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        rb"[0-9A-Fa-f]{2}[:-](?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}",
        rb"::|(?:[0-9A-Fa-f]{1,4}:){6}",
        rb"Mozilla/[0-9]|[Uu][Ss][Ee][Rr]-[Aa][Gg][Ee][Nn][Tt]|[Cc][Oo][Oo][Kk][Ii][Ee]2?[\" :]",
        rb"(?:curl|Wget|python-requests|Go-http-client|okhttp|PostmanRuntime|Dalvik|Opera|axios|Apache-HttpClient|aiohttp|"
        rb"libwww-perl|Java|facebookexternalhit|TelegramBot)/[0-9]",
        rb"(?i:sessid|sessionid|session_id|connect\.sid|csrftoken|xsrf-token|laravel_session|wordpress_logged_in|_ga|_gid|"
        rb"_ym_uid|_fbp)[0-9A-Fa-f_]{0,41}=",
    )

    def find(self, text: str) -> Iterator[Match]:
        for found in _FOUND.finditer(text) if "." in text or ":" in text or "-" in text else ():
            if found["v4"]:
                if not _VERSION.search(text, max(0, found.start() - 16), found.start()):
                    yield Match(*found.span("v4"), "IP_ADDRESS", 0.9, True)
            elif found["mac"]:
                yield Match(*found.span("mac"), "MAC_ADDRESS", 0.9, True)
            elif _is_v6(found["v6"]):
                yield Match(*found.span("v6"), "IP_ADDRESS", 0.9, True)
        for agent in _AGENT.finditer(text) if _may_hold(_AGENT_WORDS, text) else ():
            yield _trimmed(text, *agent.span("agent" if agent["agent"] else "header"), "USER_AGENT")
        for cookie in _COOKIE.finditer(text) if _may_hold(_COOKIE_WORDS, text) else ():
            yield _trimmed(text, *cookie.span("pair" if cookie["pair"] else "header"), "COOKIE")


def _may_hold(words: list[str], text: str) -> bool:
    """Most lines leave here: the patterns try every position, a search for a word does not."""
    low = text.lower()
    return any(word in low for word in words)


def _trimmed(text: str, start: int, end: int, entity: str) -> Match:
    value = text[start:end]
    start += len(value) - len(value.lstrip())
    return Match(start, start + max(1, len(value.strip())), entity, 0.9, True)


def _is_v6(text: str) -> bool:
    if text in ("::", "::1") or text.count(":") < 2 or not re.search("[0-9A-Fa-f]", text):
        return text == "::1"
    try:
        return len(IPv6Address(text).packed) == 16 and (text.count(":") > 3 or ("::" in text and len(text) > 6))
    except ValueError:
        return False
