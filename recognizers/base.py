"""The contract every recognizer of derbes keeps.

A recognizer is a plain Presidio ``EntityRecognizer``: it can be added to any stock ``AnalyzerEngine``. It judges
context itself, on the raw text on both sides of a match, because Presidio's enhancer needs lemmas that a blank
spaCy pipeline does not have.

Beside Presidio's ``analyze`` it has:

``find(text)``
    yields :class:`Match` objects; no Presidio type, no NLP artefacts, linear time in ``len(text)``. ``text`` is a view
    (``views.py``): already normalized, so NBSP, soft hyphens, full-width digits and decomposed letters are gone.
``ANCHOR``
    byte patterns (a dialect that Hyperscan and RE2 share: no look-around, no back-reference, no ``\\b`` beside letters)
    over the UTF-8 of that view. Wherever ``find`` could yield a match in a text, at least one anchor matches somewhere
    in that text. The sieve runs all anchors in one automaton and calls ``find`` only on texts that fire.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from derbes.recognizers.views import views


@dataclass(frozen=True, slots=True)
class Match:
    """One datum found in a text.

    ``start`` and ``end`` are character offsets into the text as given, label excluded. ``score`` is in 0..1.
    ``validated`` says that the value passed its own check (check digit and date, mod 97, a published list …), not
    that context spoke for it. ``labelled`` says that a word beside it names it. ``tag`` is a short note such as
    ``natural-person`` (a sole trader) or ``role`` (an ``info@`` mailbox); empty when there is none.
    """

    start: int
    end: int
    entity: str
    score: float
    validated: bool = False
    labelled: bool = False
    tag: str = ""


class TextRecognizer(EntityRecognizer):
    """Base class: subclasses set the class attributes and write ``find``."""

    ENTITIES: ClassVar[tuple[str, ...]] = ()
    ANCHOR: ClassVar[tuple[bytes, ...]] = ()
    COUNTRY_CODE: ClassVar[str | None] = "kz"
    PATTERNS: ClassVar[list[Any]] = []
    CONTEXT: ClassVar[list[str]] = []
    LANGUAGE: ClassVar[str] = "ru"

    def __init__(
        self,
        supported_language: str | None = None,
        supported_entities: list[str] | None = None,
        name: str | None = None,
        context: list[str] | None = None,
        **_: Any,
    ) -> None:
        super().__init__(
            supported_entities=supported_entities or list(self.ENTITIES),
            supported_language=supported_language or self.LANGUAGE,
            name=name or type(self).__name__,
            context=context or list(self.CONTEXT),
        )

    def load(self) -> None:
        """Nothing to load; lists are read lazily by the modules that own them."""

    def find(self, text: str) -> Iterator[Match]:
        """Yield every match in ``text`` (any order, overlaps allowed)."""
        raise NotImplementedError

    def find_in_views(self, text: str) -> list[Match]:
        """``find`` over every view of ``text`` (see views.py), offsets mapped back to ``text``."""
        found: dict[tuple[int, int, str], Match] = {}
        for view in views(text):
            for match in self.find(view.text):
                start, end = view.span(match.start, match.end)
                key = (start, end, match.entity)
                if key not in found or found[key].score < match.score:
                    found[key] = replace(match, start=start, end=end)
        return sorted(found.values(), key=lambda m: (m.start, m.end, m.entity))

    def analyze(self, text: str, entities: Iterable[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Presidio's door. ``nlp_artifacts`` is not used: context is judged on the raw text."""
        wanted = set(entities) if entities else set(self.supported_entities)
        return [
            RecognizerResult(
                entity_type=match.entity,
                start=match.start,
                end=match.end,
                score=match.score,
                analysis_explanation=AnalysisExplanation(recognizer=self.name, original_score=match.score),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for match in self.find_in_views(text)
            if match.entity in wanted
        ]
