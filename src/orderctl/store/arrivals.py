"""Orders in the order in which customers placed them, as they stood when they were last read."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

#: So many orders are read at once.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Arrived:
    """One order: `document` as `store.order_documents` reads it, what was found out about its address and amounts."""

    stem: str
    document: str
    address: str
    checks: str


def since(db: sqlite3.Connection, moment: str) -> Iterator[list[Arrived]]:
    """The orders placed at `moment` or later, the first one first."""
    ids = array("q")
    for (order_id,) in db.execute(
        "SELECT order_id FROM orders WHERE placed_at >= ? ORDER BY placed_at, channel, channel_order_id", (moment,)
    ):
        ids.append(order_id)
    for start in range(0, len(ids), AT_ONCE):
        some = list(ids[start : start + AT_ONCE])
        rows = db.execute(
            "SELECT order_id, stem, document, address, checks FROM orders JOIN order_documents USING (order_id)"
            " WHERE order_id IN (SELECT value FROM json_each(?))",
            (json.dumps(some),),
        )
        found = {order_id: Arrived(*about) for order_id, *about in rows}
        yield [found[order_id] for order_id in some if order_id in found]


def first_and_last(db: sqlite3.Connection, moment: str) -> tuple[str, str, int]:
    """When the first and the last of the orders placed at `moment` or later was, and how many there are."""
    row = db.execute(
        "SELECT coalesce(min(placed_at), ''), coalesce(max(placed_at), ''), count(*) FROM orders WHERE placed_at >= ?",
        (moment,),
    ).fetchone()
    return str(row[0]), str(row[1]), int(row[2])
