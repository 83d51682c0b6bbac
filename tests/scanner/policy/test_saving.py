"""Files that people keep are replaced whole, or stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from derbes.scanner.errors import UsageError
from derbes.scanner.policy.saving import save_text


def test_the_mode_of_an_older_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "derbes-expected.yml"
    save_text(path, "version: 1\n")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o640)
    save_text(path, "version: 1 # жаңа\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text("utf-8") == "version: 1 # жаңа\n"


@pytest.mark.parametrize("name", ["nowhere/file.yml", "folder"])
def test_what_cannot_be_written_is_a_named_error_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError) as caught:
        save_text(tmp_path / name, "text")
    assert caught.value.slug == "output"
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]
