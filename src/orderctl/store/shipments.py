"""Shipments: the one way their state changes, with the counters of their lines and what they had reserved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.stamp import Stamp
from orderctl.store import events, exceptions, orders, reservations

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
    passed_on: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for was, becomes, units, line_id in shifts:
        have = _COUNTER[was]
        if have != becomes and units and becomes == "open":
            give_back(db, line_id, have, units)
        elif have != becomes and units:
            passed_on.setdefault((have, becomes), []).append((units, units, line_id))
    for (have, becomes), rows in passed_on.items():
        db.executemany(f"UPDATE order_lines SET {have} = {have} - ?, {becomes} = {becomes} + ? WHERE line_id = ?", rows)
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
            f"UPDATE orders SET {_STAMPED[state]} = ? WHERE order_id = ? AND {_STAMPED[state]} IS NULL",
            [(stamp.at, row[0]) for row in rows],
        )
    return sorted({row[0] for row in rows})


def give_back(db: sqlite3.Connection, line_id: int, counter: str, units: int) -> None:
    """Units of a line that stood in `counter` wait again, except those that were cancelled meanwhile."""
    db.execute(
        f"UPDATE order_lines SET {counter} = {counter} - :units, open = open + :units - min(:units, called_back),"
        " cancelled = cancelled + min(:units, called_back), called_back = max(0, called_back - :units)"
        " WHERE line_id = :line",
        {"units": units, "line": line_id},
    )


def in_hand(db: sqlite3.Connection, order_id: int) -> list[int]:
    """The order's shipments that a location has in hand and nobody has asked it to stop."""
    rows = db.execute(
        "SELECT shipment_id FROM shipments WHERE order_id = ? AND state IN ('dispatched', 'acknowledged')", (order_id,)
    )
    return [row[0] for row in rows]


def uncertain(db: sqlite3.Connection, order_id: int) -> list[int]:
    """The order's shipments that a location may have in hand."""
    rows = db.execute(
        "SELECT shipment_id FROM shipments WHERE order_id = ? AND state IN ('sending', 'uncertain')", (order_id,)
    )
    return [row[0] for row in rows]


def wholly_called_back(db: sqlite3.Connection, order_id: int) -> list[int]:
    """Those of `in_hand` of which no unit is wanted any more."""
    rows = db.execute(
        "SELECT s.shipment_id FROM shipments s JOIN shipment_lines x USING (shipment_id) JOIN order_lines l"
        " USING (line_id) WHERE s.order_id = ? AND s.state IN ('dispatched', 'acknowledged')"
        " AND x.quantity > x.packed + x.short GROUP BY s.shipment_id"
        " HAVING min(l.called_back >= l.planned + l.dispatched) = 1",
        (order_id,),
    )
    return [row[0] for row in rows]


def stop_called_back(db: sqlite3.Connection, stamp: Stamp, order_id: int) -> None:
    """Shipments of the order of which no unit is wanted any more become `cancel_requested`."""
    whole = wholly_called_back(db, order_id)
    if whole:
        move(db, stamp, whole, "cancel_requested", "cancelled after the hand-over")


def settle_called_back(db: sqlite3.Connection, stamp: Stamp, order_ids: Iterable[int]) -> None:
    """Orders of which nothing is to be stopped any more need no one to ask for it."""
    rows = db.execute(
        "SELECT stem FROM orders o WHERE order_id IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.order_id"
        "  AND s.state IN ('cancel_requested', 'uncertain'))"
        " AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.called_back > 0)",
        (json.dumps(sorted(set(order_ids))),),
    ).fetchall()
    for (stem,) in rows:
        for code in ("cancel_after_dispatch", "address_changed"):
            exceptions.settle(db, stamp, code, stem)


def withdraw(db: sqlite3.Connection, stamp: Stamp, order_id: int, reason: str) -> None:
    """Shipments that are only planned are taken back; what they reserved is free again."""
    rows = db.execute("SELECT shipment_id FROM shipments WHERE order_id = ? AND state = 'planned'", (order_id,))
    ids = [row[0] for row in rows]
    if ids:
        move(db, stamp, ids, "cancelled", reason)
