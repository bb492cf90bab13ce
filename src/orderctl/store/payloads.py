"""What channels sent, as sent: compressed together, because what is read together is alike.

A block holds up to `IN_A_BLOCK` payloads; alone each would take twice the time and twice the room. A payload is found
by where it begins in its block and how long it is, so that one of them can be blanked without touching the others.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence

IN_A_BLOCK = 50


def keep(db: sqlite3.Connection, payloads: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """(block, first byte, bytes) of each of `payloads`, which are kept."""
    places = []
    for start in range(0, len(payloads), IN_A_BLOCK):
        block = payloads[start : start + IN_A_BLOCK]
        row = db.execute(
            "INSERT INTO payload_blocks (content) VALUES (?) RETURNING block_id", (zlib.compress(b"".join(block), 1),)
        ).fetchone()
        first = 0
        for payload in block:
            places.append((row[0], first, len(payload)))
            first += len(payload)
    return places


def read(db: sqlite3.Connection, order_id: int, revision: int) -> bytes | None:
    """The payload that a revision of an order was read from; None once its retention is over."""
    row = db.execute(
        "SELECT content, first_byte, bytes FROM order_revisions JOIN payload_blocks USING (block_id)"
        " WHERE order_id = ? AND revision = ? AND content IS NOT NULL",
        (order_id, revision),
    ).fetchone()
    return zlib.decompress(row[0])[row[1] : row[1] + row[2]] if row else None
