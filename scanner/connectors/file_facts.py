"""What is known of a file besides its data: who may read it, where it lies, what kind of copy it is, how old it is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, cast

from derbes.scanner.connectors.discovery import Entry, display
from derbes.scanner.connectors.formats import SAMPLE, Format, sniff, suffix_of
from derbes.scanner.connectors.logs import span_of_dates
from derbes.scanner.connectors.opening import open_regular
from derbes.scanner.connectors.readers.base import Reading
from derbes.scanner.connectors.readers.html import forms_of
from derbes.scanner.connectors.readers.lines import read_up_to
from derbes.scanner.connectors.readers.packed import MissingPackage, Unpacked, plain_name, unpacker
from derbes.scanner.connectors.readers.text import decoded_sample
from derbes.scanner.connectors.versioned import is_versioned
from derbes.scanner.model.facts import Facts

_PAGE = 1 << 20  # bytes of a page that are searched for forms
_BACKUP = re.compile(r"backup|бэкап|бекап|резервн|(?:^|[^a-z])(?:bak|dump|old|copy|копия)(?:$|[^a-z])", re.I)
_EXPORT = re.compile(r"export|выгрузк|экспорт|unload|клиент|client|customer|users?(?:$|[^a-z])|контакт|contacts?", re.I)
_PACKED = frozenset({"gzip", "bzip2", "xz", "zstd"})
_ARCHIVES = frozenset({"zip", "tar", "unsupported:7z", "unsupported:RAR"}) | _PACKED
_EXPORTED = frozenset({"csv", "parquet", "zip", "ole", "jsonl", "json", "xml", "html"})
_DATA = frozenset({"csv", "json", "jsonl", "xml", "parquet", "sqlite"})
_SHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_WEB_ROOT = re.compile(r"(?:^|/)(?:public_html|htdocs|webroot|wwwroot|www/html|var/www)(?:/|$)", re.I)
_ENCRYPTED_SUFFIXES = frozenset({".gpg", ".pgp", ".asc", ".age", ".enc"})


def facts_of(entry: Entry, reading: Reading) -> Facts | None:
    """Facts of one file; ``None`` when it is gone. A file that cannot be opened has the facts its folder tells."""
    path = Path(entry.path)
    form = Format("unknown")
    forms: tuple[tuple[str, str, int], ...] = ()
    dates: tuple[str | None, str | None] = (None, None)
    try:
        info = path.stat()
        changed = datetime.fromtimestamp(info.st_mtime, UTC).date()
        with open_regular(path) as stream:
            sample = stream.read(SAMPLE)
            form = sniff(sample, reading)
            dates = log_dates(stream, sample, form, reading, changed)
            if form.name == "html":
                forms = forms_of(decoded_sample(sample + stream.read(_PAGE), reading))
    except FileNotFoundError:
        return None
    except OSError:
        sample = b""
    absolute = display(str(path.absolute()))
    versioned = is_versioned(path)
    return Facts(
        part=entry.part,
        mode=None if versioned else info.st_mode & 0o7777,  # that of a checkout is git's, nobody's decision
        owner=str(info.st_uid),
        web_root=in_web_root(absolute),
        copy=copy_kind(absolute, form) or ("repository" if versioned and form.name in _DATA else None),
        encrypted=is_encrypted(absolute, sample),
        modified=dates[1] or changed.isoformat(),
        oldest=dates[0],
        forms=forms,
    )


def log_dates(
    stream: IO[bytes], sample: bytes, form: Format, reading: Reading, changed: date
) -> tuple[str | None, str | None]:
    """ISO dates of the first and the last entry of a log, packed or not."""
    if form.name in _PACKED:
        stream.seek(0)
        try:
            unpacked = Unpacked(unpacker(form.name, stream), reading)
        except MissingPackage:
            return None, None
        sample = read_up_to(cast("IO[bytes]", unpacked), SAMPLE)
        inner = reading.deeper(plain_name(reading.name))
        form = sniff(sample, inner)
        tail = sample
    else:
        stream.seek(max(stream.seek(0, 2) - SAMPLE, 0))
        tail = stream.read(SAMPLE)
        stream.seek(len(sample))
    if form.name != "log":
        return None, None
    return span_of_dates(form.detail, decoded_sample(sample, reading), tail.decode("utf-8", "replace"), changed)


def copy_kind(path: str, form: Format) -> str | None:
    """What kind of copy a file is, by format and name.

    ``dump``: SQL dumps, packed ones by their name. ``backup``: archives (not packed logs), and names with backup,
    бэкап, bak, dump, old. ``export``: spreadsheets and Parquet, and tables whose name says export, выгрузка, clients …
    """
    name = PurePosixPath(path).name
    if form.name in {"sql", "unsupported:pg_dump -Fc"} or (form.name in _PACKED and ".sql." in name.lower()):
        return "dump"
    if _BACKUP.search(name):
        return "backup"
    if form.name == "parquet" or suffix_of(name) in _SHEETS or (form.name in _EXPORTED and _EXPORT.search(name)):
        return "export"
    if form.name in _ARCHIVES and not re.search(r"log(?![a-z])", name, re.I):
        return "backup"
    return None


def in_web_root(path: str) -> bool:
    """Whether a web server is likely to serve the file: by the names of its folders, or ``public/`` with an index."""
    if _WEB_ROOT.search(path):
        return True
    for folder in PurePosixPath(path).parents:
        if folder.name == "public":
            return any(Path(folder, f"index.{suffix}").exists() for suffix in ("html", "htm", "php"))
    return False


def is_encrypted(path: str, sample: bytes) -> bool | None:
    """Whether a file is encrypted at rest, as far as its name and first bytes tell."""
    if suffix_of(path) in _ENCRYPTED_SUFFIXES or sample.startswith((b"-----BEGIN PGP MESSAGE", b"age-encryption.org/")):
        return True
    if sample.startswith(b"PK\x03\x04"):
        return bool(sample[6:7] and sample[6] & 1)
    return None
