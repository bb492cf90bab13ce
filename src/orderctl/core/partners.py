"""What a partner lets us find out after a lost answer: its class, and what follows from it.

A keyed: the same request may be sent again under the same key, for as long as the partner remembers keys.
B readable: it can be asked whether it has a reference; two "no" a settle time apart mean that it has not.
F file: work is published by a rename, so the staging name tells what became of it.
C blind: nothing can be found out; a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping

#: How the references of copies for a location in shadow begin.
COPIES_BEGIN = "TEST-"

#: A class -> what else can be promised by a partner that keeps it: the configuration may only say less.
AT_MOST: Mapping[str, tuple[str, ...]] = {"A": ("A", "B", "C"), "B": ("B", "C"), "F": ("F", "C"), "C": ("C",)}


def keeps(best: str, wanted: str) -> bool:
    """Whether a way that can be of class `best` at most can be of class `wanted`."""
    return wanted in AT_MOST[best]
