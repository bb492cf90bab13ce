"""More sold than there is: an exception for as long as it is so.

1. more of a SKU is promised at a location than lies there: one for both, naming the orders placed last
2. a channel sold, after it was told a number, units that are not there any more: one for each such order
"""

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
    return set(_short(db, counted)) != _open(db)


def review(db: sqlite3.Connection, stamp: Stamp, counted: Counted) -> None:
    """Open an exception for whatever is oversold at the `counted` locations now, and close those whose cause is gone.

    It names the latest orders that have to wait or ship from elsewhere.
    """
    short = _short(db, counted)
    known = _open(db)
    for subject in sorted(known.difference(short)):
        exceptions.settle(db, stamp, CODE, subject)
    troubles = []
    for subject in sorted(set(short) - known):
        location, sku, have, reserved = short[subject]
        latest = ", ".join(_latest(db, location, sku, reserved - have))
        gap = f"{reserved - max(0, have)} too many"
        message = (
            f"{reserved} of {sku} are promised at {location}, {have} are there, {gap}; the latest orders: {latest}"
        )
        troubles.append(Trouble(CODE, subject, message))
    exceptions.raise_all(db, stamp, troubles)


def _open(db: sqlite3.Connection) -> set[str]:
    rows = db.execute(
        "SELECT subject FROM exceptions WHERE code = ? AND closed_at IS NULL AND order_id IS NULL", (CODE,)
    )
    return {row[0] for row in rows}


def sold_in_gaps(db: sqlite3.Connection, now: str) -> list[Trouble]:
    """Orders of which a channel sold units that are not there, after it was told that there are some.

    Asked between making the numbers anew and telling them: what a channel was told last is what it sold by.
    """
    rows = db.execute(
        "SELECT o.order_id, o.stem, o.placed_at, l.sku, l.backordered, p.channel, p.told, p.told_at"
        " FROM published_stock p INDEXED BY published_stock_due"
        " JOIN order_lines l INDEXED BY order_lines_backordered ON l.sku = p.sku AND l.backordered > 0"
        " JOIN orders o ON o.order_id = l.order_id AND o.channel = p.channel"
        " WHERE p.told IS NOT p.quantity AND p.refused IS NOT p.quantity"
        " AND p.told > 0 AND l.backordered > p.quantity AND o.placed_at >= p.told_at"
        " ORDER BY o.placed_at, o.order_id"
    )
    return [
        Trouble(
            CODE,
            f"{stem} {sku}",
            f"{channel} was told {told} of {sku} on {told_at} and sold more in the gap until {now}: {missing} are"
            f" missing for {stem}, placed on {placed_at}",
            order_id,
        )
        for order_id, stem, placed_at, sku, missing, channel, told, told_at in rows
    ]


def over(db: sqlite3.Connection) -> list[str]:
    """The subjects of open exceptions about orders that do not wait for those units any more."""
    rows = db.execute(
        "SELECT subject FROM exceptions e JOIN orders o USING (order_id) WHERE e.code = ? AND e.closed_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.backordered > 0"
        " AND o.stem || ' ' || l.sku = e.subject) ORDER BY subject",
        (CODE,),
    )
    return [row[0] for row in rows]


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
    for stem, channel, units in db.execute(
        "SELECT o.stem, o.channel, sum(r.quantity - r.shipped - r.released) AS units FROM reservations r"
        " JOIN shipments s USING (shipment_id) JOIN orders o USING (order_id) WHERE r.location = ? AND r.sku = ?"
        " AND r.shipped + r.released < r.quantity GROUP BY o.order_id ORDER BY o.placed_at DESC, o.order_id DESC",
        (location, sku),
    ):
        if missing <= 0:
            break
        found.append(f"{stem} of {channel}")
        missing -= units
    return found
