"""Orders that have to leave by a moment, and shipments that a location has had in hand for long."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A shipment that its location got at the moment `since` and has not acknowledged. `units` by row of the line."""

    shipment_id: int
    order_id: int
    reference: str
    location: str
    since: str
    units: Mapping[int, int]


def unacknowledged(db: sqlite3.Connection, location: str, before: str) -> list[Unanswered]:
    """What `location` got at the moment `before` or earlier, and has neither acknowledged nor sent any of."""
    rows = db.execute(
        "SELECT s.shipment_id, s.order_id, s.reference, s.location, s.dispatched_at,"
        " json_group_object(x.line_id, x.quantity) FROM shipments s INDEXED BY shipments_in_hand"
        " JOIN shipment_lines x USING (shipment_id) WHERE s.location = ? AND s.state IN ('dispatched', 'acknowledged')"
        " AND s.state = 'dispatched' AND s.dispatched_at <= ? GROUP BY s.shipment_id"
        " HAVING sum(x.packed + x.short) = 0 ORDER BY s.shipment_id",
        (location, before),
    )
    found = []
    for shipment_id, order_id, reference, place, since, lines in rows:
        units = {int(line): quantity for line, quantity in json.loads(lines).items()}
        found.append(Unanswered(shipment_id, order_id, reference, place, since, units))
    return found


def in_hand_since(db: sqlite3.Connection, location: str, before: str) -> list[tuple[int, str, str]]:
    """(order, reference, since when) of shipments that `location` got by then and has not sent on as a whole."""
    return db.execute(
        "SELECT order_id, reference, dispatched_at FROM shipments INDEXED BY shipments_in_hand"
        " WHERE location = ? AND state IN ('dispatched', 'acknowledged') AND dispatched_at <= ? ORDER BY shipment_id",
        (location, before),
    ).fetchall()


def untold_since(db: sqlite3.Connection, channel: str, before: str) -> list[tuple[int, str, str, str]]:
    """(order, its stem, since when, what was said last) of tracking that `channel` has not taken since `before`.

    What may or may not have reached it is an exception already.
    """
    return db.execute(
        "SELECT e.order_id, o.stem, min(e.created_at), max(e.message) FROM effects e INDEXED BY effects_open"
        " JOIN orders o USING (order_id) WHERE e.target = ? AND e.kind = 'tracking' AND e.state = 'pending'"
        " AND e.state IN ('pending', 'sending', 'uncertain') AND e.created_at <= ? GROUP BY e.order_id"
        " ORDER BY e.order_id",
        (f"channel:{channel}", before),
    ).fetchall()
