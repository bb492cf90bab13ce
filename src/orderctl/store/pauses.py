"""Channels and locations that a person has paused: nothing is read from them, planned at them or sent to them."""

from __future__ import annotations

import sqlite3

from orderctl.core.stamp import Stamp
from orderctl.store import events


def paused(db: sqlite3.Connection, kind: str) -> dict[str, str]:
    """Paused name -> since when, of the `kind` `channel` or `location`."""
    return dict(
        db.execute("SELECT name, paused_at FROM pauses WHERE kind = ? AND paused_at IS NOT NULL ORDER BY name", (kind,))
    )


def pause(db: sqlite3.Connection, stamp: Stamp, kind: str, name: str, reason: str) -> None:
    """`name` is left alone until it is resumed."""
    _set(db, stamp, kind, name, stamp.at, reason)
    events.add(db, stamp, [(None, f"{kind} paused", f"{name}: {reason}")])


def resume(db: sqlite3.Connection, stamp: Stamp, kind: str, name: str) -> None:
    """`name` works again."""
    _set(db, stamp, kind, name, None, "")
    events.add(db, stamp, [(None, f"{kind} resumed", name)])


def _set(db: sqlite3.Connection, stamp: Stamp, kind: str, name: str, paused_at: str | None, reason: str) -> None:
    db.execute(
        "INSERT INTO pauses (kind, name, paused_at, actor, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, name)"
        " DO UPDATE SET paused_at = excluded.paused_at, actor = excluded.actor, reason = excluded.reason",
        (kind, name, paused_at, stamp.actor, reason),
    )
