"""Orders that routing has to look at, with everything of theirs a decision needs, read a batch at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from orderctl.core.orders import Order
from orderctl.store import holds, order_documents
from orderctl.store.holds import OpenHold


@dataclass(slots=True)
class WaitingLine:
    """One line's row and how many of its units wait for a plan."""

    line_id: int
    open: int
    backordered: int
    backordered_at: str


@dataclass(slots=True)
class WaitingOrder:
    """One order to decide. `lines` is keyed by the channel's line id."""

    order_id: int
    stem: str
    state: str
    order: Order
    document: str
    address: str
    checks: str
    watched: bool
    decisions: int
    parts: int
    tags: tuple[str, ...]
    rank: int  # of its priority, the first 0
    lines: dict[str, WaitingLine] = field(default_factory=dict)
    holds: dict[str, OpenHold] = field(default_factory=dict)
    released: tuple[str, ...] = ()  # hold reasons that are over, by a person or by their time
    given: str = ""  # JSON of what a person decided, empty when the rules decide
    excluded: tuple[str, ...] = ()


#: The order in which orders compete for stock.
_TURN = "priority, CASE ship_by WHEN '' THEN '9999' ELSE ship_by END, placed_at, channel, channel_order_id"
#: How many are sorted at once: a first pass over a million orders must not hold them all.
AT_ONCE = 100_000


def due(db: sqlite3.Connection, now: str) -> Iterator[list[int]]:
    """Orders to decide, in the order in which they compete for stock, `AT_ONCE` at a time."""
    last: tuple[object, ...] = (-1, "", "", "", "")
    while True:
        ids = []
        for order_id, *turn in db.execute(
            f"SELECT order_id, {_TURN} FROM orders INDEXED BY orders_due WHERE due_at <= ?"
            f" AND ({_TURN}) > (?, ?, ?, ?, ?) ORDER BY 2, 3, 4, 5, 6 LIMIT ?",
            (now, *last, AT_ONCE),
        ):
            ids.append(order_id)
            last = tuple(turn)
        yield ids
        if len(ids) < AT_ONCE:
            return


def in_turn(db: sqlite3.Connection, order_ids: Sequence[int]) -> list[int]:
    """These orders in the order in which they compete for stock."""
    rows = db.execute(
        f"SELECT order_id FROM orders WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY {_TURN}, order_id",
        (json.dumps(list(order_ids)),),
    )
    return [row[0] for row in rows]


def count_due(db: sqlite3.Connection, now: str) -> int:
    """How many orders there are to decide."""
    return int(db.execute("SELECT count(*) FROM orders WHERE due_at <= ?", (now,)).fetchone()[0])


def load(db: sqlite3.Connection, order_ids: Sequence[int]) -> list[WaitingOrder]:
    """These orders, in this order."""
    ids = json.dumps(order_ids)
    orders: dict[int, WaitingOrder] = {}
    for order_id, stem, state, document, address, checks, watched, decisions, parts, tags, rank in db.execute(
        "SELECT order_id, stem, state, document, address, checks, watched, decisions, parts, tags, priority FROM orders"
        " JOIN order_documents USING (order_id) WHERE order_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        orders[order_id] = WaitingOrder(
            order_id=order_id,
            stem=stem,
            state=state,
            order=order_documents.read(document),
            document=document,
            address=address,
            checks=checks,
            watched=bool(watched),
            decisions=decisions,
            parts=parts,
            tags=() if tags == "[]" else tuple(json.loads(tags)),
            rank=rank,
        )
    for order_id, name, line_id, open_units, backordered, since in db.execute(
        "SELECT order_id, channel_line_id, line_id, open, backordered, coalesce(backordered_at, '') FROM order_lines"
        " WHERE to_ship = 1 AND order_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        orders[order_id].lines[name] = WaitingLine(line_id, open_units, backordered, since)
    _what_happened_before(db, orders, ids)
    return [orders[order_id] for order_id in order_ids if order_id in orders]


def _what_happened_before(db: sqlite3.Connection, orders: dict[int, WaitingOrder], ids: str) -> None:
    some = "order_id IN (SELECT value FROM json_each(?))"
    for order_id, reasons in holds.open_of(db, json.loads(ids)).items():
        orders[order_id].holds = reasons
    for order_id, kind, value in db.execute(
        f"SELECT order_id, kind, value FROM overrides WHERE ended_at IS NULL AND {some} ORDER BY override_id",
        (ids,),
    ):
        if kind == "release":
            orders[order_id].released = (*orders[order_id].released, value)
        elif kind == "route":
            orders[order_id].given = value
    for order_id, reason in db.execute(
        "SELECT DISTINCT h.order_id, h.reason FROM holds h JOIN orders o USING (order_id) JOIN order_revisions r"
        " ON r.order_id = o.order_id AND r.revision = o.revision WHERE h.release_at <> ''"
        " AND h.release_at <= h.ended_at AND h.ended_at >= r.read_at"
        " AND h.order_id IN (SELECT value FROM json_each(?)) ORDER BY h.hold_id",
        (ids,),
    ):
        orders[order_id].released = (*orders[order_id].released, reason)
    for order_id, location in db.execute(
        "SELECT DISTINCT s.order_id, s.location FROM shipments s WHERE s.order_id IN (SELECT value FROM json_each(?))"
        " AND (s.state = 'rejected' OR EXISTS (SELECT 1 FROM shipment_lines l WHERE l.shipment_id = s.shipment_id"
        " AND l.short > 0)) ORDER BY s.shipment_id",
        (ids,),
    ):
        orders[order_id].excluded = (*orders[order_id].excluded, location)


def put_aside(db: sqlite3.Connection, order_id: int) -> None:
    """Routing does not look at this order again until something about it changes."""
    db.execute("UPDATE orders SET due_at = NULL WHERE order_id = ?", (order_id,))
