"""One value that is looked for, in all the forms in which a source may hold it. It never leaves this process.

The value stands in no representation, pickle or message; what is searched with it is searched here, in memory: a
question to a database server would put it into that server's log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Literal, NoReturn

from derbes.recognizers.numbers import email, iin, phone
from derbes.recognizers.numbers.exceptions import ValidationError
from derbes.recognizers.sieve import Sieve
from derbes.recognizers.views import VIEW_ANCHOR, views
from derbes.scanner.distinct import as_array
from derbes.scanner.errors import UsageError

Kind = Literal["iin", "email", "phone"]
KINDS: tuple[Kind, ...] = ("iin", "email", "phone")

_SEP = r"[ \t().\-]{0,3}"  # what may stand between two digits of a number as people write it
_SCIENTIFIC = r"[0-9](?:[.,][0-9]{1,15})?[eE]\+?[0-9]{1,2}"
_OTHER_TYPES = re.compile(r"bool|bit|date|time|interval|uuid|real|doub|float|bytea|blob|binary|inet|cidr|macaddr", re.I)
_NUMBER_TYPES = re.compile(r"(?:big|medium|tiny|small)?int|numeric|decimal|number|serial", re.I)
_ABROAD = re.compile(r"\+[0-9]{1,3}[ ().-]{0,3}$")  # before the digits of a number: it is one of another country
_BEFORE = 7


@dataclass(frozen=True, slots=False, repr=False)
class Sought:
    """``pattern`` finds the value in a text; ``numbers`` are what a cell of a damaged table may hold of it instead
    (``00123`` as ``123``, ``123.0``, ``1.23E+2``); ``anchor`` and ``whole`` are quick and may find too much."""

    kind: Kind
    pattern: re.Pattern[str] = field(repr=False)
    anchor: re.Pattern[bytes] = field(repr=False)
    numbers: frozenset[int] = field(default=frozenset(), repr=False)
    whole: re.Pattern[bytes] | None = field(default=None, repr=False)
    proven: bool = True  # the check digit is right

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sought value stays in its process")

    @cached_property
    def _encoded(self) -> Sieve:
        return Sieve([VIEW_ANCHOR])

    def in_text(self, text: str) -> int | None:
        """Where the value begins in ``text``, read in every way (encoded, full-width …); ``None``: it is not there."""
        for view in views(text):
            for found in self.pattern.finditer(view.text):
                start = found.start()
                if self.kind != "phone" or not _ABROAD.search(view.text[max(0, start - _BEFORE) : start]):
                    return view.span(start, found.end())[0]
        return None

    def in_lines(self, buffer: bytes) -> Iterator[tuple[int, str, int]]:
        """Lines of ``buffer`` that hold it: number from 0, text, column in characters."""
        number = position = 0
        for start, end in self._candidates(buffer):
            text = buffer[start:end].decode("utf-8", "replace")
            at = self.in_text(text)
            if at is not None:
                number += buffer.count(b"\n", position, start)
                position = start
                yield number, text, at

    def _candidates(self, buffer: bytes) -> list[tuple[int, int]]:
        """Lines (start, end) that the anchor hits, or that hold something encoded; each once, in order."""
        found = {(start, end) for start, end, _ in self._encoded.lines(buffer)}
        position = 0
        while match := self.anchor.search(buffer, position):
            start = buffer.rfind(b"\n", 0, match.start()) + 1
            end = buffer.find(b"\n", match.start())
            end = len(buffer) if end < 0 else end
            found.add((start, end))
            position = end + 1
        return sorted(found)

    def in_cells(self, cells: Any) -> list[int]:
        """Positions of the cells (a sequence or a pandas Series of strings) that hold it."""
        values = [cell or b"" for cell in as_array(cells).to_pylist()]
        buffer = b"\n".join(values)
        if buffer.count(b"\n") >= len(values) > 0:  # a cell of several lines: each cell has to be one
            buffer = b"\n".join(value.replace(b"\n", b" ") for value in values)
        hits = {number for number, _, _ in self.in_lines(buffer)}
        number = position = 0
        for match in self.whole.finditer(buffer) if self.whole else ():
            if self._is_whole(match.group().decode()):
                number += buffer.count(b"\n", position, match.start())
                position = match.start()
                hits.add(number)
        return sorted(hits)

    def _is_whole(self, cell: str) -> bool:
        """A cell that is the number and nothing else, as spreadsheets and exports damage it."""
        text = cell.strip().lstrip("'").replace(",", ".")
        try:
            number = Decimal(text)
            return number == number.to_integral_value() and int(number) in self.numbers
        except (InvalidOperation, ValueError):
            return False

    def fits_type(self, declared: str) -> bool:
        """Whether a column of this declared type can hold it."""
        if not declared:
            return True
        if _NUMBER_TYPES.match(declared):
            return self.kind != "email"
        return not _OTHER_TYPES.match(declared)


def sought(kind: Kind, value: str) -> Sought:
    """Raises ``UsageError`` ``value`` for what is no such value; the error says nothing of it."""
    try:
        return {"iin": _iin, "email": _email, "phone": _phone}[kind](value.strip())
    except ValidationError:
        raise UsageError("value", "введённое значение не похоже на то, что ищут") from None


def _whole(numbers: Iterable[int]) -> re.Pattern[bytes]:
    """Cells that may be nothing but one of the numbers, as spreadsheets damage it: no zeros, «.0» gained, 1.02E+10."""
    plain = "|".join(f"0{{0,12}}{number}" for number in sorted(numbers))
    return re.compile(rf"(?m)^[ \t']{{0,3}}(?:(?:{plain})(?:[.,]0{{1,2}})?|{_SCIENTIFIC})[ \t]{{0,3}}$".encode())


def _iin(value: str) -> Sought:
    number = iin.compact(value)
    if len(number) != 12 or not number.isascii() or not number.isdigit():
        raise ValidationError
    digits = _SEP.join(number)
    pattern = re.compile(rf"(?<!\d){digits}(?!\d)", re.ASCII)
    numbers = frozenset({int(number)})
    return Sought("iin", pattern, re.compile(digits.encode()), numbers, _whole(numbers), iin.is_valid(number))


def _phone(value: str) -> Sought:
    number = phone.compact(value)
    national = number[2:] if number.startswith("+7") else number[1:]
    if len(national) < 7 or (number.startswith("+7") and len(national) != 10):
        raise ValidationError
    digits = _SEP.join(national)
    prefix = rf"(?:(?:\+|00|810)?{_SEP}7|8)?{_SEP}" if number.startswith("+7") else r"(?:\+|00|810)?"
    pattern = rf"(?<![0-9+]){prefix}{digits}(?![0-9])"
    numbers = {int(lead + national) for lead in (("", "7", "8") if number.startswith("+7") else ("",))}
    return Sought(
        "phone",
        re.compile(pattern, re.ASCII),
        re.compile(digits.encode()),
        frozenset(numbers),
        _whole(numbers),
        phone.is_valid(number) or not number.startswith("+7"),
    )


def _email(value: str) -> Sought:
    address = email.validate(value)
    text = re.escape(address)
    ascii_only = address.isascii()
    return Sought(
        "email",
        re.compile(rf"(?<![\w.+-]){text}(?![\w-]|\.\w)", re.IGNORECASE),
        re.compile(text.encode() if ascii_only else b"@", re.IGNORECASE),
    )
