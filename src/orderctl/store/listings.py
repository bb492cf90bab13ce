"""What channels call SKUs, and how many units of ours are in one of theirs: the last look at numbers before a push.

A SKU with aliases on the channel is told under each of them; one without, under its own name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from orderctl.core.effects import StockLevel


def ours(db: sqlite3.Connection, channel: str, sku: str) -> str:
    """Our SKU for what `channel` calls `sku`; the same text where it has no alias by that name."""
    row = db.execute("SELECT sku FROM sku_aliases WHERE channel = ? AND channel_sku = ?", (channel, sku)).fetchone()
    return str(row[0]) if row else sku


def levels(db: sqlite3.Connection, channel: str, numbers: Mapping[str, int]) -> list[StockLevel]:
    """`numbers` (our SKU -> units) as `channel` names and counts them, in the order of our SKUs."""
    rows = db.execute(
        "SELECT coalesce(a.channel_sku, json_each.key), json_each.value / coalesce(a.times, 1) FROM json_each(?)"
        " LEFT JOIN sku_aliases a ON a.channel = ? AND a.sku = json_each.key"
        " WHERE a.sku IS NOT NULL OR NOT EXISTS"  # under that name the channel sells something else
        " (SELECT 1 FROM sku_aliases o WHERE o.channel = ? AND o.channel_sku = json_each.key)"
        " ORDER BY json_each.id, a.channel_sku",
        (json.dumps(dict(numbers)), channel, channel),
    )
    return [StockLevel(*row) for row in rows]
