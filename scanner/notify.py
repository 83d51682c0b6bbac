"""After a run: counts and a link for those who are to know. Never a place, a name or evidence, and never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from derbes.reports.i18n import count, tr
from derbes.reports.view import SEVERITY_FORMS
from derbes.scanner.codes import NOTES
from derbes.scanner.compare import compare
from derbes.scanner.connectors.credentials import expand
from derbes.scanner.delivery import mail, request
from derbes.scanner.errors import UsageError
from derbes.scanner.model.findings import SEVERITIES, Outcome
from derbes.scanner.policy.notifying import Mail, Notify, Webhook

_FRACTION = re.compile(r"\.\d{1,9}")  # of a second: people do without


@dataclass(frozen=True, slots=True)
class News:
    """Counts of what a run brought. ``new``: open violations by severity; ``fields``: with categories new to them."""

    run: str
    command: str
    finished_at: str
    new: dict[str, int]
    total: int
    gone: int
    places: int
    fields: int
    unscanned: int
    link: str

    @property
    def anything(self) -> bool:
        """Is there something that nobody was told yet?"""
        return any(self.new.values()) or bool(self.places or self.fields)

    def subject(self) -> str:
        """One line."""
        number = sum(self.new.values())
        if not number:
            return tr("derbes: новых нарушений нет")
        parts = [count(n, *SEVERITY_FORMS[severity]) for severity in SEVERITIES if (n := self.new[severity])]
        return f"derbes: {count(number, 'новое нарушение', 'новых нарушения', 'новых нарушений')} ({', '.join(parts)})"

    def text(self) -> str:
        """The whole message."""
        lines = [
            self.subject(),
            tr("всего нарушений: {number}, устранено: {gone}", number=self.total, gone=self.gone),
            tr("новых мест с персональными данными: {number}", number=self.places),
            tr("новых полей и категорий: {number}", number=self.fields),
            tr("не прочитано: {number}", number=self.unscanned),
            f"{tr('проверка')} {self.run} · {_FRACTION.sub('', self.finished_at)}",
        ]
        return "\n".join([*lines, self.link] if self.link else lines)

    def document(self) -> dict[str, Any]:
        """What a webhook gets. ``text`` is what chats show."""
        return {
            "schema": "derbes/notification/1",
            "text": self.text(),
            "command": self.command,
            "run": self.run,
            "finished_at": self.finished_at,
            "new": self.new,
            "total": self.total,
            "gone": self.gone,
            "new_places": self.places,
            "new_fields": self.fields,
            "unscanned": self.unscanned,
            "link": self.link or None,
        }


def news_of(outcome: Outcome, before: Outcome | None, link: str = "") -> News:
    """What is new since ``before``; without a run before, everything that is not known or accepted."""
    if before is None:
        new = [v for v in outcome.violations if v.state == "new"]
        gone = places = fields = 0
    else:
        found = compare(before, outcome)
        personal = {row.place for row in outcome.inventory.fields if row.category != "technical"}
        new = [v for v in found.new if v.state == "new"]
        gone, fields = len(found.gone), len(found.fields_new)
        places = len(personal & set(found.places_new))
    run = outcome.inventory.run
    return News(
        run=run.id,
        command=run.command,
        finished_at=run.finished_at,
        new={severity: sum(v.severity == severity for v in new) for severity in SEVERITIES},
        total=sum(v.state != "accepted" for v in outcome.violations),
        gone=gone,
        places=places,
        fields=fields,
        unscanned=sum(one.code not in NOTES for one in outcome.inventory.unscanned),
        link=link.replace("{run}", run.id),
    )


def tell(news: News, wishes: Notify) -> Iterator[UsageError]:
    """Tell everybody who is named; yields what could not be delivered. Raises nothing."""
    if wishes.when == "new" and not news.anything:
        return
    ways = [partial(_to_webhook, news, hook) for hook in wishes.webhooks]
    ways += [partial(_by_mail, news, letter) for letter in wishes.mail]
    for way in ways:
        try:
            way()
        except UsageError as error:
            yield error
        except Exception as error:  # a run has its verdict already: nothing here may cost it
            yield UsageError("delivery", "уведомление не послано ({reason})", reason=type(error).__name__)


def _to_webhook(news: News, target: Webhook) -> None:
    secret = expand(target.secret) if target.secret else None
    request("POST", expand(target.url), news.document(), secret=secret, timeout=target.timeout)


def _by_mail(news: News, target: Mail) -> None:
    password = expand(target.password) if target.password else ""
    mail(
        expand(target.server), target.sender, target.to, news.subject(), news.text(),
        user=expand(target.user), password=password, timeout=target.timeout,
    )  # fmt: skip
