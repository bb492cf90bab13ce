"""Holds: the named reasons why orders wait, each with a beginning and an end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orderctl.core.plans import Hold
from orderctl.core.stamp import Stamp
from orderctl.store import events


@dataclass(frozen=True, slots=True)
class OpenHold:
    """When a hold began, and whether a person placed it."""

    placed_at: str
    by_hand: bool


def open_of(db: sqlite3.Connection, order_ids: Iterable[int]) -> dict[int, dict[str, OpenHold]]:
    """order_id -> reason -> the open hold."""
    found: dict[int, dict[str, OpenHold]] = {}
    for order_id, reason, placed_at, by_hand in db.execute(
        "SELECT order_id, reason, placed_at, by_hand FROM holds WHERE ended_at IS NULL"
        " AND order_id IN (SELECT value FROM json_each(?)) ORDER BY hold_id",
        (json.dumps(list(order_ids)),),
    ):
        found.setdefault(order_id, {})[reason] = OpenHold(placed_at, bool(by_hand))
    return found


def settle(db: sqlite3.Connection, stamp: Stamp, wanted: Mapping[int, Iterable[Hold]]) -> None:
    """Make the open holds that rules placed on these orders exactly `wanted`; a person's holds stay."""
    have = open_of(db, wanted)
    placed, ended = [], []
    for order_id, holds in wanted.items():
        reasons = {hold.reason: hold for hold in holds}
        mine = have.get(order_id, {})
        placed += [(order_id, hold) for reason, hold in reasons.items() if reason not in mine]
        ended += [(order_id, reason) for reason, hold in mine.items() if reason not in reasons and not hold.by_hand]
    for order_id, hold in placed:
        place(db, stamp, order_id, hold)
    for order_id, reason in ended:
        end(db, stamp, order_id, reason)


def place(
    db: sqlite3.Connection, stamp: Stamp, order_id: int, hold: Hold, note: str = "", *, by_hand: bool = False
) -> bool:
    """Place one hold; False when it stands already. One that stands becomes a person's when a person places it, too."""
    if by_hand:
        db.execute(
            "UPDATE holds SET by_hand = 1, actor = ?, note = ? WHERE order_id = ? AND reason = ? AND ended_at IS NULL",
            (stamp.actor, note, order_id, hold.reason),
        )
    fresh = db.execute(
        "INSERT INTO holds (order_id, reason, rule, by_hand, actor, note, placed_at, release_at, cancel_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id, reason) WHERE ended_at IS NULL DO NOTHING",
        (order_id, hold.reason, hold.rule, by_hand, stamp.actor, note, stamp.at, hold.release_at, hold.cancel_at),
    ).rowcount
    if fresh:
        events.add(db, stamp, [(order_id, "hold", f"{hold.reason}{f' ({hold.rule})' if hold.rule else ''}")])
    return fresh > 0


def end(db: sqlite3.Connection, stamp: Stamp, order_id: int, reason: str) -> bool:
    """End one hold; False when it does not stand."""
    ended = db.execute(
        "UPDATE holds SET ended_at = ?, ended_by = ? WHERE order_id = ? AND reason = ? AND ended_at IS NULL",
        (stamp.at, stamp.actor, order_id, reason),
    ).rowcount
    if ended:
        db.execute("UPDATE orders SET released_at = ? WHERE order_id = ?", (stamp.at, order_id))
        events.add(db, stamp, [(order_id, "release", reason)])
    return ended > 0


def wake_for_rules(db: sqlite3.Connection, at: str) -> None:
    """The rule set changed: every order that waits because of rules is looked at again."""
    db.execute(
        "UPDATE orders SET due_at = ? WHERE due_at IS NULL AND order_id IN"
        " (SELECT order_id FROM holds WHERE ended_at IS NULL UNION SELECT order_id FROM exceptions"
        "  WHERE closed_at IS NULL AND code IN ('unknown_sku', 'no_service') AND order_id IS NOT NULL)",
        (at,),
    )
