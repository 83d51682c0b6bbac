"""What ``derbes analyze`` finds, measured on the development sets: ``python -m tests.bench.accuracy [--data DATA]``.

One line a set and entity: precision, recall and F1 by overlap and F1 by exact spans, all through the ``Analyzer`` with
its sieve and its resolution of overlaps. ``DATA`` is the folder of corpora that cannot be shipped (KazNERD, factRuEval,
public logs); rows whose files are not there are left out. ``--errors SET`` prints what is wrong in one set.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from derbes.recognizers.analyzer import Analyzer
from derbes.recognizers.base import Match
from derbes.recognizers.registry import load_recognizers

HERE = Path(__file__).parent
DOCUMENTS = {"KZ_ID_CARD", "KZ_PASSPORT", "KZ_RESIDENCE_PERMIT", "RU_PASSPORT", "IDENTITY_DOCUMENT", "MRZ"}
CODES = {
    "P": "PERSON",
    "T": "PHONE_NUMBER",
    "E": "EMAIL_ADDRESS",
    "I": "KZ_IIN",
    "B": "KZ_BIN",
    "K": "KZ_IBAN",
    "C": "KZ_BIC",
    "R": "KZ_RNN",
    "A": "ADDRESS",
    "O": "ORGANIZATION",
    "D": "documents",
    "M": "documents",
    "Y": "DATE_OF_BIRTH",
}
SECTION_2_3 = set(CODES.values()) - {"DATE_OF_BIRTH"}


@dataclass(frozen=True, slots=True)
class Span:
    """A datum of a development set. One that is ``optional`` may be found or not."""

    start: int
    end: int
    kind: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with everything that should be found in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Score:
    """Counts of one entity in one set."""

    gold: int = 0
    found: int = 0
    reached: int = 0  # gold spans that some finding overlaps
    right: int = 0  # findings that overlap some gold span
    exact: int = 0

    def figures(self) -> tuple[float, float, float, float]:
        """Precision, recall, F1 by overlap, F1 by exact spans."""
        precision, recall = self.right / max(1, self.found), self.reached / max(1, self.gold)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return precision, recall, f1, 2 * self.exact / max(1, self.gold + self.found)


def read_marked(path: Path, default: str = "") -> Iterator[Sample]:
    """Lines with spans in ⟦ ⟧: ``⟦X …⟧`` names its entity by a letter, unless ``default`` names one for all.

    ⏎ stands for a line break, a small letter for a span that may be found or not, ``# `` opens a comment.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            yield parse_marked(line, default)


def parse_marked(line: str, default: str = "") -> Sample:
    """One such line."""
    text, spans, opened = "", [], ("", 0)
    for piece in re.split("(⟦[A-Za-z] |⟦|⟧)" if not default else "(⟦|⟧)", line.replace("⏎", "\n")):
        if piece.startswith("⟦"):
            opened = piece[1:2], len(text)
        elif piece == "⟧":
            code = opened[0]
            spans.append(Span(opened[1], len(text), default or CODES[code.upper()], code.islower()))
        else:
            text += piece
    return Sample(text, tuple(spans))


def kind_of(match: Match) -> str:
    """The entity, all identity documents as one."""
    return "documents" if match.entity in DOCUMENTS else match.entity


def measure(analyzer: Analyzer, samples: Iterable[Sample], *, errors: bool = False) -> dict[str, Score]:
    """Scores by entity."""
    scores: dict[str, Score] = defaultdict(Score)
    for sample in samples:
        found = [Span(m.start, m.end, kind_of(m)) for m in analyzer.analyze(sample.text)]
        wanted = [span for span in sample.spans if not span.optional]
        for span in wanted:
            score = scores[span.kind]
            score.gold += 1
            score.reached += any(_overlap(span, other) for other in found)
        counted = [s for s in found if not any(_overlap(s, other) for other in sample.spans if other.optional)]
        for span in counted:
            score = scores[span.kind]
            score.found += 1
            score.right += any(_overlap(span, other) for other in wanted)
            score.exact += span in wanted
        if errors:
            _show(sample.text, set(counted) - set(wanted), set(wanted) - set(found))
    return scores


def _overlap(one: Span, two: Span) -> bool:
    return one.kind == two.kind and one.start < two.end and two.start < one.end


def _show(text: str, extra: set[Span], missing: set[Span]) -> None:
    for sign, spans in (("+", extra), ("-", missing)):
        for span in sorted(spans, key=lambda s: s.start):
            around = (
                f"{text[max(0, span.start - 40) : span.start]}⟦{text[span.start : span.end]}⟧{text[span.end :][:30]}"
            )
            print(sign, span.kind, repr(around))


def person_templates() -> Iterator[Sample]:
    """Russian, Kazakh and Latin names in the templates of ``person_snippets.yaml``, and lines without a name."""
    raw = yaml.safe_load((HERE / "person_snippets.yaml").read_text(encoding="utf-8"))
    for template, kinds in raw["person"]:
        before, _, after = template.replace("{{", "{").replace("}}", "}").partition("{n}")
        for name in (name for kind in kinds for name in raw["names"][kind]):
            yield Sample(before + name + after, (Span(len(before), len(before) + len(name), "PERSON"),))
    for line in raw["nothing"].splitlines():
        yield Sample(line, ())


def corpora(data: Path) -> dict[str, list[Sample]]:
    """The held-out sentences of KazNERD and factRuEval."""
    from tools.train.corpus import split

    _, held_out = split(data)
    names = {"kk": "KazNERD held out", "ru": "factRuEval held out"}
    return {
        names[language]: [
            Sample(t.text, tuple(Span(s, e, "PERSON") for s, e, kind in t.spans if kind == "PERSON")) for t in texts
        ]
        for language, texts in held_out.items()
        if language in names
    }


def development_sets(data: Path | None) -> dict[str, tuple[list[Sample], set[str]]]:
    """Name -> samples and the entities that the set speaks of."""
    sets: dict[str, tuple[list[Sample], set[str]]] = {
        "snippets": (
            [s for name in ("snippets", "snippets2") for s in read_marked(HERE / f"{name}.txt")],
            SECTION_2_3 | {"DATE_OF_BIRTH"},
        ),
        "registry addresses": (
            [s for name in ("address_dev", "address_dev2") for s in read_marked(HERE / f"{name}.txt", "ADDRESS")],
            {"ADDRESS"},
        ),
        "company names": (list(read_marked(HERE / "organization_dev.txt", "ORGANIZATION")), {"ORGANIZATION"}),
        "name templates": (list(person_templates()), {"PERSON"}),
    }
    names = HERE / "names_ru.txt"
    if names.exists():
        sets["Russian names"] = list(read_marked(names, "PERSON")), {"PERSON"}
    if data and (data / "kaznerd_valid.iob2").exists():
        sets |= {name: (samples, {"PERSON"}) for name, samples in corpora(data).items()}
    return sets


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the corpora")
    parser.add_argument("--errors", metavar="SET", help="print the errors of this set alone")
    options = parser.parse_args()
    analyzer = Analyzer(load_recognizers())
    print(f"{'set':20} {'entity':14} {'gold':>6} {'P':>6} {'R':>6} {'F1':>6} {'exact':>6}")
    for name, (samples, kinds) in development_sets(options.data).items():
        if options.errors and name != options.errors:
            continue
        scores = measure(analyzer, samples, errors=bool(options.errors))
        for kind in sorted(kinds & set(scores)):
            precision, recall, f1, exact = scores[kind].figures()
            row = f"{precision:6.3f} {recall:6.3f} {f1:6.3f} {exact:6.3f}"
            print(f"{name:20} {kind:14} {scores[kind].gold:6} {row}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
