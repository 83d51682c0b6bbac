"""Files behind an fsspec URL, on fsspec's own in-memory store."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from tests.world import derbes

IIN = "870521300459"


@pytest.fixture
def store() -> Iterator[None]:
    """Two files and an archive in a bucket."""
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/exports/clients.csv", f"fio,iin\nАхметов Ерлан,{IIN}\n".encode())
    files.pipe("/bucket/logs/app.log.gz", gzip.compress(f"2026-11-22 10:00:00 INFO iin={IIN}\n".encode()))
    files.pipe("/bucket/logs/blob", bytes(range(256)) * 40)
    yield
    files.rm("/bucket", recursive=True)


def scan(tmp_path: Path, *args: str) -> dict[str, object]:
    out = tmp_path / "report.json"
    derbes("scan", *args, "-o", out, "--state", "none", "-q")
    report: dict[str, object] = json.loads(out.read_bytes())
    return report


@pytest.mark.usefixtures("store")
def test_a_bucket_is_read_file_by_file(tmp_path: Path) -> None:
    report = scan(tmp_path, "memory://bucket")
    found = {(row["place"], row["path"]) for row in report["fields"]}  # type: ignore[attr-defined]
    assert ("memory://bucket/exports/clients.csv", "iin") in found
    assert any(place == "memory://bucket/logs/app.log.gz" for place, _ in found)
    assert [u["code"] for u in report["unscanned"]] == ["file-binary"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("store")
def test_one_file_and_a_declared_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "derbes.yml").write_text("version: 1\nplaces:\n  - {id: out, target: 'memory://bucket/exports'}\n")
    fields = scan(tmp_path, "out")["fields"]
    assert {(row["place"], row["path"]) for row in fields} == {  # type: ignore[attr-defined]
        ("out", "clients.csv#fio"),
        ("out", "clients.csv#iin"),
    }


@pytest.mark.usefixtures("store")
def test_a_missing_driver_is_one_message(tmp_path: Path) -> None:
    ran = derbes("scan", "s3://bucket/key", "--state", "none")
    assert ran.code == 2
    assert "missing-driver" in ran.err
    assert "s3fs" in ran.err
