"""Shipments and batches as people and programs read them."""

from __future__ import annotations

import sqlite3
from typing import Any

from orderctl.store.batches import TURN

_SHIPMENT = (
    "reference",
    "order",
    "location",
    "state",
    "carrier",
    "service",
    "units",
    "packages",
    "batch",
    "planned_at",
)
_BATCH = ("location", "number", "state", "document", "shipments", "rows", "units", "digest", "created_at")


def shipments(
    db: sqlite3.Connection, *, state: str = "", location: str = "", limit: int | None = None
) -> list[dict[str, Any]]:
    """Shipments newest first, one row each."""
    rows = db.execute(
        "SELECT s.reference, o.stem, s.location, s.state, s.carrier, s.service,"
        " (SELECT sum(quantity) FROM shipment_lines l WHERE l.shipment_id = s.shipment_id),"
        " (SELECT count(*) FROM packages p WHERE p.shipment_id = s.shipment_id), coalesce(b.document, ''), s.planned_at"
        " FROM shipments s JOIN orders o USING (order_id) LEFT JOIN batches b USING (batch_id)"
        " WHERE (:state = '' OR s.state = :state) AND (:location = '' OR s.location = :location)"
        " ORDER BY s.shipment_id DESC LIMIT :limit",
        {"state": state, "location": location, "limit": -1 if limit is None else limit},
    )
    return [dict(zip(_SHIPMENT, row, strict=True)) for row in rows]


def locations(db: sqlite3.Connection) -> set[str]:
    """Every location that ever had a shipment, configured or not."""
    return {row[0] for row in db.execute("SELECT DISTINCT location FROM shipments")}


def order_of(db: sqlite3.Connection, reference: str) -> int | None:
    """The order that a shipment belongs to."""
    row = db.execute("SELECT order_id FROM shipments WHERE reference = upper(?)", (reference,)).fetchone()
    return row[0] if row else None


def batches(db: sqlite3.Connection, *, location: str = "", limit: int | None = None) -> list[dict[str, Any]]:
    """Batches newest first, one row each. `state` is that of the hand-over."""
    rows = db.execute(
        "SELECT b.location, b.number, e.state, b.document, b.shipments, b.rows, b.units, b.digest, b.created_at"
        " FROM batches b JOIN effects e ON e.kind = 'handoff' AND e.subject_id = b.batch_id"
        " WHERE (:location = '' OR b.location = :location) ORDER BY b.batch_id DESC LIMIT :limit",
        {"location": location, "limit": -1 if limit is None else limit},
    )
    return [dict(zip(_BATCH, row, strict=True)) for row in rows]


def batch(db: sqlite3.Connection, location: str, number: int) -> dict[str, Any] | None:
    """One batch with its shipments' references and row ids."""
    found = [row for row in batches(db, location=location) if row["number"] == number]
    if not found:
        return None
    rows = db.execute(
        "SELECT s.shipment_id, s.reference FROM shipments s JOIN batches b USING (batch_id)"
        f" JOIN orders o USING (order_id) WHERE b.location = ? AND b.number = ? ORDER BY {TURN}",
        (location, number),
    ).fetchall()
    return found[0] | {"shipment_ids": [row[0] for row in rows], "references": [row[1] for row in rows]}


def batch_date(db: sqlite3.Connection, location: str, number: int) -> tuple[str, str]:
    """The day in the location's zone that a batch belongs to, and the moment it was made."""
    row = db.execute(
        "SELECT local_date, created_at FROM batches WHERE location = ? AND number = ?", (location, number)
    ).fetchone()
    return row[0], row[1]


def uncertain_batch(db: sqlite3.Connection, reference: str) -> tuple[str, int, str, list[str]] | None:
    """(location, number, document, references) of the uncertain batch that the shipment or batch name belongs to.

    A batch is named `LOCATION batch NUMBER`, as its exception does, or by any of its shipments.
    """
    row = db.execute(
        "SELECT b.batch_id, b.location, b.number, b.document FROM batches b JOIN effects e"
        " ON e.kind = 'handoff' AND e.subject_id = b.batch_id WHERE e.state = 'uncertain' AND"
        " (b.location || ' batch ' || b.number = :name"
        "  OR b.batch_id IN (SELECT batch_id FROM shipments WHERE reference = upper(:name)))",
        {"name": reference},
    ).fetchone()
    if row is None:
        return None
    rows = db.execute("SELECT reference FROM shipments WHERE batch_id = ? ORDER BY shipment_id", (row[0],))
    return row[1], row[2], row[3], [one[0] for one in rows]
