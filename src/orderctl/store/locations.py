"""How locations stand: what waits at each, and whose stock feed is too old to trust."""

from __future__ import annotations

import sqlite3

from orderctl.core import times
from orderctl.core.places import Places
from orderctl.core.stamp import Stamp
from orderctl.store import shipments
from orderctl.store.orders import refresh


def waiting(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Location -> state -> shipments, of those that have not left."""
    found: dict[str, dict[str, int]] = {}
    for location, state, number in db.execute(
        "SELECT location, state, count(*) FROM shipments"
        " WHERE state IN ('planned', 'uncertain', 'dispatched', 'acknowledged', 'cancel_requested')"
        " GROUP BY location, state"
    ):
        found.setdefault(location, {})[state] = number
    return found


def withdraw_planned(db: sqlite3.Connection, stamp: Stamp, location: str) -> int:
    """Shipments that are only planned at `location` are taken back and their orders decided anew; how many."""
    rows = db.execute("SELECT shipment_id FROM shipments WHERE location = ? AND state = 'planned'", (location,))
    ids = [row[0] for row in rows]
    orders = shipments.move(db, stamp, ids, "cancelled", f"{location} does not work now")
    refresh(db, stamp, orders)
    return len(ids)


def wake(db: sqlite3.Connection, at: str) -> None:
    """A location works again: orders that wait for stock or for any location are looked at again."""
    db.execute(
        "UPDATE orders SET due_at = ? WHERE order_id IN (SELECT order_id FROM order_lines WHERE backordered > 0"
        " UNION SELECT order_id FROM holds WHERE ended_at IS NULL AND reason IN ('stock', 'unrouted'))",
        (at,),
    )


def stale(db: sqlite3.Connection, places: Places, now: str) -> tuple[str, ...]:
    """Locations whose newest stock feed is older than they allow, or that never sent one."""
    limits = {name: place.feed_max_age_s for name, place in places.locations.items() if place.feed_max_age_s}
    if not limits:
        return ()
    counted = dict(db.execute("SELECT location, counted_at FROM stock_feeds"))
    return tuple(
        name
        for name, age_s in limits.items()
        if name not in counted or times.seconds_between(counted[name], now) > age_s
    )
