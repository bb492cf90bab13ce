"""How many orders there are of each kind, without looking at each where there are very many."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from orderctl.core.states import ORDER_STATES

#: Orders in one state are counted one by one up to so many.
_VERY_MANY = 100_000


def states(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many orders are in each state. Those of one that very many are in are all others, which need no counting."""
    some = "SELECT count(*) FROM (SELECT 1 FROM orders WHERE state = ? LIMIT ?)"
    found = {state: db.execute(some, (state, _VERY_MANY)).fetchone()[0] for state in ORDER_STATES}
    large = sorted((state for state, number in found.items() if number == _VERY_MANY), key="closed".__eq__)
    for state in large[:-1]:
        found[state] = db.execute(some, (state, -1)).fetchone()[0]
    for state in large[-1:]:
        every = db.execute("SELECT count(*) FROM orders").fetchone()[0]
        found[state] = every - (sum(found.values()) - found[state])
    return {state: number for state, number in found.items() if number}
