"""Archives: a second file that keeps what only people read of old orders.

1. what an order is shown as, what its channel sent and what its decisions were made of are copied into the archive
2. then they are taken out of the store; what sums are made of stays, and that the order is known
An archive is a database of its own that others may attach; an order that stands in it already is replaced.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from orderctl.core.errors import StoreError, UsageError
from orderctl.core.redaction import without_person
from orderctl.core.stamp import Stamp
from orderctl.store import blocks, events, meta, order_documents, order_views, redaction, search
from orderctl.store.connection import flush_folder
from orderctl.store.migrations import APPLICATION_ID
from orderctl.store.transactions import transaction

_KIND = "archive of orders"
_TABLES = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE kind (name TEXT PRIMARY KEY, installation TEXT NOT NULL) STRICT;
CREATE TABLE archived_orders (
    stem TEXT PRIMARY KEY, channel TEXT NOT NULL, channel_order_id TEXT NOT NULL, number TEXT NOT NULL,
    placed_at TEXT NOT NULL, archived_at TEXT NOT NULL,
    document TEXT NOT NULL) STRICT;                       -- the order as `orders show --json` shows it
CREATE INDEX archived_orders_by_number ON archived_orders (number);
CREATE TABLE archived_payloads (
    stem TEXT NOT NULL, revision INTEGER NOT NULL, read_at TEXT NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (stem, revision)) STRICT;
CREATE TABLE archived_decisions (
    stem TEXT NOT NULL, sequence INTEGER NOT NULL, decided_at TEXT NOT NULL, engine INTEGER NOT NULL,
    ruleset TEXT NOT NULL, places TEXT NOT NULL,          -- their digests; the store keeps the texts
    record BLOB NOT NULL, PRIMARY KEY (stem, sequence)) STRICT;
"""


@dataclass(frozen=True, slots=True)
class _Whole:
    """What moves of one order."""

    stem: str
    document: dict[str, Any]
    payloads: list[tuple[int, str, bytes]]
    decisions: list[tuple[Any, ...]]


def open_for_writing(path: Path | None, installation: str) -> sqlite3.Connection:
    """The archive in the file `path`, made if it is not there; None = one that vanishes."""
    if path is None:
        db = sqlite3.connect("", isolation_level=None)
        _make(db, installation)
        return db
    fresh = not path.exists()
    if fresh:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(f"cannot be made: {error.strerror}; nothing was moved", where=str(path)) from None
    db = sqlite3.connect(path, isolation_level=None)
    try:
        if fresh:
            _make(db, installation)
            flush_folder(path)
        _need_archive(db, path, installation)
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection, installation: str) -> None:
    db.executescript(_TABLES)
    db.execute("INSERT INTO kind VALUES (?, ?)", (_KIND, installation))


def _need_archive(db: sqlite3.Connection, path: Path, installation: str = "") -> None:
    try:
        row = db.execute("SELECT installation FROM kind WHERE name = ?", (_KIND,)).fetchone()
    except sqlite3.DatabaseError:
        row = None
    if row is None or (installation and row[0] != installation):
        whose = "is no archive" if row is None else "is the archive of another store"
        raise UsageError(f"{whose}; it was left alone", where=str(path), next="name another file")


def due(db: sqlite3.Connection, before: str, limit: int) -> list[int]:
    """Orders that were over before a moment, about which nothing is open, oldest first."""
    rows = db.execute(
        "SELECT order_id FROM orders o WHERE archived_at IS NULL AND state IN ('closed', 'cancelled', 'rejected',"
        f" 'track_only') AND {redaction.ENDED} < ?"
        " AND NOT EXISTS (SELECT 1 FROM exceptions e WHERE e.order_id = o.order_id AND e.closed_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.order_id = o.order_id"
        "  AND e.state IN ('pending', 'sending', 'uncertain')) ORDER BY order_id LIMIT ?",
        (before, limit),
    )
    return [row[0] for row in rows]


def copy(db: sqlite3.Connection, archive: sqlite3.Connection, stamp: Stamp, order_ids: Sequence[int]) -> None:
    """Copy these orders into the archive, for good."""
    with transaction(archive, "archive.copy"):
        for order_id in order_ids:
            _put(archive, stamp, _whole(db, order_id))


def _whole(db: sqlite3.Connection, order_id: int) -> _Whole:
    (stem,) = db.execute("SELECT stem FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    revisions = db.execute(
        "SELECT revision, read_at, content, first_byte, bytes FROM order_revisions JOIN payload_blocks USING (block_id)"
        " WHERE order_id = ? AND content IS NOT NULL",
        (order_id,),
    )
    decisions = db.execute(
        "SELECT sequence, decided_at, engine, r.digest, p.digest, content, first_byte, bytes FROM decisions"
        " JOIN decision_blocks USING (block_id) JOIN rulesets r USING (ruleset_id) JOIN places p USING (places_id)"
        " WHERE order_id = ? AND content IS NOT NULL",
        (order_id,),
    )
    return _Whole(
        stem,
        order_views.one(db, order_id),
        [(revision, read_at, blocks.part(*place)) for revision, read_at, *place in revisions],
        [(*row[:5], blocks.part(*row[5:])) for row in decisions],
    )


def _put(archive: sqlite3.Connection, stamp: Stamp, one: _Whole) -> None:
    shown = one.document
    archive.execute(
        "INSERT OR REPLACE INTO archived_orders VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(one.stem, shown["channel"], shown["channel_order_id"], shown["number"], shown["placed_at"], stamp.at),
            json.dumps(shown, ensure_ascii=False),
        ),
    )
    archive.executemany(
        "INSERT OR REPLACE INTO archived_payloads VALUES (?, ?, ?, ?)", [(one.stem, *row) for row in one.payloads]
    )
    archive.executemany(
        "INSERT OR REPLACE INTO archived_decisions VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(one.stem, *row) for row in one.decisions],
    )


def take_out(db: sqlite3.Connection, stamp: Stamp, order_ids: Sequence[int], file: str) -> None:
    """What the archive has of these orders is taken out of the store, inside the caller's transaction."""
    ids = json.dumps(list(order_ids))
    some = "order_id IN (SELECT value FROM json_each(?))"
    meta.put(db, "archiving", stamp.at)
    for order_id in order_ids:
        (text,) = db.execute("SELECT document FROM order_documents WHERE order_id = ?", (order_id,)).fetchone()
        search.forget(db, order_id)
        written = order_documents.written(without_person(order_documents.read(text)))
        db.execute("UPDATE order_documents SET document = ? WHERE order_id = ?", (written, order_id))
    for table, block_table in (("order_revisions", "payload_blocks"), ("decisions", "decision_blocks")):
        places = db.execute(f"SELECT block_id, first_byte, bytes FROM {table} WHERE {some}", (ids,)).fetchall()
        blocks.blank(db, block_table, places)
    for table in ("events", "holds", "overrides", "exceptions"):
        db.execute(f"DELETE FROM {table} WHERE {some}", (ids,))
    db.execute(f"UPDATE orders SET archived_at = ?, email = '' WHERE {some}", (stamp.at, ids))
    events.add(db, stamp, [(order_id, "archived", file) for order_id in order_ids])
    meta.drop(db, "archiving")


def find(path: Path, name: str) -> list[dict[str, Any]]:
    """The orders in an archive that `name` may mean, as they were shown when they were archived."""
    if not path.is_file():
        raise UsageError("there is no such archive", where=str(path))
    channel, _, number = name.partition("/")
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
        _need_archive(db, path)
        rows = db.execute(
            "SELECT document FROM archived_orders WHERE stem = upper(:name) OR number = :name"
            " OR channel_order_id = :name OR (channel = :channel AND (number = :number OR channel_order_id = :number))"
            " OR :name LIKE stem || '-%' ORDER BY stem LIMIT 9",
            {"name": name, "channel": channel, "number": number},
        ).fetchall()
    return [json.loads(row[0]) for row in rows]
