"""Parcels by their tracking numbers: their labels, numbers that several orders have, and which have arrived."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from orderctl.core.answers import Asked
from orderctl.core.stamp import Stamp
from orderctl.store import events


@dataclass(frozen=True, slots=True)
class Labeled:
    """One parcel's label, and the shipment and order it belongs to."""

    shipment_id: int
    reference: str
    order_id: int
    carrier: str
    tracking_number: str


def planned(db: sqlite3.Connection, shipment_ids: Iterable[int]) -> dict[int, str]:
    """Shipment -> the carrier it was planned with, empty where none was."""
    return dict(
        db.execute(
            "SELECT shipment_id, carrier FROM shipments WHERE shipment_id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(shipment_ids))),),
        )
    )


def labels(db: sqlite3.Connection, shipment_ids: Iterable[int]) -> list[Labeled]:
    """Every parcel of these shipments that has a number."""
    rows = db.execute(
        "SELECT p.shipment_id, s.reference, s.order_id, p.carrier, p.tracking_number FROM packages p"
        " JOIN shipments s USING (shipment_id) WHERE p.shipment_id IN (SELECT value FROM json_each(?))"
        " AND p.tracking_number <> '' ORDER BY p.package_id",
        (json.dumps(sorted(set(shipment_ids))),),
    )
    return [Labeled(*row) for row in rows]


def of_several_orders(db: sqlite3.Connection, numbers: Iterable[str]) -> dict[str, list[str]]:
    """Those of `numbers` that parcels of different orders have -> the references of the shipments."""
    rows = db.execute(
        "SELECT p.tracking_number, json_group_array(s.reference) FROM packages p"
        " JOIN shipments s USING (shipment_id) WHERE p.tracking_number IN (SELECT value FROM json_each(?))"
        " GROUP BY p.tracking_number HAVING count(DISTINCT s.order_id) > 1",
        (json.dumps(sorted(set(numbers) - {""})),),
    )
    return {number: json.loads(references) for number, references in rows}


def arrived(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, numbers: Iterable[str]) -> None:
    """The packages of `shipment` with these numbers have arrived."""
    for number in sorted(numbers):
        changed = db.execute(
            "UPDATE packages SET status = 'delivered' WHERE shipment_id = ? AND tracking_number = ?"
            " AND status <> 'delivered'",
            (shipment.shipment_id, number),
        ).rowcount
        if changed:
            told = f"{shipment.reference}: {number or 'without tracking number'}"
            events.add(db, stamp, [(shipment.order_id, "package delivered", told)])


def note_delivered(db: sqlite3.Connection, stamp: Stamp, order_ids: Iterable[int]) -> None:
    """Those of these orders are delivered of which everything has left and nothing is on its way."""
    db.execute(
        "UPDATE orders SET delivered_at = ? WHERE order_id IN (SELECT value FROM json_each(?))"
        " AND state IN ('shipped', 'closed') AND NOT EXISTS (SELECT 1 FROM shipments s"
        " WHERE s.order_id = orders.order_id AND s.state NOT IN ('delivered', 'cancelled', 'rejected'))",
        (stamp.at, json.dumps(sorted(set(order_ids)))),
    )
