"""A small corpus: some well-formed inputs of each target, made when they are asked for. Fuzzers begin with them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tempfile
from pathlib import Path

import zstandard

from tests.torture.inputs import CSV, IIN, INSERT, RECORD, book, tarred, zipped

MAIL = f"From: a@example.kz\nTo: b@example.kz\nSubject: =?utf-8?B?0JjQmNCd?=\n\nИИН {IIN}\n"
PARTS = (
    'From: a@example.kz\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nx\n'
    "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n0JjQmNCd\n--b--\n"
)
COPY = f"COPY public.c (fio, iin) FROM stdin;\nКим\\tАнна\t{IIN}\n\\.\n"
ACCESS = '10.0.0.1 - - [22/Nov/2026:10:00:00 +0500] "GET /?a=1 HTTP/1.1" 200 5 "-" "curl/8"\n'
POLICY = (
    'version: 1\nid: p\ntitle: П\nclauses: {"1": "т"}\n'
    'categories: [{id: phone, clause: "1", entities: [PHONE_NUMBER]}]\n'
)


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.sqlite")
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE c (fio TEXT, iin TEXT)")
        db.execute("INSERT INTO c VALUES ('Ким', ?)", (IIN,))
        db.commit()
        db.close()
        return path.read_bytes()


def _parquet() -> bytes:
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"fio": ["Ким"], "iin": [IIN], "tags": [[{"a": 1}]]}), out)
    return out.getvalue()


def seeds() -> dict[str, list[bytes]]:
    """Inputs by target."""
    texts: dict[str, list[str]] = {
        "addresses": ["user\0host:5432/db", "a@b\0c@d/e?password=x", "${X}\0[::1]/", "/"],
        "csv": [CSV, CSV.replace(",", ";"), 'a,b\n"x\ny",1\n', "sep=|\na|b\n"],
        "dumps": [INSERT, COPY, f"CREATE TABLE c (a int);\n{INSERT}"],
        "encodings": [RECORD],
        "forms": ["name=%D0%9A&phone=%2B7701\n" * 3],
        "html": [f"<html><table><tr><td>iin</td><td>{IIN}</td></tr></table><form action='x'></form></html>"],
        "json": [f'[{{"iin": "{IIN}", "a": [1, null, {{"b": 1.5}}]}}]', '{"a": "\\ud800"}'],
        "jsonl": [f'{{"iin": "{IIN}"}}\n[1]\n'],
        "log_formats": [RECORD, ACCESS, 'level=info msg="x" a=1\n', '{"time": "2026-11-22", "level": "info"}\n'],
        "logs": [RECORD * 3, ACCESS * 3],
        "mail": [MAIL, PARTS, "From a@b Mon Nov 22 10:00:00 2026\n" + MAIL],
        "numbers": [IIN, "+7 701 234 56 78", "KZ75125KZT1001300335", "a@example.kz", "N12345678"],
        "policy": [POLICY],
        "xml": [f"<r><c a='1'><iin>{IIN}</iin><!-- x --></c><c/></r>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"],
    }
    found = {name: [text.encode() for text in some] for name, some in texts.items()}
    line = RECORD.encode()
    found["encodings"] += [RECORD.encode(codec) for codec in ("cp1251", "koi8-r", "cp866", "utf-16")]
    found["archives"] = [zipped({"a.csv": CSV}), tarred({"a.csv": CSV.encode()}, "w"), zipped({"a.csv": CSV})[:-20]]
    found["packed"] = [gzip.compress(line), bz2.compress(line), lzma.compress(line), zstandard.compress(line)]
    found["parquet"] = [_parquet()]
    found["sheets"] = [book()]
    found["sqlite"] = [_sqlite()]
    return found
