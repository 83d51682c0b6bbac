"""How the files that people keep beside ``derbes.yml`` are written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from derbes.scanner.errors import UsageError


def save_text(path: Path, text: str) -> None:
    """Write ``path`` whole or not at all; the mode of an older file stays. Raises :class:`UsageError` ``output``."""
    partial: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        partial = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        partial.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        partial.replace(path)
    except OSError as error:
        if partial:
            partial.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise UsageError("output", "не удаётся записать {file}: {reason}", file=str(path), reason=reason) from None
