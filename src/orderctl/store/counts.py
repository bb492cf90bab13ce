"""Stock counted by hand, and the promises that cannot be kept where less was found than is promised."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from orderctl.core.stamp import Stamp
from orderctl.store import waiting


@dataclass(frozen=True, slots=True)
class Promise:
    """Units of one SKU promised to a shipment that no parcel has taken yet."""

    shipment_id: int
    order_id: int
    reference: str
    order: str
    state: str
    sku: str
    units: int


def levels(db: sqlite3.Connection, location: str) -> dict[str, tuple[int, int]]:
    """SKU -> units on hand and reserved at `location`, of every SKU it has or had."""
    rows = db.execute("SELECT sku, on_hand, reserved FROM stock_levels WHERE location = ?", (location,))
    return {sku: (on_hand, reserved) for sku, on_hand, reserved in rows}


def note(db: sqlite3.Connection, stamp: Stamp, location: str, skus: Iterable[str]) -> None:
    """A person has counted these SKUs at `location` now."""
    db.executemany(
        "INSERT INTO stock_counts VALUES (?, ?, ?) ON CONFLICT (location, sku)"
        " DO UPDATE SET counted_at = max(counted_at, excluded.counted_at)",
        [(location, sku, stamp.at) for sku in skus],
    )


def since(db: sqlite3.Connection, location: str, moment: str) -> set[str]:
    """The SKUs that a person has counted at `location` after `moment`."""
    rows = db.execute("SELECT sku FROM stock_counts WHERE location = ? AND counted_at > ?", (location, moment))
    return {row[0] for row in rows}


def unkept(db: sqlite3.Connection, location: str, skus: Iterable[str]) -> list[Promise]:
    """The promises of these SKUs at `location` that what lies there does not cover.

    Chosen are the orders that compete last; a shipment that is only planned counts with all that it was promised,
    since it is taken back as a whole.
    """
    missing = dict(
        db.execute(
            "SELECT sku, reserved - max(0, on_hand) FROM stock_levels WHERE location = ? AND reserved > max(0, on_hand)"
            " AND sku IN (SELECT value FROM json_each(?))",
            (location, json.dumps(sorted(skus))),
        ).fetchall()
    )
    chosen: list[Promise] = []
    taken_back: set[int] = set()
    for promise in reversed(_open(db, location, missing)):
        if promise.shipment_id not in taken_back and missing[promise.sku] <= 0:
            continue
        if promise.shipment_id not in taken_back and promise.state == "planned":
            taken_back.add(promise.shipment_id)
        chosen.append(promise)
        missing[promise.sku] -= promise.units
    return chosen


def _open(db: sqlite3.Connection, location: str, skus: Iterable[str]) -> list[Promise]:
    """The open promises of these SKUs at `location`, in the order in which their orders compete."""
    rows = [
        Promise(*row)
        for row in db.execute(
            "SELECT r.shipment_id, s.order_id, s.reference, o.stem, s.state, r.sku,"
            " sum(r.quantity - r.shipped - r.released) FROM reservations r JOIN shipments s USING (shipment_id)"
            " JOIN orders o USING (order_id) WHERE r.location = ? AND r.sku IN (SELECT value FROM json_each(?))"
            " AND r.shipped + r.released < r.quantity GROUP BY r.shipment_id, r.sku",
            (location, json.dumps(sorted(skus))),
        )
    ]
    place = {order_id: at for at, order_id in enumerate(waiting.in_turn(db, [row.order_id for row in rows]))}
    return sorted(rows, key=lambda row: (place[row.order_id], row.shipment_id, row.sku))
