"""Silver labels: what the teacher (slovnet NER, MIT) sees in the Russian news texts.

Run in an environment of its own (slovnet, navec, razdel and natasha's model files; see docs/models.md):

    python tools/train/teacher.py DATA/ru_wikinews.jsonl NATASHA_DIR OUT.jsonl.gz

``NATASHA_DIR`` is the installed ``natasha`` package: only its model files are read. The result holds offsets and
labels, no text, and is kept in the repository, so that training itself needs no teacher.
"""

import gzip
import json
import sys
from pathlib import Path

LABELS = {"PER": "PERSON", "ORG": "ORG", "LOC": "LOC"}


def main(source: Path, natasha: Path, target: Path) -> None:
    """Write one ``{"id", "spans": [[start, end, label], …]}`` a text."""
    from navec import Navec
    from slovnet import NER

    data = natasha / "data"
    ner = NER.load(str(data / "model" / "slovnet_ner_news_v1.tar"))
    ner.navec(Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar")))
    with source.open(encoding="utf-8") as lines, gzip.GzipFile(target, "wb", mtime=0) as out:
        for line in lines:
            row = json.loads(line)
            spans = [[span.start, span.stop, LABELS[span.type]] for span in ner(row["text"]).spans]
            out.write((json.dumps({"id": row["id"], "spans": spans}) + "\n").encode())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
