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
    """The payload that a revision of an order was read from; None once its retention is over."""
    row = db.execute(
        "SELECT content, first_byte, bytes FROM order_revisions JOIN payload_blocks USING (block_id)"
        " WHERE order_id = ? AND revision = ? AND content IS NOT NULL",
        (order_id, revision),
    ).fetchone()
    return blocks.part(*row) if row else None
