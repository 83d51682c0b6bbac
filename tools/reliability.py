"""The table of docs/reliability.md from a run: ``python -m tools.reliability`` runs the tests that it names and writes
beside each promise how many of them passed, and in what time. A promise whose test failed is shown as broken.

``python -m tools.reliability JUNIT.xml…`` takes the outcome from runs that were made already.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
_NAMED = re.compile(r"`(tests/[\w/]+)\.py(?:::(\w+))?`")
_ROW = re.compile(r"^\| (R\d+) \|")


@dataclass(frozen=True, slots=True)
class Ran:
    """One test of a run."""

    module: str  # tests/torture/test_inputs
    name: str  # without parameters
    state: str  # passed, failed, skipped
    seconds: float


def ran(reports: Iterable[Path]) -> list[Ran]:
    """All tests of JUnit reports."""
    found = []
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            kinds = {child.tag for child in case}
            state = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            module = case.get("classname", "").replace(".", "/")
            found.append(Ran(module, case.get("name", "").partition("[")[0], state, float(case.get("time", 0))))
    return found


def outcome(row: str, tests: list[Ran]) -> str:
    """What a run says of the tests that a row names."""
    mine = [
        test
        for module, name in _NAMED.findall(row)
        for test in tests
        if (test.module == module or test.module.startswith(module + "/")) and name in ("", test.name)
    ]
    if not mine:
        return "not run"
    states = [test.state for test in mine]
    failed, skipped = states.count("failed"), states.count("skipped")
    if failed:
        return f"**broken**: {failed} of {len(mine)} failed"
    told = f"{len(mine) - skipped} passed in {sum(test.seconds for test in mine):.0f} s"
    return told + (f", {skipped} skipped" if skipped else "")


def written(page: str, tests: list[Ran]) -> str:
    """The page with its last column written anew."""
    lines = []
    for line in page.splitlines():
        if _ROW.match(line):
            cells = line.strip("|").split(" | ")[:4]
            line = "|" + " | ".join([*(cell.rstrip() for cell in cells), outcome(line, tests)]) + " |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run or read, write, and end with 1 when a promise is broken."""
    page = PAGE.read_text("utf-8")
    reports = [Path(name) for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        if not reports:
            reports = [Path(folder, "junit.xml")]
            named = sorted({f"{module}.py" for module, _ in _NAMED.findall(page)})
            command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={reports[0]}", "-m", "not soak", *named]
            subprocess.run(command, cwd=ROOT, check=False)
        page = written(page, ran(reports))
    PAGE.write_text(page, "utf-8")
    return 1 if "**broken**" in page else 0


if __name__ == "__main__":
    sys.exit(main())
