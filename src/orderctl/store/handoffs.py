"""Handing over: written down before it happens, settled by its receipt.

A batch is written down as `sending` together with its shipments before its document is published; from then on its
name and bytes never change. One that was surely not processed is dissolved, and its number is never used again. A
shipment that is handed over alone has an effect of its own, whose key stays the same however often the same request
is tried; a request that would differ gets another key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from orderctl.core.effects import Batch, Document, Receipt
from orderctl.core.stamp import Stamp
from orderctl.core.states import RECEIPTS
from orderctl.store import effects, events, exceptions, orders, reservations, shadows, shipments
from orderctl.store.exceptions import Trouble
from orderctl.store.reservations import Counted

TO_UPLOAD = "to_upload"


def begin(
    db: sqlite3.Connection,
    stamp: Stamp,
    batch: Batch,
    document: Document,
    shipment_ids: Sequence[int],
    *,
    alone: bool = False,
    keep: bool = False,
) -> str:
    """`batch` is about to be handed over as `document`: batch, effect and shipments become `sending`. Its key.

    `alone`: it is one shipment under a key of its own. `keep`: the content is kept until its receipt is certain.
    """
    batch_id = db.execute(
        "INSERT INTO batches (location, number, document, digest, rows, units, shipments, local_date, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING batch_id",
        (
            *(batch.location, batch.number, document.name, document.digest, document.rows, document.units),
            *(len(shipment_ids), batch.date, stamp.at),
        ),
    ).fetchone()[0]
    order_id = None
    about: dict[str, str | int] = {"location": batch.location, "batch": batch.number}
    effect_key = effects.key_of(db, "handoff", batch.location, str(batch.number))
    if alone:
        reference = about["reference"] = batch.shipments[0].reference
        effect_key = effects.key_of(db, "handoff", batch.location, reference, document.digest)
        order_id = db.execute("SELECT order_id FROM shipments WHERE shipment_id = ?", shipment_ids).fetchone()[0]
        effects.drop_handoffs(db, stamp, json.dumps(shipment_ids), but=effect_key)
    payload = json.dumps(about, sort_keys=True)
    db.execute(
        "INSERT INTO effects (key, kind, target, order_id, subject_id, payload, digest, state, attempts, next_try_at,"
        " document, content, created_at, sent_at) VALUES (?, 'handoff', ?, ?, ?, ?, ?, 'sending', 1, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET state = 'sending', attempts = attempts + 1, subject_id = excluded.subject_id,"
        " payload = excluded.payload, document = excluded.document, content = excluded.content, absent_at = NULL,"
        " sent_at = excluded.sent_at, settled_at = NULL",
        (
            *(effect_key, f"location:{batch.location}", order_id, batch_id, payload, document.digest),
            *(stamp.at, document.name, document.content if keep else None, stamp.at, stamp.at),
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
    """The receipt of what was handed to `location` as `document`.

    `final` locations never confirm: their reservations end with the hand-off.
    """
    effect_id, order_id, batch_id, number = db.execute(
        "SELECT e.effect_id, e.order_id, b.batch_id, b.number FROM effects e"
        " JOIN batches b ON b.batch_id = e.subject_id WHERE e.kind = 'handoff' AND e.target = ? AND e.document = ?"
        f" AND e.state IN ('sending', 'uncertain') AND e.{effects.OPEN}",
        (f"location:{location}", document),
    ).fetchone()
    # what was surely not processed leaves with another batch; alone, it is tried again under its own key
    again = "refused" if order_id is None else "pending"
    effect_state = again if receipt.outcome == "retry" else receipt.outcome
    db.execute(
        "UPDATE effects SET state = :state, reference = :reference, message = :message, settled_at = :at,"
        " content = iif(:state = 'uncertain', content, NULL) WHERE effect_id = :effect",
        {
            "state": effect_state,
            "reference": receipt.reference,
            "message": receipt.message,
            "at": stamp.at if effect_state not in {"pending", "uncertain"} else None,
            "effect": effect_id,
        },
    )
    handed = db.execute(
        "SELECT shipment_id, order_id FROM shipments WHERE batch_id = ? AND state IN ('sending', 'uncertain')",
        (batch_id,),
    ).fetchall()
    ids = [row[0] for row in handed]
    changed = _changed_since(db, ids)
    shipments.move(db, stamp, ids, RECEIPTS[receipt.outcome], receipt.message)
    if receipt.reference and again == "pending":
        db.execute("UPDATE shipments SET partner_reference = ? WHERE batch_id = ?", (receipt.reference, batch_id))
    if receipt.outcome == "retry":
        db.execute("UPDATE shipments SET batch_id = NULL WHERE batch_id = ?", (batch_id,))
        for changed_id in changed:
            shipments.withdraw(db, stamp, changed_id, "the order changed")
    if receipt.outcome == "accepted":
        shadows.note(db, stamp, location, ids)
        for changed_id in changed:
            shipments.stop_called_back(db, stamp, changed_id)
        if final:
            reservations.take_all(db, stamp, ids, counted)
    _tell(db, stamp, f"{location} batch {number}", document, receipt)
    _tell_if_stuck(db, stamp, location, receipt)
    shipments.settle_called_back(db, stamp, changed)
    orders.refresh(db, stamp, [row[1] for row in handed])


def subject(location: str, number: int) -> str:
    """What exceptions about a batch are about."""
    return f"{location} batch {number}"


def _tell(db: sqlite3.Connection, stamp: Stamp, batch: str, document: str, receipt: Receipt) -> None:
    """What a person has to know of `batch`, and what no longer."""
    if receipt.outcome == "uncertain":
        message = f"{batch} ({document}) may have reached its location: {receipt.message or 'no answer came'}"
        exceptions.raise_all(db, stamp, [Trouble("uncertain", batch, message)])
    else:
        exceptions.settle(db, stamp, "uncertain", batch)
    if receipt.outcome in {"retry", "refused"}:
        exceptions.settle(db, stamp, TO_UPLOAD, batch)


def _tell_if_stuck(db: sqlite3.Connection, stamp: Stamp, location: str, receipt: Receipt) -> None:
    """`location` is handed nothing until a person changes something, or it is handed work again."""
    if receipt.outcome == "retry" and receipt.stuck:
        exceptions.raise_all(db, stamp, [Trouble("not_taken", location, f"{location}: {receipt.message}")])
    elif receipt.outcome != "retry":
        exceptions.settle(db, stamp, "not_taken", location)


def to_upload(db: sqlite3.Connection, stamp: Stamp, batch: Batch, todo: str) -> None:
    """A person has something to do with the document of `batch` before its location has it."""
    exceptions.raise_all(db, stamp, [Trouble(TO_UPLOAD, subject(batch.location, batch.number), todo)])


def surely_uploaded(db: sqlite3.Connection) -> list[str]:
    """The batches that a person was to upload, and about every shipment of which their location has answered."""
    rows = db.execute(
        "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM batches b JOIN shipments s USING (batch_id)"
        " WHERE b.location || ' batch ' || b.number = value AND s.state IN ('sending', 'uncertain', 'dispatched'))",
        (json.dumps(sorted(exceptions.open_subjects(db, TO_UPLOAD, ""))),),
    )
    return [row[0] for row in rows]


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
