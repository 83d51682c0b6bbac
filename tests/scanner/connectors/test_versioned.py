"""What git keeps is known from its index, in every version of the format, without running git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from derbes.scanner.connectors.versioned import is_versioned

GIT = ("git", "-c", "user.email=a@example.kz", "-c", "user.name=a", "-c", "core.fsmonitor=false")


def git(folder: Path, *args: str) -> None:
    subprocess.run([*GIT, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    names = ["a.csv", "exports/2026/clients.csv", "exports/2026/clients.csv.bak", "выгрузка/клиенты.csv", "z" * 120]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    (tmp_path / "exports" / "fresh.csv").write_text("x\n")
    return tmp_path


def known(tree: Path) -> set[str]:
    files = [path for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(tree)) for path in files if is_versioned(path)}


def expected(tree: Path) -> set[str]:
    listed = subprocess.run([*GIT, "ls-files", "-z"], cwd=tree, check=True, capture_output=True).stdout
    return {os.fsdecode(name) for name in listed.split(b"\0") if name}


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_of_the_index(tree: Path, version: str) -> None:
    (tree / "later.csv").write_text("x\n")
    if version == "3":
        git(tree, "add", "-N", "later.csv")  # an entry with extended flags makes it version 3
    else:
        git(tree, "update-index", "--index-version", version)
    assert (tree / ".git" / "index").read_bytes()[7] == int(version)
    assert known(tree) == expected(tree)
    assert len(known(tree)) == (6 if version == "3" else 5)
    assert not is_versioned(tree / "exports" / "fresh.csv")


def test_a_file_added_later_is_noticed(tree: Path) -> None:
    assert not is_versioned(tree / "exports" / "fresh.csv")
    git(tree, "add", ".")
    assert is_versioned(tree / "exports" / "fresh.csv")


def test_linked_work_trees(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git(tree, "commit", "-qm", "first")
    other = tmp_path_factory.mktemp("linked") / "tree"
    git(tree, "worktree", "add", "-q", str(other))
    assert is_versioned(other / "a.csv")


@pytest.mark.parametrize(
    "damage", [b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"DIRC\0\0\0\4\0\0\0\2" + b"\xff" * 300]
)
def test_a_damaged_index_says_nothing(tree: Path, damage: bytes) -> None:
    (tree / ".git" / "index").write_bytes(damage)
    assert known(tree) == set()


def test_outside_of_git_nothing_is_versioned(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n")
    assert not is_versioned(tmp_path / "a.csv")
