"""Shipments: the one way their state changes, with the counters of their lines and what they had reserved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.stamp import Stamp
from orderctl.store import events, orders, reservations

#: Which counter the units of a shipment stand in, by the shipment's state.
_COUNTER = {
    "planned": "planned",
    "sending": "planned",
    "uncertain": "planned",
    "dispatched": "dispatched",
    "acknowledged": "dispatched",
    "cancel_requested": "dispatched",
    "rejected": "open",
    "cancelled": "open",
}
_STAMPED = {"dispatched": "dispatched_at", "acknowledged": "acknowledged_at"}


def move(db: sqlite3.Connection, stamp: Stamp, shipment_ids: Iterable[int], state: str, reason: str = "") -> list[int]:
    """Bring shipments to `state`, and their units that are neither packed nor short to the counter of that state.

    Rejected and cancelled ones release what they had reserved, and their orders are decided again. Their orders.
    """
    ids = json.dumps(list(shipment_ids))
    some = "shipment_id IN (SELECT value FROM json_each(?))"
    shifts = [
        (was, _COUNTER[state], units, line_id)
        for was, units, line_id in db.execute(
            f"SELECT s.state, l.quantity - l.packed - l.short, l.line_id FROM shipments s JOIN shipment_lines l"
            f" USING (shipment_id) WHERE s.{some}",
            (ids,),
        ).fetchall()
    ]
    for was, becomes, units, line_id in shifts:
        have = _COUNTER[was]
        if have != becomes and units:
            db.execute(
                f"UPDATE order_lines SET {have} = {have} - ?, {becomes} = {becomes} + ? WHERE line_id = ?",
                (units, units, line_id),
            )
    column = f", {_STAMPED[state]} = coalesce({_STAMPED[state]}, ?)" if state in _STAMPED else ""
    marks = (stamp.at,) if column else ()
    rows = db.execute(
        f"UPDATE shipments SET state = ?, reason = ?{column} WHERE {some} RETURNING order_id, reference, location",
        (state, reason, *marks, ids),
    ).fetchall()
    because = f": {reason}" if reason else ""
    events.add(db, stamp, [(order_id, f"shipment {state}", f"{ref} at {loc}{because}") for order_id, ref, loc in rows])
    if state in {"rejected", "cancelled"}:
        reservations.release(db, ids)
        orders.make_due(db, {row[0] for row in rows}, stamp.at)
    if state in _STAMPED:
        db.executemany(
            f"UPDATE orders SET {_STAMPED[state]} = coalesce({_STAMPED[state]}, ?) WHERE order_id = ?",
            [(stamp.at, row[0]) for row in rows],
        )
    return sorted({row[0] for row in rows})


def withdraw(db: sqlite3.Connection, stamp: Stamp, order_id: int, reason: str) -> None:
    """Shipments that are only planned are taken back; what they reserved is free again."""
    rows = db.execute("SELECT shipment_id FROM shipments WHERE order_id = ? AND state = 'planned'", (order_id,))
    ids = [row[0] for row in rows]
    if ids:
        move(db, stamp, ids, "cancelled", reason)
