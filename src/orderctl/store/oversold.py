"""More of a SKU promised at a location than lies there: an exception for as long as it is so."""

from __future__ import annotations

import json
import sqlite3

from orderctl.core.stamp import Stamp
from orderctl.store import exceptions
from orderctl.store.exceptions import Trouble
from orderctl.store.reservations import Counted

CODE = "oversold"


def is_to_review(db: sqlite3.Connection, counted: Counted) -> bool:
    """Whether `review` has anything to open or close."""
    return set(_short(db, counted)) != exceptions.open_subjects(db, CODE, "")


def review(db: sqlite3.Connection, stamp: Stamp, counted: Counted) -> None:
    """Open an exception for whatever is oversold at the `counted` locations now, and close those whose cause is gone.

    It names the latest orders that have to wait or ship from elsewhere.
    """
    short = _short(db, counted)
    known = exceptions.open_subjects(db, CODE, "")
    for subject in sorted(known.difference(short)):
        exceptions.settle(db, stamp, CODE, subject)
    troubles = []
    for subject in sorted(set(short) - known):
        location, sku, have, reserved = short[subject]
        latest = ", ".join(_latest(db, location, sku, reserved - have))
        message = f"{reserved} of {sku} are promised at {location}, {have} are there; the latest orders: {latest}"
        troubles.append(Trouble(CODE, subject, message))
    exceptions.raise_all(db, stamp, troubles)


def _short(db: sqlite3.Connection, counted: Counted) -> dict[str, tuple[str, str, int, int]]:
    """`LOCATION SKU` -> (location, sku, on hand, reserved) where more is promised than is there."""
    rows = db.execute(
        "SELECT location, sku, on_hand, reserved FROM stock_levels INDEXED BY stock_levels_oversold"
        " WHERE reserved > on_hand AND reserved > 0 AND location IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(counted)),),
    )
    return {f"{row[0]} {row[1]}": row for row in rows}


def _latest(db: sqlite3.Connection, location: str, sku: str, missing: int) -> list[str]:
    """The orders placed last that hold `missing` units."""
    found: list[str] = []
    for stem, units in db.execute(
        "SELECT o.stem, sum(r.quantity - r.shipped - r.released) AS units FROM reservations r JOIN shipments s"
        " USING (shipment_id) JOIN orders o USING (order_id) WHERE r.location = ? AND r.sku = ?"
        " AND r.shipped + r.released < r.quantity GROUP BY o.order_id ORDER BY o.placed_at DESC, o.order_id DESC",
        (location, sku),
    ):
        if missing <= 0:
            break
        found.append(stem)
        missing -= units
    return found
