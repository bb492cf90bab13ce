"""What orders brought in and cost, as channels state it; also of orders that are not known yet.

An entry is never deleted. Under its key only a later statement takes its place, and one that a later version of its
order no longer has is void. What changed stands in the history of the order.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from orderctl.core.money import to_text
from orderctl.core.money_entries import ORDER, MoneyEntry
from orderctl.core.stamp import Stamp
from orderctl.store import events

#: order, type, source, reference
_Key = tuple[str, str, str, str]
#: amount, currency, estimate, at
_Said = tuple[int, str, int, str]


def keep(
    db: sqlite3.Connection, stamp: Stamp, channel: str, entries: Iterable[MoneyEntry], whole: Collection[str] = ()
) -> int:
    """Write down `entries`, inside the caller's transaction; how many are new, different or void.

    Of the orders in `whole` (the channel's ids) they are all that the order states: what it stated before and does not
    state now is void.
    """
    said = {(entry.channel_order_id, *entry.key): _said(entry) for entry in entries}
    have = _stored(db, channel, {key[0] for key in said} | set(whole))
    fresh = {key: value for key, value in said.items() if have.get(key) != value}
    gone = [key for key, value in have.items() if value and key[0] in whole and key[2] == ORDER and key not in said]
    db.executemany(
        "INSERT INTO money_entries (channel, channel_order_id, type, source, reference, amount_minor, currency,"
        " estimate, at, stated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " amount_minor = excluded.amount_minor, currency = excluded.currency, estimate = excluded.estimate,"
        " at = excluded.at, stated_at = excluded.stated_at, void_at = NULL",
        [(channel, *key, *value, stamp.at) for key, value in fresh.items()],
    )
    db.executemany(
        "UPDATE money_entries SET void_at = ?, stated_at = ? WHERE channel = ? AND channel_order_id = ? AND type = ?"
        " AND source = ? AND reference = ?",
        [(stamp.at, stamp.at, channel, *key) for key in gone],
    )
    changes = [(key, have[key], fresh.get(key)) for key in (*fresh, *gone) if key in have]
    if changes:
        _remember(db, stamp, channel, changes)
    return len(fresh) + len(gone)


def is_stated(db: sqlite3.Connection, channel: str, channel_order_id: str, entries: Iterable[MoneyEntry]) -> bool:
    """Whether `entries`, all that an order states, are what it stated before."""
    have = {entry for entry in of_order(db, channel, channel_order_id) if entry.source == ORDER}
    return have == set(entries)


def of_order(db: sqlite3.Connection, channel: str, channel_order_id: str) -> list[MoneyEntry]:
    """Every entry of one order that stands, by type."""
    rows = db.execute(
        "SELECT channel_order_id, type, source, reference, amount_minor, currency, at, estimate FROM money_entries"
        " WHERE channel = ? AND channel_order_id = ? AND void_at IS NULL",
        (channel, channel_order_id),
    )
    return [
        MoneyEntry(order, type_, source, reference, minor, currency, at, estimate=bool(estimate))
        for order, type_, source, reference, minor, currency, at, estimate in rows
    ]


def _said(entry: MoneyEntry) -> _Said:
    return entry.amount_minor, entry.currency, int(entry.estimate), entry.at


def _stored(db: sqlite3.Connection, channel: str, orders: Collection[str]) -> dict[_Key, _Said | None]:
    """What stands of these orders; None for what is void."""
    rows = db.execute(
        "SELECT channel_order_id, type, source, reference, amount_minor, currency, estimate, at, void_at"
        " FROM money_entries WHERE channel = ? AND channel_order_id IN (SELECT value FROM json_each(?))",
        (channel, json.dumps(sorted(orders))),
    )
    return {
        (order, type_, source, reference): None if void_at else (amount, currency, estimate, at)
        for order, type_, source, reference, amount, currency, estimate, at, void_at in rows
    }


def _remember(
    db: sqlite3.Connection, stamp: Stamp, channel: str, changes: Sequence[tuple[_Key, _Said | None, _Said | None]]
) -> None:
    """Note in the history of orders that are known what was said of each entry and what is said now."""
    known = dict(
        db.execute(
            "SELECT channel_order_id, order_id FROM orders WHERE channel = ?"
            " AND channel_order_id IN (SELECT value FROM json_each(?))",
            (channel, json.dumps(sorted({key[0] for key, _, _ in changes}))),
        ).fetchall()
    )
    events.add(
        db,
        stamp,
        [
            (known[order], "money", f"{' '.join(filter(None, (type_, reference)))}: {_words(was)} -> {_words(now)}")
            for (order, type_, _, reference), was, now in changes
            if order in known
        ],
    )


def _words(said: _Said | None) -> str:
    return f"{to_text(said[0], said[1])} {said[1]}" if said else "void"
