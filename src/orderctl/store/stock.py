"""The stock ledger: moves in, sums out. Levels are kept by triggers; nothing here updates one.

Every move has a key; a move that comes again is a no-op. Stock that comes in wakes the orders that wait for it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderctl.core.confirmations import StockCount
from orderctl.core.digests import key
from orderctl.core.stamp import Stamp
from orderctl.core.stock import StockMove


def post(db: sqlite3.Connection, moves: Sequence[StockMove]) -> int:
    """Write `moves` down; the number that were new. Their SKUs become known."""
    know(db, {move.sku for move in moves}, moves[0].moved_at if moves else "")
    posted = db.executemany(
        "INSERT INTO stock_moves (key, location, sku, delta, reason, cause, actor, moved_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        [
            (move.key, move.location, move.sku, move.delta, move.reason, move.cause, move.actor, move.moved_at)
            for move in moves
        ],
    ).rowcount
    if posted:
        wake(db, {move.sku for move in moves if move.delta > 0}, moves[0].moved_at)
    return posted


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
        db.execute(
            "UPDATE orders SET due_at = ? WHERE order_id IN (SELECT e.order_id FROM exceptions e"
            " JOIN order_lines l USING (order_id) WHERE e.closed_at IS NULL AND e.code = 'unknown_sku'"
            " AND l.sku IN (SELECT value FROM json_each(?)))",
            (at, json.dumps(fresh)),
        )


def wake(db: sqlite3.Connection, skus: Iterable[str], at: str) -> None:
    """Stock of these SKUs came in: backorders, and orders held for stock, are looked at again."""
    listed = json.dumps(sorted(skus))
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


def known_skus(db: sqlite3.Connection, skus: Iterable[str]) -> dict[str, dict[str, Any]]:
    """SKU -> its data, of those that are known."""
    return {
        sku: json.loads(data) if data != "{}" else {}
        for sku, data in db.execute(
            "SELECT sku, data FROM skus WHERE sku IN (SELECT value FROM json_each(?))", (json.dumps(sorted(skus)),)
        )
    }


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


def count_moves(
    have: Mapping[str, int], counts: Sequence[StockCount], stamp: Stamp, cause: str, reason: str = "count"
) -> list[StockMove]:
    """The moves that bring what is on hand to what was counted; `cause` names the feed and makes their keys."""
    moves = []
    for count in counts:
        delta = count.quantity - have.get(count.sku, 0)
        if delta:
            moves.append(
                StockMove(
                    location=count.location,
                    sku=count.sku,
                    delta=delta,
                    reason=reason,
                    cause=cause,
                    key=key("count", cause, count.location, count.sku),
                    actor=stamp.actor,
                    moved_at=stamp.at,
                )
            )
    return moves


def levels(db: sqlite3.Connection, sku: str | None = None) -> list[dict[str, Any]]:
    """One row per SKU and location: on hand, reserved, available, incoming."""
    rows = db.execute(
        "SELECT sku, location, on_hand, reserved, max(0, on_hand - reserved) FROM stock_levels"
        " WHERE (:sku IS NULL OR sku = :sku) ORDER BY sku, location",
        {"sku": sku},
    )
    names = ("sku", "location", "on_hand", "reserved", "available")
    return [dict(zip(names, row, strict=True)) | {"incoming": 0} for row in rows]


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
