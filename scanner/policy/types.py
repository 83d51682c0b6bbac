"""What a policy and a rule are, as they are written; the JSON Schemas come from here.

Everything is frozen and closed: an unknown key is an error. References (clause, category, purpose, subject) are
checked in ``references.py``, on the data as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from derbes.scanner.model.findings import PolicyRef, PurposeRef
from derbes.scanner.policy.scalars import (
    TECHNICAL,
    UNDECLARED,
    Id,
    Many,
    Model,
    OrString,
    Period,
    Severity,
    Switch,
    Title,
)


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


Exposure = Literal["world-readable", "web-root", "public-grant", "unlisted-role", "wider-copy"]
Channel = Literal["connection-without-tls", "form-get", "form-http"]
Copy = Literal["dump", "backup", "export", "repository"]


class Condition(Model):
    """The closed vocabulary of rules. All keys that are given must hold; see ``docs/policy.md``.

    ``category``: ids of the policy, or ``personal`` (all that the policy lists), ``undeclared``, ``technical``;
    ``entity``: entity names; ``role``: the field is of the category, or merely mentions it; ``kind``, ``place``,
    ``path`` (globs), ``owner`` (named or not), ``subject``, ``purpose``: of the place; ``config``: a derbes.yml is
    in force; ``declared``: it names the place; ``purposes``: stated for the field; ``allowed``: one of them allows the
    category; ``exposure``, ``channel``, ``copy``, ``encrypted``, ``overdue``, ``reviewed`` (before
    launch), ``transfer``, ``consent``: facts;
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
    reviewed: bool | None = None
    transfer: Many | None = None
    consent: bool | None = None
    units: int | None = Field(default=None, ge=0)
    persons: int | None = Field(default=None, ge=0)
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any")
    not_: Condition | None = Field(default=None, alias="not")


Each = Literal["field", "category", "place", "part", "records", "access", "channel"]


class Breach(Model):
    """What the policy promises when data have come into the wrong hands: the clause that reports quote."""

    clause: str


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
    stand for the clauses that the policy gives to the category, purposes … of the case. ``phrases`` say what was seen
    (``{how}``), ``fixes`` what to do about it (``{fix}``): one for each value of the trait that the rule looks at.
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
    fixes: Mapping[str, Title] = Field(default_factory=dict)
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
    ``fideslang``: category or entity -> key of the Fides taxonomy, where the usual one is not meant.
    """

    version: Literal[1]
    id: Id
    title: Annotated[str, Field(min_length=1)]
    extends: str | None = None
    effective: str | None = None
    clauses: Mapping[str, str] = Field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    technical: Annotated[Technical, Switch, OrString()] = Technical()
    undeclared: Undeclared = Undeclared()
    subjects: tuple[Subject, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    retention: tuple[RetentionTerm, ...] = ()
    breach: Breach | None = None
    fideslang: Mapping[str, Annotated[str, Field(pattern=r"^[A-Za-z0-9_.<>-]{1,200}$")]] = Field(default_factory=dict)
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
        terms = {term.purpose: term.keep for term in self.retention}
        return PolicyRef(
            self.id,
            self.title,
            self.effective,
            self.sha256,
            dict(self.clauses),
            dict(self.category_titles),
            dict(self.category_clauses),
            {subject.id: subject.title.by_language() if subject.title else {} for subject in self.subjects},
            {
                purpose.id: PurposeRef(
                    purpose.clause, purpose.title.by_language() if purpose.title else {}, terms.get(purpose.id)
                )
                for purpose in self.purposes
            },
            {rule.id: rule.title.by_language() for rule in self.active_rules},
            dict(self.fideslang),
        )
