"""What workers send home, put together for a whole folder."""

from __future__ import annotations

import time

from derbes.scanner.gather import Gathered, Read, finish
from derbes.scanner.model.data import Dataset, Field
from derbes.scanner.model.evidence import FieldProfile
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.places import Place
from derbes.scanner.policy.load import load_policy


def gathered(*parts: str) -> Gathered:
    one = Gathered(Place(id="d", target="d", location="d"))
    for part in parts:
        names = ("a", "b", "c")
        one.reads[part, ""] = Read(Dataset(part, "", "file", "row", "csv", tuple(Field(n, n) for n in names)), 10, 100)
        for name in names:
            one.profiles[part, "", name, False] = FieldProfile(part, "", name, 10)
    return one


def test_the_facts_of_an_archive_are_those_of_its_members_and_of_no_neighbour() -> None:
    one = gathered("d/a.zip!x.csv", "d/a.zip!y.csv", "d/a.zip", "d/a.zip0", "d/a.zi", "d/b.csv")
    one.facts = [Facts(part="d/a.zip", mode=0o640), Facts(part="d/b.csv", mode=0o600), Facts(part="d/gone", mode=0)]
    records, fields, _ = finish(one, load_policy("hosting-pro"))
    modes = {record.place.id: [fact.mode for fact in record.facts] for record in records}
    assert modes == {
        "d/a.zi": [], "d/a.zip": [0o640], "d/a.zip!x.csv": [0o640], "d/a.zip!y.csv": [0o640], "d/a.zip0": [],
        "d/b.csv": [0o600],
    }  # fmt: skip
    assert not fields


def test_a_folder_of_many_files_is_put_together_in_linear_time() -> None:
    names = [f"d/{number:06d}.csv" for number in range(4000)]
    one = gathered(*names)
    one.facts = [Facts(part=name, mode=0o600) for name in names]
    policy = load_policy("hosting-pro")
    started = time.process_time()
    records, _, _ = finish(one, policy)
    assert time.process_time() - started < 10  # a pass over all of them for each took a minute
    assert len(records) == len(names)
