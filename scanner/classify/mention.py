"""What merely occurs in a field that is something else: how sure is it, and is it worth a row?"""

from __future__ import annotations

from collections.abc import Sequence

from derbes.scanner.classify.column import by_chance
from derbes.scanner.classify.context import Context
from derbes.scanner.classify.meaning import holds_anything
from derbes.scanner.classify.shapes import is_enumeration
from derbes.scanner.model.evidence import EntityStats, FieldProfile
from derbes.scanner.model.inventory import Reason

_WORDS = frozenset({"PERSON", "ADDRESS", "ORGANIZATION"})
_FEW = 20  # values; in fewer no share means anything
GUESS = 0.3
_FULL = 0.85  # the recognizers' score of a given name with a surname or patronymic


def mentions(context: Context, profile: FieldProfile, entities: Sequence[str]) -> tuple[float, list[Reason]]:
    """Confidence that at least what was found of ``entities`` is there, with the reasons."""
    best, reasons = 0.0, []
    for entity in entities:
        stats = profile.entities.get(entity)
        if stats is None:
            continue
        sure = _confidence(context, profile, entity, stats)
        best = max(best, sure)
        if by_chance(profile, entity):
            params = {"units": stats.units, "values": profile.shape.values}
            reasons.append(Reason("against", -3.0, "столько ({units} из {values}) даёт и случай", params))
        else:
            params = {"units": stats.units, "values": profile.shape.values or profile.units_read}
            reasons.append(Reason("values", 1.0, "встречается в {units} значениях из {values}", params))
        if stats.validated:
            text = "собственную проверку прошли {units}"
            reasons.append(Reason("checksum", 0.8, text, {"units": stats.validated}))
        if stats.labelled:
            reasons.append(Reason("context", 0.6, "рядом слово-метка в {units}", {"units": stats.labelled}))
    return best, reasons


def _confidence(context: Context, profile: FieldProfile, entity: str, stats: EntityStats) -> float:
    if by_chance(profile, entity):
        return GUESS * 0.5
    if entity not in _WORDS or not profile.shape.values:
        return stats.best
    values = profile.shape.values
    share = stats.units / values
    full = stats.best >= _FULL and stats.units > 1  # a full name or address, and not just once
    if not _is_prose(profile):
        if context.about == "things" and not stats.strong:
            return GUESS
        remarks = profile.shape.prose >= 0.05 * values and not stats.whole
        if full and (remarks or holds_anything(context.name)) and context.about != "things":
            return 0.6  # inside short remarks: «просил звонить …»
        if is_enumeration(profile.shape):
            return GUESS
        if entity == "PERSON" and 2 * stats.strong < stats.units and not context.reading(entity):
            return GUESS  # «Жибек Плюс», «Royal Paris»: words that are names too
        # Short values are one thing each: a column that is no names has no names in it, but for words alike.
        enough = 0.3 if context.sure is None or context.reading(entity) else 0.5
        return min(stats.best, 0.6) if share >= enough or stats.labelled >= max(1, 0.02 * values) else GUESS
    if not stats.strong:
        return min(stats.best, 0.45)
    rare = values >= _FEW and share < 0.01 and stats.units < 3
    names = entity != "ORGANIZATION" and context.is_plain_name  # «Аэропорт имени Нурсултана Назарбаева»
    alien = context.about == "things" and not stats.labelled and (names or (share < 0.05 and not full))
    return GUESS if alien else min(stats.best, 0.55 if rare else 0.8)


def _is_prose(profile: FieldProfile) -> bool:
    shape = profile.shape
    return shape.prose >= 0.2 * shape.values or shape.length_sum >= 50 * shape.values
