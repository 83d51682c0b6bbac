"""The GitHub Action: its steps run as the scripts they are, with the variables that a runner sets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.conftest import IIN, ROOT, shell

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}


def test_it_meets_the_schema_of_actions() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-actions",
        ROOT / "action.yml",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_input_is_pasted_into_a_script() -> None:
    for step in STEPS.values():
        assert "${{" not in step["run"]
    used = {name for step in STEPS.values() for name in re.findall(r"inputs\.([\w-]+)", str(step["env"]))}
    assert used == set(ACTION["inputs"])
    written = set(re.findall(r'echo "([\w-]+)=', STEPS["run"]["run"]))
    assert {re.findall(r"outputs\.([\w-]+)", one["value"])[0] for one in ACTION["outputs"].values()} == written


class Runner:
    """A job on a runner, in a checkout of its own."""

    def __init__(self, folder: Path, base: dict[str, str]) -> None:
        self.temp, self.work, self.outputs = folder / "temp", folder / "work", folder / "outputs"
        for path in (self.temp, self.work):
            path.mkdir()
        self.base = base

    def step(self, name: str, **inputs: str) -> tuple[int, dict[str, str], str]:
        """Run a step with ``inputs``: (exit code, outputs, all it said)."""
        given = {key: spec["default"] for key, spec in ACTION["inputs"].items()} | inputs
        env = {
            key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for key, value in STEPS[name]["env"].items()
        }
        self.outputs.write_text("")
        summary = self.work.parent / "summary.md"
        env |= {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.outputs),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
        }
        env |= {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(self.work)}
        done = shell(STEPS[name]["run"], self.base | env, self.work)
        pairs = dict(line.partition("=")[::2] for line in self.outputs.read_text("utf-8").splitlines())
        return done.returncode, pairs, done.stdout + done.stderr


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, offline: dict[str, str], context: Path) -> Runner:
    """A runner on which the action's own step has installed the action's own version."""
    made = Runner(tmp_path_factory.mktemp("runner"), offline | {"GITHUB_ACTION_PATH": str(context)})
    code, _, said = made.step("install")
    assert code == 0, said
    return made


def test_the_gate_as_a_step(runner: Runner) -> None:
    (runner.work / "exports").mkdir()
    export = runner.work / "exports" / "clients list.csv"
    export.write_text("name,tariff\nА,Старт\n", "utf-8")
    export.chmod(0o600)
    code, outputs, said = runner.step("run", paths="exports\n\n  exports/clients list.csv  \n")
    assert (code, outputs["exit-code"], outputs["violations"]) == (0, "0", "0"), said
    assert outputs["sarif"] == "derbes.sarif"

    export.write_text(f"name,iin\nА,{IIN}\n", "utf-8")
    code, outputs, said = runner.step("run", paths="exports", lang="ru")
    assert (code, outputs["exit-code"]) == (1, "1"), said
    assert int(outputs["violations"]) == 1
    assert "::error file=exports/clients list.csv,line=1,title=derbes unprotected-copy::" in said
    assert IIN not in said
    sarif = json.loads((runner.work / "derbes.sarif").read_bytes())
    assert len(sarif["runs"][0]["results"]) == 1
    summary = (runner.work.parent / "summary.md").read_text("utf-8")
    assert summary.count("### derbes") == 2  # a step of its own each time
    assert "6.2" in summary

    before = json.loads((runner.temp / "derbes-report.json").read_bytes())
    (runner.work / "before.json").write_text(json.dumps(before), "utf-8")
    code, outputs, said = runner.step("run", paths="exports", baseline="before.json", sarif="")
    assert (code, outputs) == (0, {"exit-code": "0", "violations": "0"}), said


def test_nothing_to_check_and_mistakes_keep_their_codes(runner: Runner) -> None:
    assert runner.step("run", paths="no-such-folder")[1]["exit-code"] == "4"
    code, outputs, said = runner.step("run", paths="exports", args="--no-such-option")
    assert (code, outputs["exit-code"], outputs["violations"]) == (2, "2", "0")
    assert "--no-such-option" in said
    assert runner.step("run", **{"fail-on": "never", "paths": "exports"})[0] == 0


@pytest.mark.parametrize(
    "attack", ["$(touch owned)", "`touch owned`", "; touch owned", "' ; touch owned #", "--help\n-x"]
)
def test_inputs_are_words_and_never_code(runner: Runner, attack: str) -> None:
    code, _, said = runner.step("run", paths=attack)
    assert code == 4, said
    runner.step("run", paths="exports", args=attack)
    runner.step("run", paths="exports", **{"fail-on": attack})
    assert not (runner.work / "owned").exists()
