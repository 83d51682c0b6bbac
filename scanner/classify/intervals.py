"""What a sample says of the whole."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054


def wilson(hits: int, read: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a proportion (E. B. Wilson, 1927); ``(0, 1)`` when nothing was read."""
    if read <= 0:
        return 0.0, 1.0
    share, square = hits / read, z * z
    centre = share + square / (2 * read)
    spread = z * sqrt(share * (1 - share) / read + square / (4 * read * read))
    low, high = (centre - spread) / (1 + square / read), (centre + spread) / (1 + square / read)
    return (0.0 if hits == 0 else max(low, 0.0)), (1.0 if hits == read else min(high, 1.0))


def in_whole(hits: int, read: int, total: int) -> tuple[int, int]:
    """Bounds of how many of ``total`` units have it when ``hits`` of a sample of ``read`` do."""
    low, high = wilson(hits, read)
    return max(hits, int(low * total)), max(hits, min(total, int(high * total) + 1))
