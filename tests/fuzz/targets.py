"""What is fuzzed: one function a parser, from bytes to nothing. A target fails by an exception or a broken promise:

every reader ends with batches and reasons of the closed list, never with ``internal``; every number is valid or raises
``ValidationError``; no address shows its password; every mistake in a policy is a ``PolicyErrors``.
"""

from __future__ import annotations

import io
import pickle
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, cast

from derbes.recognizers.numbers.exceptions import ValidationError
from derbes.scanner.addresses import safe_location
from derbes.scanner.codes import CODES
from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.credentials import parse_url
from derbes.scanner.connectors.encodings import Decoder, guess
from derbes.scanner.connectors.log_formats import FORMATS
from derbes.scanner.connectors.readers.base import Reading
from derbes.scanner.connectors.readers.dispatch import guarded, read_stream
from derbes.scanner.connectors.readers.limits import Budget
from derbes.scanner.errors import DerbesError
from derbes.scanner.model.data import TableBatch, TextBatch
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place
from derbes.scanner.policy.load import load_policy

Target = Callable[[bytes], None]
OPTIONS = Options(timeout=20, max_unpacked=64 << 20, max_members=1000)
NUMBERS = "iin bin_ rnn iban bic phone email id_card passport ru_passport mrz card".split()
SECRET = "c4nary-s3cret"


def read(name: str, data: bytes) -> None:
    """Whatever ``data`` is under that name ends as batches and reasons."""
    reading = Reading("p", name, name, OPTIONS, Budget(OPTIONS, packed=len(data)))
    stream = cast("IO[bytes]", io.BytesIO(data))
    for item in guarded(read_stream(stream, reading), reading):
        if isinstance(item, Unscanned):
            assert item.code in CODES, item.code
            assert item.code != "internal", item.params
            assert item.message.format(**item.params)
        elif isinstance(item, TextBatch):
            assert item.first_unit >= 1
            item.buffer.decode("utf-8", "surrogatepass")
            if item.locate is not None:
                line = item.buffer[:4096].decode("utf-8", "replace").partition("\n")[0]
                assert all(0 <= start <= end <= len(line) for _, start, end in item.locate(line))
        else:
            assert isinstance(item, TableBatch)
            assert all(len(column) == len(column.index) for column in item.columns.values())


def reader(name: str) -> Target:
    """The target of one format by the name of a file."""
    return lambda data: read(name, data)


def encodings(data: bytes) -> None:
    """Any bytes are text in some encoding, and stay as many lines as they were."""
    codec = guess(data[: 64 << 10])
    if codec.startswith("utf-16") or codec.startswith("utf-32"):
        return
    decoder = Decoder(codec)
    text = decoder.utf8(data, 1)
    assert text.count(b"\n") == data.count(b"\n")
    text.decode("utf-8")


def log_formats(data: bytes) -> None:
    """The places that a format names lie in the line."""
    for line in data.decode("utf-8", "replace").split("\n")[:20]:
        for fmt in FORMATS:
            fmt.matches(line)
            fmt.timestamp(line)
            assert all(0 <= start <= end <= len(line) for _, start, end in fmt.locate(line)), fmt.name


def numbers(data: bytes) -> None:
    """``validate`` gives a number that is valid as it is, or raises ``ValidationError``."""
    text = data.decode("utf-8", "replace")
    for name in NUMBERS:
        module = import_module(f"derbes.recognizers.numbers.{name}")
        try:
            number = module.validate(text)
        except ValidationError as error:
            pickle.loads(pickle.dumps(error))
            assert not module.is_valid(text)
        else:
            assert module.is_valid(text)
            assert module.validate(number) == number


def addresses(data: bytes) -> None:
    """No part of a password is shown, wherever it stands and however the address is broken."""
    before, _, after = data.decode("utf-8", "replace").partition("\0")
    shapes = ("postgresql://{a}:{s}@{b}", "mysql://u:{a}{s}{b}@h/db", "{a}://a:{s}@{b}")
    for target in (shape.format(a=before, b=after, s=SECRET) for shape in shapes):
        if "://" not in before:  # else what looks like the password is a path
            assert SECRET not in safe_location(target), "shown"
        try:
            parse_url(target, Place(id="p", target=target, location=""))
        except DerbesError as error:
            assert SECRET not in f"{error!s}{error.params!r}", "in an error"


def policy(data: bytes) -> None:
    """A policy is loaded, or every mistake in it is said."""
    with tempfile.NamedTemporaryFile(suffix=".yml") as file:
        Path(file.name).write_bytes(data)
        try:
            load_policy(file.name)
        except DerbesError as error:
            str(error)


TARGETS: dict[str, Target] = {
    "addresses": addresses,
    "archives": reader("a.zip"),
    "csv": reader("a.csv"),
    "dumps": reader("a.sql"),
    "encodings": encodings,
    "forms": reader("a.txt"),
    "html": reader("a.html"),
    "json": reader("a.json"),
    "jsonl": reader("a.jsonl"),
    "log_formats": log_formats,
    "logs": reader("a.log"),
    "mail": reader("a.mbox"),
    "numbers": numbers,
    "packed": reader("a.log.gz"),
    "parquet": reader("a.parquet"),
    "policy": policy,
    "sheets": reader("a.xlsx"),
    "sqlite": reader("a.sqlite"),
    "xml": reader("a.xml"),
}
