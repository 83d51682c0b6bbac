"""Speed and memory of whole runs, against references in the same run: ``python -m tests.bench.speed [-o FILE.md]``.

Every figure is CPU seconds of whole processes (the least of ``REPEATS``), their start-up measured on a tiny file and
taken off. ``rg`` gets the very anchors that the sieve compiles, with byte semantics; a second column gives it eight
patterns such as people write by hand. Plain Presidio reads line by line with the same recognizers.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from derbes.recognizers.registry import RECOGNIZERS, recognizer_class
from derbes.recognizers.views import VIEW_ANCHOR
from tests.bench.corpora import catalogue, first_lines, write

DATA = Path(__file__).parents[3] / "shared" / "data"
REPEATS = 3
PRESIDIO_LINES = 400
BY_HAND = (
    r"[\w.+-]+@[\w-]+\.\w+", r"[0-9]{12}", r"\+7[ (-]?[0-9]{3}", r"KZ[0-9]{2}[0-9A-Z]{16}",
    r"[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}",
    r"ТОО|ЖШС|LLP", r"ул\. |көшесі|пр\. ", r"паспорт|удостоверени|жеке куәлік",
)  # fmt: skip


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds (the least of several runs) and peak resident MB of ``command``."""
    best, peak = float("inf"), 0.0
    for _ in range(REPEATS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        best = min(best, usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss / 1024)
    return best, peak


def derbes(path: Path) -> list[str]:
    """The command that is measured: all categories, occurrences written, one process."""
    return [
        sys.executable, "-c", "from derbes.scanner.cli import main; main()", "scan", str(path), "--executor", "serial",
        "--occurrences", "occurrences.jsonl", "--state", "none", "-q", "-f", "json",
    ]  # fmt: skip


def anchors() -> list[bytes]:
    """What log lines are sieved for."""
    classes = [recognizer_class(name) for name in RECOGNIZERS if name != "TechnicalRecognizer"]
    return list(dict.fromkeys([*VIEW_ANCHOR, *(anchor for each in classes for anchor in each.ANCHOR)]))


def rg(patterns: Path, path: Path, *flags: str) -> list[str]:
    """ripgrep on one thread; room for automata of this size."""
    limits = ["--regex-size-limit", "2G", "--dfa-size-limit", "1G"]
    return ["rg", "-j1", "-a", "-c", *limits, *flags, "-f", str(patterns), str(path)]


def presidio(lines: list[str]) -> float:
    """MB/s of ``AnalyzerEngine`` with the same recognizers, line by line."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    from derbes.recognizers.registry import load_recognizers

    nlp = SpacyNlpEngine(models=[{"lang_code": "ru", "model_name": "ru"}])
    nlp.nlp = {"ru": spacy.blank("ru")}
    registry = RecognizerRegistry(recognizers=load_recognizers(), supported_languages=["ru"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["ru"])
    engine.analyze("Оспанова Асель", language="ru")
    start = time.process_time()
    for line in lines:
        engine.analyze(line, language="ru")
    return sum(len(line.encode()) + 1 for line in lines) / 1e6 / (time.process_time() - start)


def row(name: str, path: Path, tiny: Path, folder: Path, slow: float) -> str:
    """One line of the table."""
    size = path.stat().st_size / 1e6
    (start, _), (total, peak) = measured(derbes(tiny), folder), measured(derbes(path), folder)
    ours = max(total - start, 1e-3)
    same = measured(rg(folder / "anchors.txt", path, "--no-unicode"), folder)[0]
    hand = measured(rg(folder / "by_hand.txt", path, "--no-unicode"), folder)[0]
    count = measured(["wc", "-l", str(path)], folder)[0]
    cells = (
        name, f"{size:.0f}", f"{size / ours:.1f}", f"{ours:.2f}", f"{ours / max(same, 1e-3):.1f}",
        f"{ours / max(hand, 1e-3):.1f}", f"{ours / max(count, 1e-3):.0f}", f"{size / ours / slow:.0f}", f"{peak:.0f}",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


HEAD = """| input | MB | MB/s | CPU-s | × rg, same anchors | × rg, 8 patterns | × wc -l | × Presidio | peak MB |
|---|---|---|---|---|---|---|---|---|"""


def machine() -> str:
    """Processor, system and Python."""
    info = Path("/proc/cpuinfo")
    model = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), "")
    load = os.getloadavg()[0]
    return f"{model or platform.processor()}, {os.cpu_count()} CPU, load {load:.1f}, Python {platform.python_version()}"


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--only", default="", help="inputs whose name contains this")
    parser.add_argument("--megabytes", type=int, help="size of every input")
    given = parser.parse_args()
    lines = [machine(), "", HEAD]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "anchors.txt").write_bytes(b"\n".join(anchors()) + b"\n")
        (folder / "by_hand.txt").write_text("\n".join(BY_HAND) + "\n", encoding="utf-8")
        for title, (file, megabytes, generate) in catalogue(DATA).items():
            if given.only not in title or not (some := first_lines(generate, PRESIDIO_LINES)):
                continue
            path, tiny = folder / file, folder / f"tiny-{file}"
            write(path, given.megabytes or megabytes, generate)
            tiny.write_text("\n".join(some[:2]) + "\n", encoding="utf-8")
            lines.append(row(title, path, tiny, folder, presidio(some)))
            print(lines[-1], flush=True)
            path.unlink()
    if given.output:
        given.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
