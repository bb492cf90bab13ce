"""The wish that a location stops what it has in hand: one effect per shipment, asked until it is answered.

To ask twice does no harm, so a lost answer is followed by the same request, a few times. The shipment stays
`cancel_requested`, and its stock reserved, until the location says what became of it.
"""

from __future__ import annotations

import json
import sqlite3

from orderctl.core.digests import digest
from orderctl.core.effects import CallBack, Document, Receipt
from orderctl.core.stamp import Stamp
from orderctl.store import effects, events, orders

#: After so many lost answers nobody asks again; the exception about the order stays with a person.
MOST_ATTEMPTS = 5
_IS_OPEN = f"kind = 'cancel_request' AND {effects.OPEN}"


def add(db: sqlite3.Connection, stamp: Stamp, shipment_ids: str, reason: str) -> None:
    """The locations of these shipments (a JSON list of ids) have to be asked to stop them."""
    for shipment_id, reference, location, theirs, order_id, number in db.execute(
        "SELECT s.shipment_id, s.reference, s.location, s.partner_reference, o.order_id, o.number FROM shipments s"
        " JOIN orders o USING (order_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?))",
        (shipment_ids,),
    ).fetchall():
        body = {
            "reference": reference,
            "partner_reference": theirs,
            "order_number": number,
            "reason": reason,
            "asked_at": stamp.at,
        }
        payload = json.dumps(body, ensure_ascii=False, sort_keys=True)
        db.execute(
            "INSERT INTO effects (key, kind, target, order_id, subject_id, payload, digest, state, next_try_at,"
            " created_at) VALUES (?, 'cancel_request', ?, ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                *(effects.key_of(db, "cancel_request", reference), f"location:{location}", order_id, shipment_id),
                *(payload, digest(payload), stamp.at, stamp.at),
            ),
        )


def drop_answered(db: sqlite3.Connection, stamp: Stamp) -> None:
    """What was answered meanwhile is not asked any more."""
    rows = db.execute(
        f"UPDATE effects SET state = 'superseded', settled_at = ?, content = NULL WHERE {_IS_OPEN}"
        " AND state IN ('pending', 'uncertain') AND EXISTS (SELECT 1 FROM shipments s"
        "  WHERE s.shipment_id = effects.subject_id AND s.state NOT IN ('cancel_requested', 'rejected'))"
        " RETURNING order_id",
        (stamp.at,),
    ).fetchall()
    orders.refresh(db, stamp, [row[0] for row in rows])


def locations(db: sqlite3.Connection, now: str) -> list[str]:
    """The locations that have to be asked now."""
    rows = db.execute(
        f"SELECT DISTINCT substr(target, 10) FROM effects WHERE {_IS_OPEN} AND state = 'pending' AND next_try_at <= ?",
        (now,),
    )
    return [row[0] for row in rows]


def pending(db: sqlite3.Connection, location: str, now: str) -> list[CallBack]:
    """What `location` has to be asked to stop now, oldest first."""
    rows = db.execute(
        f"SELECT key, payload FROM effects WHERE target = ? AND {_IS_OPEN} AND state = 'pending' AND next_try_at <= ?"
        " ORDER BY effect_id",
        (f"location:{location}", now),
    )
    return [CallBack(key=effect_key, location=location, **json.loads(payload)) for effect_key, payload in rows]


def begin(db: sqlite3.Connection, stamp: Stamp, wish: CallBack, document: Document) -> None:
    """`wish` is about to be told as `document`."""
    db.execute(
        "UPDATE effects SET state = 'sending', attempts = attempts + 1, document = ?, content = ?, sent_at = ?"
        " WHERE key = ?",
        (document.name, document.content if document.kept else None, stamp.at, wish.key),
    )


def settle(db: sqlite3.Connection, stamp: Stamp, effect_key: str, receipt: Receipt) -> None:
    """What the location said to the wish; whether it stopped the shipment is told by its answers alone."""
    attempts, order_id, payload = db.execute(
        "SELECT attempts, order_id, payload FROM effects WHERE key = ?", (effect_key,)
    ).fetchone()
    state = {"retry": "pending", "absent": "uncertain"}.get(receipt.outcome, receipt.outcome)
    if state == "uncertain" and attempts >= MOST_ATTEMPTS:
        state = "refused"
    db.execute(
        "UPDATE effects SET state = :state, message = :message, next_try_at = :again, settled_at = :at,"
        " content = iif(:state = 'uncertain', content, NULL) WHERE key = :key",
        {
            "state": state,
            "message": receipt.message,
            "again": effects.next_try(stamp.at, attempts),
            "at": stamp.at if state in {"accepted", "refused"} else None,
            "key": effect_key,
        },
    )
    if state in {"accepted", "refused"}:
        said = f"{json.loads(payload)['reference']}: {receipt.message}".removesuffix(": ")
        events.add(db, stamp, [(order_id, "asked to stop" if state == "accepted" else "not stopped", said)])
    orders.refresh(db, stamp, [order_id])


def by_hand(db: sqlite3.Connection, stamp: Stamp, wish: CallBack) -> None:
    """There is no way to ask but a telephone."""
    rows = db.execute(
        "UPDATE effects SET state = 'superseded', settled_at = ?, message = 'a person has to ask' WHERE key = ?"
        " RETURNING order_id",
        (stamp.at, wish.key),
    ).fetchall()
    orders.refresh(db, stamp, [row[0] for row in rows])
