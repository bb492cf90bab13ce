"""A store that was put back in time: what it may have forgotten, and that nothing is sent until that was found out.

The mark `put_back` in the store's small facts stands from the first look until everything was looked at, so that a
killed reconciliation refuses effects as the journal does. The sequence of effects goes on behind the newest one that
is known to have been sent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from orderctl.core.stamp import Stamp
from orderctl.store import effects, meta
from orderctl.store.journal import PUT_BACK, Gap

#: States in which units of an order may have left that the store does not know of.
_WAITING = "('new', 'held', 'backordered', 'partly_shipped')"


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned shipment that may have been handed over already."""

    shipment_id: int
    order_id: int
    reference: str
    location: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order with units that are not planned; `parts` is how many shipments it ever had."""

    order_id: int
    stem: str
    parts: int


@dataclass(frozen=True, slots=True)
class Untold:
    """An effect that a channel is to be told of, and perhaps was."""

    key: str
    order_id: int
    payload: dict[str, object]


def begin(db: sqlite3.Connection, at: str, gap: Gap) -> None:
    """From now on nothing is sent until `end`; effects go on behind the newest one that was sent."""
    meta.put(db, PUT_BACK, json.dumps(asdict(gap)))
    if gap.highest > effects.highest(db):
        db.execute(
            "INSERT INTO effects (effect_id, key, kind, target, payload, digest, state, next_try_at, created_at,"
            " settled_at, message) VALUES (?, ?, 'note', 'store', '{}', '', 'superseded', ?, ?, ?, ?)",
            (gap.highest, effects.key_of(db, "put_back", str(gap.highest), at), at, at, at, "the store was put back"),
        )


def standing(db: sqlite3.Connection) -> Gap | None:
    """What is not found out yet; None when nothing is."""
    text = meta.get(db, PUT_BACK)
    return Gap(**json.loads(text)) if text else None


def end(db: sqlite3.Connection) -> None:
    """Everything was looked at."""
    meta.drop(db, PUT_BACK)


def documents(db: sqlite3.Connection) -> set[str]:
    """The name of every document that was ever handed over, as far as the store knows."""
    rows = db.execute(
        "SELECT document FROM batches UNION SELECT document FROM pushes UNION SELECT document FROM shadow_batches"
        " UNION SELECT document FROM effects WHERE document <> ''"
    )
    return {row[0] for row in rows}


def planned(db: sqlite3.Connection, until: str) -> list[Planned]:
    """Planned shipments of orders that were placed up to the moment `until`."""
    rows = db.execute(
        "SELECT s.shipment_id, s.order_id, s.reference, s.location FROM shipments s JOIN orders o USING (order_id)"
        " WHERE s.state = 'planned' AND o.placed_at <= ? ORDER BY s.shipment_id",
        (until,),
    )
    return [Planned(*row) for row in rows]


def waiting(db: sqlite3.Connection, until: str) -> list[Waiting]:
    """Orders placed up to the moment `until` with units to ship that are neither planned nor handed over."""
    rows = db.execute(
        f"SELECT order_id, stem, parts FROM orders o WHERE state IN {_WAITING} AND placed_at <= ? AND watched = 0"
        " AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.to_ship = 1"
        "  AND l.open + l.backordered > 0) ORDER BY order_id",
        (until,),
    )
    return [Waiting(*row) for row in rows]


def orders_of(db: sqlite3.Connection, references: Iterable[str]) -> dict[str, int]:
    """Those of these texts that a shipment could be called -> its order."""
    stems: dict[str, list[str]] = {}
    for one in references:
        stem, _, part = one.rpartition("-")
        if part.isdecimal():
            stems.setdefault(stem, []).append(one)
    rows = db.execute(
        "SELECT stem, order_id FROM orders WHERE stem IN (SELECT value FROM json_each(?))", (json.dumps(list(stems)),)
    )
    return {one: order_id for stem, order_id in rows for one in stems[stem]}


def handed_over(db: sqlite3.Connection, references: Iterable[str]) -> set[str]:
    """Those of these shipments that were handed over, or of which nobody knows whether they were."""
    rows = db.execute(
        "SELECT reference FROM shipments WHERE state <> 'planned' AND batch_id IS NOT NULL"
        " AND reference IN (SELECT value FROM json_each(?))",
        (json.dumps(list(references)),),
    )
    return {row[0] for row in rows}


def untold(db: sqlite3.Connection, channel: str, kind: str) -> list[Untold]:
    """Effects of `kind` that `channel` is to be told of."""
    rows = db.execute(
        f"SELECT key, order_id, payload FROM effects WHERE target = ? AND kind = ? AND {effects.OPEN}"
        " AND state = 'pending' ORDER BY effect_id",
        (f"channel:{channel}", kind),
    )
    return [Untold(key, order_id, json.loads(payload)) for key, order_id, payload in rows]


def adopt_push(
    db: sqlite3.Connection, stamp: Stamp, channel: str, number: int, name: str, digest: str, keys: list[str]
) -> None:
    """These effects stand in the document `name` that was found outside: they become `sending`, to be settled."""
    db.execute(
        "INSERT INTO pushes (channel, number, document, digest, rows, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (channel, number, name, digest, len(keys), stamp.at),
    )
    db.executemany(
        "UPDATE effects SET state = 'sending', document = ?, sent_at = ? WHERE key = ? AND state = 'pending'",
        [(name, stamp.at, key) for key in keys],
    )


def number_is_free(db: sqlite3.Connection, table: str, owner: str, number: int) -> bool:
    """Whether no row of `table` (batches, pushes) has this number."""
    column = "location" if table == "batches" else "channel"
    return not db.execute(f"SELECT 1 FROM {table} WHERE {column} = ? AND number = ?", (owner, number)).fetchone()


def forget_told_stock(db: sqlite3.Connection) -> None:
    """Nobody knows which numbers channels were told last: they are told all of them."""
    db.execute("UPDATE published_stock SET told = NULL, refused = NULL")
