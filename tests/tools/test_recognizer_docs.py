"""The pages of the recognizers say what docstrings and cases say today."""

from __future__ import annotations

from derbes.recognizers.registry import RECOGNIZERS
from tools.recognizer_docs import TARGET, pages


def test_pages_are_up_to_date() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.md")}
    assert written == pages(), "run `make docs`"


def test_each_recognizer_has_examples() -> None:
    for name, (module, _) in RECOGNIZERS.items():
        assert "## Found" in pages()[module.rpartition(".")[2] + ".md"], name
