"""What is handed to a location in one go: gathered, numbered, and settled by its receipt.

A batch is written down as `sending` together with its shipments before its document is published; from then on its
name and bytes never change. One that was surely not processed is dissolved, and its number is never used again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from orderctl.core.effects import Batch, BatchLine, BatchShipment, Document, Receipt
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Address, Order
from orderctl.core.stamp import Stamp
from orderctl.store import effects, exceptions, orders, reservations, shipments
from orderctl.store.exceptions import Trouble
from orderctl.store.reservations import Counted


def due(db: sqlite3.Connection, location: str, now: str) -> list[int]:
    """Planned shipments that `location` can be asked for now, the urgent ones first.

    Left out: what may not leave before a later moment, and what a hold or a cancellation stops.
    """
    rows = db.execute(
        "SELECT s.shipment_id FROM shipments s INDEXED BY shipments_planned JOIN orders o USING (order_id)"
        " WHERE s.location = ? AND s.state = 'planned' AND s.not_before <= ?"
        " AND o.state NOT IN ('cancelled', 'rejected')"
        " AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = s.order_id AND h.ended_at IS NULL)"
        " ORDER BY s.priority, CASE o.ship_by WHEN '' THEN '9999' ELSE o.ship_by END, s.shipment_id",
        (location, now),
    )
    return [row[0] for row in rows]


def locations_with_work(db: sqlite3.Connection) -> list[str]:
    """Every location that has planned shipments."""
    return [row[0] for row in db.execute("SELECT DISTINCT location FROM shipments WHERE state = 'planned'")]


def next_number(db: sqlite3.Connection, location: str) -> int:
    """The number of the location's next batch."""
    row = db.execute("SELECT coalesce(max(number), 0) + 1 FROM batches WHERE location = ?", (location,)).fetchone()
    return int(row[0])


def gather(db: sqlite3.Connection, shipment_ids: Sequence[int]) -> tuple[BatchShipment, ...]:
    """These shipments with everything a document may show, in this order."""
    ids = json.dumps(shipment_ids)
    lines: dict[int, list[tuple[str, str, int]]] = {}
    for shipment_id, name, sku, quantity in db.execute(
        "SELECT s.shipment_id, l.channel_line_id, s.sku, s.quantity FROM shipment_lines s JOIN order_lines l"
        " USING (line_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?)) ORDER BY s.shipment_id, l.position",
        (ids,),
    ):
        lines.setdefault(shipment_id, []).append((name, sku, quantity))
    found = {}
    for shipment_id, reference, carrier, service, options, document in db.execute(
        "SELECT s.shipment_id, s.reference, s.carrier, s.service, s.options, o.document FROM shipments s"
        " JOIN orders o USING (order_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        order = order_from_json(json.loads(document))
        found[shipment_id] = _shipment(
            order, reference, carrier, service, json.loads(options), lines.get(shipment_id, [])
        )
    return tuple(found[shipment_id] for shipment_id in shipment_ids)


def _shipment(
    order: Order, reference: str, carrier: str, service: str, options: dict[str, Any], lines: list[tuple[str, str, int]]
) -> BatchShipment:
    titles = {line.id: line.title for line in order.lines}
    address = order.ship_to or Address()
    return BatchShipment(
        reference=reference,
        order_number=order.number,
        channel=order.channel,
        placed_at=order.placed_at,
        ship_by=order.ship_by,
        ship_to={name: getattr(address, name) for name in Address.__slots__},
        email=order.customer.email,
        carrier=carrier,
        service=service,
        lines=tuple(BatchLine(name, sku, titles.get(name, ""), quantity) for name, sku, quantity in lines),
        options=options,
        gift_message=order.gift_message,
        note=order.note,
        currency=order.currency,
    )


def begin(db: sqlite3.Connection, stamp: Stamp, batch: Batch, document: Document, shipment_ids: Sequence[int]) -> str:
    """`batch` is about to be handed over as `document`: batch, effect and shipments become `sending`. Its key."""
    batch_id = db.execute(
        "INSERT INTO batches (location, number, document, digest, rows, units, shipments, local_date, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING batch_id",
        (
            *(batch.location, batch.number, document.name, document.digest, document.rows, document.units),
            *(len(shipment_ids), batch.date, stamp.at),
        ),
    ).fetchone()[0]
    effect_key = effects.key_of(db, "handoff", batch.location, str(batch.number))
    payload = json.dumps({"location": batch.location, "batch": batch.number}, sort_keys=True)
    db.execute(
        "INSERT INTO effects (key, kind, target, subject_id, payload, digest, state, attempts, next_try_at, document,"
        " created_at, sent_at) VALUES (?, 'handoff', ?, ?, ?, ?, 'sending', 1, ?, ?, ?, ?)",
        (
            *(effect_key, f"location:{batch.location}", batch_id, payload, document.digest),
            *(stamp.at, document.name, stamp.at, stamp.at),
        ),
    )
    db.executemany(
        "UPDATE shipments SET state = 'sending', batch_id = ? WHERE shipment_id = ? AND state = 'planned'",
        [(batch_id, shipment_id) for shipment_id in shipment_ids],
    )
    return effect_key


def settle(
    db: sqlite3.Connection,
    stamp: Stamp,
    location: str,
    document: str,
    receipt: Receipt,
    *,
    final: bool,
    counted: Counted,
) -> None:
    """The receipt of the batch that was handed to `location` as `document`.

    `final` locations never confirm: their reservations end with the hand-off.
    """
    effect_id, batch_id, number = db.execute(
        "SELECT e.effect_id, b.batch_id, b.number FROM effects e JOIN batches b ON b.batch_id = e.subject_id"
        " WHERE e.kind = 'handoff' AND e.target = ? AND e.document = ? AND e.state IN ('sending', 'uncertain')",
        (f"location:{location}", document),
    ).fetchone()
    effect_state = {"retry": "superseded"}.get(receipt.outcome, receipt.outcome)
    shipment_state = {"accepted": "dispatched", "retry": "planned", "refused": "rejected", "uncertain": "uncertain"}
    db.execute(
        "UPDATE effects SET state = ?, reference = ?, message = ?, settled_at = ? WHERE effect_id = ?",
        (effect_state, receipt.reference, receipt.message, stamp.at, effect_id),
    )
    handed = db.execute(
        "SELECT shipment_id, order_id FROM shipments WHERE batch_id = ? AND state IN ('sending', 'uncertain')",
        (batch_id,),
    ).fetchall()
    shipments.move(db, stamp, [row[0] for row in handed], shipment_state[receipt.outcome], receipt.message)
    if receipt.outcome == "retry":
        db.execute("UPDATE shipments SET batch_id = NULL WHERE batch_id = ?", (batch_id,))
    if receipt.outcome == "accepted" and final:
        reservations.take_all(db, stamp, [row[0] for row in handed], counted)
    if receipt.outcome == "uncertain":
        message = f"batch {number} ({document}) may have reached {location}: {receipt.message or 'no answer came'}"
        exceptions.raise_all(db, stamp, [Trouble("uncertain", f"{location} batch {number}", message)])
    orders.refresh(db, stamp, [row[1] for row in handed])
