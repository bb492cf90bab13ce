"""Orders of which a channel wants to hear that we have them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.digests import digest
from orderctl.core.effects import Acknowledgment
from orderctl.core.stamp import Stamp
from orderctl.store import effects


def add(db: sqlite3.Connection, stamp: Stamp, channel: str, identities: Iterable[str] | None = None) -> None:
    """`channel` has to be told that we have these orders (all that wait, when none are named), each once.

    Only those that are ours to ship, and that nothing was done about yet.
    """
    chosen = None if identities is None else json.dumps(list(identities))
    rows = db.execute(
        "SELECT order_id, channel_order_id, number FROM orders WHERE channel = ? AND state = 'new' AND watched = 0"
        " AND (? IS NULL OR channel_order_id IN (SELECT value FROM json_each(?))) ORDER BY order_id",
        (channel, chosen, chosen),
    ).fetchall()
    made = []
    for order_id, identity, number in rows:
        payload = json.dumps({"channel_order_id": identity, "order_number": number}, ensure_ascii=False, sort_keys=True)
        effect_key = effects.key_of(db, "acknowledgment", channel, identity)
        made.append((effect_key, f"channel:{channel}", order_id, payload, digest(payload), stamp.at, stamp.at))
    db.executemany(
        "INSERT INTO effects (key, kind, target, order_id, payload, digest, state, next_try_at, created_at)"
        " VALUES (?, 'acknowledgment', ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (key) DO NOTHING",
        made,
    )


def pending(db: sqlite3.Connection, channel: str, now: str, limit: int) -> list[Acknowledgment]:
    """What `channel` has to be told of, oldest first."""
    rows = effects.pending(db, channel, "acknowledgment", now, limit)
    return [Acknowledgment(key=effect_key, channel=channel, **json.loads(payload)) for effect_key, payload in rows]
