"""Plain values as JSON text without spaces, written directly: a pass writes some of it for every order.

The general encoder of the standard library sets itself up anew for each value it is given, which costs more than the
text itself. Keys stand in the order of the value. There are no floats in the program, so that there are none here.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted

__all__ = ["quoted", "stated", "value"]


def value(thing: object) -> str:
    """`thing` (text, whole numbers, booleans, None, and lists, tuples and mappings of these) as JSON."""
    kind = type(thing)
    if kind is str:
        return quoted(thing)  # type: ignore[arg-type]
    if kind is tuple or kind is list:
        return f"[{','.join([value(one) for one in thing])}]"  # type: ignore[attr-defined]
    if kind is int:
        return str(thing)
    if isinstance(thing, Mapping):
        return f"{{{','.join([f'{quoted(name)}:{value(one)}' for name, one in thing.items()])}}}"
    if thing is None or kind is bool:
        return _WORDS[thing]  # type: ignore[index]
    raise TypeError(f"{kind.__name__} has no text in JSON")


_WORDS = {None: "null", True: "true", False: "false"}


def stated(labels: tuple[str, ...], values: tuple[object, ...], defaults: tuple[object, ...]) -> list[str]:
    """What is not its default, each behind its label, which is a name in quotes with a colon."""
    if values == defaults:
        return []
    return [
        label + value(thing)
        for label, thing, default in zip(labels, values, defaults, strict=True)
        if thing is not default and thing != default
    ]
