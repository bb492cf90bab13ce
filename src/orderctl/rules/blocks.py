"""Conditions that are all true together: a table of `field = value`, read into a `Block`.

TOML makes `ship_to.country = "US"` a table in a table; it is flattened until a name is a field's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderctl.rules import codes, fields, values
from orderctl.rules.known import Refused, Setup
from orderctl.rules.model import Block, Condition

Names = tuple[str, ...]


def entries(table: Mapping[str, Any], path: Names = ()) -> Iterator[tuple[Names, Any]]:
    """Each key path of `table` with its value; an empty table is a value."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from entries(value, (*path, name))
        else:
            yield (*path, name), value


def condition(path: Names, raw: Any, stage: str, setup: Setup, line: int = 0) -> Condition:
    """The condition `path = raw` in a rule of `stage`. Refused when the field or the value is not what it can be."""
    name = ".".join(path)
    if isinstance(raw, dict):
        raise Refused(codes.EMPTY, f"'{name}' has no condition")
    known = fields.for_stage(name, stage)
    try:
        test = values.parse(known.kind, raw, setup)
    except Refused as refused:
        raise Refused(refused.code, f"{name}: {refused.message}", refused.hint) from None
    return Condition(name, test, values.written(raw), line)


def block(raw: Any, stage: str, setup: Setup) -> Block:
    """All conditions in the table `raw`. Refused at the first that is wrong."""
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"'{values.written(raw)}' is not a table of conditions")
    if not raw:
        raise Refused(codes.EMPTY, "there is no condition")
    return tuple(condition(path, value, stage, setup) for path, value in entries(raw))
