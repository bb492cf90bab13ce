"""The stock ledger: moves in, sums out. Levels are kept by triggers; nothing here updates one.

Every move has a key; a move that comes again is a no-op. Stock that comes in wakes the orders that wait for it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderctl.core.stamp import Stamp
from orderctl.core.stock import StockMove
from orderctl.store import skus as catalogue

_MOVE = "key, location, sku, delta, reason, cause, actor, moved_at"
#: Whether any order waits for stock.
_WAITING = (
    "SELECT EXISTS (SELECT 1 FROM order_lines WHERE backordered > 0)"
    " OR EXISTS (SELECT 1 FROM holds WHERE ended_at IS NULL AND reason IN ('stock', 'unrouted'))"
)


def post(db: sqlite3.Connection, moves: Sequence[StockMove]) -> int:
    """Write `moves` down; the number that were new. Their SKUs become known."""
    know(db, {move.sku for move in moves}, moves[0].moved_at if moves else "")
    posted = db.executemany(
        f"INSERT INTO stock_moves ({_MOVE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        [
            (move.key, move.location, move.sku, move.delta, move.reason, move.cause, move.actor, move.moved_at)
            for move in moves
        ],
    ).rowcount
    if posted:
        wake(db, {move.sku for move in moves if move.delta > 0}, moves[0].moved_at)
    return posted


def post_selected(db: sqlite3.Connection, query: str, values: Sequence[object], at: str) -> None:
    """Write down the moves (columns as in `_MOVE`) that `query` finds with `values`; all of them take away."""
    before = _newest(db)
    db.execute(f"INSERT INTO stock_moves ({_MOVE}) {query} ON CONFLICT (key) DO NOTHING", values)
    unknown = db.execute(
        "SELECT sku FROM stock_moves m WHERE move_id > ?"  # DISTINCT would walk through the index of all SKUs
        " AND NOT EXISTS (SELECT 1 FROM skus s WHERE s.sku = m.sku)",
        (before,),
    ).fetchall()
    if unknown:
        know(db, {row[0] for row in unknown}, at)


def _newest(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(move_id), 0) FROM stock_moves").fetchone()[0])


def know(db: sqlite3.Connection, skus: Iterable[str], at: str) -> None:
    """These SKUs exist. Orders that waited because one of them was unknown are looked at again."""
    listed = json.dumps(sorted(skus))
    fresh = [
        row[0]
        for row in db.execute(
            "INSERT INTO skus (sku, known_at) SELECT value, ? FROM json_each(?) WHERE true"
            " ON CONFLICT (sku) DO NOTHING RETURNING sku",
            (at, listed),
        ).fetchall()
    ]
    if fresh:
        catalogue.wake_unknown(db, fresh, at)


def wake(db: sqlite3.Connection, skus: Iterable[str], at: str) -> None:
    """Stock of these SKUs came in: backorders, and orders held for stock, are looked at again.

    So are those of kits that one of them is part of, and of what channels call any of these.
    """
    if not db.execute(_WAITING).fetchone()[0]:
        return
    listed = json.dumps(sorted(catalogue.sold_as(db, skus)))
    db.execute(
        "UPDATE orders SET due_at = ? WHERE order_id IN"
        " (SELECT order_id FROM order_lines WHERE backordered > 0 AND sku IN (SELECT value FROM json_each(?)))",
        (at, listed),
    )
    db.execute(
        "UPDATE orders SET due_at = ? WHERE order_id IN (SELECT h.order_id FROM holds h JOIN order_lines l"
        " USING (order_id) WHERE h.ended_at IS NULL AND h.reason IN ('stock', 'unrouted')"
        " AND l.sku IN (SELECT value FROM json_each(?)))",
        (at, listed),
    )


def available(db: sqlite3.Connection, skus: Iterable[str]) -> dict[str, dict[str, int]]:
    """Location -> SKU -> units available, of these SKUs, zeros left out."""
    found: dict[str, dict[str, int]] = {}
    for location, sku, units in db.execute(
        "SELECT location, sku, on_hand - reserved FROM stock_levels"
        " WHERE sku IN (SELECT value FROM json_each(?)) AND on_hand > reserved",
        (json.dumps(sorted(skus)),),
    ):
        found.setdefault(location, {})[sku] = units
    return found


def on_hand(db: sqlite3.Connection, location: str, skus: Iterable[str]) -> dict[str, int]:
    """SKU -> units on hand at one location, of these SKUs as far as it ever had any."""
    return dict(
        db.execute(
            "SELECT sku, on_hand FROM stock_levels WHERE sku IN (SELECT value FROM json_each(?)) AND location = ?",
            (json.dumps(sorted(skus)), location),
        )
    )


def feed_time(db: sqlite3.Connection, location: str) -> str:
    """When the newest feed applied at `location` was counted; empty when there was none."""
    row = db.execute("SELECT counted_at FROM stock_feeds WHERE location = ?", (location,)).fetchone()
    return row[0] if row else ""


def note_feed(db: sqlite3.Connection, stamp: Stamp, location: str, counted_at: str) -> None:
    """A feed counted at `counted_at` has been applied."""
    db.execute(
        "INSERT INTO stock_feeds (location, counted_at, applied_at) VALUES (?, ?, ?) ON CONFLICT (location)"
        " DO UPDATE SET counted_at = max(counted_at, excluded.counted_at), applied_at = excluded.applied_at",
        (location, counted_at, stamp.at),
    )


def count(
    db: sqlite3.Connection, stamp: Stamp, location: str, counted: Mapping[str, int], cause: str
) -> dict[str, int]:
    """Bring what is on hand of SKUs that are known to what was `counted` (SKU -> units). SKU -> units it was off by.

    `cause` names the feed or the count, and makes the keys of its moves.
    """
    before = _newest(db)
    db.execute(
        f"INSERT INTO stock_moves ({_MOVE}) SELECT :cause || ':' || :location || ':' || c.key, :location,"
        " c.key, c.value - coalesce(l.on_hand, 0), 'count', :cause, :actor, :at FROM json_each(:counted) c"
        " LEFT JOIN stock_levels l ON l.sku = c.key AND l.location = :location WHERE c.value <> coalesce(l.on_hand, 0)"
        " ON CONFLICT (key) DO NOTHING",
        {
            "cause": cause,
            "location": location,
            "actor": stamp.actor,
            "at": stamp.at,
            "counted": json.dumps(counted, ensure_ascii=False),
        },
    )
    moved = dict(db.execute("SELECT sku, delta FROM stock_moves WHERE move_id > ?", (before,)))
    wake(db, [sku for sku, delta in moved.items() if delta > 0], stamp.at)
    return moved


def levels(db: sqlite3.Connection, sku: str | None = None) -> list[dict[str, Any]]:
    """One row per SKU and location: on hand, reserved, available, and what is on order for there."""
    rows = db.execute(
        "WITH coming AS (SELECT l.sku, p.location, sum(l.on_order) AS units FROM purchase_lines l"
        "  JOIN purchase_orders p USING (po_number) WHERE l.on_order > 0 AND (:sku IS NULL OR l.sku = :sku)"
        "  GROUP BY l.sku, p.location)"
        " SELECT sku, location, on_hand, reserved, max(0, on_hand - reserved), coalesce(units, 0) FROM stock_levels"
        " LEFT JOIN coming USING (sku, location) WHERE (:sku IS NULL OR sku = :sku)"
        " UNION ALL SELECT sku, location, 0, 0, 0, units FROM coming c WHERE NOT EXISTS"
        "  (SELECT 1 FROM stock_levels l WHERE l.sku = c.sku AND l.location = c.location) ORDER BY 1, 2",
        {"sku": sku},
    )
    names = ("sku", "location", "on_hand", "reserved", "available", "incoming")
    return [dict(zip(names, row, strict=True)) for row in rows]


def history(db: sqlite3.Connection, sku: str, limit: int | None = None) -> list[dict[str, Any]]:
    """Moves of one SKU, newest first."""
    rows = db.execute(
        "SELECT moved_at, location, delta, reason, cause, actor FROM stock_moves WHERE sku = ?"
        " ORDER BY move_id DESC LIMIT ?",
        (sku, -1 if limit is None else limit),
    )
    names = ("moved_at", "location", "delta", "reason", "cause", "actor")
    return [dict(zip(names, row, strict=True)) for row in rows]


def skus_like(db: sqlite3.Connection, sku: str) -> list[str]:
    """Up to 500 known SKUs that begin as `sku` does, whatever their case: what someone may have meant."""
    rows = db.execute(
        "SELECT sku FROM skus WHERE upper(substr(sku, 1, 2)) = upper(substr(?, 1, 2)) ORDER BY sku LIMIT 500", (sku,)
    )
    return [row[0] for row in rows]
