"""The shapes of log lines that programs around a web host write, and the names of their fields.

Field names are stable, they stand in reports: ``time host program pid level logger remote_addr user request status
bytes referer user_agent vhost upstream extra from to subject id message_id message context.*``; lines of JSON and
logfmt have their own keys.
Every pattern is matched at the start of a line only, with possessive or bounded repeats: linear on any line.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from derbes.scanner.connectors.log_dates import parse_date
from derbes.scanner.connectors.log_keys import Span, json_fields, json_walk, logfmt_fields


class LogFormat(ABC):
    """How the lines of one log are built. ``locate`` is asked for lines with a hit only."""

    name: str

    @abstractmethod
    def matches(self, line: str) -> bool:
        """Whether ``line`` begins an entry of this format."""

    @abstractmethod
    def locate(self, line: str) -> Sequence[Span]:
        """``(field, start, end)``, the narrower field first where one lies within another."""

    def timestamp(self, line: str, reference: date | None = None) -> date | None:
        """The date of the entry; see ``parse_date`` for ``reference``."""
        for name, start, end in self.locate(line):
            if name in TIME_KEYS:
                return parse_date(line[start:end], reference)
        return None


@dataclass(frozen=True, slots=True)
class PatternFormat(LogFormat):
    """Entries that ``pattern`` matches; its groups are the fields. ``details`` finds further fields within
    ``message``, one named group each. With ``continued`` lines that begin no entry belong to the message before."""

    name: str
    pattern: re.Pattern[str]
    details: re.Pattern[str] | None = None
    continued: bool = False
    context: bool = False  # JSON at the end of the message

    def matches(self, line: str) -> bool:
        return self.pattern.match(line) is not None

    def locate(self, line: str) -> Sequence[Span]:
        entry = self.pattern.match(line)
        if entry is None:
            return [("message", 0, len(line))] if self.continued else []
        spans = [(_field(name), *entry.span(name)) for name in self.pattern.groupindex if entry.start(name) >= 0]
        begin, end = entry.span("message") if "message" in self.pattern.groupindex else (0, 0)
        found: list[Span] = []
        if self.details:
            details = self.details.finditer(line, begin, end)
            found = [(_field(detail.lastgroup or ""), *detail.span(detail.lastgroup or 0)) for detail in details]
        if self.context and (opening := line.find(' {"', begin)) >= 0:
            found += json_fields(line, opening + 1, "context")
        return found + spans


def _field(group: str) -> str:
    """Group names are unique in a pattern, so a field that has several is numbered: ``time__2``."""
    return group.partition("__")[0]


@dataclass(frozen=True, slots=True)
class JsonFormat(LogFormat):
    """One JSON object a line."""

    name: str = "json-log"

    def matches(self, line: str) -> bool:
        if not line.startswith("{"):
            return False
        keys = {path.rsplit(".", 1)[-1] for path, _, _ in json_walk(line)}
        return bool(keys & TIME_KEYS) and bool(keys & LOG_KEYS)

    def locate(self, line: str) -> Sequence[Span]:
        return json_fields(line)


@dataclass(frozen=True, slots=True)
class LogfmtFormat(LogFormat):
    """``level=info msg="…" key=value``."""

    name: str = "logfmt"

    def matches(self, line: str) -> bool:
        keys = {key for key, _, _ in logfmt_fields(line[:4096])}
        return len(keys) >= 2 and bool(keys & (TIME_KEYS | LEVEL_KEYS)) and _KEY_FIRST.match(line) is not None

    def locate(self, line: str) -> Sequence[Span]:
        return logfmt_fields(line)


@dataclass(frozen=True, slots=True)
class PlainFormat(LogFormat):
    """A log by its name, of a shape that we do not know: every hit lies in ``line``."""

    name: str = "text-log"

    def matches(self, line: str) -> bool:
        return False

    def locate(self, line: str) -> Sequence[Span]:
        return []

    def timestamp(self, line: str, reference: date | None = None) -> date | None:
        return parse_date(line[:64], reference)


_KEY_FIRST = re.compile(r"[\w.@-]{1,64}=")
TIME_KEYS = frozenset((
    "time", "ts", "timestamp", "@timestamp", "datetime", "asctime", "time_local", "time_iso8601", "t", "@t",
    "eventTime", "__REALTIME_TIMESTAMP",
))  # fmt: skip
LEVEL_KEYS = frozenset(
    ("level", "lvl", "severity", "levelname", "level_name", "loglevel", "log_level", "log.level", "PRIORITY")
)
LOG_KEYS = LEVEL_KEYS | frozenset((
    "__CURSOR", "logger", "logger_name", "channel", "stream", "remote_addr", "remote_ip", "request_uri",
    "request_method", "http_user_agent",
))  # fmt: skip

_STAMP = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_ISO = rf"\d{{4}}-\d\d-\d\d[ T]{_STAMP}"
_ISO_T = rf"\d{{4}}-\d\d-\d\dT{_STAMP}"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|FATAL|SEVERE|ALERT|EMERG(?:ENCY)?|LOG|PANIC)"
_QUOTED = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
_BOX = r"[^\s<>]{0,320}"  # a mailbox, or anything that stands where one should
_EXIM_ID = r"\w{6}-\w{6,11}-\w{2,4}"
_REST = r"(?P<message>.*+)"
_REQUEST = re.compile(rf'"(?P<request>(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) {_QUOTED})"')


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_ACCESS = PatternFormat(
    "access-log",
    re.compile(
        r"(?:(?P<vhost>[\w.:-]{1,255}+) )?(?P<remote_addr>[\w.:,%*-]{1,255}+(?:, [\w.:-]{1,64}){0,9}) "
        r"(?P<ident>\S{1,255}+) (?P<user>[^\[\]\"]{1,255}?) \[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}[^\]]{1,24})\] "
        rf'"(?P<request>{_QUOTED})" (?P<status>\d{{3}}|-)(?: (?P<bytes>\d++|-))?'
        rf'(?: "(?P<referer>{_QUOTED})" "(?P<user_agent>{_QUOTED})")?(?P<extra>.*+)'
    ),
)
_NGINX_ERROR = PatternFormat(
    "nginx-error-log",
    re.compile(
        r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(?P<level>[a-z]{1,9})\] (?P<pid>\d{1,9}#\d{1,9}): " + _REST
    ),
    _any(
        r", client: (?P<remote_addr>[^,\s]{1,64})",
        rf', (?:sub)?request: "(?P<request>{_QUOTED})"',
        rf', referrer: "(?P<referer>{_QUOTED})"',
        rf', upstream: "(?P<upstream>{_QUOTED})"',
        rf', host: "(?P<vhost>{_QUOTED})"',
    ),
    continued=True,
)
_APACHE_ERROR = PatternFormat(
    "apache-error-log",
    re.compile(
        r"\[(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4})\] "
        r"\[(?P<level>[\w:-]{1,40})\] (?:\[(?P<pid>pid [\w: ]{1,40})\] )?" + _REST
    ),
    _any(r"\[client (?P<remote_addr>[^\]\s]{1,64})\]", r", referer: (?P<referer>\S++)"),
    continued=True,
)
_EXIM = PatternFormat(
    "exim-log",
    re.compile(
        r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?) (?:\[\d{1,10}\] )?"
        rf"(?:(?P<id>{_EXIM_ID}) |(?=H=|SMTP |TLS |unexpected |no |refused |rejected |(?:Start|End) queue |exim "
        r"|Warning: |\w{1,40} authenticator |fixed_|login|plain|dovecot))" + _REST
    ),
    _any(
        r"(?<=\s)<= (?P<from>\S++)",
        rf"(?<=\s)(?:=>|->|>>|\*\*|==) (?P<to>[^\s<:]{{1,320}}(?: <{_BOX}>)?)",
        rf" F=<(?P<from__2>{_BOX})>",
        rf' T="(?P<subject>{_QUOTED})"',
        r" A=(?P<user>\S++)",
        r" for (?P<to__2>\S{1,320}@\S{1,320}(?: \S{1,320}@\S{1,320}){0,99})",
        rf" RCPT <(?P<to__3>{_BOX})>",
        r" id=(?P<message_id>\S++)",
    ),
    continued=True,
)
_MAIL_FIELDS = _any(
    rf"\b(?:from|sender)=<(?P<from>{_BOX})>",
    rf"\b(?:orig_)?to=<(?P<to>{_BOX})>",
    rf"\bmessage-id=<?(?P<message_id>{_BOX})",
    rf"\b(?:user|sasl_username)=<?(?P<user>{_BOX})",
    r"\brip=(?P<remote_addr>[^\s,]{1,64})",
)
_SYSLOG = PatternFormat(
    "syslog",
    re.compile(
        rf"(?:<\d{{1,3}}>)?(?P<time>[A-Z][a-z]{{2}} [ \d]\d(?: \d{{4}})? \d\d:\d\d:\d\d(?:\.\d{{1,9}})?|{_ISO_T}) "
        r"(?P<host>[\w.:-]{1,255}+) (?P<program>[\w./@()-]{1,80}+)(?:\[(?P<pid>\d{1,10})\])?: " + _REST
    ),
    _MAIL_FIELDS,
    continued=True,
)
_SYSLOG_5424 = PatternFormat(
    "syslog-5424",
    re.compile(
        rf"<\d{{1,3}}>1 (?P<time>{_ISO}|-) (?P<host>\S{{1,255}}+) (?P<program>\S{{1,48}}+) (?P<pid>\S{{1,128}}+) "
        r'(?P<msgid>\S{1,32}+) (?P<data>-|(?:\[(?:[^\]"]|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+\])++)(?: ' + _REST + ")?"
    ),
    _MAIL_FIELDS,
    continued=True,
)
_MONOLOG = PatternFormat(
    "monolog",
    re.compile(
        r"\[(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\]]{0,24})\] "
        r"(?P<logger>[\w-]{1,60}+)\.(?P<level>[A-Z]{3,9}): " + _REST
    ),
    continued=True,
    context=True,
)
_PHP_ERROR = PatternFormat(
    "php-error-log",
    re.compile(r"\[(?P<time>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d[^\]]{0,40})\] " + _REST),
    continued=True,
)
_PYTHON = PatternFormat(
    "python-log",
    re.compile(
        rf"(?:\[?(?P<time>{_ISO})\]?(?: - |:| )(?:\[\d{{1,10}}\] )?(?:(?P<logger>[\w.]{{1,80}}+)(?: - |:| ))? ?"
        rf"\[?(?P<level>{_LEVEL})\]?(?: - |: ?| )"
        rf"|\[?(?P<level__2>{_LEVEL})\]?[: ](?P<time__2>{_ISO}) |(?P<level__3>{_LEVEL}):(?P<logger__2>[\w.]{{1,80}}):)"
        + _REST
    ),
    _REQUEST,
    continued=True,
)
_TIMES = "|".join((
    _ISO,
    r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d",
    r"\d\d/(?:[A-Z][a-z]{2}/\d{4}|\d\d/\d\d)[ :]\d\d:\d\d:\d\d",
    r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d",
    r"\d\d[.-]\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?",  # no year: Android and others
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d",
))  # fmt: skip
_GENERIC = PatternFormat(
    "timestamped-log",
    re.compile(
        rf"[\[<(]{{0,2}}(?P<time>{_TIMES})(?:[^\s,;|]{{0,24}}[ :\]>)-]++|, ?(?=(?i:{_LEVEL})\b))"
        rf"(?:\[?(?P<level>(?i:{_LEVEL}))\]?[: ]++)?" + _REST
    ),
    _REQUEST,
    continued=True,
)

# In order of preference where two fit equally well.
FORMATS: tuple[LogFormat, ...] = (
    _ACCESS, _NGINX_ERROR, _APACHE_ERROR, _EXIM, _SYSLOG_5424, _SYSLOG, _MONOLOG, _PHP_ERROR, JsonFormat(),
    LogfmtFormat(), _PYTHON, _GENERIC,
)  # fmt: skip
PLAIN = PlainFormat()
