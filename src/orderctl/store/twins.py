"""Twins of core's values that msgspec writes without what has its default: the values themselves it writes in full."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

import msgspec


def twin(kind: type[Any], *without: str, **instead: Any) -> type[Any]:
    """A struct with the fields of the dataclass `kind` but those `without`.

    Those named in `instead` have another type, and what has a default is left out only where it is `msgspec.UNSET`.
    """
    hints = get_type_hints(kind) | instead
    listed = [
        (field.name, hints[field.name], *_default(field, unset=field.name in instead))
        for field in fields(kind)
        if field.name not in without
    ]
    return msgspec.defstruct(f"Kept{kind.__name__}", listed, omit_defaults=True, gc=False)


def _default(field: Field[Any], *, unset: bool) -> tuple[Any, ...]:
    if field.default_factory is not MISSING:
        return (msgspec.field(default_factory=field.default_factory),)
    if field.default is MISSING:
        return ()
    return (msgspec.UNSET,) if unset else (field.default,)
