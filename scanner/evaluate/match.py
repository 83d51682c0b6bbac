"""Does a case meet a condition? The answer is the fields that meet it; none means no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from derbes.scanner.evaluate.cases import Case, kind_of, purposes_of
from derbes.scanner.model.inventory import Classification
from derbes.scanner.policy.scalars import TECHNICAL, UNDECLARED
from derbes.scanner.policy.types import Condition, Policy

Fields = tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """What conditions look at besides the case: the policy, and whether a derbes.yml is in force."""

    policy: Policy
    config: bool
    technical_is_personal: bool

    def matching(self, case: Case, when: Condition) -> Fields:
        """The fields of ``case`` for which all of ``when`` holds."""
        if not self._case_holds(case, when):
            return ()
        fields = tuple(found for found in case.fields if self._field_holds(case, found, when))
        if when.persons is not None and self.persons(case.fields) < when.persons:
            return ()
        if when.any_ is not None and not any(self.matching(case, part) for part in when.any_):
            return ()
        if when.not_ is not None:
            excluded = self.matching(case, when.not_)
            fields = tuple(found for found in fields if found not in excluded)
        return fields

    def _case_holds(self, case: Case, when: Condition) -> bool:
        place = case.record.place
        traits = case.traits
        wishes = (
            (when.config, self.config),
            (when.declared, place.declared),
            (when.owner, bool(place.owner)),
            (when.consent, place.consent),
            (when.encrypted, traits.get("encrypted", False)),
            (when.overdue, traits.get("overdue", False)),
        )
        return (
            all(wish is None or wish == fact for wish, fact in wishes)
            and (when.place is None or _any_glob(place.id, when.place))
            and (when.transfer is None or (place.transfer or "none") in when.transfer)
            and (when.subject is None or not set(when.subject).isdisjoint(place.subjects))
            and (when.copy_ is None or traits.get("copy") in when.copy_)
            and (when.exposure is None or not set(when.exposure).isdisjoint(traits.get("exposure", ())))
            and (when.channel is None or not set(when.channel).isdisjoint(traits.get("channel", ())))
        )

    def _field_holds(self, case: Case, found: Classification, when: Condition) -> bool:
        purposes = purposes_of(case.record, found)
        wishes = (
            (when.purposes, bool(purposes)),
            (when.allowed, self.policy.allows(purposes, found.category)),
            (when.role, found.role),
            (when.reviewed, _reviewed(case, found)),
        )
        paths = (found.path, found.path.rpartition("#")[2])
        return (
            all(wish is None or wish == fact for wish, fact in wishes)
            and (when.kind is None or kind_of(case.record, found) in when.kind)
            and (when.category is None or not self.names(found.category).isdisjoint(when.category))
            and (when.entity is None or any(count.entity in when.entity for count in found.entities))
            and (when.purpose is None or not set(when.purpose).isdisjoint(purposes))
            and (when.path is None or any(_any_glob(path, when.path) for path in paths))
            and (when.units is None or found.units_with >= when.units)
        )

    def names(self, category: str) -> set[str]:
        """What conditions may call a category by."""
        if category == TECHNICAL:
            return {TECHNICAL, UNDECLARED} if self.technical_is_personal else {TECHNICAL}
        return {category} if category == UNDECLARED else {category, "personal"}

    def persons(self, fields: Fields) -> int:
        """About how many people the fields speak of: the most units that one natural person's datum has."""
        natural = [f.units_with for f in fields if self.names(f.category) & {"personal", UNDECLARED} and not _firm(f)]
        return max(natural, default=0)


def _reviewed(case: Case, found: Classification) -> bool | None:
    """Whether a review before launch covered the field; ``None`` where nothing was reviewed."""
    return next((facts.reviewed[found.path] for facts in case.record.facts if found.path in facts.reviewed), None)


def _firm(found: Classification) -> bool:
    """A company's details, unless some of them were marked as a sole trader's."""
    return found.category == "legal_entity" and not found.natural


def _any_glob(text: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)
