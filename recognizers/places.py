"""Names of towns, districts and settlements of Kazakhstan (KATO), read on first use.

Look-up keys are folded: lower case, Kazakh letters and Latin diacritics to their plain neighbours, so that
«Қарағанды» and «Карагандинская», ``Qarağandy`` and ``Qaragandy`` need one entry each.
"""

from __future__ import annotations

import gzip
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import yaml

_KAZAKH = str.maketrans("әқғңөұүһіё", "акгноууxие")
_LATIN = str.maketrans({"ı": "i", "ɡ": "g", "ł": "l", "’": "'", "ʼ": "'"})


def fold(name: str) -> str:
    """A key that spelling variants share: ``Сәтбаев`` = ``Сатбаев``, ``kóshesi`` = ``koshesi``."""
    name = name.lower()
    if name.isascii():
        return name
    if name[0] < "\u0400":
        name = "".join(c for c in unicodedata.normalize("NFD", name.translate(_LATIN)) if not unicodedata.combining(c))
    return name.translate(_KAZAKH)


def read_yaml(name: str) -> Any:
    """A word list of this package."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((resources.files("derbes.recognizers.words") / name).read_text(encoding="utf-8"), loader)  # noqa: S506


@cache
def _lists() -> dict[str, frozenset[str]]:
    packed = (resources.files("derbes.recognizers.words") / "places.txt.gz").read_bytes()
    names: dict[str, set[str]] = {letter: set() for letter in "csdr"}
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        letter, name = line.split("\t")
        names[letter].add(fold(name))
    return {letter: frozenset(found) for letter, found in names.items()}


@cache
def cities() -> frozenset[str]:
    """Folded names that are a town wherever they stand."""
    more = read_yaml("places.yaml")
    return (_lists()["c"] | {fold(name) for name in more["cities"]}) - {fold(name) for name in more["weak"]}


@cache
def places() -> frozenset[str]:
    """Folded names of every town, settlement, district and region: weak evidence, many are words and persons."""
    weak = frozenset(fold(name) for name in read_yaml("places.yaml")["weak"])
    return cities() | weak | _lists()["c"] | _lists()["s"] | _lists()["d"] | _lists()["r"]
