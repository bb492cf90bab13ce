"""How far each stream of each channel and location has been read.

`source` is `channel:NAME`, `location:NAME:ROLE`, or `rescan:NAME` while a channel's last days are read again. A
position moves in the same transaction as what was read.
"""

from __future__ import annotations

import sqlite3


def positions(db: sqlite3.Connection, source: str) -> dict[str, str]:
    """Stream -> position of everything read from `source` so far."""
    return dict(db.execute("SELECT stream, position FROM cursors WHERE source = ?", (source,)))


def move(db: sqlite3.Connection, source: str, stream: str, position: str, at: str) -> None:
    """`stream` has been read up to `position`."""
    db.execute(
        "INSERT INTO cursors (source, stream, position, moved_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (source, stream) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at",
        (source, stream, position, at),
    )


def forget(db: sqlite3.Connection, source: str) -> None:
    """Nothing of `source` counts as read."""
    db.execute("DELETE FROM cursors WHERE source = ?", (source,))


def listed(db: sqlite3.Connection, source: str) -> list[dict[str, str]]:
    """Every stream of `source` with its position, newest first; without what is only remembered of files."""
    rows = db.execute(
        "SELECT stream, position, moved_at FROM cursors WHERE source = ? AND stream NOT LIKE 'stat:%'"
        " ORDER BY moved_at DESC, stream",
        (source,),
    )
    return [dict(zip(("stream", "position", "moved_at"), row, strict=True)) for row in rows]
