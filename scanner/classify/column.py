"""Is this column of this category? Evidence for and against, in log-odds, and nothing hidden.

The weights are round numbers, set by hand and held by the development set (``make bench-columns``). They say: what the
values are decides; a name alone is worth a little over even odds; a name that the values contradict is worth nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, sqrt

from derbes.recognizers.fields import Reading
from derbes.scanner.classify.context import PERSON_KINDS, Context, type_fits
from derbes.scanner.classify.meaning import OWN_BIN, OWN_NAME, WHOLE_NAME
from derbes.scanner.classify.shapes import is_enumeration, is_sequence, part_of_address
from derbes.scanner.model.evidence import EntityStats, FieldProfile, Shape
from derbes.scanner.model.inventory import Reason

PRIOR = -3.0  # most columns hold nothing
SURE_NAME, MAYBE_NAME, OTHER_NAME = 3.3, 1.0, -2.0
COMMENT, COMMENT_AGREES = 2.6, 0.7
TYPE_FITS, TYPE_FORBIDS = 0.4, -8.0
TABLE_DECIDES, TABLE_AGREES, TABLE_THINGS = 2.2, 0.5, -2.0
SETTLED = 2.2  # an account number beside a BIC, a BIN beside an IIN or an account
ELSEWHERE = -1.2  # a name that may mean a person, where the person's name stands in another field
UNPROVEN = -2.0  # nothing tells whether the values fit, and they prove nothing
CONTRADICTED, ENUMERATION, SEQUENCE = -7.0, -2.5, -6.0
TWELVE_LONG = 1.6  # a text of just twelve characters, where the name may mean an IIN or a BIN
# Share of values -> weight, from the first row whose share is reached.
FOUND = ((0.9, 5.0), (0.6, 4.2), (0.4, 3.2), (0.2, 1.5), (0.1, 0.7))
FITS = ((0.7, 1.8), (0.4, 0.8), (0.2, 0.0), (-1.0, CONTRADICTED))
SINGLE_WORDS = ((0.5, 3.0), (0.3, 1.5))
CHECKED = 1.5

_CHANCE = {"KZ_IIN": 0.0013, "KZ_BIN": 0.002, "KZ_RNN": 0.01, "PHONE_NUMBER": 0.04, "CREDIT_CARD": 0.1}
_NUMBERS = frozenset({*_CHANCE, "KZ_ID_CARD", "KZ_PASSPORT", "IDENTITY_DOCUMENT"})
_WORDS = frozenset({"PERSON", "ADDRESS", "ORGANIZATION"})
TWELVE = frozenset({"KZ_IIN", "KZ_BIN"})
_TWELVE_LONG = TWELVE | {"KZ_RNN"}
_COUSINS = frozenset({"iin", "bin", "iin_bin"})
_FRIENDS: dict[str, tuple[tuple[frozenset[str], float], ...]] = {
    "PERSON": ((PERSON_KINDS, 0.9), (frozenset({"email", "phone", "iin", "birth", "passport", "id_card"}), 0.7)),
    "KZ_IIN": ((PERSON_KINDS | {"birth"}, 0.6),),
    "KZ_BIN": ((frozenset({"org", "iban", "bic"}), 0.8),),
    "ORGANIZATION": ((frozenset({"bin", "iin_bin", "iban", "bic"}), 0.8),),
    "ADDRESS": ((frozenset({"place"}), 0.8), (frozenset({"email", "phone"}) | PERSON_KINDS, 0.4)),
    "EMAIL_ADDRESS": ((PERSON_KINDS | {"phone"}, 0.3),),
    "PHONE_NUMBER": ((PERSON_KINDS | {"email"}, 0.3),),
    "DATE_OF_BIRTH": ((PERSON_KINDS | {"iin"}, 0.5),),
    "IDENTITY_DOCUMENT": ((frozenset({"iin", "birth", "document", "id_card", "passport"}), 0.6),),
    "KZ_IBAN": ((frozenset({"bic", "bin"}), 0.8),),
}
_SETTLING: dict[str, tuple[tuple[frozenset[str], float], ...]] = {
    "KZ_IBAN": ((frozenset({"bic"}), SETTLED),),
    "KZ_BIN": ((frozenset({"iin", "iin_bin", "iban", "bic"}), SETTLED),),
    "KZ_IIN": ((frozenset({"passport", "id_card", "birth"}), SETTLED),),
    "IDENTITY_DOCUMENT": ((frozenset({"passport", "id_card", "birth", "document"}), SETTLED),),
}


def probability(reasons: Iterable[Reason]) -> float:
    """Log-odds to 0..1."""
    odds = PRIOR + sum(reason.weight for reason in reasons)
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


def by_context(context: Context, entities: Sequence[str]) -> list[Reason]:
    """What name, comment, type, neighbours and table say for or against ``entities`` (one category)."""
    reading = next((r for entity in entities if (r := context.reading(entity))), None)
    reasons: list[Reason] = []
    named = next((r for r in context.readings if set(r.kind.entities) & set(entities)), None)
    said = next((r for r in context.comment if set(r.kind.entities) & set(entities)), None)
    if named:
        text = "имя поля «{name}»" if named.sure else "имя поля «{name}» может значить и это"
        reasons.append(Reason("name", SURE_NAME if named.sure else MAYBE_NAME, text, {"name": context.name}))
    elif context.sure and not (context.sure.kind.name in _COUSINS and set(entities) & TWELVE):
        reasons.append(Reason("against", OTHER_NAME, "имя поля «{name}» говорит о другом", {"name": context.name}))
    if said and said.sure:
        weight = COMMENT_AGREES if named and named.sure else COMMENT
        reasons.append(Reason("comment", weight, "об этом говорит примечание к полю"))
    if reading is None:
        return reasons
    kind = reading.kind.name
    fits = type_fits(context, kind)
    if fits is not None:
        reasons.append(
            Reason("type", TYPE_FITS, "тип {type} подходит", {"type": context.type})
            if fits
            else Reason("against", TYPE_FORBIDS, "тип {type} не вмещает таких значений", {"type": context.type})
        )
    sure = reading.sure
    if not sure and kind in _COUSINS and context.length == 12:
        reasons.append(Reason("type", TWELVE_LONG, "длина ровно 12"))
    entity = next(e for e in reading.kind.entities if e in entities)
    return [*reasons, *_neighbours(context, entity, sure), *_table(context, kind, sure)]


def _neighbours(context: Context, entity: str, sure: bool) -> list[Reason]:
    named = ({WHOLE_NAME} if context.is_plain_name else PERSON_KINDS | {OWN_NAME}) & context.neighbours
    if entity == "PERSON" and not sure and named:
        return [Reason("against", ELSEWHERE, "имя человека стоит в другом поле")]
    friendly = _FRIENDS.get(entity, ())
    for friends, weight in friendly if sure else (*_SETTLING.get(entity, ()), *friendly):
        if met := sorted(friends & context.neighbours):
            more = 0.4 if not sure and entity == "PERSON" else 0.0
            return [Reason("neighbours", weight + more, "рядом поля: {kinds}", {"kinds": ", ".join(met)})]
    return []


def _table(context: Context, kind: str, sure: bool) -> list[Reason]:
    said, plain = context.about, context.is_plain_name
    if plain and not sure and OWN_BIN in context.neighbours and said != "people" and kind in ("org", "full_name"):
        weight = TABLE_DECIDES if kind == "org" else TABLE_THINGS
        return [Reason("table" if weight > 0 else "against", weight, "рядом БИН: таблица об организациях")]
    if said == "things" and not sure and not (kind in _COUSINS and context.length == 12):
        return [Reason("against", TABLE_THINGS, "таблица о вещах, а не о людях")]
    if said == "people" and kind != "org":
        decides = not sure and kind == "full_name" and plain and WHOLE_NAME not in context.neighbours
        return [Reason("table", TABLE_DECIDES if decides else TABLE_AGREES, "таблица о людях")]
    if said == "letters" and plain and not sure and kind == "full_name":
        return [Reason("table", TABLE_DECIDES, "таблица обращений: имя того, кто пишет")]
    if said == "companies" and kind in ("org", "bin", "iban", "address"):
        weight = TABLE_DECIDES if not sure and kind in ("org", "bin", "iban") else TABLE_AGREES
        return [Reason("table", weight, "таблица об организациях")]
    if said == "companies" and kind == "full_name" and not sure:
        return [Reason("against", -1.5, "таблица об организациях")]
    return []


def by_values(context: Context, profile: FieldProfile, entities: Sequence[str]) -> list[Reason]:
    """What the values say. ``profile`` has at least one value."""
    shape = profile.shape
    reading = next((r for entity in entities if (r := context.reading(entity))), None)
    reasons = [_strongest(_value_weights(profile, entities, reading))]
    found = _sum(profile.entities, entities)
    checked = max(_share(found.validated, shape), *(_share(_of(profile.looks, e).validated, shape) for e in entities))
    if reasons[0].weight > 0 and checked >= 0.3:
        reasons.append(
            Reason("checksum", CHECKED, "собственную проверку прошли {share} %", {"share": _percent(checked)})
        )
    if found.labelled and reasons[0].weight > 0 and not reading:
        reasons.append(Reason("context", 0.3, "рядом слово-метка в {units} значениях", {"units": found.labelled}))
    if reading is not None:
        reasons += _fitting(profile, entities, reading, max(_share(found.whole, shape), checked))
    if not reading or reading.kind.name != "address_part":  # people of one town live in one town
        reasons += _counter(shape, entities, bool(reading and reading.sure), reasons[0].weight)
    return [reason for reason in reasons if reason.weight]


def _value_weights(profile: FieldProfile, entities: Sequence[str], reading: Reading | None) -> list[Reason]:
    shape, looks, named = profile.shape, profile.looks, reading is not None
    counted = [e for e in entities if not by_chance(profile, e) and not (e == "PHONE_NUMBER" and _is_bare(profile))]
    whole = min(1.0, sum(_share(_of(profile.entities, e).whole, shape) for e in counted))
    # «Алматы, ЦОД 1» is only much like an address: without a street and a house in any value less is proven.
    weak = "ADDRESS" in entities and not _of(profile.entities, "ADDRESS").strong
    weights = [_reason("таких значений {share} %", whole, FOUND, 0.7 if weak else 1.0)]
    if "PERSON" in entities:
        person = _of(looks, "PERSON")
        weights.append(_reason("похожи на имя с фамилией {share} %", _share(person.strong, shape), FOUND, 0.8))
        if named:
            weights.append(_reason("имена, фамилии или отчества {share} %", _share(person.units, shape), SINGLE_WORDS))
    weights += [_twelve(profile, entity) for entity in sorted(TWELVE & {*entities})]
    if "PHONE_NUMBER" in entities:
        weights.append(_phones(profile, reading))
    if "CREDIT_CARD" in entities and (named or shape.values >= 10):
        share = _share(_of(looks, "CREDIT_CARD").units, shape)
        weights.append(_reason("цифра Луна верна у {share} %", share if share >= 0.5 else 0.0, FOUND, 0.8))
    if shape.values < 3 and not named:
        weights = [Reason(r.kind, r.weight * 0.75, r.text, r.params) for r in weights]
    return weights


def _is_bare(profile: FieldProfile) -> bool:
    """Digits and no label: the look of them says more than that a recognizer let them pass."""
    stats, shape = _of(profile.entities, "PHONE_NUMBER"), profile.shape
    return shape.numeric >= 0.8 * shape.values and not stats.labelled


def _twelve(profile: FieldProfile, entity: str) -> Reason:
    """IIN and BIN share columns: together they must be many, each at least more than chance."""
    own = _of(profile.looks, entity).units
    share = _share(own, profile.shape)
    both = _share(sum(_of(profile.looks, e).units for e in TWELVE), profile.shape)
    text = "по датам, признакам и контрольной цифре подходят {share} %, случайно было бы 0,1–0,2 %"
    if own <= chance(_candidates(profile.shape, entity), entity):
        return Reason("values", 0.0, text)
    weight = 4.5 if both >= 0.6 else 3.2 if both >= 0.1 else 2.6 if both >= 0.05 and own >= 5 else 0.0
    return Reason("values", weight, text, {"share": _percent(share)})


def _phones(profile: FieldProfile, reading: Reading | None) -> Reason:
    """Digits of a telephone number: under a sure name any, under another only codes that are in use."""
    look, shape = _of(profile.looks, "PHONE_NUMBER"), profile.shape
    text = "цифры телефонного номера у {share} %"
    if reading and reading.sure:
        return _reason(text, _share(look.units, shape), FOUND)
    sure = _share(look.strong, shape)
    if reading:
        return _reason(text, sure if sure >= 0.9 else 0.0, FOUND)
    eleven = shape.digits.get(11, 0) >= 0.9 * shape.values
    weight = 3.3 if sure >= 0.95 and eleven and shape.values >= 20 else 0.0
    return Reason("values", weight, text, {"share": _percent(sure)})


def _fitting(profile: FieldProfile, entities: Sequence[str], reading: Reading, proven: float) -> list[Reason]:
    """Do the values contradict the name? Fully proven ones need no more."""
    sure = reading.sure
    if reading.kind.name == "address_part":
        share = part_of_address(profile.shape)
    else:
        share = min(1.0, max(_share(_of(profile.fits, e).units, profile.shape) for e in entities))
    share = max(share, proven)
    if share < 0.2:
        params = {"share": _percent(1 - share)}
        return [Reason("against", CONTRADICTED, "на это не похожи {share} % значений", params)]
    if not sure and "PERSON" in entities and profile.shape.values >= 5:
        people = max(_of(profile.looks, "PERSON").units, _of(profile.entities, "PERSON").units)
        if (alike := _share(people, profile.shape)) < 0.15:
            return [Reason("against", UNPROVEN, "на это не похожи {share} % значений", {"share": _percent(1 - alike)})]
    if not sure or proven >= 0.5:
        return []
    return [_reason("имени поля не противоречат {share} %", share, FITS)]


def _counter(shape: Shape, entities: Sequence[str], sure: bool, proof: float) -> list[Reason]:
    reasons = []
    if {*entities} & (_WORDS | _NUMBERS) and is_enumeration(shape):
        distinct = len(shape.distinct or ())
        params = {"distinct": distinct, "values": shape.values}
        weight = ENUMERATION
        if sure:  # a firm has few banks and few managers; but two words in a column of names are flags
            weight = -5.0 if proof < 1 and (distinct < 5 or "PERSON" in entities) else -1.0
        reasons.append(Reason("against", weight, "разных значений всего {distinct} на {values}", params))
    if {*entities} & _NUMBERS and is_sequence(shape):
        reasons.append(Reason("against", SEQUENCE, "номера идут почти подряд"))
    return reasons


def chance(values: int, entity: str) -> float:
    """How many of ``values`` random numbers may pass for ``entity``: the mean and three deviations."""
    mean = values * _CHANCE.get(entity, 0.0)
    return mean + 3 * sqrt(mean)


def by_chance(profile: FieldProfile, entity: str) -> bool:
    """Hits in a column of numbers, no more than numbers of any kind would give."""
    stats, shape = _of(profile.entities, entity), profile.shape
    if entity not in _CHANCE or stats.labelled or shape.numeric < 0.8 * shape.values or not shape.values:
        return False
    rare = stats.units < 0.6 * shape.values if entity == "PHONE_NUMBER" and shape.values >= 5 else False
    return rare or is_sequence(shape) or stats.units <= chance(_candidates(shape, entity), entity)


def _candidates(shape: Shape, entity: str) -> int:
    """Values that may pass for ``entity`` by chance; numbers of other lengths than eleven and twelve digits do not."""
    if entity not in _TWELVE_LONG:
        return shape.values
    return shape.values - sum(count for length, count in shape.digits.items() if length not in (11, 12))


def _strongest(reasons: Sequence[Reason]) -> Reason:
    return max(reasons, key=lambda reason: reason.weight)


def _reason(text: str, share: float, table: Sequence[tuple[float, float]], factor: float = 1.0) -> Reason:
    weight = next((weight for least, weight in table if share >= least), 0.0)
    return Reason("values" if weight >= 0 else "against", weight * factor, text, {"share": _percent(share)})


def _of(stats: Mapping[str, EntityStats], entity: str) -> EntityStats:
    return stats.get(entity, _NOTHING)


_NOTHING = EntityStats()


def _sum(stats: Mapping[str, EntityStats], entities: Sequence[str]) -> EntityStats:
    total = EntityStats()
    for entity in entities:
        total = total + _of(stats, entity)
    return total


def _share(count: int, shape: Shape) -> float:
    return count / shape.values if shape.values else 0.0


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f}" if percent >= 10 or percent == 0 else f"{percent:.1f}".replace(".", ",")
