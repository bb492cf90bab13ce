"""What will not be shipped, as far as channels are told of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from orderctl.core.digests import digest
from orderctl.core.effects import Cancellation, CancelledLine
from orderctl.core.orders import Order
from orderctl.core.stamp import Stamp
from orderctl.store import effects, exceptions
from orderctl.store.exceptions import Trouble


def tell(
    db: sqlite3.Connection,
    stamp: Stamp,
    order_id: int,
    order: Order,
    units: Mapping[str, int],
    why: str,
    *,
    pushed: bool,
) -> None:
    """A person cancelled `units` (line id -> units): the channel is told, or a person is asked to do it there."""
    if pushed:
        add(db, stamp, order_id, order, units, why)
        return
    stem = str(db.execute("SELECT stem FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])
    skus = {line.id: line.sku for line in order.lines}
    said = ", ".join(f"{quantity} x {skus[name]}" for name, quantity in units.items())
    message = f"cancel {said} on {order.channel} by hand"
    exceptions.raise_all(db, stamp, [Trouble("cancel_not_pushed", stem, message, order_id)])


def add(db: sqlite3.Connection, stamp: Stamp, order_id: int, order: Order, units: Mapping[str, int], why: str) -> None:
    """The channel has to be told that `units` will not be shipped; none = the whole order."""
    skus = {line.id: line.sku for line in order.lines}
    body = {
        "channel_order_id": order.channel_order_id,
        "order_number": order.number,
        "reason": why,
        "lines": [
            {"channel_line_id": line_id, "sku": skus.get(line_id, ""), "quantity": quantity}
            for line_id, quantity in units.items()
        ],
    }
    payload = json.dumps(body, ensure_ascii=False, sort_keys=True)
    once = str(stamp.pass_id) if units else "whole"  # an order is rejected once, however often it is decided
    effect_key = effects.key_of(db, "cancel", order.channel, order.channel_order_id, digest(payload), once)
    db.execute(
        "INSERT INTO effects (key, kind, target, order_id, payload, digest, state, next_try_at, created_at)"
        " VALUES (?, 'cancel', ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (key) DO NOTHING",
        (effect_key, f"channel:{order.channel}", order_id, payload, digest(payload), stamp.at, stamp.at),
    )


def pending(db: sqlite3.Connection, channel: str, now: str, limit: int) -> list[Cancellation]:
    """What `channel` has to be told of, oldest first."""
    found = []
    for effect_key, payload in effects.pending(db, channel, "cancel", now, limit):
        body = json.loads(payload)
        lines = tuple(CancelledLine(**line) for line in body.pop("lines"))
        found.append(Cancellation(key=effect_key, channel=channel, lines=lines, **body))
    return found
