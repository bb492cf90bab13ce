"""Small facts about this store itself."""

from __future__ import annotations

import sqlite3


def get(db: sqlite3.Connection, name: str) -> str:
    """The value called `name`, empty when there is none."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""


def beginning(db: sqlite3.Connection, prefix: str) -> dict[str, str]:
    """What follows `prefix` in a name -> the value under that name."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    rows = db.execute("SELECT name, value FROM meta WHERE name >= ? AND name < ?", (prefix, end))
    return {name.removeprefix(prefix): value for name, value in rows}


def put(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep `value` under `name`."""
    db.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def drop(db: sqlite3.Connection, name: str) -> None:
    """Nothing is kept under `name` any more."""
    db.execute("DELETE FROM meta WHERE name = ?", (name,))
