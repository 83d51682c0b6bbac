"""A review on a terminal: what would be collected, on what basis, and what it takes to launch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from derbes.reports.base import Report
from derbes.reports.i18n import count, tr
from derbes.reports.review_view import Line, ReviewView
from derbes.reports.safe import printable
from derbes.reports.text import _colored as colored
from derbes.scanner.model.findings import Outcome

_WIDTH = 46


class ReviewText(Report):
    """``derbes review`` on stdout."""

    name: ClassVar[str] = "review-text"

    def render(self, outcome: Outcome) -> bytes:
        """The text without colours, as a file."""
        return self.lines(outcome).encode()

    def lines(self, outcome: Outcome, *, files: Sequence[str] = (), verdict: str = "", color: bool = False) -> str:
        """The whole text; ``verdict`` is the reason of the exit code, ``files`` the reports that were written."""
        view = ReviewView(outcome, self.lang)
        parts = [*self._table(view), *self._unread(view), *self._decision(view)]
        if files:
            parts.append(f"{tr('Отчёт', self.lang)}: " + ", ".join(map(printable, files)))
        if verdict:
            parts.append(verdict)
        text = "\n".join(parts) + "\n"
        return colored(text) if color else text

    def _table(self, view: ReviewView) -> Iterator[str]:
        yield view.headline()
        rows = view.lines()
        if not rows:
            yield ""
            return
        width = min(max(len(row.what) for row in rows), _WIDTH)
        kinds = min(max(len(row.category) for row in rows), 30)
        yield ""
        yield f"   {tr('Что добавляется', self.lang):<{width}}  {tr('Категория', self.lang):<{kinds}}  " + tr(
            "Основание в политике", self.lang
        )
        for row in rows:
            yield self._row(row, width, kinds)
        yield ""

    def _row(self, row: Line, width: int, kinds: int) -> str:
        what = row.what if len(row.what) <= width else "…" + row.what[-(width - 1) :]
        kind = row.category if len(row.category) <= kinds else row.category[: kinds - 1] + "…"
        return f"{row.glyph}  {what:<{width}}  {kind:<{kinds}}  {row.basis}".rstrip()

    def _unread(self, view: ReviewView) -> Iterator[str]:
        unread = view.unread
        for one in unread[:20]:
            yield f"{tr('пропуск', self.lang)} {one.code}: {printable(one.place)}, " + printable(
                tr(one.message, self.lang, **one.params)
            )
        if len(unread) > 20:
            yield tr("… и ещё пропусков: {rest}; все в отчёте", self.lang, rest=len(unread) - 20)
        if unread:
            yield ""

    def _decision(self, view: ReviewView) -> Iterator[str]:
        yield f"{tr('Решение', self.lang)}: {view.decision()}"
        for number, condition in enumerate(view.conditions(), start=1):
            yield f"  {number}. {condition}"
        known = [v for v in view.outcome.violations if v.state != "new"]
        if known:
            yield tr(
                "Известно прежде: {count}", self.lang, count=count(len(known), "нарушение", "нарушения", "нарушений")
            )
        others = view.other_questions()
        if others:
            yield tr("Вопросы:", self.lang)
            yield from (f"  ? {question}" for question in others)
