"""The gate in a repository of exports, from a fresh clone: what a data engineer lives through in the first week."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.world import Ran, derbes

IIN = "870521300459"
SOON = (date.today() + timedelta(days=40)).isoformat()
PHONE = "+7 701 123 45 67"
ADDRESS = "г. Алматы, ул. Абая, д. 10, кв. 5"
GIT = ("git", "-c", "user.email=dba@example.kz", "-c", "user.name=dba", "-c", "init.defaultBranch=main")
CLEAN = {
    "exports/orders.csv": "id,tariff,comment\n" + "".join(f"{n},Старт,оплачено\n" for n in range(1, 60)),
    "data/events.jsonl": "".join(
        f'{{"id": {n}, "event": "login", "note": "вход {n}, устройство новое"}}\n' for n in range(60)
    ),
    "dumps/tariffs.sql": "CREATE TABLE tariffs (id int, note text);\nINSERT INTO tariffs VALUES (1,'ok'),(2,'ok');\n",
}
# file -> (text in the clean file, the same with a planted IIN, and then with an address in the same column)
IN_NOTE = f"ИИН {IIN}"
PLANTED = {
    "exports/orders.csv": ("7,Старт,оплачено", f"7,Старт,{IN_NOTE}", f'7,Старт,"{IN_NOTE}, {ADDRESS}"'),
    "data/events.jsonl": ("вход 7, устройство новое", IN_NOTE, f"{IN_NOTE}, {ADDRESS}"),
    "dumps/tariffs.sql": ("(2,'ok')", f"(2,'{IN_NOTE}')", f"(2,'{IN_NOTE}, {ADDRESS}')"),
}
CONFIG = """\
version: 1
places:
  - {id: exports, target: exports, kind: file, owner: billing, purposes: [reply]}
  - {id: events, target: data, kind: file, owner: web, purposes: [reply]}
  - {id: dumps, target: dumps, kind: file, owner: billing, purposes: [reply]}
"""


def git(folder: Path, *args: str) -> None:
    subprocess.run([*GIT, *args], cwd=folder, check=True, capture_output=True)


class Repository:
    """A working copy of somebody, and the fresh clones that CI makes of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder / "work", folder and monkeypatch
        self.clones = folder / "ci"
        self.number = 0
        self.folder.mkdir()
        self.clones.mkdir()
        git(self.folder, "init", "-q")

    def commit(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        git(self.folder, "add", ".")
        git(self.folder, "commit", "-qm", "change")

    def gate(self, *args: str) -> tuple[Ran, dict[str, Any]]:
        """A fresh clone, with the modes that git gives, and the gate in it."""
        self.number += 1
        clone = self.clones / str(self.number)
        git(self.clones, "clone", "-q", str(self.folder), str(clone))
        self.monkeypatch.chdir(clone)
        for path in clone.rglob("*"):
            if path.is_file() and ".git" not in path.parts:
                path.chmod(0o644)  # as a runner with umask 022 has it
        ran = derbes("check", *args, "-o", "derbes.json", "--state", "none")
        return ran, json.loads((clone / "derbes.json").read_bytes())

    def accept(self, report: dict[str, Any]) -> None:
        """The engineer accepts all of a CI report and commits the file."""
        (self.folder.parent / "downloaded.json").write_text(json.dumps(report), "utf-8")
        self.monkeypatch.chdir(self.folder)
        for violation in report["violations"]:
            ran = derbes("accept", violation["id"], "--run", "../downloaded.json", "--reason", "разбор до пятницы",
                         "--until", SOON, "--by", "dba@example.kz")  # fmt: skip
            assert ran.code == 0, ran.err
        git(self.folder, "add", ".")
        git(self.folder, "commit", "-qm", "accepted")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path, monkeypatch)
    made.commit(CLEAN)
    return made


@pytest.mark.parametrize("declared", [False, True], ids=["undeclared", "declared"])
@pytest.mark.parametrize("name", PLANTED)
def test_clean_planted_accepted_and_a_new_category(repository: Repository, name: str, declared: bool) -> None:
    targets = () if declared else (".",)
    if declared:
        repository.commit({"derbes.yml": CONFIG})
    ran, report = repository.gate(*targets)
    assert (ran.code, report["violations"]) == (0, [])

    clean, planted, worse = PLANTED[name]
    repository.commit({name: CLEAN[name].replace(clean, planted)})
    ran, report = repository.gate(*targets)
    assert ran.code == 1
    (found,) = report["violations"]
    assert found["category"] == "identity_document"
    assert found["severity"] == "critical"
    assert found["clauses"]
    for clause in found["clauses"]:
        words = report["policy"]["clauses"][clause]
        assert f"п. {clause}" in ran.out
    assert report["policy"]["clauses"][found["clauses"][0]][:60] in ran.out, words  # in the policy's own words
    assert IIN not in ran.out + json.dumps(report)

    repository.accept(report)
    ran, report = repository.gate(*targets)
    assert ran.code == 0, ran.out
    assert [v["state"] for v in report["violations"]] == ["accepted"]

    repository.commit({name: CLEAN[name].replace(clean, worse)})
    ran, report = repository.gate(*targets)
    assert ran.code == 1, ran.out
    new = [v for v in report["violations"] if v["state"] == "new"]
    assert len(new) == 1
    if declared:  # a violation of its own for the addresses in that column
        assert new[0]["category"] == "address"
    else:  # the copy holds more than what was accepted
        assert report["exceptions"][0]["status"] == "outgrown"
        assert {part["category"] for part in new[0]["covers"]} == {"identity_document", "address"}


def test_a_baseline_makes_known_but_not_what_came_since(repository: Repository) -> None:
    clean, planted, worse = PLANTED["exports/orders.csv"]
    repository.commit({"exports/orders.csv": CLEAN["exports/orders.csv"].replace(clean, planted)})
    _, report = repository.gate(".")
    (baseline := repository.folder.parent / "baseline.json").write_text(json.dumps(report), "utf-8")
    ran, report = repository.gate(".", "--baseline", str(baseline))
    assert (ran.code, [v["state"] for v in report["violations"]]) == (0, ["known"])
    # the same leak on another line, among other rows, is still the same
    fewer = CLEAN["exports/orders.csv"].replace("1,Старт,оплачено\n", "")
    text = fewer.replace("9,Старт,оплачено", f"9,Старт,ИИН {IIN}")
    repository.commit({"exports/orders.csv": text})
    ran, report = repository.gate(".", "--baseline", str(baseline))
    assert (ran.code, [v["state"] for v in report["violations"]]) == (0, ["known"])
    repository.commit({"exports/orders.csv": CLEAN["exports/orders.csv"].replace(clean, worse)})
    ran, report = repository.gate(".", "--baseline", str(baseline))
    assert (ran.code, [v["state"] for v in report["violations"]]) == (1, ["new"])


def test_a_file_that_is_not_gits_keeps_its_mode(repository: Repository) -> None:
    repository.gate(".")
    fresh = Path("exports/fresh.csv")
    fresh.write_text("phone\n" + f"{PHONE}\n" * 3, "utf-8")
    fresh.chmod(0o644)
    ran = derbes("check", ".", "-o", "derbes.json", "--state", "none")
    report = json.loads(Path("derbes.json").read_bytes())
    assert ran.code == 1
    assert {(v["rule"], v["place"]) for v in report["violations"]} == {("access-too-wide", "exports/fresh.csv")}
    fresh.chmod(0o600)
    assert derbes("check", ".", "--state", "none", "-q").code == 0
