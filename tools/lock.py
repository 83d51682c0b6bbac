"""Lock files: every package that a run (``requirements.lock``) or the work on it (``requirements-dev.lock``) needs,
with its version and the hashes of its files. ``python -m tools.lock`` writes both
by what ``pyproject.toml`` allows.

``pip install --require-hashes -r requirements.lock`` then installs just that, from whatever index pip is set up with.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN, DEV = "requirements.lock", "requirements-dev.lock"
_COMPILE = "--quiet --generate-hashes --allow-unsafe --strip-extras --no-header".split()
_COMPILE += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]


def wanted() -> dict[str, list[str]]:
    """Requirements by lock file, as ``pyproject.toml`` has them; the second holds the first as well."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    run = [
        *project["project"]["dependencies"],
        *(one for name, some in extras.items() if name != "all" for one in some),
    ]
    return {RUN: run, DEV: [*run, *project["dependency-groups"]["dev"]]}


def main() -> None:
    """Write the lock files; what a former one pins stays pinned where it still fits."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    for name, requirements in wanted().items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "pyproject.in")
            source.write_text("\n".join(requirements), "utf-8")
            command = [
                "pip-compile",
                *_COMPILE,
                *upgrade,
                "--no-annotate",
                "--output-file",
                str(ROOT / name),
                str(source),
            ]
            subprocess.run([sys.executable, "-m", "piptools", "compile", *command[1:]], check=True)


if __name__ == "__main__":
    main()
