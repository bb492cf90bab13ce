"""What a stock feed is compared with before it is believed, and what is kept of the feeds that were."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable


def units(db: sqlite3.Connection, location: str) -> int:
    """Units on hand at `location`, of all SKUs together; what is below zero counts as none."""
    row = db.execute("SELECT coalesce(sum(max(0, on_hand)), 0) FROM stock_levels WHERE location = ?", (location,))
    return int(row.fetchone()[0])


def rows(db: sqlite3.Connection, location: str) -> int:
    """How many SKUs the last feed of `location` counted; 0 when there was none."""
    row = db.execute("SELECT rows FROM stock_feeds WHERE location = ?", (location,)).fetchone()
    return int(row[0]) if row else 0


def note_rows(db: sqlite3.Connection, location: str, number: int) -> None:
    """The feed of `location` that was taken last counted so many SKUs."""
    db.execute("UPDATE stock_feeds SET rows = ? WHERE location = ?", (number, location))


def list_counted(db: sqlite3.Connection, location: str, skus: Iterable[str]) -> None:
    """These SKUs were counted at `location`, be it that none is there: it has a level of them from now on."""
    db.execute(
        "INSERT INTO stock_levels (location, sku) SELECT ?, value FROM json_each(?) WHERE true"
        " ON CONFLICT (sku, location) DO NOTHING",
        (location, json.dumps(sorted(skus))),
    )
