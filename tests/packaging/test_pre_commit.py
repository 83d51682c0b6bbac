"""The hooks, run by pre-commit itself from a repository of hooks, on real commits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.conftest import IIN, ROOT

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
GIT = ("git", "-c", "user.email=a@example.kz", "-c", "user.name=a", "-c", "init.defaultBranch=main")


def test_the_manifest_is_valid_and_both_languages_run_the_same() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    for name in ("derbes-check", "derbes-review", "derbes-policy"):
        alike = {key: value for key, value in HOOKS[name].items() if key not in ("id", "language", "description")}
        twin = HOOKS[f"{name}-system"]
        assert {key: twin[key] for key in alike} == alike
        assert (HOOKS[name]["language"], twin["language"]) == ("python", "system")
    assert len(HOOKS) == 6


class Project:
    """Somebody's repository with the hooks installed."""

    def __init__(self, folder: Path) -> None:
        self.hooks, self.folder = folder / "hooks", folder / "project"
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_"))},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        for path in (self.hooks, self.folder):
            path.mkdir()
            self.git("init", "-q", cwd=path)
        (self.hooks / ".pre-commit-hooks.yaml").write_bytes(MANIFEST.read_bytes())
        self.git("add", ".", cwd=self.hooks)
        self.git("commit", "-qm", "hooks", cwd=self.hooks)
        revision = self.git("rev-parse", "HEAD", cwd=self.hooks).stdout.strip()
        ids = [{"id": name} for name in HOOKS if name.endswith("-system")]
        config = {"repos": [{"repo": self.hooks.as_uri(), "rev": revision, "hooks": ids}]}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "install"],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.git("add", ".")

    def git(self, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GIT, *args], cwd=cwd or self.folder, env=self.env, capture_output=True, text=True, check=False
        )

    def commit(self, name: str, text: str) -> tuple[int, str]:
        """Write a file and commit it: (exit code of git, what the hooks said)."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.git("add", ".")
        done = self.git("commit", "-m", "change")
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("pre-commit"))


def test_a_commit_with_personal_data_is_refused(project: Project) -> None:
    code, said = project.commit("data/people.csv", "id,tariff\n1,Старт\n")
    assert code == 0, said
    assert "Passed" in said
    code, said = project.commit("data/people.csv", f"id,iin\n1,{IIN}\n")
    assert code == 1, said
    assert "data/people.csv" in said
    assert "п. 6.2" in said
    assert IIN not in said
    assert "chmod" not in said  # the mode is git's
    project.commit("data/people.csv", "id,tariff\n1,Старт\n")


def test_a_definition_that_the_policy_does_not_allow_is_refused(project: Project) -> None:
    code, said = project.commit("templates/order.html", '<form method="post" action="/o"><input name="phone"></form>\n')
    assert code == 0, said
    code, said = project.commit("templates/order.html", '<form action="/o"><input name="phone"></form>\n')
    assert code == 1, said
    assert "6.3" in said
    project.commit("templates/order.html", "<p>нет формы</p>\n")


def test_a_mistake_in_the_policy_is_refused(project: Project) -> None:
    code, said = project.commit("derbes.yml", "version: 1\nplases: []\n")
    assert code == 1, said
    assert "places" in said
    code, said = project.commit("derbes.yml", "version: 1\nplaces: []\n")
    assert code == 0, said


def test_other_files_are_none_of_its_business(project: Project) -> None:
    code, said = project.commit("src/main.c", f"/* {IIN} */\n")
    assert code == 0
    assert said.count("Skipped") == 3
