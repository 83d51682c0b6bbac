"""The HTML report as a file: what stands in it, what can never act in it, how large it gets."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from derbes.reports.html import HtmlReport
from derbes.scanner.model.findings import Outcome
from tests.reports.outcomes import HOSTILE, clean, field, hostile, many, outcome


class Page(HTMLParser):
    """Tags with their attributes, the text, and the text inside ``style`` and ``script``."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.raw: dict[str, str] = {}
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.text += data

    def ids(self) -> list[str]:
        return [str(attrs["id"]) for _, attrs in self.tags if "id" in attrs]


def page(result: Outcome, lang: str = "ru", previous: Outcome | None = None) -> Page:
    return Page(HtmlReport(lang).render(result, previous).decode())


def test_says_the_verdict_who_judged_and_what_to_do() -> None:
    text = page(outcome()).text
    for part in (
        "4 нарушения Политики, из них критических: 1", "Политика ТОО «Проба» <b>&</b>", "20261122-030000-abcd",
        "22.11.2026, 03:00–03:41 (UTC+05:00)", "9f3c1b7e9f3c", "Значения скрыты", "Маскировать", "владелец не назначен",
        "Продлить или снять исключение DRB-00000005", "до 30.11.2026",
    ):  # fmt: skip
        assert part in text, part


def test_a_violation_has_clause_words_evidence_interval_remedy_and_command() -> None:
    text = page(outcome()).text
    for part in (
        "Журналы ведутся для технической информации. <b>Жирно</b> & {скобки}", "••••••••••27",
        "Оценка по выборке: 30 – 52 при доверии 95 %", "derbes explain DRB-00000003", "Первые записи: 7, 9",
    ):  # fmt: skip
        assert part in text, part
    assert "DRB-00000005" not in [i for i in page(outcome()).ids() if i.startswith("DRB")]  # accepted: among exceptions


def test_map_register_exceptions_and_coverage() -> None:
    found = page(outcome())
    for part in (
        "≈\u202f2\u202f400", "public.orders", "оказание услуг", "1 год 6 месяцев", "billing_app", "клиенты",
        "вне перечня",
        "не объявлено в derbes.yml", "срок истёк, не действует", "файл в архиве закрыт паролем",
        "выдать vault",
        "Отсутствие находок не доказывает", "no-select",
    ):  # fmt: skip
        assert part in found.text, part
    cells = {str(a.get("aria-label")): a for tag, a in found.tags if tag == "a" and "cell" in str(a.get("class"))}
    label = "billing · public.orders, данные документа: 3; нарушение: DRB-00000001"
    assert cells[label]["href"] == "#DRB-00000001"


def test_what_is_said_of_a_whole_place_marks_only_the_parts_that_hold_the_category() -> None:
    found = [
        field("pg", "clients.email", "email", 5, dataset="clients"),
        field("pg", "racks.ip", "technical", 5, dataset="racks"),
    ]
    whole = replace(outcome().violations[0], place="pg", path="", category="email")
    result = outcome()
    result = replace(result, inventory=replace(result.inventory, fields=tuple(found)), violations=(whole,))
    labels = [str(attrs.get("aria-label")) for _, attrs in page(result).tags if "aria-label" in attrs]
    assert any(label.startswith("pg · clients, адрес электронной почты: 5; нарушение") for label in labels)
    assert not any(label.startswith("pg · racks") and "нарушение" in label for label in labels)


def test_every_link_leads_somewhere_and_ids_are_unique() -> None:
    for result in (outcome(), hostile(), many(40)):
        found = page(result, previous=clean())
        ids = found.ids()
        assert len(ids) == len(set(ids))
        links = [str(attrs["href"]) for tag, attrs in found.tags if tag == "a"]
        assert {link for link in links if link[1:] not in ids} == set()
        assert all(link.startswith("#") for link in links)


def test_nothing_from_outside_acts() -> None:
    found = page(hostile(), previous=outcome())
    assert sum(tag in ("script", "style") for tag, _ in found.tags) == 2
    assert {tag for tag, _ in found.tags} & {"img", "svg", "iframe", "object", "link", "base", "form"} == set()
    attributes = {name for _, attrs in found.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")}
    source = HtmlReport().render(hostile()).decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", source)
    assert "\\x1b[31mred" in found.text
    assert HOSTILE[0] in found.text  # shown as it is, as text


def test_the_content_policy_allows_this_style_and_this_script_alone() -> None:
    found = page(outcome())
    policy = next(str(a["content"]) for _, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    for tag, raw in found.raw.items():
        digest = base64.b64encode(hashlib.sha256(raw.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy


def test_five_hundred_findings_fit_in_a_megabyte_and_the_rest_is_counted() -> None:
    assert len(HtmlReport().render(many(500))) <= 1_000_000
    large = HtmlReport().render(many(1500))
    assert len(large) <= 1_000_000
    assert "Ещё нарушений: 1\u202f000" in large.decode()


def test_what_changed_is_shown_only_where_there_is_a_former_run() -> None:
    assert "changes" not in page(outcome()).ids()
    before = replace(outcome(), violations=outcome().violations[1:])
    text = page(outcome(), previous=before).text
    assert "новых 1, устранено 0" in text


def test_nothing_read_is_never_clean() -> None:
    assert "Нарушений Политики в прочитанном не найдено" in page(clean()).text
    skipped = replace(clean().inventory.places[0], status="skipped")
    unread = replace(clean(), inventory=replace(clean().inventory, places=(skipped,)))
    assert "Ничего не проверено: выводов сделать нельзя" in page(unread).text


@pytest.mark.parametrize("lang", ["ru", "kk", "en"])
def test_the_same_outcome_gives_the_same_bytes(lang: str) -> None:
    assert HtmlReport(lang).render(outcome()) == HtmlReport(lang).render(outcome())
    assert f'<html lang="{lang}">' in HtmlReport(lang).render(outcome()).decode()


def test_a_category_that_the_policy_does_not_know_has_a_column() -> None:
    odd = replace(outcome().inventory.fields[0], category="own_category")
    inventory = replace(outcome().inventory, fields=(*outcome().inventory.fields, odd))
    assert "own_category" in page(replace(outcome(), inventory=inventory)).text
