"""Shipments that a location has in hand, as ways that have to ask for each of them see them."""

from __future__ import annotations

import json
import sqlite3

from orderctl.core.effects import InHand

_SEEN = "SELECT reference, state, dispatched_at, partner_reference, shipment_id FROM shipments"


def at(db: sqlite3.Connection, location: str) -> list[InHand]:
    """What `location` has and has not sent on, or has been asked to stop, oldest first."""
    rows = db.execute(
        f"{_SEEN} INDEXED BY shipments_in_hand WHERE location = :location AND state IN ('dispatched', 'acknowledged')"
        f" UNION ALL {_SEEN} INDEXED BY shipments_called_back WHERE location = :location AND state = 'cancel_requested'"
        " ORDER BY 3, 5",
        {"location": location},
    ).fetchall()
    promised: dict[int, dict[str, int]] = {row[4]: {} for row in rows}
    for shipment_id, sku, units in db.execute(
        "SELECT shipment_id, sku, sum(quantity - shipped - released) FROM reservations"
        " WHERE shipment_id IN (SELECT value FROM json_each(?)) AND shipped + released < quantity GROUP BY 1, 2",
        (json.dumps(list(promised)),),
    ):
        promised[shipment_id][sku] = units
    return [InHand(name, state, since, theirs, promised[id_]) for name, state, since, theirs, id_ in rows]
