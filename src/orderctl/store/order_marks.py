"""What people and rules put on orders beside what their channels state: tags, and who looks after them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from orderctl.core.stamp import Stamp
from orderctl.store import events


def add_tags(db: sqlite3.Connection, stamp: Stamp, order_id: int, tags: Sequence[str]) -> int:
    """Put tags on an order; how many it did not have from us, in whatever case."""
    have = _tags(db, order_id)
    known = {one.casefold() for one in have}
    fresh = list({one.casefold(): one for one in reversed(tags) if one.casefold() not in known}.values())[::-1]
    _put_tags(db, order_id, [*have, *fresh])
    events.add(db, stamp, [(order_id, "tagged", one) for one in fresh])
    return len(fresh)


def remove_tags(db: sqlite3.Connection, stamp: Stamp, order_id: int, tags: Sequence[str]) -> int:
    """Take tags off an order; how many it had from us."""
    have = _tags(db, order_id)
    unwanted = {one.casefold() for one in tags}
    gone = [one for one in have if one.casefold() in unwanted]
    _put_tags(db, order_id, [one for one in have if one not in gone])
    events.add(db, stamp, [(order_id, "untagged", one) for one in gone])
    return len(gone)


def assign(db: sqlite3.Connection, stamp: Stamp, order_id: int, whom: str) -> bool:
    """`whom` looks after the order, nobody when that is empty. False when it is so already."""
    changed = db.execute(
        "UPDATE orders SET assigned = ? WHERE order_id = ? AND assigned <> ?", (whom, order_id, whom)
    ).rowcount
    if changed:
        events.add(db, stamp, [(order_id, "assigned", whom or "nobody")])
    return changed > 0


def look_again(db: sqlite3.Connection, order_id: int, at: str) -> None:
    """What still waits of the order is decided again at `at`: what it is by may have changed."""
    db.execute(
        "UPDATE orders SET due_at = ? WHERE order_id = ? AND track_only = 0"
        " AND state IN ('new', 'held', 'backordered')",
        (at, order_id),
    )


def _tags(db: sqlite3.Connection, order_id: int) -> list[str]:
    """The tags that did not come from the order's channel."""
    found: list[str] = json.loads(db.execute("SELECT tags FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])
    return found


def _put_tags(db: sqlite3.Connection, order_id: int, tags: Sequence[str]) -> None:
    db.execute("UPDATE orders SET tags = ? WHERE order_id = ?", (json.dumps(tags, ensure_ascii=False), order_id))
