"""Reports: one ``Outcome``, many documents. The table maps a name to a class; suffixes choose by file name."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath

from derbes.reports.base import Report

# name -> (module:class, suffixes of files that mean it). Longest suffix wins.
REPORTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "csv": ("derbes.reports.csv_report:CsvReport", (".csv",)),
    "github": ("derbes.reports.github:GithubReport", ()),
    "gitlab": ("derbes.reports.gitlab:GitlabReport", (".gitlab.json",)),
    "html": ("derbes.reports.html:HtmlReport", (".html", ".htm")),
    "json": ("derbes.reports.json_report:JsonReport", (".json",)),
    "junit": ("derbes.reports.junit:JunitReport", (".junit.xml", ".xml")),
    "markdown": ("derbes.reports.markdown:MarkdownReport", (".md",)),
    "register": ("derbes.reports.register_files:RegisterXlsx", ("register.xlsx",)),
    "register-csv": ("derbes.reports.register_files:RegisterCsv", ("register.csv",)),
    "register-html": ("derbes.reports.register_files:RegisterHtml", ("register.html",)),
    "review": ("derbes.reports.review_sheet:ReviewSheet", (".review.html",)),
    "review-md": ("derbes.reports.review_sheet:ReviewMarkdown", (".review.md",)),
    "sarif": ("derbes.reports.sarif:SarifReport", (".sarif", ".sarif.json")),
    "text": ("derbes.reports.text:TextReport", (".txt",)),
    "xlsx": ("derbes.reports.xlsx:XlsxReport", (".xlsx",)),
}


def open_report(name: str, lang: str) -> Report:
    """A report by its name. Raises ``KeyError``."""
    module, _, attribute = REPORTS[name][0].partition(":")
    report: Report = getattr(import_module(module), attribute)(lang)
    return report


def report_for(target: str) -> tuple[str, str] | None:
    """``FORMAT:FILE`` or ``FILE`` -> (report name, file); ``None`` when neither says which format is meant."""
    name, separator, rest = target.partition(":")
    if separator and name in REPORTS:
        return name, rest
    file = PurePath(target).name.lower()
    found = [(suffix, name) for name, (_, suffixes) in REPORTS.items() for suffix in suffixes if file.endswith(suffix)]
    return (max(found, key=lambda pair: len(pair[0]))[1], target) if found else None
