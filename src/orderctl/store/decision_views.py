"""Decisions as they were written down, with the rule set and the places they were made with."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from orderctl.store import blocks


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One decision of one order. `ruleset` and `places` are their texts, `newest` is the order's last sequence."""

    order: str
    sequence: int
    newest: int
    decided_at: str
    actor: str
    engine: int
    applied: bool
    record: bytes
    ruleset: str
    ruleset_digest: str
    places: str
    places_digest: str


def decision(db: sqlite3.Connection, order_id: int, sequence: int | None = None) -> StoredDecision | None:
    """The order's newest decision, or the one numbered `sequence`; None when there is none.

    Its record is empty once what it held has been taken out.
    """
    row = db.execute(
        "SELECT o.channel || '/' || o.number, d.sequence, o.decisions, d.decided_at, d.actor, d.engine, d.applied,"
        " r.text, r.digest, p.text, p.digest, b.content, d.first_byte, d.bytes FROM decisions d"
        " JOIN orders o USING (order_id) JOIN decision_blocks b USING (block_id)"
        " JOIN rulesets r USING (ruleset_id) JOIN places p USING (places_id)"
        " WHERE d.order_id = ? AND d.sequence = coalesce(?, o.decisions)",
        (order_id, sequence),
    ).fetchone()
    if row is None:
        return None
    order, number, newest, decided_at, actor, engine, applied, *texts = row[:-3]
    record = b"" if row[-3] is None else blocks.part(*row[-3:]).strip(b" \0")
    return StoredDecision(order, number, newest, decided_at, actor, engine, bool(applied), record, *texts)
