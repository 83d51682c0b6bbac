"""What no definition can say and a reviewer must know: asked of the owner, place by place. No values, no clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from derbes.scanner.evaluate.cases import ENOUGH
from derbes.scanner.model.findings import PolicyRef
from derbes.scanner.model.inventory import Inventory, PlaceRecord
from derbes.scanner.policy.scalars import TECHNICAL

Topic = Literal["purpose", "retention", "subject", "owner", "access", "transfer", "limit"]
# Without these two there is nothing to judge by: a review with such a gap is incomplete.
NEEDED: tuple[Topic, ...] = ("purpose", "retention")

WORDS: dict[Topic, str] = {
    "purpose": "для чего собирают: цель обработки не указана",
    "retention": "сколько хранят: срок не указан",
    "subject": "чьи это данные: субъекты не указаны",
    "owner": "кто отвечает: владелец не указан",
    "access": "кто будет читать: доступ не описан",
    "transfer": "кому передают: получатель назван, согласие субъекта не отмечено",
    "limit": "свободный текст без предела длины: что не дать туда написать?",
}
HOW: dict[Topic, str] = {
    "purpose": "purposes в derbes.yml, --purpose или комментарий «derbes: purpose=…»",
    "retention": "retention.keep в derbes.yml, --retain или комментарий «derbes: retain=P1Y»",
    "subject": "subjects в derbes.yml, --subject или комментарий «derbes: subject=…»",
    "owner": "owner в derbes.yml, --owner или комментарий «derbes: owner=…»",
    "access": "access.roles в derbes.yml",
    "transfer": "consent: true в derbes.yml, если согласие получают",
    "limit": "предел длины в определении, подсказка в форме",
}
_FREE = frozenset({"comment", "message", "body", "note", "notes", "description", "text", "feedback", "details"})
_UNLIMITED = ("text", "textarea", "longtext", "mediumtext", "clob", "nvarchar(max)", "varchar(max)")


@dataclass(frozen=True, slots=True)
class Question:
    """One gap. ``path`` is the field it is about, empty for the whole place; ``owner`` whom to ask, if known."""

    place: str
    path: str
    topic: Topic
    owner: str | None

    @property
    def needed(self) -> bool:
        """Whether nothing can be judged without the answer."""
        return self.topic in NEEDED


def questions(inventory: Inventory, policy: PolicyRef) -> tuple[Question, ...]:
    """The gaps of every place in which personal data would be collected."""
    personal = {f.place for f in inventory.fields if f.confidence >= ENOUGH and f.category != TECHNICAL}
    return tuple(
        question
        for record in inventory.places
        if record.place.id in personal and record.place.kind != "log"
        for question in _of(record, policy)
    )


def _of(record: PlaceRecord, policy: PolicyRef) -> Iterator[Question]:
    place = record.place
    keeps = [policy.purposes[name].keep for name in place.purposes if name in policy.purposes]
    keep = bool(place.retention and (place.retention.keep or place.retention.column)) or (bool(keeps) and all(keeps))
    gaps: dict[Topic, bool] = {
        "purpose": not place.purposes and not place.field_purposes,
        "retention": not keep,
        "subject": not place.subjects and not place.purposes,
        "owner": not place.owner,
        "access": place.roles is None,
        "transfer": bool(place.transfer) and not place.consent,
    }
    for topic, gap in gaps.items():
        if gap:
            yield Question(place.id, "", topic, place.owner)
    for dataset in record.datasets:
        for field in dataset.fields:
            if field.name.lower() in _FREE and field.length is None and field.type.lower() in _UNLIMITED:
                yield Question(place.id, field.path, "limit", place.owner)
