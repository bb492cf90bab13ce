"""Stock promised to shipments: each promise ends once, as shipped or as released."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from orderctl.core.stamp import Stamp
from orderctl.core.stock import StockMove
from orderctl.store import stock

#: The locations that keep a ledger; an unlimited one has none.
Counted = frozenset[str]


def take(
    db: sqlite3.Connection, stamp: Stamp, rows: Sequence[tuple[int, str, str, int, str, str]], counted: Counted
) -> None:
    """Reserved units leave the house: (reservation_id, location, sku, units, reference, what for)."""
    db.executemany(
        "UPDATE reservations SET shipped = shipped + ? WHERE reservation_id = ?", [(row[3], row[0]) for row in rows]
    )
    stock.post(
        db,
        [
            StockMove(
                location=location,
                sku=sku,
                delta=-units,
                reason="shipped",
                cause=f"shipment:{reference}",
                key=f"shipped:{reference}:{what_for}:{reservation_id}",
                actor=stamp.actor,
                moved_at=stamp.at,
            )
            for reservation_id, location, sku, units, reference, what_for in rows
            if location in counted
        ],
    )


def take_all(db: sqlite3.Connection, stamp: Stamp, shipment_ids: Iterable[int], counted: Counted) -> None:
    """What these shipments reserved has left the house, as far as anyone will ever say."""
    ids = json.dumps(list(shipment_ids))
    rest = "shipment_id IN (SELECT value FROM json_each(?)) AND shipped + released < quantity"
    leaving = (
        "SELECT 'shipped:' || s.reference || ':handoff:' || r.reservation_id, r.location, r.sku,"
        " r.shipped + r.released - r.quantity, 'shipped', 'shipment:' || s.reference, ?, ? FROM reservations r"
        f" JOIN shipments s USING (shipment_id) WHERE r.{rest} AND r.location IN (SELECT value FROM json_each(?))"
    )
    stock.post_selected(db, leaving, (stamp.actor, stamp.at, ids, json.dumps(sorted(counted))), stamp.at)
    db.execute(f"UPDATE reservations SET shipped = quantity - released WHERE {rest}", (ids,))


def release(db: sqlite3.Connection, shipment_ids: str) -> None:
    """The promises of these shipments (a JSON list of ids) are taken back."""
    db.execute(
        "UPDATE reservations SET released = quantity - shipped"
        " WHERE shipment_id IN (SELECT value FROM json_each(?)) AND shipped + released < quantity",
        (shipment_ids,),
    )


def promised(db: sqlite3.Connection, orders: Sequence[int]) -> dict[int, list[tuple[str, str, int]]]:
    """Order -> the units still reserved for it, as (location, SKU, units)."""
    found: dict[int, list[tuple[str, str, int]]] = {}
    for order_id, *units in db.execute(
        "SELECT s.order_id, r.location, r.sku, r.quantity - r.shipped - r.released FROM shipments s"
        " JOIN reservations r USING (shipment_id) WHERE s.order_id IN (SELECT value FROM json_each(?))"
        " AND r.shipped + r.released < r.quantity",
        (json.dumps(list(orders)),),
    ):
        found.setdefault(order_id, []).append((units[0], units[1], units[2]))
    return found
