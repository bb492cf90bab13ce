"""Stock promised to shipments: each promise ends once, as shipped or as released."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from orderctl.core.digests import key
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
                key=key("shipped", reference, what_for, str(reservation_id)),
                actor=stamp.actor,
                moved_at=stamp.at,
            )
            for reservation_id, location, sku, units, reference, what_for in rows
            if location in counted
        ],
    )


def take_all(db: sqlite3.Connection, stamp: Stamp, shipment_ids: Iterable[int], counted: Counted) -> None:
    """What these shipments reserved has left the house, as far as anyone will ever say."""
    rows = db.execute(
        "SELECT r.reservation_id, r.location, r.sku, r.quantity - r.shipped - r.released, s.reference, 'handoff'"
        " FROM reservations r JOIN shipments s USING (shipment_id)"
        " WHERE r.shipment_id IN (SELECT value FROM json_each(?)) AND r.shipped + r.released < r.quantity",
        (json.dumps(list(shipment_ids)),),
    ).fetchall()
    take(db, stamp, rows, counted)


def release(db: sqlite3.Connection, shipment_ids: str) -> None:
    """The promises of these shipments (a JSON list of ids) are taken back."""
    db.execute(
        "UPDATE reservations SET released = quantity - shipped"
        " WHERE shipment_id IN (SELECT value FROM json_each(?)) AND shipped + released < quantity",
        (shipment_ids,),
    )
