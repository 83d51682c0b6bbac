"""The GitLab template: valid, and its scripts run as a job runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from defusedxml import ElementTree

from tests.packaging.conftest import IIN, ROOT, shell

TEMPLATE = ROOT / "packaging" / "gitlab" / "derbes.gitlab-ci.yml"
PIPELINE: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text("utf-8"))


def test_it_meets_the_schema_of_gitlab() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", TEMPLATE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout on a runner; the image has derbes already, so that nothing is installed."""
    binaries = tmp_path / ".derbes-venv" / "bin"
    binaries.mkdir(parents=True)
    launcher = binaries / "derbes"
    launcher.write_text(f'#!/bin/sh\nexec {Path(sys.executable).parent}/derbes "$@"\n')
    launcher.chmod(0o755)
    export = tmp_path / "exports" / "clients.csv"
    export.parent.mkdir()
    export.write_text(f"name,iin\nА,{IIN}\n", "utf-8")
    export.chmod(0o600)
    return tmp_path


def run(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    job = PIPELINE["derbes"]
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "CI": "true", "CI_PROJECT_DIR": str(project)}
    env |= {key: str(value) for key, value in PIPELINE["variables"].items()} | variables
    return shell("\n".join([*job["before_script"], *job["script"]]), env, project)


def test_the_job_fails_and_leaves_all_its_artifacts(project: Path) -> None:
    done = run(project, DERBES_TARGETS="exports")
    assert done.returncode == 1, done.stderr
    artifacts = PIPELINE["derbes"]["artifacts"]
    names = [*artifacts["paths"], *artifacts["reports"].values()]
    assert all((project / name).stat().st_size for name in names)
    assert not [name for name in names if IIN.encode() in (project / name).read_bytes()]
    (issue,) = json.loads((project / artifacts["reports"]["codequality"]).read_bytes())
    assert issue["location"]["path"] == "exports/clients.csv"
    assert issue["severity"] == "critical"
    root = ElementTree.fromstring((project / artifacts["reports"]["junit"]).read_bytes())
    assert root.get("failures") == "1"


def test_thresholds_arguments_and_declared_places(project: Path) -> None:
    assert run(project, DERBES_TARGETS="exports", DERBES_FAIL_ON="never").returncode == 0
    assert run(project, DERBES_TARGETS="exports", DERBES_ARGS="--baseline derbes.json").returncode == 0
    assert run(project, DERBES_TARGETS="no-such-folder").returncode == 4
    assert run(project).returncode == 2  # no targets, and no derbes.yml that names any
    (project / "derbes.yml").write_text("version: 1\nplaces:\n  - {id: out, target: exports, purposes: [services]}\n")
    assert run(project).returncode == 0
