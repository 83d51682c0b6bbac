"""Speed and memory of whole runs, against references in the same run: ``python -m tests.bench.speed [-o FILE.md]``.

Every figure is CPU seconds of whole processes (the least of ``REPEATS``), their start-up measured on a tiny file and
taken off. ``rg`` gets the very anchors that the sieve reads, with byte semantics; a second column gives it eight
patterns such as people write by hand, which ``grep -P`` gets too. Plain Presidio reads line by line with the same
recognizers. What tables cost is measured by ``tests/bench/speed_tables.py``.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from derbes.recognizers.analyzer import MIN_SCORE
from derbes.scanner.detect import readers
from tests.bench.corpora import catalogue, first_lines, write

DATA = Path(__file__).parents[3] / "shared" / "data"
REPEATS = 3
PRESIDIO_LINES = 400
BY_HAND = (
    r"[\w.+-]+@[\w-]+\.\w+", r"[0-9]{12}", r"\+7[ (-]?[0-9]{3}", r"KZ[0-9]{2}[0-9A-Z]{16}",
    r"[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}",
    r"ТОО|ЖШС|LLP", r"ул[.] |көшесі|пр[.] ", r"паспорт|удостоверени|жеке куәлік",
)  # fmt: skip


def measured(command: list[str], folder: Path, repeats: int = REPEATS) -> tuple[float, float]:
    """CPU seconds (the least of several runs) and peak resident MB of ``command``."""
    best, peak = float("inf"), 0.0
    for _ in range(repeats):
        with (folder / "stdout").open("wb") as out:  # to /dev/null grep would stop at the first match
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=folder)
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
    """What the lines of a long log are sieved for, Cyrillic words apart, which are looked up one by one."""
    return list(readers(None, MIN_SCORE, 64).bulk.sieve.patterns)


def rg(patterns: Path, path: Path, *flags: str) -> list[str]:
    """ripgrep on one thread; room for automata of this size."""
    limits = ["--regex-size-limit", "2G", "--dfa-size-limit", "1G"]
    return ["rg", "-j1", "-a", "-c", *limits, *flags, "-f", str(patterns), str(path)]


def grep(path: Path) -> list[str]:
    """GNU grep with the patterns of ``BY_HAND`` as Perl's."""
    return ["grep", "-a", "-c", "-P", "|".join(BY_HAND), str(path)]


def shares(path: Path) -> str:
    """Where the time of one file goes, in this process: reading it with the sieve, and with each recognizer."""
    analyzer = readers(None, MIN_SCORE, 64).bulk
    buffer = path.read_bytes()[:8_000_000]
    buffer = buffer[: buffer.rfind(b"\n") + 1]
    for _ in range(2):  # once to build what is built while reading
        began = time.process_time()
        fired = list(analyzer.sieve.lines(buffer))
        costs = {"sieve": time.process_time() - began}
    lines = [(buffer[start:end].decode("utf-8", "replace"), bits) for start, end, bits in fired]
    for recognizer in analyzer.recognizers:
        bit = 2 << analyzer.recognizers.index(recognizer)
        texts = [text for text, bits in lines if bits & bit]
        began = time.process_time()
        for some in ([text] for text in texts) if not hasattr(recognizer, "find_many") else [texts]:
            _ = recognizer.find_many(some) if hasattr(recognizer, "find_many") else list(recognizer.find(some[0]))
        costs[recognizer.name.removesuffix("Recognizer")] = time.process_time() - began
    largest = sorted(costs.items(), key=lambda cost: -cost[1])[:4]
    said = ", ".join(f"{name} {seconds * 1e9 / len(buffer):.1f}" for name, seconds in largest)
    return f"{said}; {len(fired) / max(buffer.count(10), 1):.1%} of lines fire"


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
    """One line of the table; ``slow`` is what Presidio reads, in MB/s."""
    size = path.stat().st_size / 1e6
    (start, _), (total, peak) = measured(derbes(tiny), folder), measured(derbes(path), folder)
    ours = max(total - start, 1e-3)
    same = measured(rg(folder / "anchors.txt", path, "--no-unicode"), folder, 1)[0]  # slow enough to be told from noise
    hand = measured(rg(folder / "by_hand.txt", path, "--no-unicode"), folder)[0]
    perl = measured(grep(path), folder)[0]
    count = measured(["wc", "-l", str(path)], folder)[0]
    cells = (
        name, f"{size:.0f}", f"{size / ours:.1f}", f"{ours:.2f}", f"{ours / max(same, 1e-3):.1f}",
        f"{ours / max(hand, 1e-3):.1f}", f"{ours / max(perl, 1e-3):.2f}", f"{ours / max(count, 1e-3):.0f}",
         f"{size / ours / slow:.0f}", f"{peak:.0f}",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


HEAD = """| input | MB | MB/s | CPU-s | × rg, same anchors | × rg, 8 | × grep -P, 8 | × wc -l | × Presidio | peak MB |
|---|---|---|---|---|---|---|---|---|---|"""


def machine() -> str:
    """Processor, system and Python."""
    info = Path("/proc/cpuinfo")
    model = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), "")
    load = os.getloadavg()[0]
    return f"{model or platform.processor()}, {os.cpu_count()} CPU, load {load:.1f}, Python {platform.python_version()}"


NOTES = """
CPU seconds of whole processes on one core, start-up taken off; `× rg` means so many times the time of ripgrep on the
same file in the same run (less than 1: faster). All categories, occurrences written. `rg, same anchors` reads every
pattern that the sieve reads; the 8 are what people write by hand. `× Presidio`: so many times as fast as
`AnalyzerEngine` with the same recognizers, line by line. Natasha: {natasha}.
"""


def natasha(lines: list[str]) -> str:
    """What Natasha's name tagger reads, where it is installed."""
    if find_spec("natasha") is None:
        return "not installed here"
    module: Any = import_module("natasha")

    segmenter, tagger = module.Segmenter(), module.NewsNERTagger(module.NewsEmbedding())
    began = time.process_time()
    for line in lines:
        doc = module.Doc(line)
        doc.segment(segmenter)
        doc.tag_ner(tagger)
    return (
        f"{sum(len(line.encode()) + 1 for line in lines) / 1e6 / (time.process_time() - began):.2f} MB/s, names alone"
    )


def tables() -> list[str]:
    """Rows of the bench of tables, where it exists."""
    if find_spec("tests.bench.speed_tables") is None:
        return []
    return [str(row) for row in import_module("tests.bench.speed_tables").rows()]


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--only", default="", help="inputs whose name contains this")
    parser.add_argument("--megabytes", type=int, help="size of every input")
    parser.add_argument("--tables", action="store_true", help="the bench of tables as well")
    given = parser.parse_args()
    lines = [HEAD]
    print(machine(), "", HEAD, sep="\n", flush=True)
    profile: list[str] = []
    news: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "anchors.txt").write_bytes(b"\n".join(map(_escaped, anchors())) + b"\n")
        (folder / "by_hand.txt").write_bytes(b"\n".join(_escaped(pattern.encode()) for pattern in BY_HAND) + b"\n")
        for title, (file, megabytes, generate) in catalogue(DATA).items():
            if given.only not in title or not (some := first_lines(generate, PRESIDIO_LINES)):
                continue
            path, tiny = folder / file, folder / f"tiny-{file}"
            write(path, given.megabytes or megabytes, generate)
            tiny.write_text("\n".join(some[:2]) + "\n", encoding="utf-8")
            lines.append(row(title, path, tiny, folder, presidio(some)))
            print(lines[-1], flush=True)
            profile.append(f"* {title}: {shares(path)}.")
            news = some if file == "messages.txt" else news
            path.unlink()
            if given.output:  # what is measured is kept, however long the rest takes
                write_page(given.output, lines, profile, [])
        start, memory = measured(derbes(tiny), folder)
    notes = [NOTES.format(natasha=natasha(news)), f"Start-up: {start:.2f} CPU-s, {memory:.0f} MB for two lines.", ""]
    if given.tables and (rows := tables()):
        notes += ["## Tables", "", *rows, ""]
    print(*notes, *profile, sep="\n")
    if given.output:
        write_page(given.output, lines, profile, notes)


def write_page(path: Path, table: list[str], profile: list[str], notes: list[str]) -> None:
    """``docs/benchmarks.md``."""
    head = ["# Benchmarks", "", f"`make bench`, {machine()}.", ""]
    where = ["## Where the time goes", "", "Nanoseconds a byte, the four largest of each text.", "", *profile]
    path.write_text("\n".join([*head, *table, "", *notes, *where]) + "\n", encoding="utf-8")


# What Rust's regular expressions write in another way: escapes they do not know, a bracket within a class.
_OTHERWISE = re.compile(rb"\\[ \"/]|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def _escaped(pattern: bytes) -> bytes:
    """The same for ripgrep, which reads patterns without Unicode only with bytes beyond ASCII spelled out."""

    def rust(match: re.Match[bytes]) -> bytes:
        one = match[0]
        if one[:1] == b"\\":
            return b"\\x%02X" % one[1] if one[1:] in (b" ", b'"', b"/") else one
        inner = re.sub(rb"\\.|\[", lambda m: rust(m) if m[0] != b"[" else b"\\[", one[1:], flags=re.DOTALL)
        return b"[" + inner

    pattern = _OTHERWISE.sub(rust, pattern)
    return b"".join(bytes([byte]) if byte < 0x80 else b"\\x%02X" % byte for byte in pattern)


if __name__ == "__main__":
    main()
