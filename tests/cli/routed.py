"""A module behind a name, for the tests of lazy loading."""

from __future__ import annotations


def route(order: str) -> int:
    """Decide one order."""
    return len(order)
