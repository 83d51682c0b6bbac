"""What the form of values alone says: lists of a few, numbers in a row, parts of an address."""

from __future__ import annotations

from derbes.scanner.model.evidence import Shape


def part_of_address(shape: Shape) -> float:
    """Share of values that could be a city, a region, a postcode or a house: short, and no machine wrote them."""
    if shape.length_sum > 40 * shape.values:
        return 0.0
    alien = sum(shape.kinds.get(kind, 0) for kind in ("at", "uuid", "hex", "datetime", "date", "decimal"))
    long = sum(count for digits, count in shape.digits.items() if digits > 7)
    return max(0.0, (shape.values - alien - long) / shape.values if shape.values else 0.0)


def is_enumeration(shape: Shape) -> bool:
    """A few values, each many times."""
    return shape.distinct is not None and len(shape.distinct) <= 20 and shape.values >= 25 * len(shape.distinct)


def is_sequence(shape: Shape) -> bool:
    """Digits-only values that fill their range: ids, not numbers of people."""
    if shape.low is None or shape.high is None or shape.numeric < 0.9 * shape.values or shape.values < 5:
        return False
    if shape.distinct is not None and len(shape.distinct) < 5:
        return False  # the same few, over and over, fill no range
    return shape.high - shape.low < 10 * shape.values
