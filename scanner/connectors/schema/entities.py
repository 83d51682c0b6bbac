"""Classes whose fields say by annotation that they are stored or asked for: Doctrine, TypeORM, class-validator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derbes.scanner.connectors.schema.trees import Step, chain, last_word, line, source, text

if TYPE_CHECKING:
    from tree_sitter import Node

_COLUMN = re.compile(
    r"(?:\w*Column|Prop|Field|ApiProperty(?:Optional)?|Is(?:Email|Phone\w*|MobilePhone|String|Date\w*|Optional|NotEmpty|IP|IBAN|Url))"
)
_TABLES = frozenset({"Entity", "Table", "Schema", "ObjectType", "InputType"})
_NO_DATA = re.compile(r"(?:PrimaryGenerated|Join|Create|Update|Delete|Version)\w*Column")
_DOCUMENTED = re.compile(r"@(?:ORM\\)?Column\((?P<given>[^)\n]{0,400})")
_GIVEN = re.compile(r"(\w{1,20})\s?=\s?\"?([\w ]{1,100})")
_SPEAKING = {"IsEmail": "email", "IsPhoneNumber": "phone", "IsMobilePhone": "phone", "IsIP": "ip", "IsIBAN": "iban"}


@dataclass(frozen=True, slots=True)
class EntityField:
    """A field of such a class; ``line`` is that of its name."""

    name: str
    line: int
    type: str
    comment: str
    length: int | None


@dataclass(frozen=True, slots=True)
class Entity:
    """A class with at least one such field, by the name of its table where that is given."""

    name: str
    fields: tuple[EntityField, ...]


def entity_of(node: Node) -> Entity | None:
    """What a class says; ``None`` for anything else and for a class without such fields."""
    if node.type not in ("class_declaration", "abstract_class_declaration"):
        return None
    body = node.child_by_field_name("body")
    fields = tuple(_fields(body)) if body is not None else ()
    return Entity(_table(node) or last_word(node.child_by_field_name("name")), fields) if fields else None


def _table(node: Node) -> str:
    around = node.parent if node.parent is not None and node.parent.type == "export_statement" else node
    for step in (*_annotations(around), *_annotations(node)):
        if step.name in _TABLES and (name := step.text(0) or _named(step, "name")):
            return name
    return ""


def _fields(body: Node) -> Iterator[EntityField]:
    before: Node | None = None
    pending: list[Node] = []  # decorators that stand in front of a property as nodes of their own
    for member in body.named_children:
        if member.type == "decorator":
            pending.append(member)
            continue
        if member.type in ("public_field_definition", "property_declaration", "field_definition"):
            steps = [*(step for one in pending for step in _annotation(one)), *_annotations(member)]
            if found := _field(member, steps) or _documented(member, before):
                yield found
        before, pending = member, []


def _field(member: Node, steps: list[Step]) -> EntityField | None:
    columns = [step for step in steps if _COLUMN.fullmatch(step.name) and not _NO_DATA.fullmatch(step.name)]
    if not columns:
        return None
    given = {key: value for step in columns for key, value in step.named.items()}
    name, at = _name(member)
    said = next((said for key in ("comment", "description", "title") if (said := text(given.get(key)))), "")
    speaking = next((_SPEAKING[step.name] for step in columns if step.name in _SPEAKING), "")
    kind = speaking or text(given.get("type")) or next((step.text(0) for step in columns if step.text(0)), "")
    length = source(given.get("length"))
    return EntityField(
        text(given.get("name")) or name, at, kind or _declared(member), said, int(length) if _short(length) else None
    )


def _documented(member: Node, before: Node | None) -> EntityField | None:
    """Doctrine's older annotations stand in the comment above."""
    found = _DOCUMENTED.search(source(before, 2000)) if before is not None and before.type == "comment" else None
    if found is None:
        return None
    given = dict(_GIVEN.findall(found["given"]))
    name, at = _name(member)
    length = given.get("length", "")
    return EntityField(given.get("name", name), at, given.get("type", ""), "", int(length) if _short(length) else None)


def _short(number: str) -> bool:
    return number.isdigit() and len(number) < 7


def _name(member: Node) -> tuple[str, int]:
    element = next((child for child in member.named_children if child.type == "property_element"), member)
    named = element.child_by_field_name("name") or element
    return last_word(named), line(named)


def _declared(member: Node) -> str:
    kind = member.child_by_field_name("type")
    return source(kind).lstrip(":? ").partition("|")[0].strip().lower()


def _annotations(node: Node) -> list[Step]:
    """Decorators and attributes on a class or one of its fields."""
    holders = [child for child in node.named_children if child.type in ("decorator", "attribute_list")]
    return [step for holder in holders for step in _annotation(holder)]


def _annotation(holder: Node) -> list[Step]:
    if holder.type == "decorator":
        return [step for child in holder.named_children for step in chain(child).steps]
    groups = [one for group in holder.named_children for one in group.named_children]
    return [_attribute(one) for one in groups if one.type == "attribute"]


def _attribute(node: Node) -> Step:
    """``#[ORM\\Column(length: 180)]``: written like a call, a node of its own in the tree."""
    step = Step(last_word(node.named_children[0]), node)
    listed = node.child_by_field_name("parameters")
    for argument in listed.named_children if listed is not None else ():
        name = argument.child_by_field_name("name")
        if name is not None:
            step.named[source(name)] = argument.named_children[-1]
        elif argument.named_children:
            step.args.append(argument.named_children[0])
    return step


def _named(step: Step, key: str) -> str:
    return text(step.named.get(key)) or ""
