"""Definitions to an inventory: whose they are, what their fields would hold, and what nobody stated."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from derbes.scanner.claims import Claim, claims_of
from derbes.scanner.classify import classify_schema
from derbes.scanner.commands.review_audience import Audience
from derbes.scanner.commands.run import Setup
from derbes.scanner.commands.targets import rooted_places
from derbes.scanner.connectors.schema.base import Answers, Definition
from derbes.scanner.connectors.schema.files import DefinitionFile
from derbes.scanner.errors import UsageError
from derbes.scanner.evaluate.questions import HOW, WORDS, questions
from derbes.scanner.model.data import Dataset
from derbes.scanner.model.evidence import MAX_LOCATIONS, Location
from derbes.scanner.model.facts import Facts
from derbes.scanner.model.inventory import Classification, Inventory, PlaceRecord, Run, Unscanned
from derbes.scanner.model.places import Place, PlaceKind, Retention
from derbes.scanner.policy.durations import parse_period
from derbes.scanner.policy.types import Policy

_KINDS: dict[str, PlaceKind] = {"form": "form", "log": "log"}


@dataclass(slots=True)
class _Room:
    """A place while its definitions come together."""

    place: Place
    datasets: list[Dataset] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    files: dict[str, DefinitionFile] = field(default_factory=dict)


@dataclass(slots=True)
class Review:
    """Builds the inventory of definition files. ``flags`` are answers that hold for all, ``place`` the declared place
    that all belong to."""

    setup: Setup
    flags: Answers = field(default_factory=Answers)
    place: str | None = None
    rooms: dict[str, _Room] = field(default_factory=dict)
    fields: list[Classification] = field(default_factory=list)
    unscanned: list[Unscanned] = field(default_factory=list)
    claims: tuple[Claim, ...] = ()
    audience: Audience = field(default_factory=lambda: Audience(None))

    def __post_init__(self) -> None:
        config = self.setup.config
        self.claims = claims_of(rooted_places(config)) if config is not None else ()
        if self.place and (config is None or config.place(self.place) is None):
            raise UsageError("usage", "в derbes.yml нет места {place}", "список: derbes place list", place=self.place)
        self.audience = Audience(config)
        self.flags = checked(self.flags, self.setup.policy, "")

    def take(self, file: DefinitionFile) -> None:
        """Put one file into the inventory."""
        common = checked(file.common(), self.setup.policy, file.path)
        for definition in file.definitions:
            own = checked(file.own(definition), self.setup.policy, file.path)
            place, prefix = self._place(file.path, definition, own, common)
            self._define(file, definition, place, prefix)
        if not file.definitions and not file.problems:
            place, _ = self._place(file.path, None, Answers(), common)
            room = self._room(place, file)
            room.datasets.append(Dataset("", "", "schema", "line", "schema"))
        self.unscanned += file.problems
        self.unscanned += [
            Unscanned(
                file.path, "", "statement-unread", "строка {line}: не разобрать «{what}»",
                {"line": unread.line, "what": unread.what},
            )
            for unread in file.unread
        ]  # fmt: skip

    def take_all(self, files: Iterable[DefinitionFile]) -> None:
        """Put many files into the inventory."""
        for file in files:
            self.take(file)

    def take_live(self, place: Place) -> None:
        """Names of a live schema: nothing but what its catalogue says."""
        from derbes.scanner.connectors.schema.live import live_datasets

        room = self.rooms.setdefault(place.id, _Room(_answered(place, self.flags.over(_of(place)))))
        for dataset in live_datasets(place):
            room.datasets.append(dataset)
            rows = classify_schema(dataset, self.setup.policy)
            self.fields += [replace(row, place=place.id, part=dataset.part) for row in rows]

    def _define(self, file: DefinitionFile, definition: Definition, place: Place, prefix: str) -> None:
        room = self._room(place, file)
        lines: dict[str, set[int]] = {}
        for one in definition.fields:  # a log may write the same datum on many lines
            lines.setdefault(one.field.path, set()).add(one.line)
        dataset = Dataset(
            part="",
            name=definition.name,
            kind=_KINDS.get(definition.shape, "schema"),
            unit="line",
            format=definition.format,
            fields=tuple({one.field.path: one.field for one in definition.fields}.values()),
            comment=definition.comment,
        )
        part = prefix + definition.name
        for row in classify_schema(dataset, self.setup.policy):
            where = tuple(Location(line, 0) for line in sorted(lines[row.path])[:MAX_LOCATIONS])
            self.fields.append(replace(row, place=place.id, part=part, path=prefix + row.path, locations=where))
        named = tuple(replace(one, path=prefix + one.path) for one in dataset.fields)
        room.datasets.append(replace(dataset, part=part, fields=named))
        self.audience.note(definition, place, part)
        room.facts.append(
            Facts(
                part=part,
                forms=(definition.exposed,) if definition.exposed else (),
                grants=tuple(replace(grant, path=prefix + grant.path) for grant in definition.grants),
            )
        )

    def _room(self, place: Place, file: DefinitionFile) -> _Room:
        room = self.rooms.setdefault(place.id, _Room(place))
        room.files[file.path] = file
        return room

    # Whose definition is it?

    def _place(self, path: str, definition: Definition | None, own: Answers, common: Answers) -> tuple[Place, str]:
        """The place and the prefix of its paths there."""
        stated = self._declared(path, definition)
        log = definition is not None and definition.shape == "log"
        if stated is not None and not log:
            place, prefix = stated
            return _answered(place, self.flags.over(_of(place)).over(own).over(common)), prefix
        id_ = f"{path}#log" if log else f"{path}#{definition.name}" if definition is not None and own else path
        place = Place(id=id_, target=path, location=path, kind="log" if log else "schema")
        answers = Answers(owner=self.flags.owner) if log else self.flags.over(own).over(common)
        return _answered(place, answers), ""

    def _declared(self, path: str, definition: Definition | None) -> tuple[Place, str] | None:
        config = self.setup.config
        if config is None:
            return None
        names = [self.place] if self.place else []
        if definition is not None:
            names += [definition.name, definition.name.rpartition(".")[2]]
        for name in names:
            if name and (place := config.place(name)) is not None:
                return replace(place, location=path), f"{path}#"
        for claim in self.claims:
            relative = claim.relative(os.path.abspath(path))
            if relative is not None:
                return claim.place, f"{relative}#" if relative else ""
        return None

    # The end

    def _widened(self) -> None:
        """Say of every copied column who reads the copy and not the column."""
        for room in self.rooms.values():
            for number, facts in enumerate(room.facts):
                prefix, mark, _ = facts.part.rpartition("#")
                copied = tuple(self.audience.widened(room.place, facts.part, prefix + mark))
                room.facts[number] = replace(facts, copied=copied)

    def inventory(self, started: datetime) -> Inventory:
        """All of it, with the questions that leave nothing to judge by among what was not read."""
        self._widened()
        records = tuple(_record(room, self.unscanned) for _, room in sorted(self.rooms.items()))
        now = datetime.now().astimezone()
        run = Run(
            id=f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            command="review",
            started_at=started.isoformat(timespec="milliseconds"),
            finished_at=now.isoformat(timespec="milliseconds"),
            complete=not self.unscanned,
            executor="serial",
        )
        rows = tuple(sorted(self.fields, key=lambda f: (f.place, f.locations, f.path, f.category)))
        bare = Inventory(run=run, places=records, fields=rows, unscanned=tuple(self.unscanned))
        asked = tuple(_unanswered(bare, self.setup.policy))
        return replace(bare, run=replace(run, complete=run.complete and not asked), unscanned=(*bare.unscanned, *asked))


def _record(room: _Room, unscanned: Sequence[Unscanned]) -> PlaceRecord:
    missed = any(one.place in room.files for one in unscanned)
    lines = sum(file.lines for file in room.files.values())
    return PlaceRecord(
        place=room.place,
        status="partial" if missed else "scanned",
        unit="line",
        units_read=lines,
        units_total=lines,
        bytes_read=sum(file.size for file in room.files.values()),
        datasets=tuple(room.datasets),
        facts=tuple(room.facts),
    )


def _unanswered(inventory: Inventory, policy: Policy) -> Iterator[Unscanned]:
    for question in questions(inventory, policy.ref()):
        if question.needed:
            yield Unscanned(question.place, question.path, "unanswered", WORDS[question.topic], {}, HOW[question.topic])


# Answers


def _of(place: Place) -> Answers:
    keep = place.retention.keep if place.retention else ""
    return Answers(place.purposes, place.subjects, keep, place.owner or "")


def _answered(place: Place, answers: Answers) -> Place:
    """``place`` as the answers describe it: with a purpose it is as good as declared."""
    column = place.retention.column if place.retention else None
    return replace(
        place,
        declared=place.declared or bool(answers.purposes),
        purposes=answers.purposes or place.purposes,
        subjects=answers.subjects or place.subjects,
        owner=answers.owner or place.owner,
        retention=Retention(answers.retain, column) if answers.retain else place.retention,
    )


def checked(answers: Answers, policy: Policy, path: str) -> Answers:
    """``answers`` with clause numbers turned into ids. Raises ``UsageError`` for what the policy does not know."""
    where = f"{path}:{answers.line}: " if path else ""
    purposes: list[str] = []
    for name in answers.purposes:
        found = [p.id for p in policy.purposes if name in (p.id, p.clause)]
        if not found:
            known = ", ".join(policy.purpose_by_id)
            raise UsageError(
                "review-purpose",
                "{where}в политике нет цели {name}",
                "есть: {known}",
                where=where,
                name=name,
                known=known,
            )
        purposes += found
    subjects: list[str] = []
    for name in answers.subjects:
        found = [s.id for s in policy.subjects if name in (s.id, s.clause)]
        if not found:
            known = ", ".join(s.id for s in policy.subjects)
            raise UsageError(
                "review-subject", "{where}в политике нет субъекта {name}", "есть: {known}",
                where=where, name=name, known=known,
            )  # fmt: skip
        subjects += found
    if answers.retain:
        try:
            parse_period(answers.retain)
        except ValueError:
            raise UsageError(
                "review-retain", "{where}срок {value} не понять", "P1Y (год), P6M (шесть месяцев), P90D (90 дней)",
                where=where, value=answers.retain,
            ) from None  # fmt: skip
    return replace(answers, purposes=tuple(purposes), subjects=tuple(subjects))
