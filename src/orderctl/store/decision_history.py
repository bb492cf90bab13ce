"""The decisions of the past as a stream, newest first: each block of records is unpacked once, and one is held."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orderctl.store import blocks


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One decision as it was written down, with its order's short name (`WEB-1042`) and worth as they are now.

    `sequence` counts the decisions of its order from 1. `record` is None once what it held has been taken out.
    """

    record: bytes | None
    order_id: int
    sequence: int
    decided_at: str
    engine: int
    ruleset_id: int
    places_id: int
    order: str
    total_minor: int
    currency: str


def newest_first(
    db: sqlite3.Connection, since: str = "", orders: Sequence[int] | None = None
) -> Iterator[PastDecision]:
    """The decisions made at `since` or later about `orders` (row ids; all when None)."""
    rows = db.execute(
        "SELECT d.block_id, d.first_byte, d.bytes, d.order_id, d.sequence, d.decided_at, d.engine, d.ruleset_id,"
        " d.places_id, o.stem, o.total_minor, o.currency FROM decisions d JOIN orders o USING (order_id)"
        " WHERE d.decided_at >= :since AND (:orders IS NULL OR d.order_id IN (SELECT value FROM json_each(:orders)))"
        " ORDER BY d.decision_id DESC",
        {"since": since, "orders": None if orders is None else json.dumps(list(orders))},
    )
    held, texts = 0, b""
    for block_id, first, length, *about in rows:
        if block_id != held or first + length > len(texts):
            held, texts = block_id, _unpacked(db, block_id, first + length)
        record = texts[first : first + length]
        yield PastDecision(record if record.strip(b" \0") else None, *about)


def _unpacked(db: sqlite3.Connection, block_id: int, length: int) -> bytes:
    """The first `length` bytes of a block; nothing once it has been emptied."""
    (content,) = db.execute("SELECT content FROM decision_blocks WHERE block_id = ?", (block_id,)).fetchone()
    return b"" if content is None else blocks.part(content, 0, length)


def count(db: sqlite3.Connection, since: str = "") -> int:
    """How many decisions were made at `since` or later."""
    return int(db.execute("SELECT count(*) FROM decisions WHERE decided_at >= ?", (since,)).fetchone()[0])


def last_order(db: sqlite3.Connection) -> int:
    """The highest row id of an order, 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(order_id), 0) FROM orders").fetchone()[0])


def ruleset(db: sqlite3.Connection, ruleset_id: int) -> str:
    """The text of a rule set that decisions were made with."""
    return str(db.execute("SELECT text FROM rulesets WHERE ruleset_id = ?", (ruleset_id,)).fetchone()[0])


def places(db: sqlite3.Connection, places_id: int) -> str:
    """The text of the places that decisions were made with."""
    return str(db.execute("SELECT text FROM places WHERE places_id = ?", (places_id,)).fetchone()[0])
