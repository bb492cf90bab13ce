"""Orders as their channels state them: saved, found again, and told which state they are in.

A payload that was read before changes nothing. An older version never replaces a newer one.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from orderctl.core.checks import Checks
from orderctl.core.digests import digest
from orderctl.core.money_entries import Statement
from orderctl.core.orders import PRIORITIES, Order
from orderctl.core.revisions import to_ship, wanted
from orderctl.core.stamp import Stamp
from orderctl.core.states import LineCounters, order_state
from orderctl.core.text import reference_part
from orderctl.store import events, order_documents, payloads, search

LONGEST_STEM = 26  # leaves room for "-999" within a reference of 30 characters


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """An order just read, with the payload it came from and what was found when looking at it.

    `money` is what it states beside what was sold; None where its channel states no such thing in orders.
    """

    order: Order
    raw: bytes
    digest: str
    checks: Checks
    money: Statement | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store knows of an order that is read again."""

    order_id: int
    digest: str
    updated_at: str
    revision: int
    redacted: bool = False


def known(db: sqlite3.Connection, channel: str, identities: Iterable[str]) -> dict[str, Stored]:
    """Channel order id -> what is stored, of those that are."""
    rows = db.execute(
        "SELECT channel_order_id, order_id, digest, updated_at, revision, redacted_at IS NOT NULL FROM orders"
        " WHERE channel = ? AND channel_order_id IN (SELECT value FROM json_each(?))",
        (channel, json.dumps(list(identities))),
    )
    return {identity: Stored(*rest) for identity, *rest in rows}


def add(
    db: sqlite3.Connection,
    stamp: Stamp,
    items: Sequence[ReadOrder],
    *,
    short: str,
    live_from: str,
    rereads: bool = False,
) -> None:
    """Save orders that were never seen before. Without `live_from` they are watched; placed before it, tracked only.

    `rereads`: while they are open, they are asked for again now and then.
    """
    first_order = db.execute("SELECT coalesce(max(order_id), 0) + 1 FROM orders").fetchone()[0]
    next_line = db.execute("SELECT coalesce(max(line_id), 0) + 1 FROM order_lines").fetchone()[0]
    stems = _stems(db, short, [item.order for item in items])
    order_rows: list[tuple[object, ...]] = []
    line_rows: list[tuple[object, ...]] = []
    documents: list[tuple[int, str]] = []
    for order_id, (item, stem) in enumerate(zip(items, stems, strict=True), first_order):
        order = item.order
        whose = set()
        for position, line in enumerate(order.lines):
            total, units, ours = line.quantity, wanted(order, line), to_ship(order, line)
            line_rows.append((next_line, order_id, line.id, position, line.sku, int(ours), total, units, total - units))
            next_line += 1
            if units:
                whose.add(ours)
        tracked = bool(live_from) and order.placed_at < live_from
        state = _first_state(frozenset(whose), tracked=tracked)
        # Rules may have a say on an order without anything to ship too: one that its channel ships is tracked only.
        due_at = stamp.at if state in {"new", "closed"} else None
        read_at = stamp.at if rereads else ""
        fixed = (order_id, stem, state, int(not live_from), int(tracked), due_at, stamp.at, read_at, 1, item.digest)
        order_rows.append(fixed + _columns(order, item.checks))
        documents.append((order_id, order_documents.written(order)))
    db.executemany(
        "INSERT INTO orders (order_id, stem, state, watched, track_only, due_at, imported_at, read_at, revision,"
        " digest, channel, channel_order_id, number, placed_at, updated_at, currency, total_minor, email, country,"
        f" ship_by, priority, address, checks) VALUES ({_marks(23)})",
        order_rows,
    )
    db.executemany("INSERT INTO order_documents VALUES (?, ?)", documents)
    search.add(db, enumerate([item.order for item in items], first_order))
    db.executemany(
        "INSERT INTO order_lines (line_id, order_id, channel_line_id, position, sku, to_ship, ordered, open, cancelled)"
        f" VALUES ({_marks(9)})",
        line_rows,
    )
    numbered = list(enumerate(items, first_order))
    places = zip(numbered, payloads.keep(db, [item.raw for item in items]), strict=True)
    db.executemany(
        f"INSERT INTO order_revisions VALUES ({_marks(7)})",
        [(order_id, 1, item.digest, *place, stamp.at) for (order_id, item), place in places],
    )
    events.add(
        db, stamp, [(order_id, "imported", f"{item.order.channel} {item.order.number}") for order_id, item in numbered]
    )


@cache
def _first_state(whose: frozenset[bool], *, tracked: bool) -> str:
    """The state of an order nothing was done about: `whose` says whether it has units for us to ship, and for others.

    An order's state depends on no more, so that one unit of each stands for all.
    """
    return order_state(
        [LineCounters(ordered=1, open=1, to_ship=ours) for ours in whose],
        rejected=False,
        track_only=tracked,
        held=False,
        effects_open=False,
    )


def replace_document(
    db: sqlite3.Connection, stamp: Stamp, order_id: int, item: ReadOrder, *, new_revision: bool = True
) -> None:
    """The order is what `item` says; its lines are changed elsewhere. A person's edit is no new revision."""
    revision = db.execute("SELECT revision + ? FROM orders WHERE order_id = ?", (new_revision, order_id)).fetchone()[0]
    db.execute(
        "UPDATE orders SET revision = ?, digest = ?, channel = ?, channel_order_id = ?, number = ?, placed_at = ?,"
        " updated_at = ?, currency = ?, total_minor = ?, email = ?, country = ?, ship_by = ?, priority = ?,"
        " address = ?, checks = ?, read_at = iif(? AND read_at <> '', ?, read_at) WHERE order_id = ?",
        (revision, item.digest, *_columns(item.order, item.checks), new_revision, stamp.at, order_id),
    )
    before = document_text(db, order_id)
    written = order_documents.written(item.order)
    db.execute("UPDATE order_documents SET document = ? WHERE order_id = ?", (written, order_id))
    search.change(db, order_id, before, item.order)
    if not new_revision:
        return
    (place,) = payloads.keep(db, [item.raw])
    db.execute(f"INSERT INTO order_revisions VALUES ({_marks(7)})", (order_id, revision, item.digest, *place, stamp.at))


def digest_of(db: sqlite3.Connection, order_id: int) -> str:
    """The digest of the payload the order was last read from."""
    return str(db.execute("SELECT digest FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])


def document(db: sqlite3.Connection, order_id: int) -> Order:
    """The order as last read, with what a person changed."""
    return order_documents.read(document_text(db, order_id))


def document_text(db: sqlite3.Connection, order_id: int) -> str:
    """The same as the store keeps it."""
    row = db.execute("SELECT document FROM order_documents WHERE order_id = ?", (order_id,)).fetchone()
    return str(row[0])


def open_copies(db: sqlite3.Connection, channel: str, before: str, limit: int) -> dict[str, int]:
    """Channel order id -> order id of at most `limit` open orders of `channel` last asked for before `before`."""
    return dict(
        db.execute(
            "SELECT channel_order_id, order_id FROM orders INDEXED BY orders_open_copies"
            " WHERE channel = ? AND read_at <> '' AND read_at < ? AND watched = 0 AND state IN"
            " ('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped') ORDER BY read_at LIMIT ?",
            (channel, before, limit),
        )
    )


def note_read(db: sqlite3.Connection, stamp: Stamp, order_ids: Iterable[int]) -> None:
    """The channel was asked for these orders."""
    db.executemany("UPDATE orders SET read_at = ? WHERE order_id = ?", [(stamp.at, one) for one in order_ids])


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
    for (before, now), reached in _changed(db, json.dumps(sorted(set(order_ids)))).items():
        column = _TIMES.get(now)
        since = f", {column} = coalesce({column}, :at)" if column else ""
        these = "SELECT value FROM json_each(:ids)"
        db.execute(
            f"UPDATE orders SET state = :now{since} WHERE order_id IN ({these})",
            {"now": now, "at": stamp.at, "ids": json.dumps(reached)},
        )
        events.add_selected(
            db, stamp, "state", "SELECT value, ? FROM json_each(?)", (f"{before} -> {now}", json.dumps(reached))
        )


def _changed(db: sqlite3.Connection, ids: str) -> dict[tuple[str, str], list[int]]:
    """(state as it is stated, state as it follows from the rows) -> those of these orders (JSON) that differ."""
    lines = {order_id: sums for order_id, *sums in db.execute(_LINE_SUMS, (ids,))}
    held = _ids(db, "SELECT DISTINCT order_id FROM holds WHERE ended_at IS NULL", ids)
    busy = _ids(db, "SELECT DISTINCT order_id FROM effects WHERE state IN ('pending', 'sending', 'uncertain')", ids)
    changes: dict[tuple[str, str], list[int]] = {}
    for order_id, state, rejected, track_only in db.execute(
        "SELECT order_id, state, rejection IS NOT NULL, track_only FROM orders"
        " WHERE order_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        some = tuple(map(bool, lines.get(order_id, ())))
        now = _state(some, rejected, track_only, order_id in held, order_id in busy)
        if now != state:
            changes.setdefault((state, now), []).append(order_id)
    return changes


def misstated(db: sqlite3.Connection, at_once: int) -> Iterator[str]:
    """Orders whose state is not what follows from their rows, by stem; `at_once` are looked at together."""
    last = 0
    some_more = "SELECT order_id FROM orders WHERE order_id > ? ORDER BY order_id LIMIT ?"
    while ids := [row[0] for row in db.execute(some_more, (last, at_once))]:
        for (before, now), some in _changed(db, json.dumps(ids)).items():
            yield from (f"{stem(db, order_id)}: {before}, should be {now}" for order_id in some)
        last = ids[-1]


#: What the lines of an order add up to: all of them, and those to ship. An order's state depends on no more, and of
#: each sum only on whether it is more than nothing.
_COUNTED = ("open", "planned", "backordered", "dispatched", "shipped", "cancelled")
_LINE_SUMS = (
    f"SELECT order_id, {', '.join(f'sum({name}), sum({name} * to_ship)' for name in _COUNTED)} FROM order_lines"
    " WHERE order_id IN (SELECT value FROM json_each(?)) GROUP BY order_id"
)


@functools.lru_cache(maxsize=4096)
def _state(some: tuple[bool, ...], rejected: int, track_only: int, held: bool, busy: bool) -> str:
    """The state of orders of whose lines there are `some`: the same for most orders of a batch."""
    return order_state(
        [LineCounters(sum(units), *units, to_ship=ship) for ship, units in ((False, some[::2]), (True, some[1::2]))]
        if some
        else (),
        rejected=bool(rejected),
        track_only=bool(track_only),
        held=held,
        effects_open=busy,
    )


def _ids(db: sqlite3.Connection, query: str, ids: str) -> set[int]:
    return {row[0] for row in db.execute(f"{query} AND order_id IN (SELECT value FROM json_each(?))", (ids,))}


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _columns(order: Order, checks: Checks) -> tuple[object, ...]:
    country = order.ship_to.country if order.ship_to else ""
    return (
        order.channel, order.channel_order_id, order.number, order.placed_at, order.updated_at, order.currency,
        order.total_minor, order.customer.email, country, order.ship_by, PRIORITIES.index(order.priority),
        checks.address, _checks_text(checks),
    )  # fmt: skip


def _checks_text(checks: Checks) -> str:
    if not checks.codes and not checks.address_problems:
        return "{}"
    noticed = {"address": checks.address_problems, "hints": checks.address_hints, "codes": checks.codes}
    return json.dumps(noticed, ensure_ascii=False)


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


def identity(db: sqlite3.Connection, order_id: int) -> tuple[str, str]:
    """The channel of an order, and the id it has there."""
    row = db.execute("SELECT channel, channel_order_id FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    return row[0], row[1]


def stem(db: sqlite3.Connection, order_id: int) -> str:
    """The first part of the references of an order's shipments, by which people know it."""
    return str(db.execute("SELECT stem FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])


def since(db: sqlite3.Connection, channel: str, moment: str) -> dict[str, int]:
    """Channel order id -> order id of the orders of `channel` that were placed or changed at `moment` or later."""
    return dict(
        db.execute(
            "SELECT channel_order_id, order_id FROM orders WHERE channel = ? AND max(placed_at, updated_at) >= ?",
            (channel, moment),
        )
    )


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
