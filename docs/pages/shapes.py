"""What kind of value stands where in JSON documents: learned from samples, told as paths with kinds.

1. all samples of a place are one shape: the kinds of its values, the shapes of its keys, the shape of its items
2. a table whose keys are data (a location, a count's name) has one shape for all of them
3. a place is told as `steps[].counts.NAME`, a key that is not in every sample as one that may be missing
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

#: Table -> what its keys are, where they are data.
OPEN = {
    "attributes": "NAME",
    "available": "SKU",
    "counts": "WHAT",
    "exceptions": "CODE",
    "numbers": "PREFERENCE",
    "orders": "STATE",
    "paused": "LOCATION",
    "ships": "SKU",
    "then": "ACTION",
    "waiting_effects": "TARGET",
}
_KINDS = {
    "moment": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "amount": re.compile(r"-?\d+\.\d\d"),
    "empty": re.compile(r""),
}
_ORDER = ("text", "moment", "date", "amount", "whole number", "true or false", "empty", "null")


@dataclass(frozen=True, slots=True)
class Shape:
    """What was seen at one place: kinds of plain values, keys with their shapes, the shape of items."""

    kinds: frozenset[str]
    keys: dict[str, Shape]
    rare: frozenset[str]
    items: Shape | None
    is_table: bool

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was ever seen here."""
        return not self.kinds and not self.is_table and self.items is None


def learned(samples: Sequence[Any], name: str = "") -> Shape:
    """The shape of all `samples`, which stand under the key `name`."""
    tables = [one for one in samples if isinstance(one, dict)]
    lists = [one for one in samples if isinstance(one, list)]
    kinds = frozenset(_kind(one) for one in samples if not isinstance(one, dict | list))
    if name in OPEN and tables:
        values = [value for table in tables for value in table.values()]
        return Shape(kinds, {OPEN[name]: learned(values)} if values else {}, frozenset(), None, is_table=True)
    names = dict.fromkeys(key for table in tables for key in table)
    return Shape(
        kinds=kinds,
        keys={key: learned([table[key] for table in tables if key in table], key) for key in names},
        rare=frozenset(key for key in names if any(key not in table for table in tables)),
        items=learned([item for one in lists for item in one]) if lists else None,
        is_table=bool(tables),
    )


def told(shape: Shape, path: str = "", note: str = "") -> Iterator[tuple[str, str]]:
    """(place, kind of value) for everything in `shape`."""
    if shape.kinds:
        yield path, _words(shape.kinds) + (" or table" if shape.is_table else "") + note
    for key, inner in shape.keys.items():
        there = f"{path}.{key}" if path else key
        yield from told(inner, there, ", not always there" if key in shape.rare else note if shape.is_table else "")
    if shape.items is not None and not shape.items.is_unknown:
        yield from told(shape.items, f"{path}[]", note)
    elif not shape.keys and not shape.kinds:
        yield path, ("table" if shape.is_table else "list") + note


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "whole number"
    return next((name for name, pattern in _KINDS.items() if pattern.fullmatch(value)), "text")


def _words(kinds: frozenset[str]) -> str:
    """The kinds in words; text may be anything that is written as text."""
    kept = kinds - set(_KINDS) if "text" in kinds else kinds
    kept = frozenset({"text"}) | (kept - {"empty"}) if kept <= {"empty", "null"} and "empty" in kept else kept
    return " or ".join(name for name in _ORDER if name in kept)
