"""Small facts about this store itself."""

from __future__ import annotations

import sqlite3


def get(db: sqlite3.Connection, name: str) -> str:
    """The value called `name`, empty when there is none."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""


def put(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep `value` under `name`."""
    db.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
