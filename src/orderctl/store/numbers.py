"""Numbers of batches and pushes that were used outside and stand in no row; they are jumped over for ever.

A store that was put back in time does not know the documents that left since. Their names must not come back with other
content, so that numbers go on behind them.
"""

from __future__ import annotations

import sqlite3

from orderctl.store import meta

BATCH, PUSH, SHADOW = "batch", "push", "shadow"


def after(db: sqlite3.Connection, kind: str, name: str, used: int) -> int:
    """The number that follows `used` for `name`, behind those that were jumped over."""
    return max(used, int(meta.get(db, _key(kind, name)) or 0)) + 1


def newest(db: sqlite3.Connection, table: str, name: str) -> int:
    """The highest number in `table` (batches, shadow_batches, pushes) for `name`; 0 when there is none."""
    column = "channel" if table == "pushes" else "location"
    return int(db.execute(f"SELECT coalesce(max(number), 0) FROM {table} WHERE {column} = ?", (name,)).fetchone()[0])


def jump(db: sqlite3.Connection, kind: str, name: str, number: int) -> None:
    """No number up to `number` is used for `name` from now on."""
    if number >= after(db, kind, name, 0):
        meta.put(db, _key(kind, name), str(number))


def _key(kind: str, name: str) -> str:
    return f"number:{kind}:{name}"
