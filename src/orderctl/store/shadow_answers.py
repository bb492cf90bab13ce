"""What locations in shadow answer and count. It is kept to be compared, and never applied."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from orderctl.core import trials
from orderctl.core.answers import Asked
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.digests import digest
from orderctl.core.effects import Receipt
from orderctl.core.stamp import Stamp
from orderctl.core.text import storable
from orderctl.core.trials import Copy, Said
from orderctl.store import packages, shadows

UNREADABLE = "unreadable"


def keep(db: sqlite3.Connection, stamp: Stamp, location: str, rows: Sequence[Confirmation]) -> int:
    """Answers of `location`, each once; the copies they speak of move on. The number of new ones."""
    known = _copies(db, location, {row.reference.strip().upper() for row in rows})
    fresh: set[int] = set()
    kept = 0
    for row in rows:
        found = known.get(row.reference.strip().upper())
        copy_id = found[0] if found else None
        answer = json.dumps(asdict(row), ensure_ascii=False, sort_keys=True)
        if _add(db, stamp, location, copy_id, row.kind, answer, row.where):
            kept += 1
            if found:
                fresh.add(found[0])
    for copy_id, state, document in known.values():
        if state == "uncertain" and copy_id in fresh:
            receipt = Receipt("accepted", message="the location answered")
            shadows.settle(db, stamp, location, document, receipt)
    for copy in _load(db, fresh):
        state = trials.state_of(copy)
        db.execute("UPDATE shadow_copies SET state = ? WHERE copy_id = ?", (state, copy.copy_id))
    return kept


def keep_unreadable(db: sqlite3.Connection, stamp: Stamp, location: str, rows: Iterable[BadRow]) -> int:
    """Rows and files of `location` that could not be understood, each once; the number of new ones."""
    added = 0
    for row in rows:
        said = json.dumps({"raw": storable(row.raw), "reason": storable(row.reason)}, ensure_ascii=False)
        added += _add(db, stamp, location, None, UNREADABLE, said, storable(row.where))
    return added


def take_counts(
    db: sqlite3.Connection, stamp: Stamp, location: str, counts: Sequence[StockCount], counted_at: str
) -> None:
    """What the feed of `location`, taken at `counted_at` (empty = now), says of each SKU, unless a newer one did."""
    at = counted_at or stamp.at
    db.executemany(
        "INSERT INTO shadow_counts (location, sku, quantity, counted_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (location, sku) DO UPDATE SET quantity = excluded.quantity, counted_at = excluded.counted_at"
        " WHERE excluded.counted_at >= counted_at",
        [(location, count.sku, count.quantity, at) for count in counts],
    )


def copies_since(db: sqlite3.Connection, location: str, since: str) -> list[Copy]:
    """The copies for `location` that were made at the moment `since` or later, with what was said about each."""
    rows = db.execute(
        "SELECT copy_id FROM shadow_copies WHERE location = ? AND made_at >= ? ORDER BY copy_id", (location, since)
    )
    return _load(db, [row[0] for row in rows])


def about_nothing_since(db: sqlite3.Connection, location: str, since: str) -> list[tuple[str, str, str]]:
    """(kind, answer as JSON, where) of answers since `since` that speak of no copy, or could not be read."""
    return db.execute(
        "SELECT kind, answer, source FROM shadow_answers WHERE location = ? AND received_at >= ? AND copy_id IS NULL"
        " ORDER BY answer_id",
        (location, since),
    ).fetchall()


def counted(db: sqlite3.Connection, location: str) -> tuple[dict[str, int], str]:
    """SKU -> units by the newest feeds of `location` in shadow, and when the newest of them was taken."""
    rows = db.execute("SELECT sku, quantity, counted_at FROM shadow_counts WHERE location = ?", (location,)).fetchall()
    return {sku: quantity for sku, quantity, _ in rows}, max((at for *_, at in rows), default="")


def on_hand(db: sqlite3.Connection, location: str) -> dict[str, int]:
    """SKU -> units that lie at the location that ships, of all that it ever had."""
    return dict(db.execute("SELECT sku, on_hand FROM stock_levels WHERE location = ?", (location,)))


def _copies(db: sqlite3.Connection, location: str, references: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Reference -> (copy, state, document) of those that `location` has been shown."""
    rows = db.execute(
        "SELECT c.reference, c.copy_id, c.state, b.document FROM shadow_copies c JOIN shadow_batches b USING (batch_id)"
        " WHERE c.location = ? AND c.reference IN (SELECT value FROM json_each(?))",
        (location, json.dumps(sorted(references))),
    )
    return {reference: (copy_id, state, document) for reference, copy_id, state, document in rows}


def _add(
    db: sqlite3.Connection, stamp: Stamp, location: str, copy_id: int | None, kind: str, answer: str, where: str
) -> int:
    return db.execute(
        "INSERT INTO shadow_answers (location, key, copy_id, kind, answer, source, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (location, key) DO NOTHING",
        (location, digest(f"{answer}\x1f{where}"), copy_id, kind, answer, where, stamp.at),
    ).rowcount


def _load(db: sqlite3.Connection, copy_ids: Iterable[int]) -> list[Copy]:
    ids = json.dumps(sorted(copy_ids))
    said: dict[int, list[Said]] = {}
    for copy_id, answer, at in db.execute(
        "SELECT copy_id, answer, received_at FROM shadow_answers WHERE copy_id IN (SELECT value FROM json_each(?))"
        " ORDER BY copy_id, answer_id",
        (ids,),
    ):
        said.setdefault(copy_id, []).append(Said(at, Confirmation(**json.loads(answer))))
    rows = db.execute(
        "SELECT c.copy_id, c.reference, s.reference, c.state, c.reason, c.made_at, coalesce(c.handed_at, ''),"
        " c.location, s.carrier FROM shadow_copies c JOIN shipments s USING (shipment_id)"
        " WHERE c.copy_id IN (SELECT value FROM json_each(?)) ORDER BY c.copy_id",
        (ids,),
    ).fetchall()
    asked = packages.asked(db, [row[2] for row in rows])
    return [
        Copy(
            copy_id,
            state,
            reason,
            made_at,
            handed_at,
            planned,
            _fresh(asked[real], reference, location),
            tuple(said.get(copy_id, ())),
        )
        for copy_id, reference, real, state, reason, made_at, handed_at, location, planned in rows
    ]


def _fresh(asked: Asked, reference: str, location: str) -> Asked:
    """What was asked, as its copy was: nothing of it packed, short or called back."""
    return Asked(
        shipment_id=asked.shipment_id,
        order_id=asked.order_id,
        reference=reference,
        location=location,
        state="dispatched",
        lines=tuple(replace(line, packed=0, short=0) for line in asked.lines),
        added=asked.added,
    )
