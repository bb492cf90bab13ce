"""Payloads that could not become an order, whole, with the reason."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core.digests import digest
from orderctl.core.stamp import Stamp
from orderctl.core.text import storable
from orderctl.store import events, exceptions
from orderctl.store.exceptions import Trouble


@dataclass(frozen=True, slots=True)
class PutAside:
    """One payload, what is wrong with it, and the code of the exception that tells a person."""

    channel: str
    raw: bytes
    source: str
    field: str
    reason: str
    code: str = "quarantine"


def put(db: sqlite3.Connection, stamp: Stamp, payloads: Iterable[PutAside]) -> int:
    """Keep what is not kept yet; the number of new ones."""
    fresh = 0
    for payload in payloads:
        added = db.execute(
            "INSERT INTO quarantine (channel, digest, payload, source, field, reason, put_aside_at, pass_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, digest) DO NOTHING",
            (
                *(payload.channel, digest(payload.raw), zlib.compress(payload.raw, 6), storable(payload.source)),
                *(storable(payload.field), storable(payload.reason), stamp.at, stamp.pass_id),
            ),
        ).rowcount
        if added:
            fresh += 1
            subject, reason = f"{payload.channel} {storable(payload.source)}", storable(payload.reason)
            events.add(db, stamp, [(None, "quarantined", f"{subject}: {reason}")])
            exceptions.raise_all(db, stamp, [Trouble(payload.code, subject, reason)])
    return fresh


def record(db: sqlite3.Connection, subject: str) -> dict[str, Any] | None:
    """The newest payload put aside under `subject`, as its exception names it; None when there is none.

    What is no text in it is replaced by U+FFFD.
    """
    where = "channel || ' ' || source = ? ORDER BY quarantine_id DESC LIMIT 1"
    return next(iter(_told(db, where, subject)), None)


def records(db: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """The payloads put aside with these ids, as `record` tells them."""
    return _told(db, "quarantine_id IN (SELECT value FROM json_each(?)) ORDER BY quarantine_id", json.dumps(list(ids)))


def _told(db: sqlite3.Connection, where: str, value: str) -> list[dict[str, Any]]:
    rows = db.execute(
        f"SELECT channel, source, field, reason, put_aside_at, payload FROM quarantine WHERE {where}", (value,)
    )
    return [_shown(row) for row in rows]


def _shown(row: Sequence[Any]) -> dict[str, Any]:
    known = dict(zip(("channel", "source", "field", "reason", "put_aside_at"), row[:5], strict=True))
    return known | {"payload": zlib.decompress(row[5]).decode("utf-8", "replace")}
