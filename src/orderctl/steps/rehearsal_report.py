"""Writes the page of a rehearsal: whole under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orderctl import __version__
from orderctl.core import rehearsal_html
from orderctl.core.errors import UsageError
from orderctl.wire.files import DEFAULT_MODE


def write(file: Path, value: dict[str, Any], totals: Sequence[Any], sentences: Sequence[tuple[str, str]]) -> None:
    """Write the page of `value` to `file`, in place of what stood there. UsageError when that cannot be done."""
    text = rehearsal_html.page(value, totals, sentences, __version__)
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as opened:
            part = Path(opened.name)
            opened.write(text.encode())
            opened.flush()
            os.fsync(opened.fileno())
            os.fchmod(opened.fileno(), DEFAULT_MODE)
        part.replace(file)
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()
        raise UsageError(f"cannot be written: {error.strerror}", where=str(file)) from None
