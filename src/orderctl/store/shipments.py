"""Shipments: the one way their state changes, with the counters of their lines and what they had reserved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.stamp import Stamp
from orderctl.core.states import CALLED_BACK
from orderctl.store import call_backs, effects, events, exceptions, orders, reservations

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
_IN_HAND = ", ".join(f"'{state}'" for state, becomes in CALLED_BACK.items() if becomes == "cancel_requested")
_SOME = "shipment_id IN (SELECT value FROM json_each(?))"
_STAMPED = {"dispatched": "dispatched_at", "acknowledged": "acknowledged_at"}


def move(db: sqlite3.Connection, stamp: Stamp, shipment_ids: Iterable[int], state: str, reason: str = "") -> list[int]:
    """Bring shipments to `state`, and their units that are neither packed nor short to the counter of that state.

    Rejected and cancelled ones release what they had reserved, and their orders are decided again: these orders.
    """
    ids = json.dumps(list(shipment_ids))
    for counter in ("planned", "dispatched"):
        if counter != _COUNTER[state]:
            _pass_on(db, ids, counter, _COUNTER[state])
    column = f", {_STAMPED[state]} = coalesce({_STAMPED[state]}, ?)" if state in _STAMPED else ""
    marks = (stamp.at,) if column else ()
    db.execute(f"UPDATE shipments SET state = ?, reason = ?{column} WHERE {_SOME}", (state, reason, *marks, ids))
    because = f": {reason}" if reason else ""
    moved = f"SELECT order_id, reference || ' at ' || location || ? FROM shipments WHERE {_SOME} ORDER BY shipment_id"
    events.add_selected(db, stamp, f"shipment {state}", moved, (because, ids))
    if state in _STAMPED:
        db.execute(
            f"UPDATE orders SET {_STAMPED[state]} = ? WHERE {_STAMPED[state]} IS NULL"
            f" AND order_id IN (SELECT order_id FROM shipments WHERE {_SOME})",
            (stamp.at, ids),
        )
    if state == "cancel_requested":
        call_backs.add(db, stamp, ids, reason)
    if state not in {"rejected", "cancelled"}:
        return []
    rows = db.execute(f"SELECT DISTINCT order_id FROM shipments WHERE {_SOME} ORDER BY order_id", (ids,)).fetchall()
    order_ids = [row[0] for row in rows]
    reservations.release(db, ids)
    effects.drop_handoffs(db, stamp, ids)
    orders.make_due(db, order_ids, stamp.at)
    return order_ids


def _pass_on(db: sqlite3.Connection, ids: str, counter: str, becomes: str) -> None:
    """The units of these shipments (a JSON list of ids) that stand in `counter` stand in `becomes`."""
    states = ", ".join(f"'{state}'" for state, its in _COUNTER.items() if its == counter)
    units = (
        "SELECT l.line_id AS line, sum(l.quantity - l.packed - l.short) AS units FROM shipments s JOIN shipment_lines l"
        f" USING (shipment_id) WHERE s.{_SOME} AND s.state IN ({states}) GROUP BY l.line_id"
    )
    if becomes == "open":
        for line_id, given_back in db.execute(units, (ids,)).fetchall():
            give_back(db, line_id, counter, given_back)
    else:
        db.execute(
            f"UPDATE order_lines SET {counter} = {counter} - units, {becomes} = {becomes} + units FROM ({units})"
            " WHERE line_id = line",
            (ids,),
        )


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
    rows = db.execute(f"SELECT shipment_id FROM shipments WHERE order_id = ? AND state IN ({_IN_HAND})", (order_id,))
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
        f" USING (line_id) WHERE s.order_id = ? AND s.state IN ({_IN_HAND})"
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
        for code in ("cancel_after_dispatch", "fulfilled_there", "address_changed"):
            exceptions.settle(db, stamp, code, stem)


def withdraw(db: sqlite3.Connection, stamp: Stamp, order_id: int, reason: str) -> None:
    """Shipments that are only planned are taken back; what they reserved is free again."""
    rows = db.execute("SELECT shipment_id FROM shipments WHERE order_id = ? AND state = 'planned'", (order_id,))
    ids = [row[0] for row in rows]
    if ids:
        move(db, stamp, ids, "cancelled", reason)
