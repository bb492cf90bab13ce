"""Payloads that could not become an order, whole, with the reason."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from orderctl.core.digests import digest
from orderctl.core.stamp import Stamp
from orderctl.store import events, exceptions
from orderctl.store.exceptions import Trouble


@dataclass(frozen=True, slots=True)
class PutAside:
    """One payload and what is wrong with it."""

    channel: str
    raw: bytes
    source: str
    field: str
    reason: str


def put(db: sqlite3.Connection, stamp: Stamp, payloads: Iterable[PutAside]) -> int:
    """Keep what is not kept yet; the number of new ones."""
    fresh = 0
    for payload in payloads:
        added = db.execute(
            "INSERT INTO quarantine (channel, digest, payload, source, field, reason, put_aside_at, pass_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, digest) DO NOTHING",
            (
                *(payload.channel, digest(payload.raw), zlib.compress(payload.raw, 6), payload.source),
                *(payload.field, payload.reason, stamp.at, stamp.pass_id),
            ),
        ).rowcount
        if added:
            fresh += 1
            subject = f"{payload.channel} {payload.source}"
            events.add(db, stamp, [(None, "quarantined", f"{subject}: {payload.reason}")])
            exceptions.raise_all(db, stamp, [Trouble("quarantine", subject, payload.reason)])
    return fresh


def find(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """What stands in quarantine, newest first."""
    rows = db.execute(
        "SELECT quarantine_id, channel, source, field, reason, put_aside_at FROM quarantine ORDER BY quarantine_id DESC"
    ).fetchall()
    names = ("id", "channel", "source", "field", "reason", "put_aside_at")
    return [dict(zip(names, row, strict=True)) for row in rows]
