"""What people decided about orders. It is kept until they or the customer change the order."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from orderctl.core.stamp import Stamp
from orderctl.store import events


@dataclass(frozen=True, slots=True)
class Override:
    """One decision of a person. `value` is JSON text for an edit or a route, a hold's reason for a release."""

    override_id: int
    kind: str
    field: str
    value: str
    actor: str
    reason: str
    placed_at: str


def add(db: sqlite3.Connection, stamp: Stamp, order_id: int, kind: str, field: str, value: str, reason: str) -> None:
    """Write down a decision; an earlier one of the same kind about the same field ends."""
    end(db, stamp, order_id, kind, field)
    db.execute(
        "INSERT INTO overrides (order_id, kind, field, value, actor, reason, placed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (order_id, kind, field, value, stamp.actor, reason, stamp.at),
    )


def end(db: sqlite3.Connection, stamp: Stamp, order_id: int, kind: str, field: str | None = None) -> None:
    """Decisions of `kind` (about `field`, if stated) no longer count."""
    db.execute(
        "UPDATE overrides SET ended_at = ? WHERE order_id = ? AND kind = ? AND (? IS NULL OR field = ?)"
        " AND ended_at IS NULL",
        (stamp.at, order_id, kind, field, field),
    )


def put_value(db: sqlite3.Connection, override_id: int, value: str) -> None:
    """What a decision says is from now on `value`; it stays the decision of whoever made it."""
    db.execute("UPDATE overrides SET value = ? WHERE override_id = ?", (value, override_id))


def of_order(db: sqlite3.Connection, order_id: int, kind: str) -> list[Override]:
    """The decisions of `kind` that count, oldest first."""
    rows = db.execute(
        "SELECT override_id, kind, field, value, actor, reason, placed_at FROM overrides"
        " WHERE order_id = ? AND kind = ? AND ended_at IS NULL ORDER BY override_id",
        (order_id, kind),
    )
    return [Override(*row) for row in rows]


def note(db: sqlite3.Connection, stamp: Stamp, order_id: int, text: str) -> None:
    """A person's words on the order's history."""
    events.add(db, stamp, [(order_id, "note", text)])


def routed(db: sqlite3.Connection) -> list[int]:
    """The orders that a person ever routed, whether or not that still counts."""
    rows = db.execute("SELECT DISTINCT order_id FROM overrides WHERE kind = 'route' ORDER BY order_id")
    return [row[0] for row in rows]
