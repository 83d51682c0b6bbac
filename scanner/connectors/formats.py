"""What a file is, by its first bytes, then by its text, and by its name only where the content leaves a choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from derbes.scanner.connectors.encodings import is_utf8, is_wide
from derbes.scanner.connectors.log_formats import PLAIN
from derbes.scanner.connectors.logs import sniff_log
from derbes.scanner.connectors.readers.base import Reading
from derbes.scanner.connectors.readers.text import codec_of, decoded_sample
from derbes.scanner.model.places import PlaceKind

SAMPLE = 64 << 10

# (offset, bytes, format); the formats with a colon cannot be read and say what they are
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x5d\x00\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"PK\x07\x08", "zip"),
    (257, b"ustar", "tar"),
    (0, b"SQLite format 3\x00", "sqlite"),
    (0, b"PAR1", "parquet"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"7z\xbc\xaf\x27\x1c", "unsupported:7z"),
    (0, b"Rar!\x1a\x07", "unsupported:RAR"),
    (0, b"\x04\x22\x4d\x18", "unsupported:LZ4"),
    (0, b"%PDF-", "unsupported:PDF"),
    (0, b"PGDMP", "unsupported:pg_dump -Fc"),
    (0, b"{\\rtf", "unsupported:RTF"),
    (0, b"ARROW1\x00\x00", "unsupported:Arrow"),
    (0, b"Obj\x01", "unsupported:Avro"),
    (0, b"ORC", "unsupported:ORC"),
    (0, b"\x89HDF\r\n", "unsupported:HDF5"),
    (4, b"Standard Jet DB", "unsupported:Access"),
    (4, b"Standard ACE DB", "unsupported:Access"),
    (0, b"\x89PNG\r\n", "unsupported:PNG"),
    (0, b"\xff\xd8\xff", "unsupported:JPEG"),
    (0, b"GIF8", "unsupported:GIF"),
    (0, b"II*\x00", "unsupported:TIFF"),
    (0, b"MM\x00*", "unsupported:TIFF"),
    (8, b"WEBP", "unsupported:WebP"),
    (0, b"\x7fELF", "binary"),
    (0, b"MZ\x90", "binary"),
    (0, b"\xca\xfe\xba\xbe", "binary"),
    (4, b"ftyp", "binary"),
    (0, b"OggS", "binary"),
    (0, b"ID3", "binary"),
)
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".json": "json",
    ".geojson": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "xml",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".sql": "sql",
    ".dump": "sql",
    ".mbox": "mail",
    ".mbx": "mail",
    ".eml": "mail",
    ".emlx": "mail",
    ".xls": "ole",
    ".tar": "tar",
}
_ZIPS = frozenset({".zip", ".jar", ".war", ".xlsx", ".docx", ".ods", ".odt"})
_PROSE_SUFFIXES = ".md .rst .txt .py .js .ts .php .go .rb .java .c .h .cpp .cs .sh .yml .yaml .toml .ini .conf .css"
_PROSE = frozenset(_PROSE_SUFFIXES.split())

_SQL = re.compile(
    r"^[ \t]{0,99}(?:INSERT\s+INTO|REPLACE\s+INTO|CREATE\s+TABLE|COPY\s+\S+.{0,4000}FROM\s+stdin|DROP\s+TABLE)\b"
    r"|^-- (?:MySQL|MariaDB|PostgreSQL|phpMyAdmin|pgAdmin|SQLite)[ \w]*(?:dump|database)|^-- phpMyAdmin SQL Dump",
    re.I | re.M,
)
_HTML_ROOT = re.compile(r"<!doctype html|<html[\s>]", re.I)
_HTML = re.compile(r"<(?:body|head|table|form|div|p|span)[\s>]", re.I)
_XML = re.compile(r"\s*<(?:\?xml\b|!DOCTYPE\s(?!html)|!--|[A-Za-z_][\w:.-]{0,80}[\s>/])")
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:[\[{"\d\-\]tfn]|$))')
_JSON_LINE = re.compile(r"\s*[\[{].*[\]}]\s*")
_MAIL = re.compile(
    r"(?:From \S+ .{10,60}\d{4}|(?:(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version|X-[\w-]+"
    r"|From|To|Date|Subject|DKIM-Signature|Content-Type|Reply-To|Envelope-to):.*(?:\n[ \t].*){0,40}\n){2})",
    re.I,
)
_FORM_BODY = re.compile(r"[\w.\[\]%+-]{1,100}=[^&=\s]*(?:&[\w.\[\]%+-]{1,100}=[^&=\s]*){1,500}")
_FEW = 256  # bytes
_HOLE = re.compile(rb"\x00{16,}+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Format:
    """``name`` picks the reader; ``detail`` is what the sniffer learned (a log format, a CSV dialect)."""

    name: str
    kind: PlaceKind = "file"
    detail: Any = None
    by_lines: bool = False  # any run of lines can be read without the lines before it


def sniff(sample: bytes, reading: Reading) -> Format:
    """The format of a file that begins with ``sample``."""
    if not sample:
        return Format("text", by_lines=True)
    for offset, magic, name in _MAGIC:
        if sample.startswith(magic, offset):
            return Format(name)
    codec = codec_of(sample, reading)
    if not is_wide(codec) and is_binary(sample):
        # A program that unpacks itself: an archive behind a few bytes of something else.
        return Format("zip" if suffix_of(reading.name) in _ZIPS else "binary")
    return _sniff_text(sample, reading)


def is_binary(sample: bytes) -> bool:
    """Many control characters, and not UTF-8 at that. A few NULs do not make a text unreadable, nor does a hole: a log
    that was being written when the power failed holds a run of them."""
    whole, sample = sample, _HOLE.sub(b"", sample)
    if not sample.strip(b"\0\n"):
        return bool(whole.strip(b"\n"))
    control = len(_CONTROL.findall(sample))
    if len(sample) < _FEW and is_utf8(sample):
        return False  # one odd cell is a tenth of a small table
    return control * 10 > len(sample) or (control * 33 > len(sample) and not is_utf8(sample))


def _sniff_text(sample: bytes, reading: Reading) -> Format:
    from derbes.scanner.connectors.readers.dialects import sniff_dialect

    text = decoded_sample(sample, reading)
    suffix = suffix_of(reading.name)
    wanted = _SUFFIXES.get(suffix)
    if wanted == "csv":
        return Format("csv", detail=sniff_dialect(text, suffix, trusted=True))
    log = sniff_log(text, reading.name)
    markup = _markup(text, wanted)
    if markup and not (markup.name in {"json", "jsonl"} and log):
        return markup
    if log is not None and log is not PLAIN:
        return Format("log", "log", log, by_lines=True)
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    if len(text) >= SAMPLE // 8 and len(lines) > 1:
        lines.pop()  # cut in the middle
    if lines and all(_FORM_BODY.fullmatch(line.strip()) for line in lines):
        return Format("form", by_lines=True)
    dialect = sniff_dialect(text, suffix, trusted=False) if suffix not in _PROSE - {".txt"} else None
    if dialect is not None:
        return Format("csv", detail=dialect)
    if log is not None:
        return Format("log", "log", log, by_lines=True)
    return Format("text", by_lines=True)


def _markup(text: str, wanted: str | None) -> Format | None:
    """Formats told by their first characters, the file's suffix deciding between near relations."""
    if wanted == "mail" or _MAIL.match(text):
        return Format("mail", "mail")
    if _JSON.match(text):
        if wanted == "jsonl" or _is_lined(text):
            return Format("jsonl", by_lines=True)
        if wanted == "json" or text.lstrip().startswith("{") or text.lstrip()[1:].lstrip()[:1] in '{["':
            return Format("json")
    if wanted == "jsonl":
        return Format("jsonl", by_lines=True)
    if wanted == "json":
        return Format("json")
    if wanted == "html" or (wanted != "xml" and _is_html(text)):
        return Format("html")
    if wanted == "xml" or (text.lstrip().startswith("<") and _XML.match(text) and re.search(r"</[\w:.-]|/>", text)):
        return Format("xml")
    if wanted == "sql" or _SQL.search(text):
        return Format("sql")
    return None


def _is_lined(text: str) -> bool:
    """A JSON value in each of the first lines."""
    lines = [line for line in text.split("\n", 50)[:50] if line.strip()][:4]
    whole = lines[:-1] if len(lines) > 2 else lines
    return len(lines) > 1 and all(_JSON_LINE.fullmatch(line) for line in whole)


def _is_html(text: str) -> bool:
    head = text[:4000]
    if _HTML_ROOT.search(head):
        return True
    return head.lstrip().startswith("<") and not head.lstrip().startswith("<?xml") and bool(_HTML.search(head))


def suffix_of(name: str) -> str:
    """Lower-case suffix of the last path component, ``.csv``; rotation and copy suffixes are looked through."""
    path = PurePosixPath(name.lower().rpartition("!")[2])
    for suffix in reversed(path.suffixes):
        if suffix in _SUFFIXES or suffix in _PROSE:
            return suffix
        if not re.fullmatch(r"\.(?:\d+|bak|old|orig|save|tmp|copy|gz|bz2|xz|zst|[\d-]{4,10})", suffix):
            return suffix
    return ""
