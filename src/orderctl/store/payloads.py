"""What channels sent, as sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from orderctl.store import blocks
from orderctl.store.blocks import Place

IN_A_BLOCK = 50


def keep(db: sqlite3.Connection, payloads: Sequence[bytes]) -> list[Place]:
    """Where each of `payloads` lies, now that it is kept."""
    return blocks.keep(db, "payload_blocks", payloads, IN_A_BLOCK)


def read(db: sqlite3.Connection, order_id: int, revision: int) -> bytes | None:
    """The payload that a revision of an order was read from; None once its retention is over or it was redacted."""
    row = db.execute(
        "SELECT content, first_byte, bytes FROM order_revisions JOIN payload_blocks USING (block_id)"
        " WHERE order_id = ? AND revision = ? AND content IS NOT NULL",
        (order_id, revision),
    ).fetchone()
    found = blocks.part(*row) if row else b""
    return None if not found or found.isspace() else found


def count_read_before(db: sqlite3.Connection, moment: str) -> int:
    """How many payloads are kept that were read before `moment`."""
    row = db.execute(
        "SELECT count(*) FROM order_revisions JOIN payload_blocks USING (block_id)"
        " WHERE read_at < ? AND content IS NOT NULL",
        (moment,),
    ).fetchone()
    return int(row[0])


def drop_read_before(db: sqlite3.Connection, moment: str) -> int:
    """Forget payloads of which the whole block was read before `moment`; how many blocks."""
    return db.execute(
        "UPDATE payload_blocks SET content = NULL WHERE content IS NOT NULL AND block_id IN"
        " (SELECT block_id FROM order_revisions GROUP BY block_id HAVING max(read_at) < ?)",
        (moment,),
    ).rowcount
