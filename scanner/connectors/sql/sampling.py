"""Honest samples: every row equally likely, wherever it lies; never the first ones, never whole blocks."""

from __future__ import annotations

import random
from collections.abc import Iterator

from derbes.scanner.connectors.sql.base import Chunk, Database, Query, Table

BIG_SAMPLE = 200_000  # beyond it, or an eighth of the table, choosing while scanning is cheaper than key by key
KEYS_AT_ONCE = 1_000


def sampled(database: Database, table: Table, limit: int, total: int | None, seed: int) -> Iterator[Chunk]:
    """About ``limit`` rows, each row equally likely, wherever it lies; the same ones for the same seed."""
    if total is None:
        total = table.rows or limit
    bounds = database.key_range(table) if table.ranged and len(table.key) == 1 else None
    if bounds and limit <= BIG_SAMPLE and limit * 8 < total and bounds[1] - bounds[0] < total * 8:
        return _by_keys(database, table, limit, bounds, random.Random(seed))
    return database.stream(Query(table, share=min(1.0, limit / max(1, total)), seed=seed))


def _by_keys(
    database: Database, table: Table, limit: int, bounds: tuple[int, int], dice: random.Random
) -> Iterator[Chunk]:
    # Keys are drawn at random and those that do not exist are passed over: every row is equally likely. Drawing
    # goes on until there are enough rows, so gaps cost time and no fairness.
    low, high = bounds
    drawn: set[int] = set()
    missing = limit
    while missing > 0 and len(drawn) <= high - low:
        keys: set[int] = set()
        while len(keys) < KEYS_AT_ONCE and len(drawn) <= high - low:
            key = dice.randint(low, high)
            if key not in drawn:
                drawn.add(key)
                keys.add(key)
        for chunk in database.stream(Query(table, keys=tuple(sorted(keys)))):
            kept = sorted(dice.sample(range(chunk.rows), min(missing, chunk.rows)))
            missing -= len(kept)
            if kept:
                yield chunk.only(kept, [int(chunk.units[row]) - low + 1 for row in kept])
