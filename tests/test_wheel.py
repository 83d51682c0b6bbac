"""The wheel holds what the folders hold: the import names are mapped, so a new folder is easily forgotten."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"scanner": "derbes/scanner", "recognizers": "derbes/recognizers", "reports": "derbes/reports"}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """File names in a wheel built from a copy of what git tracks."""
    checkout = tmp_path_factory.mktemp("checkout")
    tracked = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    )
    for name in filter(None, tracked):
        source, target = ROOT / name, checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.exists():
            target.write_bytes(source.read_bytes())
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--quiet",
            "--wheel-dir",
            str(out),
            str(checkout),
        ],
        check=True,
    )
    (wheel,) = out.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_folders_is_in_the_wheel(members: set[str]) -> None:
    tracked = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    expected = {
        FOLDERS[name.split("/", 1)[0]] + "/" + name.split("/", 1)[1] for name in tracked.split("\n") if "/" in name
    }
    assert expected - members == set()


def test_nothing_else_is_in_the_wheel(members: set[str]) -> None:
    assert {name.split("/")[0] for name in members if ".dist-info" not in name} == {"derbes"}
    assert not [name for name in members if "tests/" in name]


def test_licence_and_notice_ship(members: set[str]) -> None:
    assert {name.rsplit("/", 1)[-1] for name in members} >= {"LICENSE", "NOTICE", "py.typed"}
