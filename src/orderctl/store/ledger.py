"""The stock ledger of one SKU, read for the lines of an explanation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable


def by_reason(db: sqlite3.Connection, sku: str, location: str) -> dict[str, int]:
    """Reason -> the sum of its moves of `sku` at `location`, in the order in which the reasons came up."""
    return dict(
        db.execute(
            "SELECT reason, sum(delta) FROM stock_moves WHERE sku = ? AND location = ? GROUP BY reason"
            " ORDER BY min(move_id)",
            (sku, location),
        )
    )


def reserved(db: sqlite3.Connection, sku: str, location: str) -> int:
    """Units of `sku` promised to shipments from `location`."""
    row = db.execute("SELECT reserved FROM stock_levels WHERE sku = ? AND location = ?", (sku, location)).fetchone()
    return int(row[0]) if row else 0


def components(db: sqlite3.Connection, sku: str) -> dict[str, int]:
    """What one unit of the kit `sku` is made of; empty when it is not a kit."""
    return dict(db.execute("SELECT part, quantity FROM kit_components WHERE sku = ? ORDER BY part", (sku,)))


def available_at(db: sqlite3.Connection, location: str, skus: Iterable[str]) -> dict[str, int]:
    """SKU -> units available at `location`, of these SKUs as far as it has a level."""
    return dict(
        db.execute(
            "SELECT sku, max(0, on_hand - reserved) FROM stock_levels"
            " WHERE sku IN (SELECT value FROM json_each(?)) AND location = ?",
            (json.dumps(sorted(skus)), location),
        )
    )
