"""What the ledger says of one day at one location, SKU by SKU."""

from __future__ import annotations

import sqlite3

from orderctl.core.reconcile import CAME, LEFT, Day

#: The first move of a SKU at a location, when that is a count, is where its ledger begins.
_BEGINS = (
    "m.reason = 'count' AND NOT EXISTS (SELECT 1 FROM stock_moves e WHERE e.sku = m.sku AND e.location = m.location"
    " AND e.move_id < m.move_id)"
)
#: Into which column of a day a move of that day goes; a tuple of words is written as SQL writes one.
_KIND = (
    f"CASE WHEN m.reason IN {CAME} OR {_BEGINS} THEN 'received' WHEN m.reason IN {LEFT} THEN 'shipped'"
    " WHEN m.reason = 'count' THEN 'counted' ELSE 'adjusted' END"
)


def days(db: sqlite3.Connection, location: str, start: str, end: str) -> list[Day]:
    """The day from `start` until before `end` of every SKU that was ever moved at `location`, or has a level there."""
    during: dict[str, dict[str, int]] = {}
    for sku, kind, units in db.execute(
        f"SELECT m.sku, {_KIND}, sum(m.delta) FROM stock_moves m WHERE m.location = ? AND m.moved_at >= ?"
        " AND m.moved_at < ? GROUP BY 1, 2",
        (location, start, end),
    ):
        during.setdefault(sku, {})[kind] = units
    opening = _sums(db, location, start)
    ledger = _sums(db, location, "9")
    levels = dict(db.execute("SELECT sku, on_hand FROM stock_levels WHERE location = ?", (location,)))
    return [
        Day(
            sku=sku,
            opening=opening.get(sku, 0),
            **{kind: during.get(sku, {}).get(kind, 0) for kind in ("received", "shipped", "adjusted", "counted")},
            ledger=ledger.get(sku, 0),
            level=levels.get(sku, 0),
        )
        for sku in sorted(ledger.keys() | levels.keys())
    ]


def _sums(db: sqlite3.Connection, location: str, before: str) -> dict[str, int]:
    """SKU -> the sum of its moves at `location` before a moment."""
    return dict(
        db.execute(
            "SELECT sku, sum(delta) FROM stock_moves WHERE location = ? AND moved_at < ? GROUP BY sku",
            (location, before),
        )
    )
