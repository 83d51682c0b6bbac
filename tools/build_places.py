"""Build ``recognizers/words/places.txt.gz`` from the KATO table: ``python tools/build_places.py PATH/kato.csv``.

The table is the state classifier of settlements as published in siaarzh/kz-tax-rates (MIT). One line a name, lower
case: ``c`` town or city, ``s`` settlement, ``d`` district or rural district, ``r`` region; then a tab and the name.
Markers («г.», «а.о.», «ауданы» …) are cut off, for the recognizer knows them.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "recognizers" / "words" / "places.txt.gz"
_BEFORE = re.compile(r"^(?:г|с|п|а|ст|рзд|разъезд|станция|аул|село|поселок|район|область)\.?\s*(?=[А-ЯЁӘІҢҒҮҰҚӨҺ])")
_AFTER = re.compile(
    r"\s+(?:[гпс]\.\s?[ао]\.?|Г\.А\.|[кқ]\.\s?ә\.?|Қ\.Ә\.|а\.\s?о\.?|[қќак]|ст|рзд|бек|район|область|ауданы|облысы)\.?$"
)


def kind(level: str, type_code: str, name_ru: str) -> str:
    """The letter under which a row of the table is kept."""
    if level == "oblast" and type_code == "0":
        return "r"
    if name_ru.startswith("г."):
        return "c"
    return "s" if level == "settlement" else "d"


def names(path: Path) -> set[tuple[str, str]]:
    """All (kind, bare name) pairs in both languages."""
    found: set[tuple[str, str]] = set()
    with path.open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            letter = kind(row["level"], row["type_code"], row["name_ru"])
            for written in (row["name_ru"], row["name_kk"]):
                bare = re.sub(r"\s*\(.*?\)", "", written).strip()
                bare = _AFTER.sub("", _BEFORE.sub("", bare)).strip(" .,-").lower()
                if len(bare) > 2 and not re.search(r"[\d№.,]", bare):
                    found.add((letter, bare))
    return found


def main() -> None:
    """Write the list, the same bytes for the same table."""
    lines = "".join(f"{letter}\t{name}\n" for letter, name in sorted(names(Path(sys.argv[1]))))
    TARGET.write_bytes(gzip.compress(lines.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
