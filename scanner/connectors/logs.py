"""Logs: which format a text is in, by its lines and its name, and from when to when it reaches.

The lines themselves are read by ``readers/text.py``; what a format adds is ``locate``, which names the field that a
hit lies in, and ``timestamp``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from derbes.scanner.connectors.log_formats import FORMATS, PLAIN, JsonFormat, LogFormat

_LINES = 200
_LINE = 16_384  # characters of a line that are looked at
_SHARE = 0.6

_PACKED = re.compile(r"\.(?:gz|bz2|xz|zst|lz4|z|zip)$")
_ROTATED = re.compile(r"[._-](?:\d{1,3}|\d{4}-?\d\d-?\d\d(?:[-_.t]?\d{2,6})?|\d{10}|old|bak|prev|save|current)$")
_LOG_NAME = re.compile(
    r"(?:^|.*[._-])(?:\w{0,20}logs?|syslog|messages|maillog|secure|dmesg|journal|catalina\.out|nohup\.out)$"
    r"|.*\.(?:log|err|trace)$"
)
# Lines that continue an entry: stack traces, dumped headers, the rest of a JSON context.
_CONTINUATION = re.compile(
    r"\s|$|#\d|at |\[(?:previous |stack)|[\"}\])]|Traceback |Caused by|Stack trace|[\w.]{1,80}(?:Error|Exception)\b"
    r"|-{5,}|Envelope-|[A-Z*] {1,3}[\w-]{1,40}:|During handling|The above exception"
)


def sniff_log(sample: bytes | str, name: str) -> LogFormat | None:
    """The format of a log that begins with ``sample`` (UTF-8), or ``None`` when it is none.

    A text whose lines nobody knows is a log by its name alone (``access.log.1``, ``mainlog-20241122.gz``). JSON lines
    are a log when they have a time and a level, a stream or a request, or, under a log's name, anything.
    """
    lines = list(_entries(sample))
    named = is_log_name(name)
    fits = {fmt.name: sum(map(fmt.matches, lines)) for fmt in FORMATS}
    best = max(FORMATS, key=lambda fmt: fits[fmt.name])  # the first of equals
    if fits[best.name] and fits[best.name] >= len(lines) * (_SHARE / 2 if named else _SHARE):
        return best
    if not named:
        return None
    return JsonFormat() if lines and all(line.startswith("{") for line in lines) else PLAIN


def is_log_name(name: str) -> bool:
    """Whether a file is a log by its name, packed and rotated or not: ``access.log.1``, ``mainlog-20241122.gz``."""
    stem = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].lower()
    for pattern in (_PACKED, _ROTATED, _ROTATED, _PACKED):
        stem = pattern.sub("", stem)
    return len(stem) <= 255 and _LOG_NAME.match(stem) is not None


def span_of_dates(
    log: LogFormat, first_lines: str, last_lines: str, reference: date | None = None
) -> tuple[str | None, str | None]:
    """ISO dates of the first dated entry in ``first_lines`` and of the last in ``last_lines``.

    ``reference`` is the day on which the file was changed: it tells the year that syslog does not write.
    """
    head = _first_date(log, first_lines.splitlines()[:_LINES], reference)
    tail = _first_date(log, reversed(last_lines.splitlines()[-_LINES:]), reference)
    if head and tail and head > tail:
        head, tail = tail, head
    return head.isoformat() if head else None, tail.isoformat() if tail else None


def _first_date(log: LogFormat, lines: Iterable[str], reference: date | None) -> date | None:
    return next((found for line in lines if (found := log.timestamp(line[:_LINE], reference))), None)


def _entries(sample: bytes | str) -> Iterator[str]:
    """Lines of the sample that may begin an entry; the last one may be cut and counts only when it is alone."""
    text = sample.decode("utf-8", "replace") if isinstance(sample, bytes) else sample
    lines = text.split("\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    for line in whole[:_LINES]:
        if not _CONTINUATION.match(line):
            yield line[:_LINE].rstrip("\r")
