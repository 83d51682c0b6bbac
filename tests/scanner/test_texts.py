"""Lines of logs: what is counted does not depend on how the text was cut."""

from __future__ import annotations

import io
import json
from functools import cache

import pytest

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.readers import lines
from derbes.scanner.connectors.readers.base import Budget, Reading
from derbes.scanner.connectors.readers.text import read_text
from derbes.scanner.detect import Detector, Settings
from derbes.scanner.model.data import Dataset, TextBatch
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.occurrences import Occurrences, Spool
from derbes.scanner.texts import _sample_lines

DATASET = Dataset("a.log", "", "log", "line", "text")
MAIL = "zhanar.{}@mail.kz"


@cache
def detector() -> Detector:
    return Detector(Settings(key=b"k" * 16, occurrences=True))


def profiled(batches: list[TextBatch]) -> tuple[FieldProfile, list[str]]:
    """The merged profile of personal data, and the occurrences."""
    occurrences = Occurrences("p", "", {"EMAIL_ADDRESS": "email"})
    found = [p for batch in batches for p in detector().detect(batch, occurrences) if not p.sampled]
    total = found[0]
    for profile in found[1:]:
        total = total + profile
    return total, occurrences.lines


def read(data: bytes, max_line: int, monkeypatch: pytest.MonkeyPatch) -> list[TextBatch]:
    cut = lines.blocks
    monkeypatch.setattr(
        "derbes.scanner.connectors.readers.text.blocks",
        lambda stream, first_line: cut(stream, 1 << 12, first_line, max_line),
    )
    reading = Reading("p", "a.log", "a.log", Options(), Budget(Options()), None)
    items = read_text(io.BytesIO(data), reading, DATASET, "utf-8")
    return [item for item in items if isinstance(item, TextBatch)]


def test_pieces_of_a_giant_line_share_out_their_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailbox every 41 characters, so that many stand on a cut: each is found once, where it stands."""
    text = (
        "first a.b@mail.kz\n" + "".join(MAIL.format(1000 + n) + " қосымша мәтін, ещё. " for n in range(600)) + "\nlast"
    )
    pieces = read(text.encode(), 20_000, monkeypatch)
    assert sum(piece.continued for piece in pieces) > 1
    profile, rows = profiled(pieces)
    whole, expected = profiled([TextBatch(DATASET, text.encode(), 1, 3)])
    assert sorted(rows) == sorted(expected) and len(rows) == 601
    assert profile.entities == whole.entities
    assert profile.entities["EMAIL_ADDRESS"].units == 2
    assert sum(piece.units for piece in pieces) == 3


def test_the_end_of_a_giant_line_may_be_the_end_of_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in range(19_990, 20_500, 17):
        text = "слово " * 5000
        text = text[: size - 20] + " asel.b@mail.kz"
        assert len(profiled(read(text.encode(), 20_000, monkeypatch))[1]) == 1, size


def test_batches_know_their_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(b"line %d 10.0.0.1\n" % n for n in range(5000))
    batches = read(data, 1 << 20, monkeypatch)
    assert len(batches) > 10
    for batch in batches:
        assert data[batch.offset : batch.offset + len(batch.buffer)] == batch.buffer


def test_a_long_line_is_read_by_windows_and_loses_nothing() -> None:
    """What stands on a cut between two windows is found once, where it stands; labels reach over cuts."""
    text = "".join(f"{MAIL.format(100_000 + n)} {'x' * (n % 7)} ИИН: 870521300459, " for n in range(3000))
    assert len(text) > 2 * 64 << 10
    _, rows = profiled([TextBatch(DATASET, text.encode(), 1, 1)])
    lines = text.replace(", ", "\n").encode()
    _, expected = profiled([TextBatch(DATASET, lines, 1, 3001)])
    assert len(rows) == len(expected) == 6000
    found = [json.loads(row) for row in rows]
    assert [text[one["start"] : one["end"]] for one in found[:2]] == [MAIL.format(100_000), "870521300459"]
    assert len({(one["start"], one["entity"]) for one in found}) == 6000


def test_the_sample_of_technical_data_does_not_depend_on_the_cut() -> None:
    data = b"".join(b"%06d 10.0.%d.1 GET /\n" % (n, n % 200) for n in range(60_000))
    whole = list(_sample_lines(TextBatch(DATASET, data, 1, 60_000)))
    assert 64 * 1024 / 25 < len(whole) < 3_000
    for size in (100_000, 333_333, 1 << 20):
        parts, start, number = [], 0, 1
        while start < len(data):
            end = data.find(b"\n", min(start + size, len(data) - 1)) + 1
            parts += _sample_lines(TextBatch(DATASET, data[start:end], number, 0, offset=start))
            number += data.count(b"\n", start, end)
            start = end
        assert parts == whole


def test_occurrences_are_json_whatever_stands_in_a_name() -> None:
    from derbes.recognizers.base import Match

    rows = Occurrences('p"', "a\\b#", {"PERSON": "full_name"})
    rows.add("q\n", 3, Match(1, 4, "PERSON", 0.856), "А••", 10)
    assert json.loads(rows.lines[0]) == {
        "place": 'p"', "path": "a\\b#q\n", "unit": 3, "start": 11, "end": 14, "entity": "PERSON",
        "category": "full_name", "score": 0.86, "masked": "А••",
    }  # fmt: skip


def test_spool_orders_what_came_in_any_order() -> None:
    spool, target = Spool(in_memory=10), io.BytesIO()
    for key, content in (
        (("b", "1"), b"third\n"),
        (("a", "2"), b"second\n"),
        (("a", "1"), b"first\n"),
        (("c", "1"), b""),
    ):
        spool.add(key, content)
    spool.write_to(target)
    spool.close()
    assert target.getvalue() == b"first\nsecond\nthird\n"
