"""From a stream of unknown content to batches: sniff, pick the reader, and never let an error out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import IO, cast

from derbes.scanner.connectors.formats import SAMPLE, Format, sniff
from derbes.scanner.connectors.opening import NotRegular, as_it_stands
from derbes.scanner.connectors.readers.base import Damaged, Item, Reading
from derbes.scanner.connectors.readers.limits import LimitReached
from derbes.scanner.connectors.readers.lines import Pushed, read_up_to
from derbes.scanner.connectors.readers.text import opened, read_text

LineReader = Callable[[IO[bytes], Reading, Format, str, int], Iterator[Item]]
StreamReader = Callable[[IO[bytes], Reading, bytes], Iterator[Item]]


def read_stream(
    stream: IO[bytes], reading: Reading, first_line: int = 1, sample: bytes | None = None
) -> Iterator[Item]:
    """Everything in ``stream``. ``sample`` is the head of the file when the stream begins further on."""
    if sample is None:
        sample = read_up_to(stream, SAMPLE)
        if len(sample) == SAMPLE and not sample.strip(b"\0"):
            stream, sample = _after_zeros(stream, reading)
        elif stream.seekable():
            stream.seek(-len(sample), 1)
        else:
            stream = cast("IO[bytes]", Pushed(sample, stream))
    form = sniff(sample, reading)
    if form.name not in _SEEKING:
        stream = as_it_stands(stream)
    if form.name in _BY_LINES:
        stream, codec = opened(stream, sample, reading)
        yield from _BY_LINES[form.name](stream, reading, form, codec, first_line)
    else:
        yield from _reader(form.name)(stream, reading, sample)


def _after_zeros(stream: IO[bytes], reading: Reading) -> tuple[IO[bytes], bytes]:
    """``stream`` from its first byte that is not zero, and the sample there. A log that was emptied under the program
    that writes it goes on at its old offset, behind a hole."""
    stream = as_it_stands(stream)
    while block := stream.read(1 << 20):
        reading.budget.check_time()
        if block := block.lstrip(b"\0"):
            sample = block + read_up_to(stream, SAMPLE - len(block))
            return cast("IO[bytes]", Pushed(sample, stream)), sample[:SAMPLE]
    return cast("IO[bytes]", Pushed(b"\0", stream)), b"\0"


def guarded(items: Iterator[Item], reading: Reading) -> Iterator[Item]:
    """``items`` of one part; whatever goes wrong ends them with a reason."""
    try:
        yield from items
    except LimitReached as reached:
        yield reading.limit(reached)
    except Damaged:
        yield reading.problem("file-damaged", "файл повреждён или обрывается; прочитано то, что было до этого места")
    except FileNotFoundError:
        yield reading.problem("file-vanished", "файл исчез во время чтения")
    except PermissionError:
        yield reading.problem(
            "file-unreadable", "нет права на чтение", "дайте право на чтение тому, кто запускает проверку"
        )
    except NotRegular:
        yield reading.problem("file-special", "вместо файла теперь канал, сокет или устройство")
    except OSError as error:
        yield reading.problem("file-unreadable", "ошибка ввода-вывода {errno}", errno=error.errno or 0)
    except MemoryError:
        yield reading.problem("limit-memory", "для чтения нужно больше памяти, чем есть")
    except Exception as error:
        yield reading.problem(
            "internal", "внутренняя ошибка {error}", "сообщите о ней разработчикам", error=type(error).__name__
        )


def _text(stream: IO[bytes], reading: Reading, form: Format, codec: str, first_line: int) -> Iterator[Item]:
    return read_text(stream, reading, reading.dataset("text", unit="line"), codec, first_line)


def _log(stream: IO[bytes], reading: Reading, form: Format, codec: str, first_line: int) -> Iterator[Item]:
    dataset = reading.dataset(form.detail.name, kind="log", unit="line")
    return read_text(stream, reading, dataset, codec, first_line, form.detail.locate)


def _csv(stream: IO[bytes], reading: Reading, form: Format, codec: str, first_line: int) -> Iterator[Item]:
    from derbes.scanner.connectors.readers.csv_ import read_csv

    return read_csv(stream, reading, form.detail, codec, first_line)


def _jsonl(stream: IO[bytes], reading: Reading, form: Format, codec: str, first_line: int) -> Iterator[Item]:
    from derbes.scanner.connectors.readers.json_ import read_jsonl

    return read_jsonl(stream, reading, codec, first_line)


def _form(stream: IO[bytes], reading: Reading, form: Format, codec: str, first_line: int) -> Iterator[Item]:
    from derbes.scanner.connectors.readers.forms import read_forms

    return read_forms(stream, reading, codec, first_line)


_BY_LINES: dict[str, LineReader] = {"text": _text, "log": _log, "csv": _csv, "jsonl": _jsonl, "form": _form}


# They look for their end first, or open the file themselves.
_SEEKING = frozenset({"ole", "parquet", "sqlite", "zip"})


def _reader(name: str) -> StreamReader:
    if name.startswith("unsupported:"):
        return lambda stream, reading, sample: iter(
            [reading.problem("format-unsupported", "формат {format} не читается", "", format=name.partition(":")[2])]
        )
    return _READERS.get(name, _binary)


def _binary(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
    yield reading.problem("file-binary", "двоичный файл неизвестного формата")


def _packed(name: str) -> StreamReader:
    def read(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
        from derbes.scanner.connectors.readers.packed import read_packed

        return read_packed(name, stream, reading, reading.budget.packed if reading.depth == 0 else 0)

    return read


def _lazy(module: str, function: str) -> StreamReader:
    """A reader whose module, and the library behind it, is imported when the first such file is met."""

    def read(stream: IO[bytes], reading: Reading, sample: bytes) -> Iterator[Item]:
        reader: StreamReader = getattr(import_module(f"derbes.scanner.connectors.{module}"), function)
        return reader(stream, reading, sample)

    return read


_READERS: dict[str, StreamReader] = {
    **{name: _packed(name) for name in ("gzip", "bzip2", "xz", "zstd")},
    "html": _lazy("readers.html", "read_html"),
    "json": _lazy("readers.json_", "read_json"),
    "mail": _lazy("mail", "read_mail"),
    "ole": _lazy("readers.office", "read_ole"),
    "parquet": _lazy("readers.parquet", "read_parquet"),
    "sql": _lazy("readers.dumps", "read_dump"),
    "sqlite": _lazy("readers.sqlite", "read_sqlite"),
    "tar": _lazy("readers.tars", "read_tar"),
    "xml": _lazy("readers.xml_", "read_xml"),
    "zip": _lazy("readers.archives", "read_zip"),
}
