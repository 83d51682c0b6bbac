"""JUnit XML: every place is a suite; a violation fails, what could not be read is an error, an exception is skipped."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

from derbes.reports.base import Report
from derbes.reports.exceptions import FILE, Notable, notable
from derbes.reports.repo import hostless
from derbes.reports.safe import encodable, printable
from derbes.reports.view import View
from derbes.scanner.codes import NOTES
from derbes.scanner.model.findings import Outcome, Violation
from derbes.scanner.model.inventory import Unscanned


class JunitReport(Report):
    """A place without violations is one passed test, so that «nothing found» is told from «nothing looked at»."""

    name: ClassVar[str] = "junit"
    suffixes: ClassVar[tuple[str, ...]] = (".junit.xml", ".xml")

    def render(self, outcome: Outcome) -> bytes:
        """UTF-8 XML with a declaration."""
        view = View(outcome, self.lang)
        violations: dict[str, list[Violation]] = {}
        for v in outcome.violations:
            violations.setdefault(v.place, []).append(v)
        missed: dict[str, list[Unscanned]] = {}
        for one in outcome.inventory.unscanned:
            if one.code not in NOTES:
                missed.setdefault(one.place, []).append(one)
        root = ET.Element("testsuites", name="derbes")
        for place in dict.fromkeys([*view.records, *violations, *missed]):
            root.append(_suite(view, place, violations.get(place, []), missed.get(place, [])))
        if excuses := list(notable(view)):
            root.append(_exceptions(excuses))
        for key in ("tests", "failures", "errors", "skipped"):
            root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
        ET.indent(root)
        body = ET.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _suite(view: View, place: str, violations: list[Violation], missed: list[Unscanned]) -> ET.Element:
    name = _text(view, place)
    suite = ET.Element("testsuite", name=name)
    for v in violations:
        case = ET.SubElement(suite, "testcase", classname=name, name=_clean(f"{v.rule} {v.path} {v.category} {v.id}"))
        message = _clean(f"{view.message(v)} ({view.clauses(v)})")
        if v.state == "new":
            failure = ET.SubElement(case, "failure", type=v.severity, message=message)
            failure.text = _clean(f"{view.where(v)}\n{view.tr('исправить')}: {view.remedy(v)}\nderbes explain {v.id}")
        else:
            word = view.tr("известно") if v.state == "known" else view.tr("исключение")
            ET.SubElement(case, "skipped", message=f"{word}: {message}")
    for one in missed:
        case = ET.SubElement(suite, "testcase", classname=name, name=_clean(f"{one.code} {one.path}"))
        ET.SubElement(case, "error", type=one.code, message=_clean(view.missed(one))).text = _clean(view.hint(one))
    if not violations and not missed:
        ET.SubElement(suite, "testcase", classname=name, name=view.tr("нарушений нет"))
    suite.set("tests", str(len(suite)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _exceptions(excuses: list[Notable]) -> ET.Element:
    """Exceptions that expire or do not hold, as skipped tests: to be seen, and no failure of their own."""
    suite = ET.Element("testsuite", name=FILE, tests=str(len(excuses)), failures="0", errors="0")
    suite.set("skipped", str(len(excuses)))
    for each in excuses:
        case = ET.SubElement(suite, "testcase", classname=FILE, name=_clean(f"{each.code} {each.entry.id}"))
        ET.SubElement(case, "skipped", message=_clean(each.text))
    return suite


def _text(view: View, place: str) -> str:
    record = view.records.get(place)
    return _clean(record.place.id if record else place)


def _clean(text: str) -> str:
    """Lines of ours stay, everything active in them is escaped; no host names."""
    return hostless(str(encodable("\n".join(printable(line) for line in text.split("\n")))))
