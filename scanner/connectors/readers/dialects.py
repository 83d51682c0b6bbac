"""How the cells of a CSV stand in its lines: its delimiter, and whether the first row names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = ",;\t|^"
NO_DELIMITER = "\x1f"
_LABEL_WORDS = re.compile(
    r"(?:^|[^a-zа-яёәғқңөұүһі])(?:id|uuid|name|фио|ф\.и\.о|имя|фамили\w*|отчество|тег[іi]|аты|жөні|e-?mail|почта|mail|пошта|тел\w*"
    r"|phone|mobile|моб\w*|iin|иин|жсн|bin|бин|бсн|адрес|address|мекенжай\w*|дата|date|time|время|күні|created\w*"
    r"|updated\w*|status|статус|город|city|қала|country|страна|company|компания|организация|ұйым|ip|comment\w*|коммент\w*|message"
    r"|сообщение|текст|text|user\w*|login|логин|пароль|password|number|номер|сумма|amount|total|price|цена|паспорт\w*|passport"
    r"|документ\w*|удостоверени\w*|iban|иик|счет|счёт|бик|bic|code|код|type|тип|title|тема|subject|description|описание|клиент\w*"
    r"|client\w*|customer\w*|contact\w*|контакт\w*|gender|пол|birth\w*|dob|рождени\w*|domain|домен|url|order|заказ|договор|№|n|key|value)"
    r"(?:$|[^a-zа-яёәғқңөұүһі])",
    re.I,
)
_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[a-z]+(?:[A-Z][a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_DATA = re.compile(r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d|@|^https?://")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_NUMERIC = re.compile(r"[\s.,:+()/T-]*+\d[\d\s.,:+()/TZ-]*+")

csv.field_size_limit(2**31 - 1)  # pieces bound the memory; the parser's own limit would lose what it had read


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells stand in the lines, and what the first lines are. ``skip``: lines before the data."""

    delimiter: str
    skip: int
    names: tuple[str, ...]

    def name(self, index: int) -> str:
        """Column name by 0-based index; columns beyond the header have made-up names."""
        return self.names[index] if index < len(self.names) else f"column_{index + 1}"


def sniff_dialect(text: str, suffix: str = "", trusted: bool = True) -> Dialect | None:
    """The dialect of a text by its first lines; ``None`` when it does not look like a table.

    A ``trusted`` text (a ``.csv`` by name) is a table even when it has one column.
    """
    lines = text[: 1 << 18].split("\n")
    if len(lines) > 1:
        lines.pop()  # perhaps cut
    skip = 0
    forced = None
    if lines and (match := re.fullmatch(r'"?sep=(.)"?\r?', lines[0], re.I)):
        forced, skip = match[1], 1
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    head = "\n".join(lines[skip : skip + 400]) + "\n"
    delimiter = forced or ("\t" if suffix in {".tsv", ".tab"} else _delimiter(head, trusted))
    if delimiter is None:
        return None
    rows = parse(head, delimiter)[:400]
    header = rows[0] if rows and is_header(rows[0], [row for row in rows[1:] if row]) else None
    if header is None:
        return Dialect(delimiter, skip, ())
    height = sum(cell.count("\n") for cell in header) + 1
    return Dialect(delimiter, skip + height, unique_names(header))


def _delimiter(head: str, trusted: bool) -> str | None:
    """The delimiter under which most rows have the same number of cells, more than one."""
    best, best_score = (NO_DELIMITER if trusted else None), 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in parse(head, delimiter) if row)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        share = count / sum(widths.values())
        if width < 2 or (
            not trusted and (share < 0.9 or count < 3 or (width == 2 and delimiter in ",;" and count < 5))
        ):
            continue
        score = share + min(width, 50) / 500
        if score > best_score:
            best, best_score = delimiter, score
    return best


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns. Without evidence it is data: names in a report must not be people."""
    cells = [cell.strip() for cell in first if cell.strip()]
    if not cells or any(len(cell) > 200 for cell in cells):
        return False
    known = sum(bool(_LABEL_WORDS.search(cell) or _IDENTIFIER.fullmatch(cell)) for cell in cells)
    data = sum(bool(_DATA.search(cell)) for cell in cells)
    if data:
        return known > len(cells) / 2 and data <= len(cells) / 4
    if known * 3 >= len(cells):
        return True
    return any(_differs(index, cell, rows) for index, cell in enumerate(first))


def _differs(index: int, cell: str, rows: Sequence[Sequence[str]]) -> bool:
    """The column below holds numbers, dates or addresses, the cell does not."""
    values = [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
    odd = sum(bool(_NUMERIC.fullmatch(value) or "@" in value) for value in values)
    return len(values) > 1 and odd > 0.9 * len(values) and not _NUMERIC.fullmatch(cell.strip())


def unique_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns: trimmed, made unique; cells that look like data get a made-up name."""
    seen: dict[str, int] = {}
    names = []
    for index, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:200]
        if not name or _DATA.search(name):
            name = f"column_{index}"
        while name in seen:
            seen[name] += 1
            name = f"{name}_{seen[name]}"
        seen[name] = 1
        names.append(name)
    return tuple(names)


def parse(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> list[list[str]]:
    """All rows of ``text``; blank lines are empty rows, so that rows can be numbered."""
    try:
        return list(csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, quoting=quoting))  # type: ignore[arg-type]
    except csv.Error:  # a carriage return in mid-line
        lines = io.StringIO(_LONE_RETURN.sub(" ", text), newline="\n")
        return list(csv.reader(lines, delimiter=delimiter, quoting=quoting))  # type: ignore[arg-type]
