"""`NAME=VALUE` as it is typed: units of lines, parts of kits, and changed fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from typer import Option

from orderctl.core.errors import UsageError

Units = Annotated[
    list[str] | None,
    Option("--line", metavar="ID=QTY", help="So many units of this line; may be said again. Default: all."),
]


def units(stated: Sequence[str] | None) -> dict[str, int]:
    """Line id -> units. UsageError for what is not `ID=QTY`, no positive number, or said twice."""
    found: dict[str, int] = {}
    for text in stated or ():
        line, mark, quantity = text.rpartition("=")
        if not (mark and line and _is_count(quantity)):
            raise UsageError(f"--line {text} is not ID=QTY, such as --line 1=2; nothing was done")
        if line in found:
            raise UsageError(f"--line {line}=... is said twice; nothing was done")
        found[line] = int(quantity)
    return found


def parts(stated: Sequence[str]) -> dict[str, int]:
    """SKU -> units of it in one kit. UsageError for what is not `PART=QTY`, no positive number, or said twice."""
    found: dict[str, int] = {}
    for text in stated:
        part, mark, quantity = text.rpartition("=")
        if not (mark and part and _is_count(quantity)):
            raise UsageError(f"{text} is not PART=QTY, such as CUP=2; nothing was done")
        if part in found:
            raise UsageError(f"{part}=... is said twice; nothing was done")
        found[part] = int(quantity)
    return found


def changes(stated: Sequence[str]) -> dict[str, str]:
    """Field -> value. UsageError for what is not `FIELD=VALUE`, or said twice."""
    found: dict[str, str] = {}
    for text in stated:
        field, mark, value = text.partition("=")
        if not mark or not field:
            raise UsageError(f"{text} is not FIELD=VALUE, such as ship_to.city=Boston; nothing was done")
        if field in found:
            raise UsageError(f"{field}= is said twice; nothing was done")
        found[field] = value
    return found


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0
