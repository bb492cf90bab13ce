"""What a path in a file means: relative to the folder of the file that names it."""

from __future__ import annotations

from pathlib import Path

from orderctl.config.findings import WRONG_VALUE, Refusal


def resolve_path(written: str, base: Path) -> Path:
    """The path a file in the folder `base` means by `written`; `~` is the home folder. Refusal when there is none."""
    try:
        return base / Path(written).expanduser()
    except RuntimeError:
        raise Refusal(WRONG_VALUE, f"'{written}' needs a home folder, and there is none") from None
