"""What is on order with suppliers, and which orders wait for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.purchasing import Arrivals, Waiter
from orderctl.store import skus as catalogue

_SOME = "(SELECT value FROM json_each(?))"


def is_any_open(db: sqlite3.Connection) -> bool:
    """Whether anything is on order at all."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM purchase_lines WHERE on_order > 0)").fetchone()[0])


def arrivals(db: sqlite3.Connection, skus: Iterable[str]) -> dict[str, Arrivals]:
    """SKU -> (units, expected moment) of open purchase orders, earliest first, unknown moments last."""
    found: dict[str, Arrivals] = {}
    for sku, units, moment in db.execute(
        "SELECT sku, sum(on_order), coalesce(nullif(l.expected_at, ''), p.expected_at) AS moment FROM purchase_lines l"
        f" JOIN purchase_orders p USING (po_number) WHERE on_order > 0 AND sku IN {_SOME}"
        " GROUP BY sku, moment ORDER BY sku, moment = '', moment",
        (json.dumps(sorted(skus)),),
    ):
        found[sku] = (*found.get(sku, ()), (units, moment))
    return found


def expected(db: sqlite3.Connection, after: str) -> list[tuple[str, str, str, int]]:
    """(moment, location, SKU, units) of what is on order and expected after the moment `after`, in order of time."""
    return db.execute(
        "SELECT coalesce(nullif(l.expected_at, ''), p.expected_at) AS moment, p.location, l.sku, sum(l.on_order)"
        " FROM purchase_lines l JOIN purchase_orders p USING (po_number) WHERE l.on_order > 0"
        " GROUP BY moment, p.location, l.sku HAVING moment > ? ORDER BY moment, p.location, l.sku",
        (after,),
    ).fetchall()


def waiting(db: sqlite3.Connection, skus: Iterable[str]) -> list[tuple[str, Waiter, int]]:
    """(SKU, order, units) of everything backordered that takes some of `skus`, also by a kit or a channel's name."""
    wanted = set(skus)
    rows = db.execute(
        "SELECT o.channel, l.sku, l.order_id, l.backordered_at, o.placed_at, l.backordered FROM order_lines l"
        " INDEXED BY order_lines_backordered JOIN orders o USING (order_id)"
        f" WHERE l.backordered > 0 AND l.sku IN {_SOME} ORDER BY line_id",
        (json.dumps(sorted(catalogue.sold_as(db, wanted))),),
    ).fetchall()
    names: dict[str, set[str]] = {}
    for channel, sku, *_ in rows:
        names.setdefault(channel, set()).add(sku)
    sold = {channel: catalogue.sold(db, channel, some) for channel, some in names.items()}
    return [
        (part, Waiter(since, placed_at, order_id), each * units)
        for channel, sku, order_id, since, placed_at, units in rows
        if sku in sold[channel]
        for part, each in (sold[channel][sku].components or {sku: 1}).items()
        if part in wanted
    ]
