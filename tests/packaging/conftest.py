"""derbes installed by pip from exactly what the Dockerfile copies, into an environment of its own, without an index."""

from __future__ import annotations

import fnmatch
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "packaging" / "docker"
IIN = "870521300459"


def context_files() -> Iterator[Path]:
    """The build context: what ``Dockerfile.dockerignore`` lets through, relative to the checkout."""
    lines = [line for line in (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] != "#"]
    assert lines[0] == "*"
    kept = [line[1:] for line in lines if line.startswith("!")]
    dropped = [line.removeprefix("**/") for line in lines if line.startswith("**/")]
    for name in kept:
        start = ROOT / name
        assert start.exists(), name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            parts = path.relative_to(ROOT).parts
            if not any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in dropped):
                yield path.relative_to(ROOT)


@dataclass(frozen=True)
class Installed:
    """An environment with derbes in it, and the variables under which it finds what derbes depends on."""

    context: Path
    environment: dict[str, str]
    folder: Path


@pytest.fixture(scope="session")
def offline() -> dict[str, str]:
    """What the packages that derbes depends on are taken from instead of an index: those of this environment."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": site.getsitepackages()[0],
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as «no isolation»
        "LANG": "C.UTF-8",
    }


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the build context."""
    folder = tmp_path_factory.mktemp("context")
    for name in context_files():
        source, copy = ROOT / name, folder / name
        if source.is_dir() and not source.is_symlink():
            copy.mkdir(parents=True, exist_ok=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    return folder


def shell(script: str, env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as the runners of GitHub and GitLab do."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        env=env, cwd=cwd, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
