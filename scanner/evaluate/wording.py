"""What a violation says and cites: the rule's own words, filled in, in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from derbes.scanner.evaluate.cases import Case
from derbes.scanner.evaluate.match import Fields
from derbes.scanner.model.findings import Text
from derbes.scanner.policy.scalars import Words
from derbes.scanner.policy.types import Policy, Rule
from derbes.scanner.policy.words import LANGUAGES, entity_title

_LOCAL = re.compile(r"\{(category|categories|entities|purposes|how|fix)\}")


class Speaker:
    """Fills in what differs by language; paths, names and numbers stay parameters for the report to format."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def message(self, rule: Rule, words: Words, case: Case, fields: Fields, category: str) -> Text:
        """``words`` with the names of categories, entities and purposes put in."""
        params: dict[str, Any] = {
            "place": case.record.place.id,
            "path": case.path or case.record.place.id,
            "owner": case.record.place.owner or "",
            "units": case.units if case.units is not None else max(found.units_with for found in fields),
            **case.params,
        }
        texts = {}
        for language, text in words.by_language().items():
            local = self._local(rule, case, fields, category, language)
            texts[language] = _LOCAL.sub(lambda found, local=local: _escape(local[found[1]]), text)  # type: ignore[misc]
        return Text(texts, params)

    def _local(self, rule: Rule, case: Case, fields: Fields, category: str, language: str) -> dict[str, str]:
        titles = self.policy.category_titles
        order = sorted({found.category for found in fields}, key=self.policy.rank)
        entities = sorted({count.entity for found in fields for count in found.entities})
        phrases, fixes = (
            [words[key].by_language()[language] for key in case.phrases if key in words]
            for words in (rule.phrases, rule.fixes)
        )
        who = case.params.get("who")
        how = "; ".join(phrases) or ", ".join(case.phrases)
        return {
            "category": titles[category][language],
            "categories": ", ".join(titles[name][language] for name in order),
            "entities": ", ".join(entity_title(name, language) for name in entities) or titles[category][language],
            "purposes": ", ".join(self._purposes(case, language)),
            "how": f"{how}: {who}" if who else how,
            "fix": "; ".join(fixes) or how,
        }

    def _purposes(self, case: Case, language: str) -> Iterator[str]:
        for name in case.purposes:
            purpose = self.policy.purpose_by_id.get(name)
            yield purpose.title.by_language()[language] if purpose and purpose.title else name

    def clauses(self, rule: Rule, case: Case, category: str) -> tuple[str, ...]:
        """The rule's clauses, with those that hang on the case put in their places; each once, in that order."""
        found: list[str] = []
        for clause in rule.clauses:
            found += self._resolve(clause, case, category) if clause.startswith("{") else [clause]
        return tuple(dict.fromkeys(found))

    def _resolve(self, word: str, case: Case, category: str) -> Iterable[str]:
        policy = self.policy
        place = case.record.place
        match word.strip("{}"):
            case "category":
                named = [policy.category_clauses.get(category)]
            case "technical":
                named = [policy.technical.clause]
            case "purposes":
                named = [policy.purpose_by_id[name].clause for name in case.purposes if name in policy.purpose_by_id]
            case "subjects":
                named = [s.clause for s in policy.subjects if not place.subjects or s.id in place.subjects]
            case "retention":
                own = [term.clause for term in policy.retention if term.purpose in case.purposes]
                named = [*(own or [term.clause for term in policy.retention])]
            case _:
                named = []
        return [clause for clause in named if clause]


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


assert set(LANGUAGES) == {"ru", "kk", "en"}
