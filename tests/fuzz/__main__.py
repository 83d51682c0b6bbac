"""``python -m tests.fuzz [--seconds N] [TARGET…]``: libFuzzer over each target in turn, in a process of its own.

What breaks a target is kept in ``derbes-fuzz/`` and named. Needs ``pip install atheris``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path("derbes-fuzz")
LIMITS = ("-timeout=60", "-rss_limit_mb=3000", "-max_len=20000", "-print_final_stats=1")


def main() -> int:
    """Fuzz; the code is the number of targets that broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=120, help="a target")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*")
    given = parser.parse_args()
    if given.one:
        _fuzz(given.one, given.seconds)
    from tests.fuzz.targets import TARGETS

    return sum(not _run(name, given.seconds) for name in given.targets or TARGETS)


def _run(name: str, seconds: int) -> bool:
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, "--seconds", str(seconds)]
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    figures = dict(
        line[6:].split(":", 1) for line in ran.stderr.splitlines() if line.startswith("stat::") and ":" in line[6:]
    )
    count = figures.get("number_of_executed_units", "?").strip()
    print(f"{name:14} {'broken' if ran.returncode else 'whole':8} inputs {count}", flush=True)
    if ran.returncode:
        print(ran.stderr[-3000:], flush=True)
    return ran.returncode == 0


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    ours = ["derbes.scanner.connectors", "derbes.recognizers.numbers", "derbes.scanner.policy"]
    with atheris.instrument_imports(include=ours):
        from tests.fuzz.targets import TARGETS
    from tests.fuzz.seeds import seeds

    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds().get(name, [])):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-artifact_prefix={FOLDER}/{name}-", *LIMITS]
    atheris.Setup(arguments, TARGETS[name])
    os.environ.setdefault("PYTHONHASHSEED", "0")
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
