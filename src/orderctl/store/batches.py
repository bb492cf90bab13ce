"""What is handed to a location in one go: gathered, numbered, and settled by its receipt.

A batch is written down as `sending` together with its shipments before its document is published; from then on its
name and bytes never change. One that was surely not processed is dissolved, and its number is never used again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from orderctl.core.effects import Batch, BatchLine, BatchShipment, Document, Receipt
from orderctl.core.making import maker
from orderctl.core.orders import Address
from orderctl.core.stamp import Stamp
from orderctl.store import effects, events, exceptions, order_documents, orders, reservations, shipments
from orderctl.store.exceptions import Trouble
from orderctl.store.order_documents import Shown
from orderctl.store.reservations import Counted

#: When the copy of the order `o` was read.
_READ_AT = "(SELECT read_at FROM order_revisions r WHERE r.order_id = o.order_id AND r.revision = o.revision)"

#: An address of which nothing is known.
_NOWHERE = dict.fromkeys(Address.__slots__, "")
_line, _handed = maker(BatchLine), maker(BatchShipment)


def due(db: sqlite3.Connection, location: str, now: str, *, unread: Sequence[str] = (), oldest: str = "") -> list[int]:
    """Planned shipments that `location` can be asked for now, the urgent ones first.

    Left out: what may not leave before a later moment, what a hold or a cancellation stops, and orders of the channels
    `unread` whose copy was read before `oldest`.
    """
    rows = db.execute(
        "SELECT s.shipment_id FROM shipments s INDEXED BY shipments_planned JOIN orders o USING (order_id)"
        " WHERE s.location = ? AND s.state = 'planned' AND s.not_before <= ?"
        " AND o.state NOT IN ('cancelled', 'rejected')"
        " AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = s.order_id AND h.ended_at IS NULL)"
        f" AND (o.channel NOT IN (SELECT value FROM json_each(?)) OR {_READ_AT} >= ?)"
        " ORDER BY s.priority, CASE o.ship_by WHEN '' THEN '9999' ELSE o.ship_by END, s.shipment_id",
        (location, now, json.dumps(list(unread)), oldest),
    )
    return [row[0] for row in rows]


def channels_read_before(db: sqlite3.Connection, oldest: str) -> list[str]:
    """The channels of planned shipments whose order's copy was read before `oldest`."""
    rows = db.execute(
        "SELECT DISTINCT o.channel FROM shipments s INDEXED BY shipments_planned JOIN orders o USING (order_id)"
        f" WHERE s.state = 'planned' AND {_READ_AT} < ?",
        (oldest,),
    )
    return sorted(row[0] for row in rows)


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
    lines: dict[int, list[tuple[str, str, int, str]]] = {shipment_id: [] for shipment_id in shipment_ids}
    for shipment_id, name, sku, quantity, parts in db.execute(
        "SELECT s.shipment_id, l.channel_line_id, s.sku, s.quantity, s.parts FROM shipment_lines s JOIN order_lines l"
        " USING (line_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?)) ORDER BY s.shipment_id, l.position",
        (ids,),
    ):
        lines[shipment_id].append((name, sku, quantity, parts))
    found = {
        shipment_id: _shipment(
            order_documents.read_shown(document), reference, carrier, service, options, lines[shipment_id]
        )
        for shipment_id, document, reference, carrier, service, options in db.execute(
            "SELECT s.shipment_id, d.document, s.reference, s.carrier, s.service, s.options FROM shipments s"
            " JOIN order_documents d USING (order_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    }
    return tuple([found[shipment_id] for shipment_id in shipment_ids])


def _shipment(
    order: Shown,
    reference: str,
    carrier: str,
    service: str,
    said: str,  # what rules have chosen, as JSON
    lines: Sequence[tuple[str, str, int, str]],
) -> BatchShipment:
    titles = {line.id: line.title for line in order.lines}
    asked = [_line(name, sku, titles.get(name, ""), quantity) for name, sku, quantity, _ in lines]
    if any(line[3] for line in lines):
        asked = [taken for line, (*_, parts) in zip(asked, lines, strict=True) for taken in _taken(line, parts)]
    options = json.loads(said) if said != "{}" else {}
    if "add_items" in options:
        asked += [_line("", sku, "", units) for sku, units in options["add_items"].items()]
    return _handed(
        reference, order.number, order.channel, order.placed_at, order.ship_by, _NOWHERE | (order.ship_to or {}),
        order.customer.email, carrier, service, tuple(asked), options, order.gift_message, order.note, order.currency,
    )  # fmt: skip


def _taken(line: BatchLine, parts: str) -> Sequence[BatchLine]:
    """What a location takes from its shelves for `line`: itself, or so many of each of its `parts` (JSON)."""
    if not parts:
        return (line,)
    found: dict[str, int] = json.loads(parts)
    title = line.title if list(found.values()) == [1] else f"for {line.quantity} x {line.title or line.sku}"
    return [BatchLine(line.line_id, part, title, each * line.quantity) for part, each in found.items()]


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
    db.execute(
        "UPDATE shipments SET state = 'sending', batch_id = ? WHERE state = 'planned'"
        " AND shipment_id IN (SELECT value FROM json_each(?))",
        (batch_id, json.dumps(shipment_ids)),
    )
    sending = "SELECT order_id, reference || ' in ' || ? FROM shipments WHERE batch_id = ? ORDER BY shipment_id"
    events.add_selected(db, stamp, "shipment sending", sending, (document.name, batch_id))
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
        " WHERE e.kind = 'handoff' AND e.target = ? AND e.document = ? AND e.state IN ('sending', 'uncertain')"
        f" AND e.{effects.OPEN}",
        (f"location:{location}", document),
    ).fetchone()
    effect_state = {"retry": "refused"}.get(receipt.outcome, receipt.outcome)  # it leaves with another batch
    shipment_state = {"accepted": "dispatched", "retry": "planned", "refused": "rejected", "uncertain": "uncertain"}
    db.execute(
        "UPDATE effects SET state = ?, reference = ?, message = ?, settled_at = ? WHERE effect_id = ?",
        (effect_state, receipt.reference, receipt.message, stamp.at, effect_id),
    )
    handed = db.execute(
        "SELECT shipment_id, order_id FROM shipments WHERE batch_id = ? AND state IN ('sending', 'uncertain')",
        (batch_id,),
    ).fetchall()
    ids = [row[0] for row in handed]
    changed = _changed_since(db, ids)
    shipments.move(db, stamp, ids, shipment_state[receipt.outcome], receipt.message)
    if receipt.outcome == "retry":
        db.execute("UPDATE shipments SET batch_id = NULL WHERE batch_id = ?", (batch_id,))
        for order_id in changed:
            shipments.withdraw(db, stamp, order_id, "the order changed")
    if receipt.outcome == "accepted":
        for order_id in changed:
            shipments.stop_called_back(db, stamp, order_id)
        if final:
            reservations.take_all(db, stamp, ids, counted)
    if receipt.outcome == "uncertain":
        message = f"batch {number} ({document}) may have reached {location}: {receipt.message or 'no answer came'}"
        exceptions.raise_all(db, stamp, [Trouble("uncertain", _subject(location, number), message)])
    else:
        exceptions.settle(db, stamp, "uncertain", _subject(location, number))
    shipments.settle_called_back(db, stamp, changed)
    orders.refresh(db, stamp, [row[1] for row in handed])


def _subject(location: str, number: int) -> str:
    return f"{location} batch {number}"


def _changed_since(db: sqlite3.Connection, shipment_ids: Sequence[int]) -> list[int]:
    """Orders of these shipments that were changed after they were planned, as far as one can tell."""
    rows = db.execute(
        "SELECT DISTINCT s.order_id FROM shipments s WHERE s.shipment_id IN (SELECT value FROM json_each(?))"
        " AND (EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = s.order_id AND l.called_back > 0)"
        "  OR EXISTS (SELECT 1 FROM order_revisions r WHERE r.order_id = s.order_id AND r.revision > 1"
        "   AND r.read_at > s.planned_at)"
        "  OR EXISTS (SELECT 1 FROM overrides v WHERE v.order_id = s.order_id AND v.kind = 'edit'"
        "   AND v.placed_at > s.planned_at)) ORDER BY s.order_id",
        (json.dumps(list(shipment_ids)),),
    )
    return [row[0] for row in rows]


def answered(db: sqlite3.Connection, stamp: Stamp, shipment_id: int, counted: Counted) -> None:
    """The location speaks of a shipment of an uncertain batch: it has the batch, and that is certain now."""
    found = db.execute(
        "SELECT b.location, b.document FROM shipments s JOIN batches b USING (batch_id) JOIN effects e"
        " ON e.kind = 'handoff' AND e.subject_id = b.batch_id"
        " WHERE s.shipment_id = ? AND e.state = 'uncertain'",
        (shipment_id,),
    ).fetchone()
    if found is not None:
        receipt = Receipt("accepted", message="the location answered")
        location, document = found
        settle(db, stamp, location, document, receipt, final=False, counted=counted)
