"""Cases in YAML: what a recognizer must find in a text, and what it must leave alone.

::

    - text: "ИИН 870521300459"
      finds: ["870521300459"]                     # values, of whatever entity
      why: plain label
    - text: "ИП Бекмуханов, БИН 870521300459"
      spans: [{entity: KZ_IIN, value: "870521300459", min: 0.9}]    # also: max, tag, validated
      why: the digits decide, not the label
    - text: "order_id=870532300459"
      nothing: true
      why: day 32

A case is about what would be reported: matches of a score of 0.5 and above, in order, none missing, none besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from derbes.recognizers.base import TextRecognizer

FOLDER = Path(__file__).parent.parent / "cases"
REPORTED = 0.5


@dataclass(frozen=True)
class Case:
    text: str
    spans: tuple[dict[str, Any], ...]
    why: str

    @property
    def id(self) -> str:
        return f"{'finds' if self.spans else 'nothing'}: {self.text[:50]!r}"

    def check(self, recognizer: TextRecognizer) -> None:
        """Raise ``AssertionError`` unless ``recognizer`` reports just what the case says."""
        found = [match for match in recognizer.find_in_views(self.text) if match.score >= REPORTED]
        values = [(match.entity, self.text[match.start : match.end]) for match in found]
        wanted = [(span.get("entity"), span["value"]) for span in self.spans]
        told = f"{self.text!r}: found {values}, wanted {wanted} ({self.why})"
        assert len(found) == len(wanted), told
        for match, (entity, value), span in zip(found, values, self.spans, strict=True):
            assert value == span["value"], told
            assert span.get("entity", entity) == entity, told
            assert span.get("min", 0) <= match.score <= span.get("max", 1), f"score {match.score}; {told}"
            assert span.get("tag", match.tag) == match.tag, f"tag {match.tag}; {told}"
            assert span.get("validated", match.validated) == match.validated, f"validated {match.validated}; {told}"


@cache
def load_cases(name: str) -> tuple[Case, ...]:
    """The cases of ``tests/cases/<name>.yaml``; a malformed one is an error, not a case that passes."""
    cases = []
    for raw in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")):
        kinds = {"spans", "finds", "nothing"} & raw.keys()
        unknown = raw.keys() - {"text", "spans", "finds", "nothing", "why"}
        if len(kinds) != 1 or unknown or not raw.get("why"):
            raise ValueError(f"{name}.yaml: a case needs text, why and one of spans, finds, nothing: {raw}")
        spans = raw.get("spans") or [{"value": value} for value in raw.get("finds", ())]
        if bool(spans) == bool(raw.get("nothing")):
            raise ValueError(f"{name}.yaml: nothing is wanted, and says so with `nothing: true`: {raw}")
        if not all(isinstance(span["value"], str) for span in spans):
            raise ValueError(f"{name}.yaml: quote values that YAML reads as numbers or dates: {raw}")
        cases.append(Case(raw["text"], tuple(spans), raw["why"]))
    return tuple(cases)
