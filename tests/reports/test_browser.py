"""The HTML report in a real Chromium: no console error, no request, filters, sorting, links, print, accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from derbes.reports.breach import BreachSheet
from derbes.reports.exposure import exposure
from derbes.reports.html import HtmlReport
from derbes.reports.register_files import RegisterHtml
from derbes.reports.view import View
from derbes.scanner.model.findings import Outcome
from derbes.scanner.model.trend import Point
from tests.reports.outcomes import HOSTILE, clean, hostile, outcome
from tests.world import derbes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.enable_socket  # the browser is driven through a local socket


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield started
        started.close()


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, browser: Browser, file: Path, anchor: str = "", **given: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page: Page = browser.new_context(**given).new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog {dialog.message}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri() + anchor)

    def shown(self) -> list[str]:
        return [str(card.get_attribute("id")) for card in self.page.locator("details.v:visible").all()]


def with_history() -> HtmlReport:
    """A report that knows two runs before."""
    report = HtmlReport()
    report.trend = tuple(
        Point(f"run-{day}", "check", f"2026-11-{day}T03:00:00+05:00", True, 5, 4, critical, major, minor, 1)
        for day, critical, major, minor in (("01", 6, 12, 6), ("15", 3, 6, 3), ("22", 1, 2, 1))
    )
    return report


def aged_outcome() -> Outcome:
    """Violations of three weeks ago."""
    made = outcome()
    old = tuple(replace(v, first_seen="2026-11-01T03:00:00+05:00") for v in made.violations)
    return replace(made, violations=old)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("html") / "report.html"
    file.write_bytes(HtmlReport().render(outcome(), clean()))
    return file


def test_says_nothing_and_asks_for_nothing(browser: Browser, usual: Path, tmp_path: Path) -> None:
    nasty = tmp_path / "hostile.html"
    nasty.write_bytes(HtmlReport().render(hostile(), outcome()))
    for file in (usual, nasty):
        opened = Opened(browser, file)
        assert opened.said == []
        assert opened.asked == [file.as_uri()]


def test_filters_search_and_reset(browser: Browser, usual: Path) -> None:
    opened = Opened(browser, usual)
    page = opened.page
    assert len(opened.shown()) == 4
    page.locator(".chip[data-value=major]").click()
    assert opened.shown() == ["DRB-00000002", "DRB-00000003"]
    assert page.locator("#cnt").inner_text() == "Показано 2 из 4"
    page.locator("#q").fill("clients.csv")
    assert opened.shown() == ["DRB-00000003"]
    page.locator("#reset").click()
    assert len(opened.shown()) == 4
    page.locator("a.cell.bad").first.click()
    assert opened.shown() == ["DRB-00000001"]
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.locator("#order").focus()
    page.locator("#order").select_option("place")
    page.locator("#reset").click()
    assert opened.shown()[0] == "DRB-00000001"
    assert opened.said == []


def test_deep_link_opens_the_violation(browser: Browser, usual: Path) -> None:
    page = Opened(browser, usual, "#DRB-00000003").page
    assert page.locator("#DRB-00000003").evaluate("card => card.open") is True
    assert page.locator("#DRB-00000003 .vb").is_visible()


def test_tables_sort_by_number_and_by_word(browser: Browser, usual: Path) -> None:
    page = Opened(browser, usual).page
    column = "#register tbody tr td:last-child"
    page.locator("#register thead th").last.locator("button").click()
    ascending = page.locator(column).all_inner_texts()
    page.locator("#register thead th").last.locator("button").press("Enter")
    assert page.locator(column).all_inner_texts() == ascending[::-1]
    assert ascending[-1] == "4\u202f100"
    assert page.locator("#register thead th").last.get_attribute("aria-sort") == "descending"


def test_reads_without_javascript(browser: Browser, usual: Path) -> None:
    page = Opened(browser, usual, java_script_enabled=False).page
    assert page.locator("details.v").count() == 4
    assert page.locator(".filters").is_hidden()
    page.locator("#DRB-00000002 summary").click()
    assert page.locator("#DRB-00000002 .vb").is_visible()


def test_no_sideways_scrolling_at_500_pixels(browser: Browser, usual: Path) -> None:
    page = Opened(browser, usual, viewport={"width": 500, "height": 900}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 500


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ru", "kk", "en"])
def test_axe_finds_no_violations(browser: Browser, tmp_path: Path, lang: str, scheme: Any) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(HtmlReport(lang).render(outcome(), clean()))
    page = Opened(browser, file, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(card => { card.open = true })")
    page.evaluate(AXE.read_text("utf-8"))
    options = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
    found = page.evaluate(f"axe.run(document, {options})")
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]] == []


def test_prints_to_pages_with_the_signature_block(browser: Browser, usual: Path) -> None:
    opened = Opened(browser, usual)
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".sign").is_visible()
    assert opened.page.locator("nav").is_hidden()
    printed = opened.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert 2 <= printed.count(b"/Type /Page\n") <= 6


def test_the_trend_and_the_age_are_shown(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(with_history().render(aged_outcome(), clean()))
    opened = Opened(browser, file)
    page = opened.page
    assert [text.text_content() for text in page.locator(".trend .lv").all()] == ["24", "12", "4"]
    heights = [float(str(bar.get_attribute("height"))) for bar in page.locator(".trend .bar").all()]
    assert heights[0] == 2 * heights[1] == 92
    label = str(page.locator(".trend svg").get_attribute("aria-label"))
    assert "22.11.2026: нарушений 4, из них критических 1" in label
    assert "обнаружено 01.11.2026, 21 день назад" in page.locator("#DRB-00000001").inner_text()
    page.set_viewport_size({"width": 500, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 500
    assert opened.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violations_with_a_history(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(with_history().render(aged_outcome(), clean()))
    page = Opened(browser, file, color_scheme=scheme).page
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document)")
    assert [one["id"] for one in found["violations"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["breach", "register"])
def test_the_other_pages_are_quiet_and_pass_axe(browser: Browser, tmp_path: Path, kind: str, scheme: Any) -> None:
    file = tmp_path / "page.html"
    for made, place in ((hostile(), HOSTILE[0]), (outcome(), "billing")):
        if kind == "breach":
            found_at = datetime.fromisoformat("2026-11-20T15:00:00+05:00")
            file.write_bytes(BreachSheet(View(made, "ru"), exposure(made, place), "1.3", found_at).html())
        else:
            file.write_bytes(RegisterHtml().render(made))
        opened = Opened(browser, file, color_scheme=scheme)
        assert (opened.said, opened.asked) == ([], [file.as_uri()])
    opened.page.evaluate(AXE.read_text("utf-8"))
    found = opened.page.evaluate("axe.run(document)")
    assert [one["id"] for one in found["violations"]] == []
    if kind == "breach":
        opened.page.set_viewport_size({"width": 500, "height": 900})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 500


def test_the_demo_prints_on_six_pages(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert derbes("demo", "w", "--no-open", "-q").code == 0
    opened = Opened(browser, tmp_path / "w" / "report.html")
    assert opened.page.locator(".trend .bar").count() == 2
    assert opened.page.locator("#clauses").is_hidden()  # on the screen each violation quotes its clauses
    assert opened.page.locator("details.v").count() > 15
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#clauses").is_visible()
    assert opened.page.locator(".sign").is_visible()
    printed = opened.page.pdf(prefer_css_page_size=True)
    assert 2 <= printed.count(b"/Type /Page\n") <= 6


def test_hostile_names_do_not_break_the_page_at_500_pixels(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_bytes(HtmlReport().render(hostile(), clean()))
    page = Opened(browser, file, viewport={"width": 500, "height": 900}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 500
