"""All the ways one text may be read: as it stands (normalized), and with what it encodes decoded."""

from __future__ import annotations

from derbes.recognizers.text import View, normalize


def views(text: str) -> list[View]:
    """The normalized text first, then one view for each encoding met in it."""
    return [normalize(text)]
