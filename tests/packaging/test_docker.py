"""The Dockerfile: what can be known of it without a daemon. Its install runs for real, as the account it names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from tests.packaging.conftest import DOCKER, IIN, context_files


@pytest.fixture(scope="module")
def stages() -> list[list[dict[str, str]]]:
    """The instructions of each stage."""
    with (DOCKER / "Dockerfile").open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    found: list[list[dict[str, str]]] = []
    for one in structure:
        if one["instruction"] == "FROM":
            found.append([])
        if found and one["instruction"] != "COMMENT":
            found[-1].append(one)
    return found


def last(stage: list[dict[str, str]], instruction: str) -> str:
    return [one["value"] for one in stage if one["instruction"] == instruction][-1]


def test_the_image_runs_as_nobody_in_particular_and_fetches_nothing(stages: list[list[dict[str, str]]]) -> None:
    assert len(stages) == 2
    final = stages[-1]
    user = last(final, "USER")
    assert user == "10001:10001"
    after = [one["instruction"] for one in final][[one["instruction"] for one in final].index("USER") :]
    assert "RUN" not in after
    text = " ".join(one["value"] for stage in stages for one in stage)
    assert not [one for stage in stages for one in stage if one["instruction"] == "ADD"]
    assert not re.search(r"https?://|\bcurl\b|\bwget\b|\bgit\b|apt-get|chmod 777|sudo", text)
    assert last(final, "ENTRYPOINT") == '["derbes"]'
    assert last(final, "VOLUME") == "/var/lib/derbes"
    assert f"install -d -o {user.split(':')[0]}" in text
    sources = [one["value"] for one in final if one["instruction"] in ("FROM", "COPY")]
    assert [source.split("/")[0].split()[0] for source in sources] == ["python:${PYTHON}", "--from=build"]


def test_the_context_holds_what_is_built_from_and_nothing_else() -> None:
    names = {str(name) for name in context_files()}
    assert {"pyproject.toml", "README.md", "LICENSE", "scanner/cli.py", "reports/templates/report.html.j2"} <= names
    assert not [name for name in names if name.split("/")[0] in ("tests", ".git", "docs", "tools", ".venv")]
    assert not [name for name in names if "__pycache__" in name]


def test_its_commands_build_and_the_account_can_work(
    stages: list[list[dict[str, str]]], context: Path, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The RUN of the build stage, with folders of a test in the place of those of the image; then ``docker run``: no
    home and no network, and (where this is root) as the image's account, which may not write to the data."""
    root = tmp_path_factory.mktemp("image")
    script = last(stages[0], "RUN").replace("/opt/derbes", f"{root}/derbes").replace("/src[all]", str(context))
    env = offline | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-ec", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]

    data, state = root / "data", root / "state"
    data.mkdir()
    state.mkdir(mode=0o700)
    (data / "app.log").write_text(f"2026-11-22 10:00:00 INFO client iin={IIN} saved\n")
    account: list[str] = []
    if os.geteuid() == 0:  # the interpreter may lie where only root may look: this one may look everywhere, and no more
        os.chown(state, 10001, 10001)
        account = [
            "setpriv",
            "--reuid=10001",
            "--regid=10001",
            "--clear-groups",
            "--bounding-set=-all,+dac_read_search",
        ]
        account += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    variables = dict(re.findall(r"(\w+)=(\S+)", last(stages[1], "ENV")))
    assert variables["DERBES_STATE"].startswith("/var/lib/derbes/")
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": offline["PYTHONPATH"], "PYTHONUTF8": "1"}
    env |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "DERBES_STATE": f"{state}/history.sqlite",
        "https_proxy": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [*account, f"{root}/derbes/bin/derbes", "check", "."],
        env=env,
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "п. 2.4" in done.stdout
    assert IIN not in done.stdout + done.stderr
    assert [path.name for path in data.iterdir()] == ["app.log"]
    assert (state / "history.sqlite").exists()
