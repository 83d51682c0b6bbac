"""What a policy, a rule and a configuration are, as they are written; the JSON Schemas come from here.

Everything is frozen and closed: an unknown key is an error. References (clause, category, purpose, subject) are
checked in ``load.py``, which knows where each stood in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)

from derbes.scanner.model.findings import PolicyRef
from derbes.scanner.policy.durations import parse_period, parse_seconds

Severity = Literal["critical", "major", "minor"]
Kind = Literal["database", "log", "form", "file", "mail", "schema"]
Id = Annotated[str, Field(pattern=r"^[\w.:/@-]{1,200}$")]
UNDECLARED = "undeclared"
TECHNICAL = "technical"


def _period(value: Any) -> Any:
    return parse_period(value) and value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise ValueError("дата пишется так: 2026-11-30") from None


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _title(value: Any) -> Any:
    """A bare string is a title in every language."""
    return {"ru": value} if isinstance(value, str) else value


Period = Annotated[
    str,
    BeforeValidator(_period),
    WithJsonSchema({"type": "string", "pattern": "^P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$"}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Seconds = Annotated[
    float,
    BeforeValidator(parse_seconds),
    WithJsonSchema({"type": ["string", "number"], "description": "600, 90s, 10m, 2h, PT10M"}),
]


def _switch(value: Any) -> Any:
    """``technical: personal`` is short for ``technical: {as: personal}``."""
    return {"as": value} if isinstance(value, str) else value


class _OrString:
    """In the JSON Schema: the type itself, or a string."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


Many = Annotated[tuple[str, ...], BeforeValidator(_one_or_many), _OrString()]


class Model(BaseModel):
    """Closed and frozen. Numbers may stand where text is meant, and a key with nothing after it is a key left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {info.alias or name for name, info in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class Words(Model):
    """A text in up to three languages; Russian stands in for those that are missing."""

    ru: str
    kk: str | None = None
    en: str | None = None

    def by_language(self) -> dict[str, str]:
        """Language -> text, all three."""
        return {"ru": self.ru, "kk": self.kk or self.ru, "en": self.en or self.ru}


Title = Annotated[Words, BeforeValidator(_title), _OrString()]


class Category(Model):
    """A category of personal data that the policy declares, and the entities it consists of."""

    id: Id
    clause: str
    title: Title
    entities: tuple[str, ...]
    severity: Severity | None = None


class Technical(Model):
    """Data that the policy does not count as personal, unless ``as: personal`` says that it shall be judged."""

    clause: str | None = None
    title: Title | None = None
    entities: tuple[str, ...] = ()
    judged_as: Literal["technical", "personal"] = Field(default="technical", alias="as")


class Undeclared(Model):
    """Data that are personal by law and that the policy's list does not name."""

    clause: str | None = None
    title: Title | None = None
    entities: tuple[str, ...] = ()


class Subject(Model):
    """A kind of people whose data are processed."""

    id: Id
    clause: str
    title: Title | None = None


class Purpose(Model):
    """A purpose of processing: whose data and which categories it allows."""

    id: Id
    clause: str
    title: Title | None = None
    subjects: tuple[str, ...] = ()
    categories: tuple[str, ...]


class RetentionTerm(Model):
    """How long data of a purpose may be kept. No ``keep``: the text names no term, the places in derbes.yml do."""

    purpose: str
    clause: str
    keep: Period | None = None


Exposure = Literal["world-readable", "web-root", "public-grant", "unlisted-role"]
Channel = Literal["connection-without-tls", "form-get", "form-http"]
Copy = Literal["dump", "backup", "export"]


class Condition(Model):
    """The closed vocabulary of rules. All keys that are given must hold; see ``docs/policy.md``.

    ``category``: ids of the policy, or ``personal`` (all that the policy lists), ``undeclared``, ``technical``;
    ``entity``: entity names; ``role``: the field is of the category, or merely mentions it; ``kind``, ``place``,
    ``path`` (globs), ``owner`` (named or not), ``subject``, ``purpose``: of the place; ``config``: a derbes.yml is
    in force; ``declared``: it names the place; ``purposes``: stated for the field; ``allowed``: one of them allows the
    category; ``exposure``, ``channel``, ``copy``, ``encrypted``, ``overdue``, ``transfer``, ``consent``: facts;
    ``units``, ``persons``: at least so many; ``any``, ``not``: of further conditions.
    """

    category: Many | None = None
    entity: Many | None = None
    role: Literal["column", "mention"] | None = None
    kind: Many | None = None
    place: Many | None = None
    path: Many | None = None
    owner: bool | None = None
    subject: Many | None = None
    purpose: Many | None = None
    config: bool | None = None
    declared: bool | None = None
    purposes: bool | None = None
    allowed: bool | None = None
    exposure: tuple[Exposure, ...] | None = None
    channel: tuple[Channel, ...] | None = None
    copy_: tuple[Copy, ...] | None = Field(default=None, alias="copy")
    encrypted: bool | None = None
    overdue: bool | None = None
    transfer: Many | None = None
    consent: bool | None = None
    units: int | None = Field(default=None, ge=0)
    persons: int | None = Field(default=None, ge=0)
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any")
    not_: Condition | None = Field(default=None, alias="not")


Each = Literal["field", "category", "place", "part", "records", "access", "channel"]


class Example(Model):
    """One case that the rule must flag or pass; a test runs it through the real evaluator.

    ``place``: keys of a place in derbes.yml; ``config`` false: no derbes.yml; ``facts``: keys of Facts;
    ``fields``: path -> entity, or entity and units (``KZ_IIN 120``); ``months``: path -> month -> rows.
    """

    why: str = ""
    config: bool = True
    place: Mapping[str, Any] = Field(default_factory=dict)
    undeclared: bool = False
    facts: tuple[Mapping[str, Any], ...] = ()
    fields: Mapping[str, str] = Field(default_factory=dict)
    months: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)


class Rule(Model):
    """A rule: for each of what, when, how grave, which clauses, and what to say.

    ``clauses`` are numbers, or ``{category}``, ``{purposes}``, ``{subjects}``, ``{retention}``, ``{technical}``, which
    stand for the clauses that the policy gives to the category, purposes … of the case.
    """

    id: Id
    each: Each = "field"
    when: Condition
    severity: Severity | None = None
    clauses: tuple[str, ...] = ()
    title: Title
    message: Title
    remedy: Title
    phrases: Mapping[str, Title] = Field(default_factory=dict)
    flags: tuple[Example, ...] = ()
    passes: tuple[Example, ...] = ()


class RuleChange(Model):
    """What ``rules:`` of a policy says of one rule: changes of a built-in one, or an own one (which has ``when``)."""

    enabled: bool = True
    severity: Severity | None = None
    clauses: tuple[str, ...] | None = None
    each: Each | None = None
    when: Condition | None = None
    title: Title | None = None
    message: Title | None = None
    remedy: Title | None = None
    flags: tuple[Example, ...] | None = None
    passes: tuple[Example, ...] | None = None


class PolicyFile(Model):
    """``policy.yml``: the clauses of a privacy policy as data.

    ``extends`` names a built-in policy: what this file leaves out stands as there; entries of the same id replace it.
    """

    version: Literal[1]
    id: Id
    title: Annotated[str, Field(min_length=1)]
    extends: str | None = None
    effective: str | None = None
    clauses: Mapping[str, str] = Field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    technical: Annotated[Technical, BeforeValidator(_switch), _OrString()] = Technical()
    undeclared: Undeclared = Undeclared()
    subjects: tuple[Subject, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    retention: tuple[RetentionTerm, ...] = ()
    rules: Mapping[str, RuleChange] = Field(default_factory=dict)


class Policy(PolicyFile):
    """A loaded policy: the file, its rules in force, and the ways to look things up."""

    sha256: str
    file: str
    active_rules: tuple[Rule, ...] = ()
    severities: Mapping[str, Severity] = Field(default_factory=dict)

    @cached_property
    def category_by_entity(self) -> Mapping[str, str]:
        """Entity -> category id; ``undeclared`` and ``technical`` among them."""
        table = dict.fromkeys(self.technical.entities, TECHNICAL)
        table |= dict.fromkeys(self.undeclared.entities, UNDECLARED)
        for category in self.categories:
            table |= dict.fromkeys(category.entities, category.id)
        return table

    @cached_property
    def category_ids(self) -> tuple[str, ...]:
        """Declared categories in the policy's order, then ``undeclared`` and ``technical``."""
        return (*(category.id for category in self.categories), UNDECLARED, TECHNICAL)

    @cached_property
    def category_clauses(self) -> Mapping[str, str]:
        """Category id -> clause."""
        table = {category.id: category.clause for category in self.categories}
        for name, spec in ((UNDECLARED, self.undeclared), (TECHNICAL, self.technical)):
            if spec.clause:
                table[name] = spec.clause
        return table

    @cached_property
    def category_titles(self) -> Mapping[str, Mapping[str, str]]:
        """Category id -> titles by language."""
        table = {category.id: category.title.by_language() for category in self.categories}
        for name, spec in ((UNDECLARED, self.undeclared), (TECHNICAL, self.technical)):
            table[name] = spec.title.by_language() if spec.title else dict.fromkeys(("ru", "kk", "en"), name)
        return table

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {name: rank for rank, name in enumerate(self.category_ids)}

    def rank(self, category: str) -> int:
        """The place of ``category`` in the policy's order."""
        return self._ranks.get(category, len(self._ranks))

    def severity(self, category: str) -> Severity:
        """How grave a breach with ``category`` is by default."""
        return self.severities.get(category, "major")

    @cached_property
    def purpose_by_id(self) -> Mapping[str, Purpose]:
        """Purpose id -> purpose."""
        return {purpose.id: purpose for purpose in self.purposes}

    @cached_property
    def rule_by_id(self) -> Mapping[str, Rule]:
        """Id -> rule, of the rules in force."""
        return {rule.id: rule for rule in self.active_rules}

    def allows(self, purposes: tuple[str, ...], category: str) -> bool:
        """Whether one of ``purposes`` allows ``category``."""
        return any(category in self.purpose_by_id[name].categories for name in purposes if name in self.purpose_by_id)

    def ref(self) -> PolicyRef:
        """What reports need to quote this policy."""
        return PolicyRef(
            self.id,
            self.title,
            self.effective,
            self.sha256,
            dict(self.clauses),
            dict(self.category_titles),
            dict(self.category_clauses),
        )


class ExceptionEntry(Model):
    """One accepted violation. ``rule`` and ``where`` are for readers; the id alone decides.

    ``added``: the day of acceptance; ``units``: how many it covered then, so that growth is noticed.
    """

    id: Annotated[str, Field(pattern=r"^DRB-[0-9A-F]{4,16}$")]
    rule: str | None = None
    where: str | None = None
    reason: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]
    approved_by: str | None = None
    until: Day
    added: Day | None = None
    units: int | None = Field(default=None, ge=0)


class ExceptionsFile(Model):
    """``derbes-exceptions.yml``."""

    version: Literal[1] = 1
    exceptions: tuple[ExceptionEntry, ...] = ()


class PlaceAccess(Model):
    """Who may read the place."""

    roles: tuple[str, ...] = ()


class PlaceRetention(Model):
    """How long records are kept, counted from the date in ``column``; without ``keep``, the purposes' own term."""

    column: str | None = None
    keep: Period | None = None


class PlaceBudget(Model):
    """Beyond it a place is sampled, and the report says so."""

    rows: int | None = Field(default=None, gt=0)
    time: Seconds | None = None


class FieldSpec(Model):
    """What is said of one field (a path or a glob of paths)."""

    purposes: tuple[str, ...]


class PlaceSpec(Model):
    """One place of ``derbes.yml``."""

    id: Id
    target: Annotated[str, Field(min_length=1)]
    kind: Kind | None = None
    owner: str | None = None
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    access: PlaceAccess | None = None
    retention: PlaceRetention | None = None
    budget: PlaceBudget | None = None
    transfer: Literal["third-party", "none"] | None = None
    consent: bool = False
    encoding: str | None = None
    fields: Mapping[str, FieldSpec] = Field(default_factory=dict)


class ConfigFile(Model):
    """``derbes.yml``: where data lie and what for."""

    version: Literal[1]
    policy: str = "hosting-pro"
    technical: Literal["technical", "personal"] | None = None
    places: tuple[PlaceSpec, ...] = ()
    exceptions: str | None = None
