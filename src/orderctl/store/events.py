"""Append-only: what happened to whom, by whom, in which pass."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from orderctl.core.stamp import Stamp

#: order_id or None, kind, detail
Event = tuple[int | None, str, str] | tuple[int, str, str]


def add(db: sqlite3.Connection, stamp: Stamp, events: Iterable[Event]) -> None:
    """Write down `events`."""
    db.executemany(
        "INSERT INTO events (at, pass_id, actor, order_id, kind, detail) VALUES (?, ?, ?, ?, ?, ?)",
        [(stamp.at, stamp.pass_id, stamp.actor, order_id, kind, detail) for order_id, kind, detail in events],
    )


def add_selected(db: sqlite3.Connection, stamp: Stamp, kind: str, query: str, values: Sequence[object]) -> None:
    """Write down an event of `kind` per row (order_id, detail) that `query` finds with `values`."""
    db.execute(
        f"INSERT INTO events (at, pass_id, actor, kind, order_id, detail) SELECT ?, ?, ?, ?, * FROM ({query})",
        (stamp.at, stamp.pass_id, stamp.actor, kind, *values),
    )


def of_order(db: sqlite3.Connection, order_id: int) -> list[dict[str, str]]:
    """Everything that happened to one order, oldest first."""
    rows = db.execute(
        "SELECT at, actor, kind, detail FROM events WHERE order_id = ? ORDER BY event_id", (order_id,)
    ).fetchall()
    return [{"at": at, "actor": actor, "kind": kind, "detail": detail} for at, actor, kind, detail in rows]
