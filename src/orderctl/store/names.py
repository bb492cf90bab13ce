"""Names in the store that begin with what somebody has typed, for a shell that completes words.

1. the store is opened for reading with the standard library alone, in some milliseconds; whatever is wrong with it
   means that there are no names
2. a name is looked up in an index, in both directions: the first and the last of many are enough to tell a shell
   how far all of them are alike
"""

from __future__ import annotations

import os
import sqlite3

MOST = 40
_LAST = "\U0010ffff"
_LOOKED_THROUGH = 10_000
#: What to complete -> the tables and their columns that know such names.
_QUERIES = {
    "order": (("orders", "number"), ("orders", "stem")),
    "shipment": (("shipments", "reference"),),
    "sku": (("skus", "sku"), ("stock_levels", "sku")),
}
#: What is offered before anything is typed: the newest.
_NEWEST = {"order": "orders ORDER BY order_id DESC", "shipment": "shipments ORDER BY shipment_id DESC"}


def beginning(database: str, kind: str, typed: str) -> list[str]:
    """Up to some names of a kind (`order`, `shipment`, `sku`, `exception`) that begin with `typed`, in their order."""
    try:
        db = _opened(database)
        try:
            return sorted(_found(db, kind, typed))
        finally:
            db.close()
    except sqlite3.Error:
        return []


def _found(db: sqlite3.Connection, kind: str, typed: str) -> set[str]:
    if kind == "exception":
        rows = db.execute("SELECT exception_id FROM exceptions WHERE closed_at IS NULL ORDER BY exception_id DESC")
        return {str(row[0]) for row in rows.fetchmany(MOST) if str(row[0]).startswith(typed)}
    channel, slash, number = typed.partition("/")
    if kind == "order" and slash:
        return {f"{channel}/{found}" for found in _of_channel(db, channel, number)}
    found = {name for query in _QUERIES[kind] for name in _range(db, query, typed)}
    if not typed and kind in _NEWEST:
        column = _QUERIES[kind][0][1]
        found |= {row[0] for row in db.execute(f"SELECT {column} FROM {_NEWEST[kind]} LIMIT {MOST}")}
    return found


def _of_channel(db: sqlite3.Connection, channel: str, typed: str) -> set[str]:
    """The same of one channel's orders, among as many as can be looked through while somebody types."""
    found = set()
    for way in ("ASC", "DESC"):
        rows = db.execute(
            "SELECT DISTINCT number FROM (SELECT number, channel FROM orders INDEXED BY orders_by_number"
            f" WHERE number >= ? AND number < ? ORDER BY number {way} LIMIT {_LOOKED_THROUGH})"
            f" WHERE channel = ? LIMIT {MOST}",
            (typed, typed + _LAST, channel),
        )
        found |= {row[0] for row in rows}
    return found


def _range(db: sqlite3.Connection, query: tuple[str, str], typed: str) -> set[str]:
    """The first and the last names that begin with `typed`."""
    table, column = query
    found = set()
    for way in ("ASC", "DESC"):
        rows = db.execute(
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} >= ? AND {column} < ?"
            f" ORDER BY {column} {way} LIMIT {MOST}",
            (typed, typed + _LAST),
        )
        found |= {row[0] for row in rows}
    return found


def _opened(database: str) -> sqlite3.Connection:
    writable = os.access(os.path.dirname(database) or ".", os.W_OK)  # noqa: PTH120 - pathlib costs as much as all this
    # in a folder that cannot be written a log with content could not be read; then there are no names
    mode = "mode=rw" if writable else "mode=ro&immutable=1"
    escaped = database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")  # urllib takes longer to load
    db = sqlite3.connect(f"file:{escaped}?{mode}", uri=True, isolation_level=None, timeout=0.05)
    db.execute("PRAGMA query_only = ON")
    return db
