"""Text by lines: logs, prose, sources, and whatever no better reader fits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, cast

from derbes.scanner.connectors.encodings import Decoder, guess, is_known, is_wide
from derbes.scanner.connectors.readers.base import Item, Reading
from derbes.scanner.connectors.readers.lines import Recoded, blocks
from derbes.scanner.model.data import Dataset, Locate, TextBatch
from derbes.scanner.model.inventory import Unscanned


def codec_of(sample: bytes, reading: Reading) -> str:
    """The codec to read with: the one that was asked for, else the best guess."""
    return reading.encoding if reading.encoding and is_known(reading.encoding) else guess(sample)


def opened(stream: IO[bytes], sample: bytes, reading: Reading) -> tuple[IO[bytes], str]:
    """``stream`` in an encoding whose line end is the byte ``\\n``, and the name of that encoding."""
    codec = codec_of(sample, reading)
    lone_returns = is_lone_returns(sample, codec)
    if is_wide(codec):
        return cast("IO[bytes]", Recoded(stream, codec, lone_returns)), "utf-8"
    if lone_returns:
        return cast("IO[bytes]", Recoded(stream, "utf-8", True)), codec
    return stream, codec


def is_lone_returns(sample: bytes, codec: str = "utf-8") -> bool:
    """True for text whose lines end with a carriage return alone (old Macintosh)."""
    text = sample.decode(codec, "replace").encode("utf-8", "replace") if is_wide(codec) else sample
    return b"\n" not in text and b"\r" in text.rstrip(b"\r")


def decoded_sample(sample: bytes, reading: Reading) -> str:
    """The first bytes of a file as text, for sniffing; a character cut at the end is dropped."""
    codec = codec_of(sample, reading)
    text = io.TextIOWrapper(io.BytesIO(sample), codec, "ignore", newline="").read()
    return (text.replace("\r", "\n") if is_lone_returns(sample, codec) else text).removeprefix("\ufeff")


def read_text(
    stream: IO[bytes],
    reading: Reading,
    dataset: Dataset,
    codec: str,
    first_line: int = 1,
    locate: Locate | None = None,
) -> Iterator[Item]:
    """Lines as ``TextBatch``es in UTF-8. ``stream`` comes from ``opened``."""
    decoder = Decoder(codec)
    column = 0  # of the next piece of a giant line, in characters
    for block in blocks(stream, first_line=first_line):
        data = decoder.utf8(block.data, block.first_line)
        if block.continued:
            column -= len(block.data[: block.overlap].decode(decoder.codec, "replace"))
        else:
            column = 0
        batch = TextBatch(dataset, data, block.first_line, block.starts, locate, block.giant, column, block.offset)
        if block.giant:
            first, last = block.owned
            batch.owned_from = len(block.data[:first].decode(decoder.codec, "replace"))
            if block.repeated:
                batch.owned_to = batch.owned_from + len(block.data[first:last].decode(decoder.codec, "replace"))
        yield batch
        if block.giant:
            column += len(data.decode("utf-8"))
    yield from damage(decoder, reading)


def damage(decoder: Decoder, reading: Reading) -> Iterator[Unscanned]:
    """One note for all lines that fit no encoding."""
    if decoder.damaged:
        yield reading.problem(
            "part-damaged",
            "строки с байтами вне кодировки {encoding}: {count}, первая {line}; эти байты пропущены",
            "задайте кодировку: --encoding",
            encoding=decoder.codec,
            count=decoder.damaged,
            line=decoder.first_damaged,
        )
