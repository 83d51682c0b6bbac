"""Build ``recognizers/words/names.txt.gz`` from openly licensed lists. Deterministic: same inputs, same bytes.

    python tools/build_names.py --data DIR --wheels DIR

``--data``: ``kazakh_names.json`` (namsor/kazakh-names, MIT), ``ru_wikinews.jsonl`` (Russian Wikinews, CC BY 2.5),
``factrueval_devset.jsonl`` (MIT), ``kaznerd_valid.iob2`` (CC BY 4.0). ``--wheels``: the wheels of natasha 1.6.0,
mimesis 22.2.0 and faker 40.54.0 (all MIT), as ``pip download --no-deps --only-binary=:all:`` leaves them.

From the news texts only the bare vocabulary is taken: words written in lower case, so that a name that is also a word
can be told from one that is not.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from derbes.recognizers.name_forms import fold, is_surname_form

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
INSIDE = re.compile(r"[^\W\d_],? $")  # within a sentence, where a capital means something
OUT = Path(__file__).parent.parent / "recognizers" / "words" / "names.txt.gz"


def only(folder: Path, pattern: str) -> zipfile.ZipFile:
    (path,) = folder.glob(pattern)
    return zipfile.ZipFile(path)


def kazakh_given(path: Path) -> Iterator[str]:
    """Names whose surname or patronymic forms agree with them: the source is a scan with reading errors."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        forms = [fold(form) for key in ("familyNames", "patronyms", "middleNames") for form in row[key]]
        for name in row["kazakhNames"]:
            key = fold(name)
            if 3 <= len(name) <= 14 and " " not in name and sum(form.startswith(key[:-1]) for form in forms) >= 2:
                yield name


def natasha(wheels: Path) -> tuple[set[str], set[str]]:
    with only(wheels, "natasha-*.whl") as wheel:
        first = wheel.read("natasha/data/dict/first.txt").decode().split()
        maybe = wheel.read("natasha/data/dict/maybe_first.txt").decode().splitlines()
    return {name for name in first if len(name) > 2}, {line.split()[0] for line in maybe if line.strip()}


def mimesis(wheels: Path, language: str) -> tuple[list[str], list[str]]:
    with only(wheels, "mimesis-*.whl") as wheel:
        data = json.loads(wheel.read(f"mimesis/datasets/{language}/person.json"))
    return [*data["names"]["male"], *data["names"]["female"]], [*data["surnames"]["male"], *data["surnames"]["female"]]


def faker(wheels: Path, locale: str) -> dict[str, set[str]]:
    """The literals of a Faker provider, read without running it."""
    with only(wheels, "faker-*.whl") as wheel:
        tree = ast.parse(wheel.read(f"faker/providers/person/{locale}/__init__.py"))
    found: dict[str, set[str]] = {"first": set(), "last": set()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            kind = node.targets[0].id.split("_")[0]
            if kind in found:
                strings = (n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant))
                found[kind] |= {s for s in strings if isinstance(s, str) and s.isalpha()}
    return found


def texts(data: Path) -> Iterator[str]:
    for name in ("ru_wikinews.jsonl", "factrueval_devset.jsonl"):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["text"]
    tokens = (line.rsplit(" ", 1)[0] for line in (data / "kaznerd_valid.iob2").read_text(encoding="utf-8").splitlines())
    yield " ".join(tokens)


def common_words(data: Path) -> set[str]:
    """Words that are written small: at least twice, and not far more often with a capital."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts(data):
        for match in WORD.finditer(text):
            word = match[0]
            if word.islower():
                small[word] += 1
            elif INSIDE.search(text, max(0, match.start() - 3), match.start()):
                capital[word.lower()] += 1
    return {w for w, n in small.items() if n >= 2 and n * 4 >= capital[w] and 2 < len(w) <= 20 and not w.isascii()}


def section(title: str, words: Iterable[str]) -> str:
    return f"[{title}]\n" + " ".join(sorted(words)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wheels", type=Path, required=True)
    options = parser.parse_args()
    first, maybe = natasha(options.wheels)
    kk_given, kk_last = mimesis(options.wheels, "kk")
    ru_given, ru_last = mimesis(options.wheels, "ru")
    russian, english = faker(options.wheels, "ru_RU"), faker(options.wheels, "en_US")
    abroad = (
        "en_US",
        "en_GB",
        "de_DE",
        "fr_FR",
        "es_ES",
        "it_IT",
        "pl_PL",
        "tr_TR",
        "nl_NL",
        "sv_SE",
        "fi_FI",
        "cs_CZ",
    )
    foreign = {
        key for locale in abroad for name in faker(options.wheels, locale)["first"] if len(key := fold(name)) > 3
    }
    core = {*kazakh_given(options.data / "kazakh_names.json"), *kk_given, *ru_given, *russian["first"]}
    elsewhere = set(map(fold, first))
    known_twice = {name for name in core if fold(name) in elsewhere}
    firm = {*kk_given, *ru_given, *russian["first"], *known_twice}
    given = {*core, *first}
    last = {name for name in (*kk_last, *ru_last, *russian["last"]) if not is_surname_form(name.lower())}
    body = (
        section("given", {key for name in given if len(key := fold(name)) > 2})
        + section("core", {fold(name) for name in core if len(name) > 3})
        + section("firm", {fold(name) for name in firm if len(name) > 3})
        + section("ambiguous", {name for name in maybe if len(name) > 2})
        + section("surnames", {key for name in last if len(key := fold(name)) > 2})
        + section("foreign", foreign)
        + section("latin_given", {name.lower() for name in english["first"]})
        + section("latin_surnames", {name.lower() for name in english["last"]})
        + section("common", common_words(options.data))
    )
    OUT.write_bytes(gzip.compress(body.encode(), 9, mtime=0))
    sys.stdout.write(f"{OUT.name}: {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
