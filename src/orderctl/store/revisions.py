"""A new version of an order that is known: its document is replaced, its plans withdrawn, its lines brought up to it.

Nothing handed over yet: planned anew. Handed over: fewer units or another address are a matter for the location and
a person, more units are routed as new ones.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace

from orderctl.core.checks import Checks
from orderctl.core.edits import laid_over, value_of
from orderctl.core.orders import Order
from orderctl.core.revisions import (
    LineChange,
    given_back,
    line_changes,
    never_emptier,
    other_address,
    same_wish,
    taken_over,
    to_ship,
)
from orderctl.core.stamp import Stamp
from orderctl.core.states import LineCounters
from orderctl.store import events, exceptions, orders, overrides, published, shipments
from orderctl.store.exceptions import Trouble
from orderctl.store.orders import ReadOrder


def revise(
    db: sqlite3.Connection, stamp: Stamp, order_id: int, item: ReadOrder, look_at: Callable[[Order], Checks]
) -> None:
    """The order is now what `item` says, inside the caller's transaction; what a person changed stays changed.

    `look_at` finds out about an order what is kept with it.
    """
    old = orders.document(db, order_id)
    order = _with_edits(db, stamp, order_id, never_emptier(old, item.order))
    if order is not item.order:
        item = replace(item, order=order, checks=look_at(order))
    orders.replace_document(db, stamp, order_id, item)
    if same_wish(old, item.order, _gone(db, order_id)):
        return
    if skus := given_back(old, item.order):
        published.forget(db, item.order.channel, skus)
    _decide_anew(db, stamp, order_id, old, item.order)
    for kind in ("release", "route"):
        overrides.end(db, stamp, order_id, kind)


def _gone(db: sqlite3.Connection, order_id: int) -> set[str]:
    """The lines of which nothing is left to send, as the channel calls them."""
    rows = db.execute(
        "SELECT channel_line_id FROM order_lines WHERE order_id = ? AND shipped > 0"
        " AND open + planned + backordered + dispatched = 0",
        (order_id,),
    )
    return {row[0] for row in rows}


def _with_edits(db: sqlite3.Connection, stamp: Stamp, order_id: int, order: Order) -> Order:
    """`order` with what a person changed laid over; a field that the channel has changed since is a conflict."""
    values = {}
    for one in overrides.of_order(db, order_id, "edit"):
        stated = json.loads(one.value)
        values[one.field] = stated["now"]
        theirs = value_of(order, one.field)
        if theirs == stated["was"]:
            continue
        subject = f"{orders.stem(db, order_id)} {one.field}"
        exceptions.settle(db, stamp, "edit_conflict", subject)
        if theirs != stated["now"]:
            message = f"the channel now says {one.field} = '{theirs}'; '{stated['now']}' stays, as {one.actor} wrote"
            exceptions.raise_all(db, stamp, [Trouble("edit_conflict", subject, message, order_id)])
        overrides.put_value(db, one.override_id, json.dumps(stated | {"was": theirs}, ensure_ascii=False))
    return laid_over(order, values)


def edit(db: sqlite3.Connection, stamp: Stamp, order_id: int, item: ReadOrder) -> None:
    """A person changed the order to what `item` says, inside the caller's transaction."""
    old = orders.document(db, order_id)
    orders.replace_document(db, stamp, order_id, item, new_revision=False)
    _decide_anew(db, stamp, order_id, old, item.order)


def _decide_anew(db: sqlite3.Connection, stamp: Stamp, order_id: int, old: Order, new: Order) -> None:
    shipments.withdraw(db, stamp, order_id, "the order changed")
    bring_up_to(db, stamp, order_id, old, new)
    if other_address(old, new):
        in_hand = shipments.in_hand(db, order_id)
        if in_hand or shipments.uncertain(db, order_id):
            message = "the address changed after the hand-over; ask the location to stop it"
            exceptions.raise_all(db, stamp, [Trouble("address_changed", orders.stem(db, order_id), message, order_id)])
            shipments.move(db, stamp, in_hand, "cancel_requested", "the address changed")
    shipments.settle_called_back(db, stamp, [order_id])
    db.execute("UPDATE orders SET due_at = ? WHERE order_id = ? AND track_only = 0", (stamp.at, order_id))
    orders.refresh(db, stamp, [order_id])


def bring_up_to(db: sqlite3.Connection, stamp: Stamp, order_id: int, old: Order, new: Order) -> None:
    """The lines of the order follow from version `old` to `new`, as far as no location has them in hand."""
    have = _counters(db, order_id)
    rows = {name: line_id for name, (line_id, _) in have.items()}
    changes = line_changes(old, new, {name: counters for name, (_, counters) in have.items()})
    for position, change in enumerate(changes):
        if change.line_id in rows:
            _change_line(db, rows[change.line_id], new, change)
        elif change.line is not None:
            db.execute(
                "INSERT INTO order_lines (order_id, channel_line_id, position, sku, to_ship, ordered, open)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(order_id, change.line_id, position, change.line.sku, int(to_ship(new, change.line))),
                    *(change.added, change.added),
                ),
            )
    said = [f"{change.line_id}: {_words(change)}" for change in changes if _words(change)]
    events.add(db, stamp, [(order_id, "changed", "; ".join(said) or "details")])
    called_back = {rows[change.line_id]: change.callback for change in changes if change.callback}
    _call_back(db, stamp, order_id, called_back)
    theirs = taken_over(old, new)
    if theirs.intersection(rows):
        _leave_to_channel(db, stamp, order_id, new.channel, theirs)


def _change_line(db: sqlite3.Connection, line_id: int, new: Order, change: LineChange) -> None:
    if change.cancelled:
        _cancel_waiting(db, line_id, change.cancelled)
    if change.added:  # what is on its way back is wanted again before anything is added
        db.execute(
            "UPDATE order_lines SET ordered = ordered + max(0, :units - called_back),"
            " open = open + max(0, :units - called_back), called_back = max(0, called_back - :units)"
            " WHERE line_id = :line",
            {"units": change.added, "line": line_id},
        )
    if change.line is not None:
        db.execute(
            "UPDATE order_lines SET sku = iif(dispatched + shipped = 0, ?, sku), to_ship = ?"
            " WHERE line_id = ? AND (shipped = 0 OR open + planned + backordered + dispatched > 0)",
            (change.line.sku, int(to_ship(new, change.line)), line_id),
        )


def _words(change: LineChange) -> str:
    parts = []
    if change.added:
        parts.append(f"{change.added} more")
    if change.cancelled:
        parts.append(f"{change.cancelled} cancelled")
    if change.callback:
        parts.append(f"{change.callback} to call back")
    return ", ".join(parts)


def cancel(db: sqlite3.Connection, stamp: Stamp, order_id: int, units: Mapping[str, int]) -> dict[str, int]:
    """Cancel `units` (line id -> units) as far as no location has them; what was cancelled, by line id.

    What a location has in hand becomes an exception: only its word makes it cancelled.
    """
    shipments.withdraw(db, stamp, order_id, "cancelled")
    done: dict[str, int] = {}
    called_back: dict[int, int] = {}
    for name, (line_id, counters) in _counters(db, order_id).items():
        waiting = min(units.get(name, 0), counters.open + counters.backordered)
        free = counters.planned + counters.dispatched - counters.called_back
        in_hand = min(units.get(name, 0) - waiting, free)
        if in_hand > 0:
            called_back[line_id] = in_hand
        if waiting:
            done[name] = waiting
            _cancel_waiting(db, line_id, waiting)
    said = ", ".join(f"{quantity} of line {name}" for name, quantity in done.items())
    events.add(db, stamp, [(order_id, "cancelled", said or "nothing that is not in hand already")])
    _call_back(db, stamp, order_id, called_back)
    db.execute("UPDATE orders SET due_at = ? WHERE order_id = ? AND track_only = 0", (stamp.at, order_id))
    orders.refresh(db, stamp, [order_id])
    return done


def _cancel_waiting(db: sqlite3.Connection, line_id: int, units: int) -> None:
    db.execute(
        "UPDATE order_lines SET cancelled = cancelled + :units, open = open - min(open, :units),"
        " backordered = backordered - max(0, :units - open) WHERE line_id = :line",
        {"units": units, "line": line_id},
    )


def _leave_to_channel(db: sqlite3.Connection, stamp: Stamp, order_id: int, channel: str, lines: set[str]) -> None:
    """These lines were fulfilled at the channel itself. What a location has of them is stopped, and a person told."""
    in_hand = {
        line_id: counters.planned + counters.dispatched - counters.called_back
        for name, (line_id, counters) in _counters(db, order_id).items()
        if name in lines
    }
    events.add(db, stamp, [(order_id, "fulfilled there", f"{channel}: line {', '.join(sorted(lines))}")])
    what = f"that a location has in hand were fulfilled at {channel} itself; ask the location to stop them"
    units = {line_id: quantity for line_id, quantity in in_hand.items() if quantity > 0}
    _call_back(db, stamp, order_id, units, "fulfilled_there", what)


def _call_back(
    db: sqlite3.Connection,
    stamp: Stamp,
    order_id: int,
    units: Mapping[int, int],
    code: str = "cancel_after_dispatch",
    what: str = "were cancelled after the hand-over; ask the location to stop them",
) -> None:
    """These units (row of the line -> units) are to be stopped where they are: the location has the last word."""
    if not units:
        return
    db.executemany(
        "UPDATE order_lines SET called_back = min(planned + dispatched, called_back + ?) WHERE line_id = ?",
        [(quantity, line_id) for line_id, quantity in units.items()],
    )
    message = f"{sum(units.values())} units {what}"
    exceptions.raise_all(db, stamp, [Trouble(code, orders.stem(db, order_id), message, order_id)])
    shipments.stop_called_back(db, stamp, order_id)


def _counters(db: sqlite3.Connection, order_id: int) -> dict[str, tuple[int, LineCounters]]:
    rows = db.execute(
        "SELECT channel_line_id, line_id, called_back, ordered, open, planned, backordered, dispatched, shipped,"
        " cancelled, returned, overshipped FROM order_lines WHERE order_id = ? ORDER BY position",
        (order_id,),
    )
    return {
        name: (line_id, LineCounters(*counters, called_back=called_back))
        for name, line_id, called_back, *counters in rows
    }
