"""What only a definition says: the table completes the name of a field, the type names its content, the label of a form
is what people are asked for.

Everything here adds evidence to the contexts that the classifier weighs; it decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from derbes.recognizers.fields import Reading, read, words_of
from derbes.scanner.classify.context import Context
from derbes.scanner.classify.meaning import Table, meant, table_of
from derbes.scanner.model.data import Dataset, Field

# Names that say nothing without their table: `bank_cards.number`, `emails.address`, `phones.value`.
_GENERIC = frozenset("name number no num value address code series serial номер значение имя адрес серия".split())
_TAX_NUMBERS = frozenset(
    {("tax", "number"), ("tax", "id"), ("vat", "number"), ("vat", "id"), ("registration", "number")}
)
_COMPOUNDS = {"bankcard": "bank card", "creditcard": "credit card", "paymentcard": "payment card"}
# Types of frameworks that are names of what they hold.
_SPEAKING = {
    "email": "email", "emailstr": "email", "emailaddress": "email", "multiemail": "email", "tel": "phone",
    "phone": "phone", "telephone": "phone", "phonenumber": "phone", "modelphonenumber": "phone", "iban": "iban",
    "genericipaddress": "ip", "ipaddress": "ip", "inet": "ip", "ipv4": "ip", "ipvanyaddress": "ip", "macaddr": "mac",
    "paymentcardnumber": "card number", "bic": "bic",
}  # fmt: skip
_LINE = re.compile(r"(?:address|addr|street)?[_ ]?line[_ ]?\d", re.IGNORECASE)
_MAIL_LIST = re.compile(r"(?:^|_)(?:cc|bcc|recipients?|subscribers?|notify|to|from)$", re.IGNORECASE)
_MAIL = re.compile(r"\be-?mail", re.IGNORECASE)


def completed(known: Mapping[str, Context], dataset: Dataset) -> dict[str, Context]:
    """``known`` with what the definition says beyond the bare names of its fields."""
    comments = {field.path: field.comment for field in dataset.fields}
    if words_of(dataset.name)[-1:] in (("address",), ("addresses",)):  # `shipping_address`: of people, not of shipping
        known = {
            path: replace(one, about="people" if one.about == "things" else one.about) for path, one in known.items()
        }
    kinds = frozenset(reading.kind.name for context in known.values() for reading in context.readings if reading.sure)
    if "address_part" in kinds:
        kinds |= {"address"}
    fields = {field.path: field for field in dataset.fields}
    about = next((context.about for context in known.values()), "")
    table = _Table(dataset.name, dataset.kind == "form", table_of(dataset.name, about, fields, kinds))
    return {
        path: replace(context, readings=found) if (found := _meant(context, table, comments[path])) else context
        for path, context in known.items()
    }


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    form: bool
    neighbours: Table


def _meant(context: Context, table: _Table, comment: str) -> tuple[Reading, ...]:
    """Readings that are better than those of the name alone; none when there are none."""
    if generic := _with_table(context, table.name) or _of_addressee(context, table):
        return generic
    if context.sure and context.sure.kind.name == "place":  # said twice, by name and label, it is a part all the same
        return meant(Field(context.path, context.name), read(context.name), (), table.neighbours)
    if context.sure and context.sure.kind.entities:
        return ()
    if spoken := _SPEAKING.get(re.sub(r"[^a-z0-9]", "", context.type)):
        return read(spoken)
    if table.form and context.comment and context.comment[0].sure and not context.readings:
        return context.comment
    if _MAIL_LIST.search(context.name) and _MAIL.search(comment):
        return read("email")
    return read("address") if _LINE.fullmatch(context.name) and "address" in context.neighbours else ()


def _with_table(context: Context, table: str) -> tuple[Reading, ...]:
    """``number`` of a table ``bank_cards`` is a ``bank card number``."""
    if context.about == "things" or not _GENERIC.issuperset(words_of(context.name)):
        return ()
    thing = [_COMPOUNDS.get(word, word) for word in map(_singular, words_of(table.rpartition(".")[2]))]
    found = read(" ".join([*thing, context.name]))
    return found if found and found[0].sure and found[0].kind.entities else ()


def _of_addressee(context: Context, table: _Table) -> tuple[Reading, ...]:
    """``name`` and ``tax_number`` of a postal address and of a company: whose, the table says."""
    words, kind = words_of(context.name), {*words_of(table.name)}
    if words == ("name",) and "address" in kind and table.neighbours.kinds & {"address", "address_part"}:
        return read("recipient name")
    if words[-2:] in _TAX_NUMBERS and ("org" in context.neighbours or kind & {"company", "organization", "supplier"}):
        return read("company bin")
    return ()


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("es") if word.endswith("sses") else word.removesuffix("s")
