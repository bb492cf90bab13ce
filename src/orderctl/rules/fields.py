"""All fields of the language. A new one is a function in `fields_order` or `fields_line`; nothing else changes."""

from __future__ import annotations

from orderctl.rules import fields_line, fields_order
from orderctl.rules.registry import (
    FIELDS,
    QUANTIFIERS,
    UNAVAILABLE,
    Field,
    find,
    for_stage,
    may_be_missing,
    names,
    quantifier_of,
    read,
)

__all__ = [
    "DERIVED",
    "FIELDS",
    "MODULES",
    "QUANTIFIERS",
    "UNAVAILABLE",
    "Field",
    "find",
    "for_stage",
    "may_be_missing",
    "names",
    "quantifier_of",
    "read",
]

#: Where the fields are registered, in the order of the reference.
MODULES = (fields_order, fields_line)
#: Fields that follow from other facts, so that `Facts.derived` may set them under their name.
DERIVED = frozenset(name for name, known in FIELDS.items() if known.derived)
