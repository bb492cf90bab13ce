"""Orders as their channels state them: saved, found again, and told which state they are in.

A payload that was read before changes nothing. An older version never replaces a newer one.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orderctl.core.checks import Checks
from orderctl.core.digests import digest
from orderctl.core.order_document import document_of, order_of
from orderctl.core.orders import PRIORITIES, Order
from orderctl.core.revisions import to_ship, wanted
from orderctl.core.stamp import Stamp
from orderctl.core.states import LineCounters, order_state
from orderctl.core.text import reference_part
from orderctl.store import events, payloads

LONGEST_STEM = 26  # leaves room for "-999" within a reference of 30 characters


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """An order just read, with the payload it came from and what was found when looking at it."""

    order: Order
    raw: bytes
    digest: str
    checks: Checks


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store knows of an order that is read again."""

    order_id: int
    digest: str
    updated_at: str
    revision: int


def known(db: sqlite3.Connection, channel: str, identities: Iterable[str]) -> dict[str, Stored]:
    """Channel order id -> what is stored, of those that are."""
    rows = db.execute(
        "SELECT channel_order_id, order_id, digest, updated_at, revision FROM orders"
        " WHERE channel = ? AND channel_order_id IN (SELECT value FROM json_each(?))",
        (channel, json.dumps(list(identities))),
    )
    return {identity: Stored(*rest) for identity, *rest in rows}


def add(db: sqlite3.Connection, stamp: Stamp, items: Sequence[ReadOrder], *, short: str, live_from: str) -> None:
    """Save orders that were never seen before. Without `live_from` they are watched; placed before it, tracked only."""
    first_order = db.execute("SELECT coalesce(max(order_id), 0) + 1 FROM orders").fetchone()[0]
    first_line = db.execute("SELECT coalesce(max(line_id), 0) + 1 FROM order_lines").fetchone()[0]
    stems = _stems(db, short, [item.order for item in items])
    order_rows, line_rows = [], []
    for order_id, (item, stem) in enumerate(zip(items, stems, strict=True), first_order):
        order = item.order
        lines = [_line_row(order, position) for position in range(len(order.lines))]
        tracked = bool(live_from) and order.placed_at < live_from
        state = order_state(
            [LineCounters(ordered=row[4], open=row[5], cancelled=row[6], to_ship=bool(row[3])) for row in lines],
            rejected=False,
            track_only=tracked,
            held=False,
            effects_open=False,
        )
        # Rules may have a say on an order without anything to ship too: one that its channel ships is tracked only.
        due_at = stamp.at if state in {"new", "closed"} else None
        order_rows.append(
            (
                *(order_id, stem, state, not live_from, tracked, due_at, stamp.at),
                *(1, item.digest, *_columns(order, item.checks)),
            )
        )
        line_rows += [(line_id, order_id, *row) for line_id, row in enumerate(lines, first_line)]
        first_line += len(lines)
    db.executemany(
        "INSERT INTO orders (order_id, stem, state, watched, track_only, due_at, imported_at, revision, digest,"
        " channel, channel_order_id, number, placed_at, updated_at, currency, total_minor, email, country, ship_by,"
        f" priority, address, checks) VALUES ({_marks(22)})",
        order_rows,
    )
    numbered = list(enumerate(items, first_order))
    db.executemany(
        "INSERT INTO order_documents VALUES (?, ?)",
        [(order_id, document_of(item.order)) for order_id, item in numbered],
    )
    db.executemany(
        "INSERT INTO order_lines (line_id, order_id, channel_line_id, position, sku, to_ship, ordered, open, cancelled)"
        f" VALUES ({_marks(9)})",
        line_rows,
    )
    places = payloads.keep(db, [item.raw for item in items])
    db.executemany(
        f"INSERT INTO order_revisions VALUES ({_marks(7)})",
        [
            (order_id, 1, item.digest, *place, stamp.at)
            for (order_id, item), place in zip(numbered, places, strict=True)
        ],
    )
    events.add(
        db, stamp, [(order_id, "imported", f"{item.order.channel} {item.order.number}") for order_id, item in numbered]
    )


def replace_document(
    db: sqlite3.Connection, stamp: Stamp, order_id: int, item: ReadOrder, *, new_revision: bool = True
) -> None:
    """The order is what `item` says; its lines are changed elsewhere. A person's edit is no new revision."""
    revision = db.execute("SELECT revision + ? FROM orders WHERE order_id = ?", (new_revision, order_id)).fetchone()[0]
    db.execute(
        "UPDATE orders SET revision = ?, digest = ?, channel = ?, channel_order_id = ?, number = ?, placed_at = ?,"
        " updated_at = ?, currency = ?, total_minor = ?, email = ?, country = ?, ship_by = ?, priority = ?,"
        " address = ?, checks = ? WHERE order_id = ?",
        (revision, item.digest, *_columns(item.order, item.checks), order_id),
    )
    db.execute("UPDATE order_documents SET document = ? WHERE order_id = ?", (document_of(item.order), order_id))
    if not new_revision:
        return
    (place,) = payloads.keep(db, [item.raw])
    db.execute(f"INSERT INTO order_revisions VALUES ({_marks(7)})", (order_id, revision, item.digest, *place, stamp.at))


def digest_of(db: sqlite3.Connection, order_id: int) -> str:
    """The digest of the payload the order was last read from."""
    return str(db.execute("SELECT digest FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])


def document(db: sqlite3.Connection, order_id: int) -> Order:
    """The order as last read, with what a person changed."""
    row = db.execute("SELECT document FROM order_documents WHERE order_id = ?", (order_id,)).fetchone()
    return order_of(row[0])


def make_due(db: sqlite3.Connection, order_ids: Iterable[int], at: str) -> None:
    """Let routing look at these orders at `at`."""
    db.executemany("UPDATE orders SET due_at = ? WHERE order_id = ?", [(at, order_id) for order_id in order_ids])


def go_live(db: sqlite3.Connection, stamp: Stamp, channel: str, live_from: str) -> int:
    """Orders of a channel that was watched until now become real, or tracked only when placed before `live_from`."""
    rows = db.execute(
        "SELECT order_id, placed_at < ? FROM orders WHERE channel = ? AND watched = 1", (live_from, channel)
    ).fetchall()
    db.executemany(
        "UPDATE orders SET watched = 0, track_only = ?, due_at = CASE WHEN ? THEN NULL ELSE ? END WHERE order_id = ?",
        [(before, before, stamp.at, order_id) for order_id, before in rows],
    )
    refresh(db, stamp, [order_id for order_id, _ in rows])
    return len(rows)


_TIMES = {
    "held": "first_held_at",
    "routed": "routed_at",
    "dispatched": "dispatched_at",
    "shipped": "shipped_at",
    "closed": "confirmed_at",
}


def refresh(db: sqlite3.Connection, stamp: Stamp, order_ids: Iterable[int]) -> None:
    """Derive the state of these orders anew and write down what changed."""
    ids = json.dumps(sorted(set(order_ids)))
    lines = {order_id: sums for order_id, *sums in db.execute(_LINE_SUMS, (ids,))}
    held = _ids(db, "SELECT DISTINCT order_id FROM holds WHERE ended_at IS NULL", ids)
    busy = _ids(db, "SELECT DISTINCT order_id FROM effects WHERE state IN ('pending', 'sending', 'uncertain')", ids)
    changes = []
    for order_id, state, rejection, track_only in db.execute(
        "SELECT order_id, state, rejection, track_only FROM orders WHERE order_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        now = order_state(
            _summed(*lines[order_id]) if order_id in lines else (),
            rejected=rejection is not None,
            track_only=bool(track_only),
            held=order_id in held,
            effects_open=order_id in busy,
        )
        if now != state:
            changes.append((order_id, state, now))
    for state in {now for _, _, now in changes}:
        reached = [order_id for order_id, _, now in changes if now == state]
        column = _TIMES.get(state)
        since = f", {column} = coalesce({column}, :at)" if column else ""
        db.executemany(
            f"UPDATE orders SET state = :state{since} WHERE order_id = :order_id",
            [{"state": state, "at": stamp.at, "order_id": order_id} for order_id in reached],
        )
    events.add(db, stamp, [(order_id, "state", f"{before} -> {now}") for order_id, before, now in changes])


#: What the lines of an order add up to: all of them, and those to ship. An order's state depends on no more.
_COUNTED = ("ordered", "open", "planned", "backordered", "dispatched", "shipped", "cancelled")
_LINE_SUMS = (
    f"SELECT order_id, {', '.join(f'sum({name}), sum({name} * to_ship)' for name in _COUNTED)} FROM order_lines"
    " WHERE order_id IN (SELECT value FROM json_each(?)) GROUP BY order_id"
)


def _summed(*sums: int) -> tuple[LineCounters, LineCounters]:
    """Two lines that stand for all: one to ship and one not."""
    every, ours = sums[::2], sums[1::2]
    others = [all_of_them - mine for all_of_them, mine in zip(every, ours, strict=True)]
    return LineCounters(*others, to_ship=False), LineCounters(*ours)


def _ids(db: sqlite3.Connection, query: str, ids: str) -> set[int]:
    return {row[0] for row in db.execute(f"{query} AND order_id IN (SELECT value FROM json_each(?))", (ids,))}


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _columns(order: Order, checks: Checks) -> tuple[object, ...]:
    return (
        *(order.channel, order.channel_order_id, order.number, order.placed_at, order.updated_at, order.currency),
        *(order.total_minor, order.customer.email, order.ship_to.country if order.ship_to else "", order.ship_by),
        *(PRIORITIES.index(order.priority), checks.address, _checks_text(checks)),
    )


def _checks_text(checks: Checks) -> str:
    if not checks.codes and not checks.address_problems:
        return "{}"
    return json.dumps({"address": checks.address_problems, "codes": checks.codes}, ensure_ascii=False)


def _line_row(order: Order, position: int) -> tuple[str, int, str, int, int, int, int]:
    line = order.lines[position]
    open_units = wanted(order, line)
    ship = to_ship(order, line)
    return line.id, position, line.sku, int(ship), line.quantity, open_units, line.quantity - open_units


def _stems(db: sqlite3.Connection, short: str, items: Sequence[Order]) -> list[str]:
    """One unique first part of references per order: SHORT-NUMBER, with a digest where that is not unique or clean."""
    stems = [_stem(short, order) for order in items]
    taken = {
        row[0]
        for row in db.execute(
            "SELECT stem FROM orders WHERE stem IN (SELECT value FROM json_each(?))", (json.dumps(stems),)
        )
    }
    counts = Counter(stems)
    return [
        _stem(short, order, unique=True) if counts[stem] > 1 or stem in taken else stem
        for order, stem in zip(items, stems, strict=True)
    ]


def _stem(short: str, order: Order, *, unique: bool = False) -> str:
    number = reference_part(order.number)
    clean = number == order.number.upper() and len(short) + 1 + len(number) <= LONGEST_STEM
    if clean and not unique:
        return f"{short}-{number}"
    tail = digest(f"{order.channel}\x1f{order.channel_order_id}")[:8].upper()
    return f"{short}-{number[: LONGEST_STEM - len(short) - 10]}-{tail}".replace("--", "-")


def id_of(db: sqlite3.Connection, channel: str, channel_order_id: str) -> int | None:
    """The row of an order by its natural key."""
    row = db.execute(
        "SELECT order_id FROM orders WHERE channel = ? AND channel_order_id = ?", (channel, channel_order_id)
    ).fetchone()
    return row[0] if row else None


def states(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many orders are in each state."""
    return dict(db.execute("SELECT state, count(*) FROM orders GROUP BY state"))


def by_channel(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many orders each channel has."""
    return dict(db.execute("SELECT channel, count(*) FROM orders GROUP BY channel"))


def unchanged(db: sqlite3.Connection, channel: str, digests: Iterable[str]) -> set[str]:
    """Those of `digests` that are the newest payload of an order of `channel`."""
    return {
        row[0]
        for row in db.execute(
            # left alone, SQLite would rather walk through all orders of the channel
            "SELECT digest FROM orders INDEXED BY orders_by_digest WHERE digest IN (SELECT value FROM json_each(?))"
            " AND channel = ?",
            (json.dumps(list(digests)), channel),
        )
    }


def note_older(db: sqlite3.Connection, stamp: Stamp, order_id: int, item: ReadOrder) -> None:
    """A version older than the stored one came late; it changes nothing."""
    events.add(db, stamp, [(order_id, "older version ignored", item.order.updated_at)])
