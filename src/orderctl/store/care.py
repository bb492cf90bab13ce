"""Copies of the store, and the sums that must hold in it whatever happened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from orderctl.core.errors import StoreError, UsageError

#: Name -> rows that break the rule. Each query answers with nothing while all is well.
_CHECKS = {
    "units of a line add up": (
        "SELECT 'line ' || line_id FROM order_lines"
        " WHERE ordered <> open + planned + backordered + dispatched + shipped + cancelled"
    ),
    "on hand is the sum of the moves": (
        "SELECT l.sku || ' at ' || l.location FROM stock_levels l WHERE l.on_hand <>"
        " (SELECT coalesce(sum(delta), 0) FROM stock_moves m WHERE m.sku = l.sku AND m.location = l.location)"
    ),
    "reserved is the sum of open reservations": (
        "SELECT l.sku || ' at ' || l.location FROM stock_levels l LEFT JOIN (SELECT sku, location,"
        " sum(quantity - shipped - released) AS units FROM reservations GROUP BY sku, location) r"
        " ON r.sku = l.sku AND r.location = l.location WHERE l.reserved <> coalesce(r.units, 0)"
    ),
    "planned units stand in planned shipments": (
        "SELECT 'line ' || l.line_id FROM order_lines l LEFT JOIN (SELECT x.line_id,"
        " sum(x.quantity - x.packed - x.short) AS units FROM shipment_lines x JOIN shipments s USING (shipment_id)"
        " WHERE s.state IN ('planned', 'sending', 'uncertain') GROUP BY x.line_id) p USING (line_id)"
        " WHERE l.planned <> coalesce(p.units, 0)"
    ),
    "dispatched units stand in dispatched shipments": (
        "SELECT 'line ' || l.line_id FROM order_lines l LEFT JOIN (SELECT x.line_id,"
        " sum(x.quantity - x.packed - x.short) AS units FROM shipment_lines x JOIN shipments s USING (shipment_id)"
        " WHERE s.state IN ('dispatched', 'acknowledged', 'cancel_requested') GROUP BY x.line_id) d USING (line_id)"
        " WHERE l.dispatched <> coalesce(d.units, 0)"
    ),
    "packages hold what was packed": (
        "SELECT s.reference FROM shipments s JOIN shipment_lines x USING (shipment_id) LEFT JOIN (SELECT p.shipment_id,"
        " l.line_id, sum(l.quantity - l.overshipped) AS units FROM packages p JOIN package_lines l USING (package_id)"
        " GROUP BY p.shipment_id, l.line_id) k ON k.shipment_id = s.shipment_id AND k.line_id = x.line_id"
        " WHERE x.packed <> coalesce(k.units, 0)"
    ),
    "every order can be searched for": (
        "SELECT stem FROM orders WHERE order_id NOT IN (SELECT id FROM order_search_docsize)"
    ),
    "settled shipments hold no stock": (
        "SELECT s.reference FROM shipments s JOIN reservations r USING (shipment_id)"
        " WHERE s.state IN ('cancelled', 'rejected', 'shipped', 'delivered') AND r.shipped + r.released < r.quantity"
    ),
    "one hand-off per shipment": (
        "SELECT s.reference FROM shipments s JOIN effects e ON e.kind = 'handoff' AND e.subject_id = s.batch_id"
        " WHERE e.state IN ('sending', 'accepted', 'uncertain') GROUP BY s.shipment_id HAVING count(*) > 1"
    ),
    "what was handed over has its effect": (
        "SELECT s.reference FROM shipments s WHERE s.state IN ('dispatched', 'acknowledged', 'shipped', 'delivered')"
        " AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.kind = 'handoff' AND e.subject_id = s.batch_id"
        " AND e.state = 'accepted')"
    ),
}


def backup(db: sqlite3.Connection, target: Path) -> int:
    """A copy of the store at `target` (mode 0600), checked after it was made; its size in bytes."""
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        message = "is there already; it was left alone and no copy was made"
        raise UsageError(message, where=str(target), next="name another file") from None
    except OSError as error:
        raise StoreError(f"cannot be made: {error.strerror}", where=str(target)) from None
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        target.unlink()
        raise StoreError(f"could not be written: {error}; no copy was made", where=str(target)) from error
    finally:
        copy.close()
    if verdict != "ok":
        raise StoreError(f"the copy is not sound: {verdict}", where=str(target), next="orderctl db check")
    return target.stat().st_size


def check(db: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    """(what must hold, what breaks it) for every check, SQLite's own first."""
    found = [row[0] for row in db.execute("PRAGMA integrity_check(20)")]
    yield "the file is sound", [] if found == ["ok"] else found
    rows = db.execute("PRAGMA foreign_key_check").fetchall()
    yield "every row has what it points to", [f"{row[0]} row {row[1]}" for row in rows]
    for name, query in _CHECKS.items():
        yield name, [row[0] for row in db.execute(f"{query} LIMIT 20")]
