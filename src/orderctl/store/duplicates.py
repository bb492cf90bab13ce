"""Orders that may be the same wish twice: same customer, same lines, same address, shortly after one another."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

from orderctl.core.orders import Order
from orderctl.store import order_documents
from orderctl.store.waiting import WaitingOrder

HOLD = "possible_duplicate"


def of(db: sqlite3.Connection, orders: Iterable[WaitingOrder], window_s: int) -> dict[int, str]:
    """order_id -> the earlier order it repeats within `window_s` seconds, of those new or already held for it."""
    fresh = {
        one.order_id: one for one in orders if one.order.customer.email and (not one.decisions or HOLD in one.holds)
    }
    found: dict[int, str] = {}
    for order_id, stem, document in db.execute(
        "SELECT a.order_id, b.stem, d.document FROM orders a JOIN orders b ON b.email = a.email AND b.email <> ''"
        " AND (b.placed_at, b.order_id) < (a.placed_at, a.order_id)"
        " AND b.placed_at >= strftime('%Y-%m-%dT%H:%M:%SZ', a.placed_at, ?)"
        " JOIN order_documents d ON d.order_id = b.order_id"
        " WHERE a.order_id IN (SELECT value FROM json_each(?)) AND b.state <> 'cancelled' ORDER BY b.order_id",
        (f"-{window_s} seconds", json.dumps(sorted(fresh))),
    ):
        if order_id not in found and _same(fresh[order_id].order, order_documents.read(document)):
            found[order_id] = stem
    return found


def _same(one: Order, other: Order) -> bool:
    return one.ship_to == other.ship_to and _wish(one) == _wish(other)


def _wish(order: Order) -> Counter[str]:
    wish: Counter[str] = Counter()
    for line in order.lines:
        wish[line.sku] += line.quantity
    return wish
