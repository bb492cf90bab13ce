"""Orders that have to leave by a moment, and shipments that a location has had in hand for long."""

from __future__ import annotations

import json
import sqlite3

from orderctl.core.deadlines import OpenOrder, OpenShipment

#: Orders of which something may still have to leave; in these words SQLite sees that the index will do.
_OPEN = "o.ship_by <> '' AND o.state IN ('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped')"


def orders(db: sqlite3.Connection, before: str) -> list[OpenOrder]:
    """Live orders that have to leave at the moment `before` or earlier, with what of them has not left."""
    found = {
        order_id: OpenOrder(order_id, stem, ship_by, waits=bool(waits))
        for order_id, stem, ship_by, waits in db.execute(
            "SELECT o.order_id, o.stem, o.ship_by, EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id"
            " AND l.to_ship AND l.open + l.backordered > 0) FROM orders o INDEXED BY orders_to_leave"
            f" WHERE {_OPEN} AND o.ship_by <= ? AND o.watched = 0",
            (before,),
        )
    }
    for order_id, *shipment in db.execute(
        "SELECT order_id, reference, location, not_before, CASE WHEN state IN ('dispatched', 'acknowledged')"
        " THEN dispatched_at ELSE '' END FROM shipments WHERE order_id IN (SELECT value FROM json_each(?))"
        " AND state IN ('planned', 'sending', 'uncertain', 'dispatched', 'acknowledged') ORDER BY shipment_id",
        (json.dumps(list(found)),),
    ):
        found[order_id].shipments.append(OpenShipment(*shipment))
    return list(found.values())


def latest_start(db: sqlite3.Connection) -> str:
    """The latest moment before which a planned shipment may not leave; empty when there is none."""
    return str(db.execute("SELECT coalesce(max(not_before), '') FROM shipments WHERE state = 'planned'").fetchone()[0])


def in_hand_since(db: sqlite3.Connection, location: str, before: str) -> list[tuple[int, str, str, str]]:
    """(order, its stem, reference, since when) of shipments that `location` got before and has not sent on."""
    return db.execute(
        "SELECT s.order_id, o.stem, s.reference, s.dispatched_at FROM shipments s INDEXED BY shipments_in_hand"
        " JOIN orders o USING (order_id) WHERE s.location = ? AND s.state IN ('dispatched', 'acknowledged')"
        " AND s.dispatched_at <= ? ORDER BY s.shipment_id",
        (location, before),
    ).fetchall()
